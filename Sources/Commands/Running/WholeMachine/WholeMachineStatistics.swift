import WholeMachine
import X86Core

/// What happened in a run of a whole machine.
struct WholeMachineStatistics {
    /// Of the JSON form.
    static let schema = "trapline-machine-run/1"

    let machine: PCMachine

    private var digest: String { machine.digest().description }

    /// Exceptions and interrupts that were delivered, by vector.
    private func delivered(_ processor: X86Processor) -> [(name: String, count: UInt64)] {
        processor.deliveries.enumerated().filter { $0.element > 0 }
            .map { (VisibleState.name(ofVector: UInt8($0.offset)), $0.element) }
    }

    func lines() -> [String] {
        var lines = [
            "\(machine.instructions) instructions, \(machine.completed - machine.instructions) exceptions and interrupts",
            "\(machine.time.now) nanoseconds of the machine's time",
        ]
        var table = TextTable(["processor", "instructions", "exceptions and interrupts", "blocks made"], right: [1, 2, 3])
        for processor in machine.processors {
            table.append([
                String(processor.number), String(processor.instructions),
                String(processor.completed - processor.instructions), String(processor.blocksMade),
            ])
        }
        lines += table.lines(indent: 2)
        for processor in machine.processors {
            lines += TextTable.counts(
                "exceptions and interrupts of processor \(processor.number)", delivered(processor))
        }
        lines.append("state digest \(digest)")
        return lines
    }

    func json(seed: UInt64, ending: String, status: Int32) -> JSONValue {
        .object([
            ("schema", .string(Self.schema)), ("seed", .unsigned(seed)), ("ending", .string(ending)),
            ("status", .integer(Int(status))), ("time", .unsigned(machine.time.now)),
            ("instructions", .unsigned(machine.instructions)), ("stateDigest", .string(digest)),
            (
                "processors",
                .array(
                    machine.processors.map { processor in
                        .object([
                            ("processor", .integer(processor.number)), ("instructions", .unsigned(processor.instructions)),
                            ("steps", .unsigned(processor.completed)), ("blocksMade", .unsigned(processor.blocksMade)),
                            ("delivered", .object(delivered(processor).map { ($0.name, .unsigned($0.count)) })),
                        ])
                    })
            ),
        ])
    }
}
