import ISALanguage
import Machine
import Monitor

/// A running machine as people see it: names for numbers, text for instructions.
public struct GuestView {
    public let processor: any Processor
    public let description: MachineDescription
    public let symbols: [UInt64: String]
    private let decoder: Decoder
    private let disassembler: Disassembler
    private let evaluator: ConcreteEvaluator
    private let programCounter: Int?

    public init(_ processor: any Processor, of description: MachineDescription, symbols: [String: UInt64] = [:]) {
        self.processor = processor
        self.description = description
        self.symbols = Dictionary(
            symbols.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        decoder = Decoder(description)
        disassembler = Disassembler(description)
        evaluator = ConcreteEvaluator(description)
        programCounter = description.state.firstIndex { $0.role == .pc }
    }

    /// The program counter, relative to the relocation register as the guest counts.
    public var here: UInt64 { programCounter.map { processor[$0, 0] } ?? 0 }

    /// The mode's name: "user", "supervisor"; empty on a machine without modes.
    public var mode: String {
        var state = ProcessorState(of: processor, described: description)
        func holds(_ program: Program?) -> Bool {
            guard let program, case .done(let results) = evaluator.evaluate(program, over: &state) else { return false }
            return results.first == 1
        }
        if holds(description.userMode) { return "user" }
        if holds(description.supervisorMode) { return "supervisor" }
        return description.userMode == nil ? "" : "other"
    }

    /// The instruction at an address, fetched as the machine would: units and text.
    public func instruction(at address: UInt64) -> (units: [UInt64], text: String) {
        switch decode(at: address) {
        case .instruction(let decoded):
            return (decoded.units, disassembler.text(decoded, at: address) { symbols[$0] })
        case .undefined(let units): return (units, "(no instruction)")
        case .fetchTrap(let kind, _, let units): return (units, "(fetch traps: \(trapName(kind.index)))")
        }
    }

    /// Index of the instruction at an address; nil where there is none.
    public func decoded(at address: UInt64) -> Int? {
        if case .instruction(let decoded) = decode(at: address) { decoded.instruction } else { nil }
    }

    /// What stands at an address, fetched as the machine would.
    public func decode(at address: UInt64) -> DecodeResult {
        var state = ProcessorState(of: processor, described: description)
        let step = UInt64(max(description.addressesPerUnit, 0))
        let width = programCounter.map { description.state[$0].width } ?? 64
        return decoder.decode { index in
            let at = (address &+ UInt64(index) &* step) & ConcreteArithmetic.mask(width)
            switch evaluator.evaluate(description.fetch, arguments: [at], over: &state) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let kind, let detail): return .trap(kind, detail: detail)
            }
        }
    }

    /// The real address that a program running now means by a virtual one; nil where that traps.
    func translate(_ address: UInt64, for access: Access) -> UInt64? {
        // A machine that does not translate has no program for it.
        guard description.translation.indices.contains(Int(access.rawValue)) else { return address }
        var state = ProcessorState(of: processor, described: description)
        let program = description.translation[Int(access.rawValue)]
        let outcome = evaluator.evaluate(program, arguments: [address], over: &state)
        guard case .done(let results) = outcome else { return nil }
        return results.first
    }

    public func trapName(_ kind: Int) -> String {
        description.traps.indices.contains(kind) ? description.traps[kind].name : "trap \(kind)"
    }

    /// "storage-violation (0x80) at 0x12", "timer-interrupt before 0x20".
    public func text(_ trap: Trap) -> String {
        let detail = description.traps.indices.contains(trap.kind) && description.traps[trap.kind].detailWidth > 0
            ? " (\(number(trap.detail)))" : ""
        return trapName(trap.kind) + detail + (trap.interrupt == nil ? " at " : " before ") + number(trap.address)
    }

    /// An address or value as the machine's manuals write it.
    public func number(_ value: UInt64) -> String { description.number(value) }

    /// Every scalar, and every element of a register file that is not zero: "pc = 0x12".
    public func registers() -> [String] {
        var lines: [String] = []
        for (index, component) in description.state.enumerated() where component.role != .storage {
            for element in 0..<min(component.count, 64) {
                let value = processor[index, element]
                if component.isArray, value == 0 { continue }
                lines.append("\(component.elementName(element)) = \(number(value))")
            }
        }
        return lines
    }
}
