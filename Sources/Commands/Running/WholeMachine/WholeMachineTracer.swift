import Disassembly
import Images
import WholeMachine
import X86Core

/// Writes what happens to a PC's processors, as text or as one JSON object a line.
final class WholeMachineTracer: ProcessorObserver {
    private let subjects: Set<TraceSubject>
    private let format: TraceFormat
    private let symbols: KernelSymbols?
    private let sink: (String) throws -> Void
    /// By width of the code in bytes.
    private let disassemblers: [Int: Capstone]
    private var modes: [Int: String] = [:]
    /// What the sink threw, to be thrown where somebody can catch it.
    private(set) var failure: (any Error)?

    init(
        _ subjects: Set<TraceSubject>, format: TraceFormat, symbols: KernelSymbols?,
        sink: @escaping (String) throws -> Void
    ) {
        self.subjects = subjects
        self.format = format
        self.symbols = symbols
        self.sink = sink
        var disassemblers: [Int: Capstone] = [:]
        for (width, machine) in [(8, "x86-64"), (4, "ia-32")] {
            if let target = CapstoneTarget(machine: machine) { disassemblers[width] = Capstone(target) }
        }
        self.disassemblers = disassemblers
    }

    var wantsInstructions: Bool { subjects.contains(.instructions) || subjects.contains(.mode) }

    func willRun(_ processor: X86Processor, bytes: [UInt8], name: String?) {
        let state = processor.visibleState
        noteMode(processor, state)
        guard subjects.contains(.instructions) else { return }
        let width = state.modeName == "64-bit mode" ? 8 : 4
        let reading = disassemblers[width]?.read(bytes, at: state.instructionPointer)
        let spelling = reading.map { $0.operands.isEmpty ? $0.mnemonic : $0.mnemonic + " " + $0.operands }
        let text = spelling ?? name ?? "undefined"
        let symbol = symbols?.name(of: state.instructionPointer)?.description
        write(processor, "instruction", [
            ("pc", .unsigned(state.instructionPointer)), ("text", .string(text)), ("record", .optional(name)),
            ("bytes", .array(bytes.map { .unsigned(UInt64($0)) })), ("level", .integer(state.level)),
            ("symbol", .optional(symbol)),
        ]) {
            let digits = bytes.map { hexadecimalPair($0) }.joined(separator: " ")
            let place = "0x" + String(state.instructionPointer, radix: 16)
            return "\(padded(place, to: 18)) \(state.level)  \(padded(digits, to: 24)) \(text)"
                + (symbol.map { "    ; \($0)" } ?? "")
        }
    }

    func delivers(_ processor: X86Processor, vector: UInt8, code: UInt32?, address: UInt64, isInterrupt: Bool) {
        guard subjects.contains(.traps) else { return }
        let state = processor.visibleState
        let name = isInterrupt ? "interrupt \(vector)" : VisibleState.name(ofVector: vector)
        let detail: UInt64? = vector == 14 && !isInterrupt ? state.cr2 : nil
        write(processor, isInterrupt ? "interrupt" : "trap", [
            ("trap", .string(name)), ("vector", .unsigned(UInt64(vector))),
            ("code", code.map { .unsigned(UInt64($0)) } ?? .null), ("detail", detail.map { .unsigned($0) } ?? .null),
            ("pc", .unsigned(address)), ("level", .integer(state.level)),
        ]) {
            let symbol = symbols?.name(of: address).map { " (\($0))" } ?? ""
            let tail = code.map { ", error code 0x" + String($0, radix: 16) } ?? ""
            let place = detail.map { ", address 0x" + String($0, radix: 16) } ?? ""
            return "\(name)\(tail)\(place) at 0x\(String(address, radix: 16))\(symbol), level \(state.level)"
        }
    }

    private func noteMode(_ processor: X86Processor, _ state: VisibleState) {
        guard subjects.contains(.mode) else { return }
        let now = "level \(state.level), \(state.modeName)"
        let before = modes[processor.number]
        guard now != before else { return }
        modes[processor.number] = now
        write(processor, "mode", [
            ("from", .optional(before)), ("to", .string(now)), ("pc", .unsigned(state.instructionPointer)),
        ]) {
            "mode: \(before.map { $0 + " -> " } ?? "")\(now) at 0x\(String(state.instructionPointer, radix: 16))"
        }
    }

    private func write(
        _ processor: X86Processor, _ event: String, _ members: [(String, JSONValue)], text: () -> String
    ) {
        guard failure == nil else { return }
        do {
            switch format {
            case .text: try sink("\(processor.number):\(processor.completed)  \(text())\n")
            case .json:
                let all: [(String, JSONValue)] = [
                    ("event", .string(event)), ("processor", .integer(processor.number)),
                    ("instructions", .unsigned(processor.completed)),
                ]
                try sink(JSONValue.object(all + members).compact + "\n")
            }
        } catch { failure = error }
    }
}

private func hexadecimalPair(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
}

/// What `--trace` asks for, and where it goes.
final class WholeMachineTrace {
    private let tracer: WholeMachineTracer
    private let file: FileWriter?

    /// Nil where nothing is to be traced.
    init?(_ reports: ReportOptions, _ request: WholeMachineRequest, in context: Context) throws {
        let subjects = try RunPlan.subjects(reports.trace)
        guard !subjects.isEmpty else { return nil }
        // Opened now: a name that cannot be written is said before the run, not after it.
        let file = try reports.traceFile.map { try FileWriter(path: Path.join(context.folder, $0)) }
        self.file = file
        let image = request.kernel.flatMap {
            try? readFile(Path.join(context.folder, $0), what: "the kernel", limit: 1 << 30)
        }
        tracer = WholeMachineTracer(
            subjects, format: reports.traceFormat, symbols: image.flatMap { KernelSymbols(reading: $0) }
        ) { line in
            if let file { try file.write(line.utf8) } else { try context.diagnostics.write(line) }
        }
    }

    func observe(_ machine: PCMachine) {
        for processor in machine.processors { processor.traceObserver = tracer }
    }

    func finish() throws {
        if let failure = tracer.failure { throw failure }
        try file?.finish()
    }
}
