import ISALanguage
import Machine

/// Runs a bare and a monitored machine side by side and finds where they come apart. The two are compared
/// after every instruction, component by component and cell by cell: the virtual state, not the real one.
public final class LockStep {
    /// The first difference.
    public struct Divergence: Hashable, Sendable {
        /// Instructions that both had completed before the one that made the difference.
        public var completed: UInt64
        /// Its address, as the program counter held it.
        public var address: UInt64
        /// Index into the description's instructions; nil where fetching or decoding trapped.
        public var instruction: Int?
        public var difference: Difference
    }

    public enum Difference: Hashable, Sendable {
        case component(Int, element: Int, bare: UInt64, monitored: UInt64)
        case cell(Int, bare: UInt64, monitored: UInt64)
        case exit(bare: Exit, monitored: Exit)
        /// One completed an instruction where the other did not.
        case time(bare: UInt64, monitored: UInt64)
    }

    /// Why the comparison ended.
    public enum Result: Hashable, Sendable {
        case diverged(Divergence)
        /// Both ended in the same way.
        case ended(Exit)
        /// The limit was reached, and no difference seen.
        case limit
    }

    public let bare: any Processor
    public let monitored: any Processor
    public let description: MachineDescription
    /// Components that are not compared, by index.
    public var ignored: Set<Int> = []
    /// Serves an exit of the one machine or the other; returns false to end. Without it, any exit ends the comparison.
    public var serve: ((_ processor: any Processor, _ isBare: Bool, _ exit: Exit) -> Bool)?

    /// The instructions after which storage is compared, as indices of the description; after others only now and
    /// then. Nil: after every one. The components are always compared.
    public var suspects: Set<Int>?

    /// Steps between two comparisons of storage where no suspect comes up.
    private static let storageInterval: UInt64 = 256

    private var steps: UInt64 = 0
    private let decoder: Decoder
    private let evaluator: ConcreteEvaluator

    /// Both machines must have been loaded with the same guest. A decoder of the description need not be given.
    public init(
        bare: any Processor, monitored: any Processor, described description: MachineDescription,
        decoder: Decoder? = nil
    ) {
        self.bare = bare
        self.monitored = monitored
        self.description = description
        self.decoder = decoder ?? Decoder(description)
        evaluator = ConcreteEvaluator(description)
    }

    /// Steps both machines, at most `limit` times.
    public func run(limit: UInt64) -> Result {
        for _ in 0..<limit {
            let step = step()
            if let divergence = step.divergence { return .diverged(divergence) }
            if step.bare == .budget { continue }
            guard let serve else { return .ended(step.bare) }
            let goesOn = (serve(bare, true, step.bare), serve(monitored, false, step.monitored))
            if !goesOn.0 || !goesOn.1 { return .ended(step.bare) }
        }
        return .limit
    }

    /// Runs one instruction on both machines. Whoever calls this serves their exits.
    public func step() -> (bare: Exit, monitored: Exit, divergence: Divergence?) {
        let completed = bare.completedInstructions
        let address = programCounter
        let instruction = instruction(at: address)
        let exits = (bare: bare.run(budget: 1), monitored: monitored.run(budget: 1))
        steps &+= 1
        let divergence = difference(exits, after: instruction).map {
            Divergence(completed: completed, address: address, instruction: instruction, difference: $0)
        }
        return (exits.bare, exits.monitored, divergence)
    }

    private var programCounter: UInt64 {
        guard let counter = description.state.firstIndex(where: { $0.role == .pc }) else { return 0 }
        return bare[counter, 0]
    }

    private func instruction(at address: UInt64) -> Int? {
        var state = ProcessorState(of: bare, described: description)
        let step = UInt64(max(description.addressesPerUnit, 0))
        let counter = description.state.first { $0.role == .pc }
        let mask = ConcreteArithmetic.mask(counter?.width ?? 64)
        let decoded = decoder.decode { index in
            let at = (address &+ UInt64(index) &* step) & mask
            switch evaluator.evaluate(description.fetch, arguments: [at], over: &state) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let kind, let detail): return .trap(kind, detail: detail)
            }
        }
        guard case .instruction(let found) = decoded else { return nil }
        return found.instruction
    }

    private func difference(_ exits: (bare: Exit, monitored: Exit), after instruction: Int?) -> Difference? {
        for (component, shape) in bare.layout.components.enumerated() where !ignored.contains(component) {
            for element in 0..<shape.count {
                let values = (bare[component, element], monitored[component, element])
                if values.0 != values.1 {
                    return .component(component, element: element, bare: values.0, monitored: values.1)
                }
            }
        }
        if comparesStorage(after: instruction), let cell = firstDifferentCell {
            return .cell(cell, bare: bare.storage[cell], monitored: monitored.storage[cell])
        }
        let times = (bare.completedInstructions, monitored.completedInstructions)
        if times.0 != times.1 { return .time(bare: times.0, monitored: times.1) }
        return exits.bare == exits.monitored ? nil : .exit(bare: exits.bare, monitored: exits.monitored)
    }

    private func comparesStorage(after instruction: Int?) -> Bool {
        guard let suspects else { return true }
        return instruction.map(suspects.contains) ?? false || steps % LockStep.storageInterval == 0
    }

    private var firstDifferentCell: Int? {
        let count = min(bare.storage.count, monitored.storage.count)
        // Safety: both pointers are valid for `count` cells as long as their storages live, which the
        // processors keep alive.
        let (a, b) = (bare.storage.cells, monitored.storage.cells)
        for cell in 0..<count where a[cell] != b[cell] { return cell }
        return nil
    }
}

extension LockStep.Divergence {
    /// One line for people: where, by which instruction, and what is different.
    public func text(in description: MachineDescription) -> String {
        let name = instruction.map { description.instructions[$0].name } ?? "no instruction"
        return "after \(completed) instructions, at \(description.number(address)) (\(name)): "
            + difference.text(in: description)
    }
}

extension LockStep.Difference {
    /// What is different, for people.
    public func text(in description: MachineDescription) -> String {
        let number = description.number
        switch self {
        case .component(let component, let element, let bare, let monitored):
            let name = description.state[component].elementName(element)
            return "\(name) is \(number(bare)) bare and \(number(monitored)) under the monitor"
        case .cell(let cell, let bare, let monitored):
            return "cell \(number(UInt64(cell))) is \(number(bare)) bare and \(number(monitored)) under the monitor"
        case .exit(let bare, let monitored):
            return "the bare machine stops with \(bare), the monitored one with \(monitored)"
        case .time(let bare, let monitored):
            return "\(bare) instructions completed bare and \(monitored) under the monitor"
        }
    }
}
