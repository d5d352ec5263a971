import ISALanguage

/// Decides in numbers, with the reference evaluator and no term, whether a pair of states shows what a query asks
/// for. It shares nothing with the circuit, so a model that it confirms is a counterexample whatever the encoder did.
struct Replay {
    let description: MachineDescription
    let decoder: Decoder
    let query: Query
    let assumed: [ComponentAssumption]
    var countsCellsOutside = true
    let views: MonitorViews

    private var kind: RelationKind { query.kind }
    private var ids: [StateID] { description.state.indices.map(StateID.init) }

    func machine(_ concrete: ConcreteCase) -> ConcreteMachine {
        var machine = ConcreteMachine(description, decoder, functions: concrete.functions)
        machine.given = concrete.given
        return machine
    }

    /// The machine below the monitor, where the guest's window has been moved.
    func realMachine(_ concrete: ConcreteCase) -> ConcreteMachine {
        var machine = ConcreteMachine(
            description, decoder, functions: concrete.functions,
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
        for id in ids where description.state[id.index].role != .storage {
            guard isRelated(id, virtual, real, image) else { return false }
        }
        if description.mapIsShadow {
            if kind.realIsUser, !machine.test(description.userMode, real) { return false }
            if kind.variesLocation, let shadow = ShadowMap(description),
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
        var nothing = MachineState(shape: StateShape(description), size: 0)
        let evaluator = ConcreteEvaluator(description)
        let conditions = zip(instruction.operands, given.forms).map { $0.forms[$1].condition }
        return (conditions + [instruction.encoding.condition]).allSatisfy { condition in
            guard let condition else { return true }
            return evaluator.evaluate(condition, instruction: given, over: &nothing).value == 1
        }
    }

    private func hasSizes(_ concrete: ConcreteCase) -> Bool {
        guard let storage = description.storageID else { return true }
        let component = description.state[storage.index]
        let (extent, size) = (concrete.virtual.cells.count, concrete.real.cells.count)
        guard extent >= component.minimumCount, size <= component.count, extent <= size,
            concrete.origin <= UInt64(size - extent)
        else { return false }
        return kind.variesLocation || (extent == size && concrete.origin == 0)
    }

    private func isRelated(
        _ id: StateID, _ virtual: MachineState, _ real: MachineState, _ image: MachineState
    ) -> Bool {
        let role = description.state[id.index].role
        let isSame = same(id, virtual, real)
        if role == .mode {
            if !kind.variesMode, !isSame { return false }
            return !kind.realIsUser || description.mapIsShadow || same(id, image, real)
        }
        switch kind.handling(of: id, in: description) {
        case .mirror, .constant: return isSame
        case .own(let value):
            let isMapped = kind.realIsUser && description.map?.writes(id) == true
            let isFixed = isMapped
                ? same(id, image, real) : elements(id).allSatisfy { real.read(id, element: $0) == value }
            return isFixed && (!isPinned(id) || isSame)
        case .ownAny:
            if role == .relocation {
                if description.mapIsShadow, kind.variesLocation { return true }
                return same(id, kind.variesLocation ? image : virtual, real)
            }
            if kind.realIsUser, description.map?.writes(id) == true { return same(id, image, real) }
            return !isPinned(id) || isSame
        }
    }

    private func isPinned(_ id: StateID) -> Bool {
        kind.policyOnBothSides || (kind.variedResources.map { !$0.contains(id) } ?? false)
    }

    func mapped(_ state: MachineState, _ concrete: ConcreteCase, _ machine: ConcreteMachine) -> MachineState? {
        var parameters = EvaluationParameters()
        parameters.origin = concrete.origin
        parameters.extent = concrete.extent
        return machine.run(description.map, state, parameters: parameters)
    }

    // MARK: Comparing

    func elements(_ id: StateID) -> Range<UInt64> { 0..<UInt64(max(description.state[id.index].count, 0)) }

    func same(_ id: StateID, _ a: MachineState, _ b: MachineState) -> Bool {
        elements(id).allSatisfy { a.read(id, element: $0) == b.read(id, element: $0) }
    }

    private func ordinaryDiffers(_ a: MachineState, _ b: MachineState) -> Bool {
        ids.contains { kind.isOrdinary($0, in: description) && !same($0, a, b) }
    }

    private func ownedDiffers(_ a: MachineState, _ b: MachineState) -> Bool {
        ids.contains { kind.isOwned($0, in: description) && !same($0, a, b) }
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
        guard kind.mapReadsOrdinary(of: description) else { return false }
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
            guard kind.isOwned(id, in: description) else { return false }
            if description.state[id.index].role == .relocation { return !same(id, image, second.state) }
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
