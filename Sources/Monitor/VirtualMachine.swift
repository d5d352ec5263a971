import ISALanguage
import Machine

/// A guest and its monitor, together a processor again: whatever can run a bare machine can run this, another
/// monitor included. Of the level below it uses the `Processor` contract and nothing else.
///
/// Components read and written through the subscript are the guest's, virtual where the monitor keeps them;
/// `storage` is the guest's window. So a board serves a virtual machine's devices as it does a bare one's.
public final class VirtualMachine: Processor {
    public let kind: MonitorKind
    public let map: VirtualMachineMap
    public let layout: StateLayout
    public let storage: GuestStorage
    public var trapDisposition = TrapDisposition.deliver
    public var completedInstructions: UInt64 = 0
    public internal(set) var statistics: Statistics
    /// Told what the monitor does, stage by stage.
    public weak var observer: (any MonitorObserver)?
    public var breakpoints: Set<UInt64> = [] { didSet { if holdsProcessor { below.breakpoints = breakpoints } } }
    public var watchedCells: Set<UInt64> = [] { didSet { watchesChanged() } }

    /// Instructions that do not trap and should, by the verdict on the machine; indices into its description.
    public let critical: Set<Int>

    let below: any Processor
    let state: GuestState
    let routines: InterpreterRoutines
    private let dispatcher: Dispatcher
    private let clock: VirtualClock
    private let patcher: CodePatcher?
    let lease: ProcessorLease
    /// The real components' values while another guest has the processor.
    var suspended: [UInt64] = []
    /// `watchedCells` as addresses of the machine below.
    private var watchedBelow: Set<UInt64> = []
    /// Traps delivered since an instruction was last completed.
    var fruitlessDeliveries = 0

    /// A guest that takes more traps than this without completing an instruction is taken to trap for ever:
    /// it must not hold its host.
    public var deliveryLimit = 4096

    init(
        lease: ProcessorLease, blueprint: Blueprint, map: VirtualMachineMap, request: Allocator.Request
    ) throws(MonitorError) {
        guard let window = GuestStorage(windowOf: lease.processor.storage, origin: map.origin, count: map.extent) else {
            throw MonitorError(
                "the guest's cells \(map.origin)..<\(map.origin + map.extent) do not lie in the machine's "
                    + "\(lease.processor.storage.count)", remedy: "give the machine more storage or the guest less")
        }
        self.lease = lease
        let virtualised = blueprint.virtualised
        kind = request.kind
        critical = request.critical
        self.map = map
        below = lease.processor
        storage = window
        layout = below.layout
        statistics = Statistics(for: virtualised.original)
        state = GuestState(over: below, of: virtualised)
        routines = try InterpreterRoutines(blueprint, over: state, map: map)
        dispatcher = Dispatcher(map: map, hypercalls: kind == .paravirt ? request.hypercalls : [:])
        clock = VirtualClock(virtualised: virtualised)
        patcher = kind == .patch && !critical.isEmpty ? try CodePatcher(routines, on: below, critical: critical) : nil
        state.patcher = patcher
        state.rereadsRelocation = request.rereadsRelocation
    }

    public var virtualised: VirtualisedMachine { routines.virtualised }

    // MARK: The loop

    public func run(budget: UInt64) -> Exit {
        takeProcessor()
        defer { patcher?.withdraw() }
        let start = completedInstructions
        while true {
            if let status = routines.haltStatus { return .shutdown(status: status) }
            let used = completedInstructions &- start
            if used >= budget { return .budget }
            if let accepted = routines.acceptInterrupt() {
                if let exit = handle(accepted) { return exit }
                continue
            }
            if routines.isWaiting { return .halt }
            if breakpoints.contains(routines.here) { return .breakpoint(address: routines.here) }
            let action = mayRunDirectly ? runDirectly(atMost: budget &- used) : .interpret
            if let exit = perform(action) { return exit }
            if observer?.wantsPause == true { return .budget }
        }
    }

    private var mayRunDirectly: Bool {
        // A strobe that nobody has served asks for service again after every instruction or trap.
        if !routines.raisedDevices().isEmpty { return false }
        if state.rereadsRelocation, !mapIsExact { return false }
        return switch kind {
        case .bare, .vmm, .paravirt: true
        case .hvm: routines.isUserMode
        case .patch: mayRunPatched
        case .interpret: false
        }
    }

    /// What the guest would do to an R that is cut is not what it would do to its own.
    private var mapIsExact: Bool {
        if kind == .interpret { return true }
        replaceMap()
        return map.isExact(state)
    }

    /// The patcher asks for the real mode, so the map comes first.
    private var mayRunPatched: Bool {
        // Where no instruction is critical there is nothing to look for.
        guard let patcher else { return true }
        replaceMap()
        return patcher.prepare(at: routines.here, watching: watchedBelow)
    }

    private func replaceMap() {
        guard state.mapIsStale else { return }
        map.replace(state, by: routines.evaluator)
        statistics.mapped &+= 1
        observer?.monitor(of: self, did: .mapped)
    }

    private func runDirectly(atMost budget: UInt64) -> Dispatcher.Action {
        replaceMap()
        clock.show(state)
        let before = below.completedInstructions
        let exit = below.run(budget: routines.awaitsInterrupt ? 1 : min(budget, clock.deadline(state)))
        let completed = below.completedInstructions &- before
        completedInstructions &+= completed
        if completed > 0 { fruitlessDeliveries = 0 }
        statistics.direct &+= completed
        statistics.exits[Statistics.Cause(exit), default: 0] &+= 1
        if case .trap(let trap) = exit, trap.interrupt == nil { statistics.trappedByKind[trap.kind] &+= 1 }
        clock.collect(state)
        if state.rereadsRelocation { map.reread(state) }
        let action = dispatcher.action(for: exit, routines: routines, watchedAbove: watchedBelow)
        observer?.monitor(of: self, did: .exited(exit))
        observer?.monitor(of: self, did: .dispatched(MonitorDecision(action)))
        return action
    }

    private func perform(_ action: Dispatcher.Action) -> Exit? {
        switch action {
        case .proceed:
            map.restoreOwned(state)
            return nil
        case .restoreOwned:
            if map.restoreOwned(state) { statistics.escapes &+= 1 }
            return nil
        case .interpret:
            return interpret()
        case .hypercall(let trap, let call):
            statistics.hypercalls[trap.detail, default: 0] &+= 1
            return handle(routines.perform(call, for: trap))
        case .stop(let exit):
            return exit
        }
    }

    private func interpret() -> Exit? {
        let wasPatched = patcher?.isPatched(at: routines.here) ?? false
        let result = routines.interpret(watching: watchedBelow)
        if wasPatched, case .completed = result { statistics.patched &+= 1 }
        if let patcher { statistics.patchedSites = patcher.sitesPatched }
        return handle(result)
    }

    /// Accounts for what a routine did, and reflects the trap if there was one.
    private func handle(_ result: InterpreterRoutines.Result) -> Exit? {
        switch result {
        case .completed(let instruction, let devices):
            completedInstructions &+= 1
            fruitlessDeliveries = 0
            statistics.interpretedByInstruction[instruction] &+= 1
            observer?.monitor(of: self, did: .interpreted(instruction: instruction))
            return devices.first.map { .portAccess(device: $0) }
        case .trapped(let trap):
            observer?.monitor(of: self, did: .trapped(trap))
            return reflect(trap)
        case .watched(let address, let isWrite):
            return .storageAccess(address: address &- UInt64(map.origin), isWrite: isWrite)
        case .fault(let cause):
            return .fault(cause.text(in: virtualised.original))
        }
    }

    /// Delivers a trap into the guest's own vector, or hands it to the monitor above, whose guest trapped.
    private func reflect(_ trap: Trap) -> Exit? {
        if trapDisposition == .exit {
            statistics.handedUpByKind[trap.kind] &+= 1
            return .trap(trap)
        }
        fruitlessDeliveries += 1
        if fruitlessDeliveries > deliveryLimit {
            let name = virtualised.original.traps[trap.kind].name
            let address = String(trap.address, radix: 16, uppercase: true)
            return .fault("traps follow each other for ever: \(name) at 0x\(address)")
        }
        if let line = trap.interrupt {
            statistics.injectedByLine[line] &+= 1
        } else {
            statistics.reflectedByKind[trap.kind] &+= 1
        }
        if let cause = routines.deliver(trap) { return .fault(cause.text(in: virtualised.original)) }
        observer?.monitor(of: self, did: .delivered(trap))
        return routines.raisedDevices().first.map { .portAccess(device: $0) }
    }

    // MARK: The rest of the contract

    public subscript(component: Int, element: Int) -> UInt64 {
        get {
            takeProcessor()
            return state[guest: StateID(component), element]
        }
        set {
            takeProcessor()
            state[guest: StateID(component), element] = newValue
        }
    }

    public func deliver(_ trap: Trap) -> Bool {
        takeProcessor()
        guard routines.deliver(trap) == nil else { return false }
        observer?.monitor(of: self, did: .delivered(trap))
        return true
    }

    public func storageChanged(_ cells: Range<Int>) {
        let changed = (cells.lowerBound + map.origin)..<(cells.upperBound + map.origin)
        below.storageChanged(changed)
    }

    private func watchesChanged() {
        watchedBelow = Set(watchedCells.map { $0 &+ UInt64(map.origin) })
        if holdsProcessor { below.watchedCells = watchedBelow }
        patcher?.watchesChanged(to: watchedBelow)
    }

    // MARK: Sharing the processor

    private var holdsProcessor: Bool { lease.holder === self }

    /// Makes the real state this guest's, if another guest had the processor.
    private func takeProcessor() {
        if holdsProcessor { return }
        lease.holder?.giveUpProcessor()
        lease.holder = self
        if suspended.isEmpty { suspended = freshState() }
        forEachRealSlot { component, element, slot in below[component, element] = suspended[slot] }
        below.trapDisposition = .exit
        below.breakpoints = breakpoints
        below.watchedCells = watchedBelow
        map.place(state, by: routines.evaluator)
    }

    fileprivate func giveUpProcessor() {
        patcher?.withdraw()
        if suspended.isEmpty { suspended = freshState() }
        forEachRealSlot { component, element, slot in suspended[slot] = below[component, element] }
    }

    private func freshState() -> [UInt64] { StateShape(virtualised.original).initialSlots }

    private func forEachRealSlot(_ body: (_ component: Int, _ element: Int, _ slot: Int) -> Void) {
        for (component, shape) in layout.components.enumerated() where layout.firstSlot.indices.contains(component) {
            for element in 0..<shape.count { body(component, element, layout.firstSlot[component] + element) }
        }
    }
}

/// Who has a processor that several guests share. Its registers are those of the holder.
final class ProcessorLease {
    let processor: any Processor
    weak var holder: VirtualMachine?

    init(_ processor: any Processor) { self.processor = processor }
}

extension InterpreterRoutines {
    /// Performs the instruction that a hypercall stands for, as if it stood where the call does.
    func perform(_ call: Hypercall, for trap: Trap) -> Result {
        let machine = virtualised.machine
        var fields = Array(repeating: UInt64(0), count: machine.instructions[call.instruction].fields.count)
        for argument in call.arguments where fields.indices.contains(argument.field) {
            let width = machine.instructions[call.instruction].fields[argument.field].width
            let value = state[guest: StateID(argument.component), argument.element]
            fields[argument.field] = value & ConcreteArithmetic.mask(width)
        }
        guard case .instruction(let standing) = decode(at: trap.address) else { return .trapped(trap) }
        let decoded = DecodedInstruction(
            instruction: call.instruction, fields: fields, forms: call.forms, length: standing.length, units: [])
        return perform(decoded, at: trap.address, length: standing.length)
    }
}
