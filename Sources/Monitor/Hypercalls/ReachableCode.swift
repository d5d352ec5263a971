import ISALanguage
import Machine

/// The code of a loaded image that control can be seen to reach: from the program counter and from the trap
/// handlers that the image's vectors name, along transfers whose target the instruction itself gives. What is
/// reached only through a register or a table in storage is not seen.
public struct ReachableCode {
    /// An instruction that stands in the image and should not.
    public struct Finding: Hashable, Sendable {
        public var address: UInt64
        /// Index into the description's instructions.
        public var instruction: Int
        /// Its assembly pattern.
        public var name: String
    }

    /// Instructions looked at in one image, at most.
    private static let limit = 1 << 16

    private let description: MachineDescription
    private let decoder: Decoder
    private let evaluator: ConcreteEvaluator
    /// By instruction; see `Program.keepsNextAddress`.
    private let comesBack: [Bool]

    public init(of description: MachineDescription) {
        comesBack = description.instructions.map { $0.program.keepsNextAddress(in: description) }
        self.description = description
        decoder = Decoder(description)
        evaluator = ConcreteEvaluator(description)
    }

    /// The critical instructions in the code of a virtual machine that has been loaded and not run.
    public static func criticalInstructions(in machine: VirtualMachine) -> [Finding] {
        ReachableCode(of: machine.virtualised.original).find(machine.critical, in: machine)
    }

    /// Where these instructions stand in the code of a machine that has been loaded and not run.
    public func find(_ instructions: Set<Int>, in processor: any Processor) -> [Finding] {
        let loaded = ProcessorState(of: processor, described: description)
        guard let counter = description.state.firstIndex(where: { $0.role == .pc }).map(StateID.init) else { return [] }
        var findings: Set<Finding> = []
        for root in roots(loaded) {
            var state = root
            follow(from: state.read(counter, element: 0), &state) { address, decoded in
                if instructions.contains(decoded.instruction) {
                    let name = description.instructions[decoded.instruction].name
                    findings.insert(Finding(address: address, instruction: decoded.instruction, name: name))
                }
            }
        }
        return findings.sorted { $0.address < $1.address }
    }

    /// The state as loaded, and after the delivery of each kind of trap.
    private func roots(_ loaded: ProcessorState) -> [OverlayState<ProcessorState>] {
        var roots = [OverlayState(over: loaded)]
        guard let delivery = description.delivery else { return roots }
        for trap in description.traps {
            var state = OverlayState(over: loaded)
            let outcome = evaluator.evaluate(delivery, arguments: [trap.code, 0, 0], over: &state)
            guard case .done = outcome else { continue }
            roots.append(state)
        }
        return roots
    }

    private func follow(
        from start: UInt64, _ state: inout OverlayState<ProcessorState>,
        visit: (UInt64, DecodedInstruction) -> Void
    ) {
        var seen: Set<UInt64> = []
        var open = [start]
        while let address = open.popLast(), seen.count < ReachableCode.limit {
            guard seen.insert(address).inserted, let decoded = decode(at: address, &state) else { continue }
            visit(address, decoded)
            if case .known(let targets) = Successors(of: decoded, at: address, in: description, fixed: [:]) {
                open.append(contentsOf: targets)
            }
            if comesBack[decoded.instruction] {
                open.append(EvaluationParameters(here: address, length: decoded.length, in: description).next)
            }
        }
    }

    private func decode(at address: UInt64, _ state: inout OverlayState<ProcessorState>) -> DecodedInstruction? {
        let result = decoder.decode { index in
            let at = EvaluationParameters(here: address, length: index, in: description).next
            switch evaluator.evaluate(description.fetch, arguments: [at], over: &state) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let kind, let detail): return .trap(kind, detail: detail)
            }
        }
        guard case .instruction(let decoded) = result else { return nil }
        return decoded
    }
}
