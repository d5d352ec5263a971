import ISALanguage
import Machine

/// A: decides which of the machine's resources a guest gets. It owns the storage and the time of one real
/// processor, gives every virtual machine a window of its own, and lets them run in turn.
///
/// The lowest cells are kept back: there a monitor in guest code would have its own vectors and program.
public final class Allocator {
    public let processor: any Processor
    public let blueprint: Blueprint
    public var description: MachineDescription { blueprint.virtualised.original }
    /// In the order in which they were made, which is the order in which they take turns.
    public private(set) var machines: [VirtualMachine] = []
    private let lease: ProcessorLease
    private var nextFree: Int

    /// - Parameter reserved: cells at the low end that no guest gets.
    public init(_ processor: any Processor, blueprint: Blueprint, reserved: Int = 0) {
        self.processor = processor
        self.blueprint = blueprint
        lease = ProcessorLease(processor)
        nextFree = max(reserved, 0)
    }

    /// Cells that no guest has yet.
    public var freeCells: Int { max(processor.storage.count - nextFree, 0) }

    /// What the monitor of a new virtual machine is to be.
    public struct Request: Sendable {
        public var kind: MonitorKind
        /// Cells; nil: all that are free.
        public var extent: Int?
        /// For `patch`: which instructions do not trap and should; indices into the description's instructions.
        public var critical: Set<Int> = []
        /// For `paravirt`: what the guest may call.
        public var hypercalls: [UInt64: Hypercall] = [:]
        /// The guest may change its relocation without a trap: it is read again whenever the guest stops running.
        public var rereadsRelocation = false

        public init(_ kind: MonitorKind, extent: Int? = nil) {
            self.kind = kind
            self.extent = extent
        }
    }

    /// Makes a virtual machine in its initial state, all its cells zero.
    public func makeMachine(_ request: Request) throws(MonitorError) -> VirtualMachine {
        let name = description.name
        guard request.kind != .bare else {
            throw MonitorError("'bare' means no monitor", remedy: "run the guest on the processor itself")
        }
        guard description.depth == .complete else {
            throw MonitorError(
                "machine '\(name)' is described at depth 'system', which cannot be executed",
                remedy: "choose a machine of depth 'complete'")
        }
        if request.kind.runsDirectly, description.mapIsShadow {
            throw MonitorError(
                "'\(request.kind.rawValue)' cannot run it: \(Allocator.shadowCause(of: description))",
                remedy: "use --monitor interpret")
        }
        if request.kind.runsDirectly, description.map == nil {
            throw MonitorError(
                "machine '\(name)' has no 'map', so its guests cannot run directly",
                remedy: "use --monitor interpret, or declare 'map' in its file")
        }
        let extent = try extent(of: request)
        let map = VirtualMachineMap(origin: nextFree, extent: extent, virtualised: blueprint.virtualised)
        let machine = try VirtualMachine(lease: lease, blueprint: blueprint, map: map, request: request)
        for cell in 0..<extent { machine.storage[cell] = 0 }
        machine.storageChanged(0..<extent)
        nextFree += extent
        machines.append(machine)
        return machine
    }

    /// Why guests of a machine with `map shadow` cannot run directly.
    public static func shadowCause(of description: MachineDescription) -> String {
        "machine '\(description.name)' translates by tables in storage ('map shadow'), and no monitor here keeps "
            + "shadow tables"
    }

    private func extent(of request: Request) throws(MonitorError) -> Int {
        let extent = request.extent ?? freeCells
        let least = description.state.first { $0.role == .storage }?.minimumCount ?? 1
        guard extent >= least else {
            throw MonitorError(
                "a guest of \(extent) cells is smaller than any machine '\(description.name)' (\(least) cells)",
                remedy: "give it at least \(least)")
        }
        guard extent <= freeCells else {
            throw MonitorError(
                "a guest of \(extent) cells does not fit into the \(freeCells) that are free",
                remedy: "give it less, or the machine more storage")
        }
        return extent
    }

    // MARK: Processor time

    /// What whoever serves the guests wants after an exit other than the end of a slice.
    public enum Verdict: Sendable {
        /// The exit has been served: the machine goes on.
        case resume
        /// The machine is not run any more.
        case retire
    }

    /// Runs all machines in turn, each for a slice of instructions, until all are retired or the budget is used up.
    ///
    /// - Parameters:
    ///   - slice: instructions that a machine gets at a time.
    ///   - budget: instructions for all together.
    ///   - serve: told about every exit other than the end of a slice, with the machine's index.
    /// - Returns: the indices of machines that are not retired.
    @discardableResult
    public func run(
        slice: UInt64, budget: UInt64 = .max, serve: (_ machine: Int, _ exit: Exit) -> Verdict
    ) -> [Int] {
        var running = Array(machines.indices)
        var left = budget
        while !running.isEmpty, left > 0 {
            running.removeAll { index in
                let granted = min(max(slice, 1), left)
                left -= granted
                return runSlice(of: index, granted, serve: serve) == .retire
            }
        }
        return running
    }

    private func runSlice(of index: Int, _ slice: UInt64, serve: (Int, Exit) -> Verdict) -> Verdict {
        let machine = machines[index]
        let start = machine.completedInstructions
        while true {
            let used = machine.completedInstructions &- start
            if used >= slice { return .resume }
            let exit = machine.run(budget: slice &- used)
            if case .budget = exit { return .resume }
            if serve(index, exit) == .retire { return .retire }
            // Only a served device lets the slice go on: anything else may not make progress.
            guard case .portAccess = exit else { return .resume }
        }
    }
}
