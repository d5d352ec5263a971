import Disassembly
import WholeMachine
import X86Core

/// Traces a PC's processors.
final class WholeMachineTracer: ProcessorObserver {
    private let writer: TraceWriter
    private let places: KernelPlaces
    /// By width of the code in bytes.
    private let disassemblers: [Int: Capstone]
    private var modes: [Int: String] = [:]
    /// What writing threw, to be thrown where somebody can catch it.
    private(set) var failure: (any Error)?

    init(_ writer: TraceWriter, places: KernelPlaces) {
        self.writer = writer
        self.places = places
        var disassemblers: [Int: Capstone] = [:]
        for (width, machine) in [(8, "x86-64"), (4, "ia-32")] {
            if let target = CapstoneTarget(machine: machine) { disassemblers[width] = Capstone(target) }
        }
        self.disassemblers = disassemblers
    }

    var wantsInstructions: Bool { writer.wantsSteps }

    func observe(_ machine: PCMachine) {
        for processor in machine.processors { processor.traceObserver = self }
    }

    func willRun(_ processor: X86Processor, bytes: [UInt8], name: String?) {
        let state = processor.visibleState
        noteMode(processor, state)
        guard writer.writes(.instructions) else { return }
        let width = state.modeName == "64-bit mode" ? 8 : 4
        let reading = disassemblers[width]?.read(bytes, at: state.instructionPointer)
        let spelling = reading.map { $0.operands.isEmpty ? $0.mnemonic : $0.mnemonic + " " + $0.operands }
        let text = spelling ?? name ?? "undefined"
        let symbol = places.name(of: state.instructionPointer)
        write(processor, "instruction", [
            ("pc", .unsigned(state.instructionPointer)), ("text", .string(text)), ("record", .optional(name)),
            ("bytes", .array(bytes.map { .unsigned(UInt64($0)) })), ("level", .integer(state.level)),
            ("symbol", .optional(symbol)),
        ]) {
            let digits = bytes.map { hexadecimal(UInt64($0), digits: 2).lowercased() }.joined(separator: " ")
            let place = "0x" + String(state.instructionPointer, radix: 16)
            return "\(padded(place, to: 18)) \(state.level)  \(padded(digits, to: 24)) \(text)"
                + (symbol.map { "    ; \($0)" } ?? "")
        }
    }

    func delivers(_ processor: X86Processor, vector: UInt8, code: UInt32?, address: UInt64, isInterrupt: Bool) {
        guard writer.writes(.traps) else { return }
        let state = processor.visibleState
        let name = isInterrupt ? "interrupt \(vector)" : VisibleState.name(ofVector: vector)
        let detail: UInt64? = vector == 14 && !isInterrupt ? state.cr2 : nil
        write(processor, isInterrupt ? "interrupt" : "trap", [
            ("trap", .string(name)), ("vector", .unsigned(UInt64(vector))),
            ("code", code.map { .unsigned(UInt64($0)) } ?? .null), ("detail", detail.map { .unsigned($0) } ?? .null),
            ("pc", .unsigned(address)), ("level", .integer(state.level)),
        ]) {
            places.text(exception: name, code: code, detail: detail, at: address, level: state.level)
        }
    }

    private func noteMode(_ processor: X86Processor, _ state: VisibleState) {
        guard writer.writes(.mode) else { return }
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
        let (number, completed) = (processor.number, processor.completed)
        do {
            try writer.write(
                event,
                TraceWriter.Origin(
                    text: "\(number):\(completed)",
                    members: [("processor", .integer(number)), ("instructions", .unsigned(completed))]),
                members, text: text)
        } catch { failure = error }
    }
}
