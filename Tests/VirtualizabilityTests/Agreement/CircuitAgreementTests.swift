import ISALanguage
import Testing

@testable import Virtualizability

/// The formulas and the reference evaluator say the same: for every instruction of every machine, on random states.
@Suite("Terms agree with the reference evaluator")
struct CircuitAgreementTests {
    @Test("Every instruction of every complete machine", arguments: Library.loader.machineNames)
    func agreement(_ name: String) throws {
        let description = try Library.machine(name)
        guard description.depth == .complete else { return }
        let catalogue = EncodingCatalogue(description)
        let decoder = Decoder(description)
        let storage = description.storageID.map { description.state[$0.index] }
        let size = min(storage?.count ?? 0, max(storage?.minimumCount ?? 0, 1024))
        var sampler = StateSampler(description, seed: 42, size: size)
        let parts = ConcreteMachine.Parts(description, decoder)
        var executed = 0
        for index in description.instructions.indices {
            let circuit = StepCircuit(description, catalogue, index)
            var left = 4
            for attempt in 0..<60 where left > 0 {
                var state = attempt % 2 == 0 ? sampler.state() : sampler.runnableState()
                guard let decoded = sampler.instruction(index), sampler.place(decoded.units, in: &state) else {
                    continue
                }
                let machine = ConcreteMachine(parts, functions: [:])
                guard let execution = machine.execute(state), execution.decoded?.instruction == index,
                    !execution.state.touchedOutside
                else { continue }
                executed += 1
                left -= 1
                let difference = circuit.difference(state, execution)
                #expect(difference == nil, "\(description.instructions[index].name): \(difference ?? "")")
            }
        }
        #expect(executed > description.instructions.count)
    }
}

/// One instruction's step in terms over a state of unknowns, to be evaluated on numbers.
struct StepCircuit {
    let description: MachineDescription
    let symbols = Symbols()
    let state: SymbolicState
    let step: SymbolicMachine.Step

    init(_ description: MachineDescription, _ catalogue: EncodingCatalogue, _ index: Int) {
        self.description = description
        let machine = SymbolicMachine(description: description, symbols: symbols)
        var state = SymbolicState(scalars: [], arrays: [], size: symbols.graph.variable("size", width: 64))
        for component in description.state {
            if component.isArray || component.role == .storage {
                state.scalars.append(symbols.graph.bool(false))
                state.arrays.append(SymbolicArray(component, contents: .unknown(component.name)))
            } else {
                state.scalars.append(symbols.graph.variable(component.name, width: component.width))
                state.arrays.append(nil)
            }
        }
        self.state = state
        step = machine.step(index, catalogue.decoding(of: index, in: symbols), on: state)
    }

    /// What the terms say otherwise than the execution did; nil if nothing.
    func difference(_ before: MachineState, _ execution: ConcreteExecution) -> String? {
        var values = evaluator(before, execution.decoded?.units ?? [])
        guard values.value(of: step.holdsInstruction) == 1 else { return "the encoding is not recognised" }
        let isDone = values.value(of: step.outcome.done) == 1
        guard isDone == execution.isDone else { return isDone ? "completes in terms only" : "traps in terms only" }
        if let trap = execution.trap {
            for candidate in step.outcome.traps where values.value(of: candidate.condition) == 1 {
                guard candidate.trap == trap else { return "another trap" }
                let detail = candidate.detail.map { values.value(of: $0) } ?? 0
                return detail == execution.detail ? nil : "detail \(detail), not \(execution.detail)"
            }
            return "no trap in terms"
        }
        return stateDifference(execution.state, &values)
    }

    private func stateDifference(_ after: MachineState, _ values: inout Evaluator) -> String? {
        let graph = symbols.graph
        for (index, component) in description.state.enumerated() {
            let id = StateID(index)
            guard let array = step.outcome.final.arrays[index] else {
                let value = values.value(of: step.outcome.final[id])
                if value != after[id] { return "\(component.name) is \(value), not \(after[id])" }
                continue
            }
            // Every element that either side wrote.
            let written = array.writes.map { values.value(of: $0.index) }
            let count = component.role == .storage ? after.cells.count : component.count
            for element in Set(written + [0, 1]) where element < UInt64(count) {
                let found = values.value(
                    of: array.read(graph.constant(element, width: array.indexWidth), in: symbols))
                let wanted = component.role == .storage ? after.cells[Int(element)] : after.read(id, element: element)
                if found != wanted { return "\(component.name)[\(element)] is \(found), not \(wanted)" }
            }
        }
        return nil
    }

    private func evaluator(_ before: MachineState, _ units: [UInt64]) -> Evaluator {
        let description = description
        let names = description.state.map(\.name)
        let graph = symbols.graph
        return Evaluator(
            graph,
            variable: { name, _ in
                if name == "size" { return UInt64(before.cells.count) }
                if name.hasPrefix("unit"), let unit = Int(name.dropFirst(4)) {
                    return units.indices.contains(unit) ? units[unit] : 0
                }
                return names.firstIndex(of: name).map { before[StateID($0)] } ?? 0
            },
            function: { function, arguments in
                let name = graph.functions[Int(function.index)].name
                guard let index = names.firstIndex(of: name), let element = arguments.first else { return 0 }
                if description.state[index].role == .storage {
                    return element < UInt64(before.cells.count) ? before.cells[Int(element)] : 0
                }
                return before.read(StateID(index), element: element)
            })
    }
}
