import ISALanguage

/// Makes the report's witnesses of confirmed cases.
struct WitnessMaker {
    let replay: Replay
    let property: String

    private var description: MachineDescription { replay.description }

    func witness(_ concrete: ConcreteCase) -> Witness {
        let machine = replay.machine(concrete)
        let first = machine.execute(concrete.virtual)
        let second = replay.realMachine(concrete).execute(concrete.real)
        let decoded = first?.decoded ?? second?.decoded
        var isInstruction = false
        if case .instruction = replay.query.subject { isInstruction = true }
        return Witness(
            property: property, subject: subject, units: isInstruction ? decoded?.units ?? [] : [],
            decoded: isInstruction ? decoded : nil, origin: concrete.origin, extent: concrete.extent,
            virtual: concrete.virtual, real: concrete.real,
            virtualOutcome: outcome(isInstruction ? first : nil, otherwise: concrete.virtual),
            realOutcome: outcome(isInstruction ? second : nil, otherwise: concrete.real),
            differences: differences(concrete.virtual, concrete.real, concrete),
            divergences: isInstruction ? divergences(concrete, first, second) : [])
    }

    private var subject: String {
        switch replay.query.subject {
        case .instruction(let index): description.instructions[index].name
        case .interrupt(let line): description.interrupts[line].name
        case .machine: "machine"
        }
    }

    private func outcome(_ execution: ConcreteExecution?, otherwise: MachineState) -> WitnessOutcome {
        guard let execution else { return WitnessOutcome(trap: nil, detail: 0, after: otherwise) }
        return WitnessOutcome(
            trap: execution.trap.map { description.traps[$0.index].name }, detail: execution.detail,
            after: execution.state)
    }

    /// Scalars and elements that differ, and cells of the window.
    func differences(_ virtual: MachineState, _ real: MachineState, _ concrete: ConcreteCase) -> [Difference] {
        var found: [Difference] = []
        for index in description.state.indices where description.state[index].role != .storage {
            let id = StateID(index)
            let component = description.state[index]
            for element in replay.elements(id) {
                let (a, b) = (virtual.read(id, element: element), real.read(id, element: element))
                guard a != b else { continue }
                found.append(
                    Difference(
                        component: component.name, element: component.isArray ? element : nil, virtual: a, real: b))
            }
        }
        let name = description.storageID.map { description.state[$0.index].name } ?? ""
        for cell in virtual.cells.indices where virtual.cells[cell] != real.cells[Int(concrete.origin) + cell] {
            found.append(
                Difference(
                    component: name, element: UInt64(cell), virtual: virtual.cells[cell],
                    real: real.cells[Int(concrete.origin) + cell]))
        }
        return found
    }

    /// Where the guest under the monitor is not where the bare machine is. What the monitor keeps for the guest has
    /// not changed, as the instruction ran directly; what it did to real components shows as a change of these.
    private func divergences(
        _ concrete: ConcreteCase, _ first: ConcreteExecution?, _ second: ConcreteExecution?
    ) -> [Difference] {
        guard let first, let second else { return [] }
        guard first.isDone, second.isDone else { return [] }
        var believed = second.state
        for index in description.state.indices {
            let id = StateID(index)
            guard replay.query.kind.isOwned(id, in: description) else { continue }
            for element in replay.elements(id) {
                let changed = second.state.read(id, element: element) != concrete.real.read(id, element: element)
                let kept = concrete.virtual.read(id, element: element)
                believed.write(id, element: element, value: changed ? second.state.read(id, element: element) : kept)
            }
        }
        return differences(first.state, believed, concrete) + outside(concrete, second)
    }

    /// Cells of the real machine outside the window that changed, as the real machine counts them.
    private func outside(_ concrete: ConcreteCase, _ second: ConcreteExecution) -> [Difference] {
        let window = Int(concrete.origin)..<Int(concrete.origin) + concrete.virtual.cells.count
        let name = description.storageID.map { description.state[$0.index].name } ?? ""
        return concrete.real.cells.indices.filter {
            !window.contains($0) && concrete.real.cells[$0] != second.state.cells[$0]
        }.map {
            Difference(
                component: "real \(name)", element: UInt64($0), virtual: concrete.real.cells[$0],
                real: second.state.cells[$0])
        }
    }

    /// The guest whose run shows the witness of a direct square.
    func guestProgram(_ witness: Witness) -> GuestProgram {
        let here = description.programCounter.map { witness.virtual[$0] } ?? 0
        let what: String
        if let trap = witness.virtualOutcome.trap, witness.realOutcome.trap == nil {
            what = "the bare machine traps (\(trap)), under the monitor the instruction completes"
        } else if let first = witness.divergences.first {
            what = "\(first.place) is \(first.virtual) on the bare machine and \(first.real) under the monitor"
        } else {
            what = "the outcomes differ"
        }
        return GuestProgram(
            instruction: witness.subject, initial: witness.virtual,
            cells: cells(of: witness, at: here), origin: witness.origin, realSize: UInt64(witness.real.cells.count),
            real: witness.real, steps: 1, divergences: witness.divergences, summary: what)
    }

    /// The non-zero cells of the guest's storage.
    private func cells(of witness: Witness, at here: UInt64) -> [GuestCell] {
        witness.virtual.cells.indices.filter { witness.virtual.cells[$0] != 0 }.map {
            GuestCell(address: UInt64($0), value: witness.virtual.cells[$0])
        }
    }
}
