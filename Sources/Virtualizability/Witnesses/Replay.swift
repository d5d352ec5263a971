import ISALanguage

/// Decides in numbers, with the reference evaluator and no term, whether a pair of states shows what a query asks
/// for. It shares nothing with the circuit, so a model that it confirms is a counterexample whatever the encoder did.
struct Replay {
    let description: MachineDescription
    private let parts: ConcreteMachine.Parts
    let query: Query
    let assumed: [ComponentAssumption]
    let countsCellsOutside: Bool
    let views: MonitorViews
    /// By component: what the query's relation makes of it. Looked up for every step of making an example small.
    private let facts: [ComponentFacts]
    private let shadow: ShadowMap?
    private let sizes: (least: Int, most: Int)?
    private let mapReadsOrdinary: Bool

    private struct ComponentFacts {
        var role: Role
        var elements: Range<UInt64>
        var handling: Handling
        /// The monitor's map gives it its real value.
        var isMapped: Bool
        var isPinned: Bool
        var isOrdinary: Bool
        var isOwned: Bool
    }

    init(
        _ parts: ConcreteMachine.Parts, query: Query, assumed: [ComponentAssumption],
        countsCellsOutside: Bool, views: MonitorViews
    ) {
        self.parts = parts
        let description = parts.description
        self.description = description
        self.query = query
        self.assumed = assumed
        self.countsCellsOutside = countsCellsOutside
        self.views = views
        shadow = parts.shadow
        sizes = description.storageID.map {
            (description.state[$0.index].minimumCount, description.state[$0.index].count)
        }
        mapReadsOrdinary = query.kind.mapReadsOrdinary(of: description)
        let kind = query.kind
        facts = description.state.enumerated().map { index, component in
            let id = StateID(index)
            return ComponentFacts(
                role: component.role, elements: 0..<UInt64(max(component.count, 0)),
                handling: kind.handling(of: id, in: description),
                isMapped: description.map?.writes(id) ?? false,
                isPinned: kind.pins(id),
                isOrdinary: kind.isOrdinary(id, in: description), isOwned: kind.isOwned(id, in: description))
        }
    }

    private var kind: RelationKind { query.kind }
    private var ids: [StateID] { facts.indices.map(StateID.init) }

    func machine(_ concrete: ConcreteCase) -> ConcreteMachine {
        var machine = ConcreteMachine(parts, functions: concrete.functions)
        machine.given = concrete.given
        return machine
    }

    /// The machine below the monitor, where the guest's window has been moved.
    func realMachine(_ concrete: ConcreteCase) -> ConcreteMachine {
        var machine = ConcreteMachine(
            parts, functions: concrete.functions,
            isShadowed: description.mapIsShadow && kind.variesLocation)
        machine.given = concrete.given
        return machine
    }

    func confirms(_ concrete: ConcreteCase) -> Bool { isRelated(concrete) && shows(concrete) }

    // MARK: The relation

    func isRelated(_ concrete: ConcreteCase) -> Bool {
        let (virtual, real) = (concrete.virtual, concrete.real)
        let machine = machine(concrete)
        guard isEncodable(concrete), hasSizes(concrete), concrete.sharesWindow, machine.runs(virtual), machine.runs(real),
            let image = mapped(virtual, concrete, machine)
        else { return false }
        if kind.virtualIsUser, !machine.test(description.userMode, virtual) { return false }
        for id in ids where facts[id.index].role != .storage {
            guard isRelated(id, virtual, real, image) else { return false }
        }
        if description.mapIsShadow {
            if kind.realIsUser, !machine.test(description.userMode, real) { return false }
            if kind.variesLocation, let shadow,
                !shadow.agrees(concrete, bothWays: !kind.realIsUser)
            {
                return false
            }
        }
        return assumed.allSatisfy { real[$0.component] & $0.mask == $0.value }
    }

    /// A listed instruction's fields and forms are any that its conditions allow.
    private func isEncodable(_ concrete: ConcreteCase) -> Bool {
        guard let given = concrete.given else { return true }
        let instruction = description.instructions[given.instruction]
        // They depend on no state.
        var nothing = concrete.virtual
        let evaluator = ConcreteEvaluator(description)
        let conditions = zip(instruction.operands, given.forms).map { $0.forms[$1].condition }
        return (conditions + [instruction.encoding.condition]).allSatisfy { condition in
            guard let condition else { return true }
            return evaluator.evaluate(condition, instruction: given, over: &nothing).value == 1
        }
    }

    private func hasSizes(_ concrete: ConcreteCase) -> Bool {
        guard let sizes else { return true }
        let (extent, size) = (concrete.virtual.cells.count, concrete.real.cells.count)
        guard extent >= sizes.least, size <= sizes.most, extent <= size,
            concrete.origin <= UInt64(size - extent)
        else { return false }
        return kind.variesLocation || (extent == size && concrete.origin == 0)
    }

    private func isRelated(
        _ id: StateID, _ virtual: MachineState, _ real: MachineState, _ image: MachineState
    ) -> Bool {
        let facts = facts[id.index]
        let isSame = same(id, virtual, real)
        if facts.role == .mode {
            if !kind.variesMode, !isSame { return false }
            return !kind.realIsUser || description.mapIsShadow || same(id, image, real)
        }
        let isMapped = kind.realIsUser && facts.isMapped
        switch facts.handling {
        case .mirror, .constant: return isSame
        case .own(let value):
            let isFixed = isMapped
                ? same(id, image, real) : facts.elements.allSatisfy { real.read(id, element: $0) == value }
            return isFixed && (!facts.isPinned || isSame)
        case .ownAny:
            if facts.role == .relocation {
                if description.mapIsShadow, kind.variesLocation { return true }
                return same(id, kind.variesLocation ? image : virtual, real)
            }
            if isMapped { return same(id, image, real) }
            return !facts.isPinned || isSame
        }
    }

    func mapped(_ state: MachineState, _ concrete: ConcreteCase, _ machine: ConcreteMachine) -> MachineState? {
        var parameters = EvaluationParameters()
        parameters.origin = concrete.origin
        parameters.extent = concrete.extent
        return machine.run(description.map, state, parameters: parameters)
    }

    // MARK: Comparing

    func elements(_ id: StateID) -> Range<UInt64> { facts[id.index].elements }

    func same(_ id: StateID, _ a: MachineState, _ b: MachineState) -> Bool {
        elements(id).allSatisfy { a.read(id, element: $0) == b.read(id, element: $0) }
    }

    private func ordinaryDiffers(_ a: MachineState, _ b: MachineState) -> Bool {
        ids.contains { facts[$0.index].isOrdinary && !same($0, a, b) }
    }

    private func ownedDiffers(_ a: MachineState, _ b: MachineState) -> Bool {
        ids.contains { facts[$0.index].isOwned && !same($0, a, b) }
    }

    private func windowDiffers(_ virtual: MachineState, _ real: MachineState, _ concrete: ConcreteCase) -> Bool {
        !real.cells.holds(virtual.cells, at: concrete.window.lowerBound)
    }

    private func outsideChanged(_ before: MachineState, _ after: MachineState, _ concrete: ConcreteCase) -> Bool {
        !before.cells.agrees(with: after.cells, outside: concrete.window)
    }

    // MARK: What the query asks for

    private func shows(_ concrete: ConcreteCase) -> Bool {
        switch query.violation {
        case .interpreter: return squareFails(concrete)
        case .masked:
            guard case .interrupt(let line) = query.subject else { return false }
            return !machine(concrete).test(description.interrupts[line].enabled, concrete.real)
        case .mapMode: return !machine(concrete).test(description.userMode, concrete.real)
        case .mapTranslation, .anyModeTranslation, .bounds: return fetchShows(concrete)
        case .vectorInside: return concrete.origin == 0
        case .timing: return timingShows(concrete)
        default: return executionShows(concrete)
        }
    }

    private func executionShows(_ concrete: ConcreteCase) -> Bool {
        guard case .instruction(let index) = query.subject else { return false }
        let machine = machine(concrete)
        guard let first = machine.execute(concrete.virtual), let second = realMachine(concrete).execute(concrete.real),
            first.decoded?.instruction ?? index == index, second.decoded?.instruction ?? index == index,
            first.decoded != nil || second.decoded != nil
        else { return false }
        let escapes = second.trap.map { !description.traps[$0.index].reachesMonitor } ?? false
        let differ =
            ordinaryDiffers(first.state, second.state) || windowDiffers(first.state, second.state, concrete)
        let virtualControl =
            first.isDone && (ownedDiffers(concrete.virtual, first.state) || mapMoves(concrete, first))
        let realControl = escapes || second.isDone && changesControl(concrete, second)
        let isDirect = query.violation == .directUnmoved && concrete.origin != 0
        switch query.violation {
        case .completes: return second.isDone || escapes
        case .control: return virtualControl || realControl
        case .behaviour: return first.isDone && second.isDone && differ
        case .lostTrap: return second.isDone && !first.isDone
        case .sensitive: return virtualControl || realControl || second.isDone && (!first.isDone || differ)
        case .direct, .directUnmoved:
            return !isDirect
                && (escapes || second.isDone && (!first.isDone || differ || stale(concrete, first, second)))
        case .directRereading:
            guard isInDomain(concrete.virtual, concrete) else { return false }
            return escapes || second.isDone && (!first.isDone || differ || staleRereading(concrete, first, second))
        case .privilege:
            return first.isDone && !second.isDone && machine.test(description.supervisorMode, concrete.virtual)
        default: return false
        }
    }

    private func changesControl(_ concrete: ConcreteCase, _ real: ConcreteExecution) -> Bool {
        if ownedDiffers(concrete.real, real.state) { return true }
        return countsCellsOutside && outsideChanged(concrete.real, real.state, concrete)
    }

    private func stale(_ concrete: ConcreteCase, _ first: ConcreteExecution, _ second: ConcreteExecution) -> Bool {
        ownedDiffers(concrete.virtual, first.state) || ownedDiffers(concrete.real, second.state)
            || outsideChanged(concrete.real, second.state, concrete) || mapMoves(concrete, first)
    }

    private func mapMoves(_ concrete: ConcreteCase, _ first: ConcreteExecution) -> Bool {
        guard mapReadsOrdinary else { return false }
        let machine = machine(concrete)
        guard let before = mapped(concrete.virtual, concrete, machine), let after = mapped(first.state, concrete, machine)
        else { return true }
        return kind.derived(of: description).contains { !same($0, before, after) }
    }

    private func staleRereading(
        _ concrete: ConcreteCase, _ first: ConcreteExecution, _ second: ConcreteExecution
    ) -> Bool {
        guard let image = mapped(first.state, concrete, machine(concrete)) else { return true }
        if !isInDomain(first.state, concrete) || outsideChanged(concrete.real, second.state, concrete) { return true }
        return ids.contains { id in
            guard facts[id.index].isOwned else { return false }
            if facts[id.index].role == .relocation { return !same(id, image, second.state) }
            return !same(id, concrete.virtual, first.state) || !same(id, concrete.real, second.state)
        }
    }

    private func isInDomain(_ state: MachineState, _ concrete: ConcreteCase) -> Bool {
        var unmoved = concrete
        unmoved.origin = 0
        guard let image = mapped(state, unmoved, machine(concrete)) else { return false }
        return description.components(.relocation).allSatisfy { same($0, image, state) }
    }

    private func timingShows(_ concrete: ConcreteCase) -> Bool {
        guard case .instruction(let index) = query.subject else { return false }
        var other = concrete.virtual
        for (clock, value) in concrete.otherClocks { other[clock] = value }
        let machine = machine(concrete)
        guard let first = machine.execute(concrete.virtual), let second = machine.execute(other),
            first.decoded?.instruction == index
        else { return false }
        if first.isDone != second.isDone { return true }
        guard first.isDone else { return false }
        return first.state.cells != second.state.cells
            || ids.contains { id in
                let role = description.state[id.index].role
                // The cells have been compared, those that exist; the component has as many as its greatest size.
                return role != .time && role != .storage && !same(id, first.state, second.state)
            }
    }

    private func fetchShows(_ concrete: ConcreteCase) -> Bool {
        let machine = machine(concrete)
        func fetch(_ state: MachineState, _ machine: ConcreteMachine) -> Outcome {
            var state = state
            return machine.evaluator.evaluate(description.fetch, arguments: [concrete.address], over: &state)
        }
        let (virtual, real) = (fetch(concrete.virtual, machine), fetch(concrete.real, realMachine(concrete)))
        switch query.violation {
        case .bounds:
            if case .trap(let trap, _) = real { return description.traps[trap.index].isStorageTrap }
            return false
        case .mapTranslation: return real.value != nil && virtual.value != real.value
        default: return virtual.value != real.value
        }
    }
}
