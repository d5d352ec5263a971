/// The transformation itself: one pass over a program.
///
/// - A component that the guest has in V is read and written there.
/// - A load or store at real address `a` goes to `origin + a`, if `a < extent`; otherwise, as on a bare
///   machine of `extent` cells, a load gives 0 and a store does nothing.
/// - The storage's size is `extent`.
struct Virtualiser {
    /// What a program is for: some faults live in one kind of program only.
    enum Purpose {
        case fetch, routine, delivery, mask, acknowledge, predicate, map
    }

    let original: MachineDescription
    let saved: [StateID: StateID]
    let fault: SeededFault?

    /// Replaces every program of a machine whose state has been extended by V.
    func rewritePrograms(of machine: inout MachineDescription, remap: Program?) {
        for index in machine.instructions.indices {
            machine.instructions[index].program = withOldMap(
                rewrite(machine.instructions[index].program, as: .routine), remap)
        }
        machine.fetch = rewrite(machine.fetch, as: .fetch)
        machine.delivery = machine.delivery.map { withOldMap(rewrite($0, as: .delivery), remap) }
        for index in machine.interrupts.indices {
            machine.interrupts[index].pending = rewrite(machine.interrupts[index].pending, as: .predicate)
            machine.interrupts[index].enabled = rewrite(machine.interrupts[index].enabled, as: .mask)
            machine.interrupts[index].acknowledge = fault == .acknowledgeForgotten
                ? nil : machine.interrupts[index].acknowledge.map { rewrite($0, as: .acknowledge) }
        }
        machine.userMode = machine.userMode.map { rewrite($0, as: .predicate) }
        machine.supervisorMode = machine.supervisorMode.map { rewrite($0, as: .predicate) }
        machine.halted = machine.halted.map { rewrite($0, as: .predicate) }
        machine.waiting = machine.waiting.map { rewrite($0, as: .predicate) }
        machine.map = nil
        // No longer what the file says.
        machine.translation = []
        machine.declared = nil
        for index in machine.devices.indices {
            let ports = machine.devices[index].ports
            machine.devices[index].ports = ports.map { ($0.port, home($0.component)) }
            machine.devices[index].strobes = machine.devices[index].strobes.map(home)
        }
        if fault == .resumeAtCall {
            for index in machine.traps.indices { machine.traps[index].resumesAfter = false }
        }
    }

    private func home(_ component: StateID) -> StateID { saved[component] ?? component }

    /// Counts the clock down as the machine does after a completed instruction: by one while it is not
    /// zero, and the step to zero raises what expires.
    func tick(of machine: MachineDescription) -> Program {
        var program = Program(argumentWidths: [])
        if fault == .timerNotCounted { return program }
        var writes: [Operation] = []
        for (id, component) in original.state.enumerated() where component.role == .time && !component.isArray {
            let home = home(StateID(id))
            let now = program.append(.read(home), width: component.width)
            let one = program.append(.constant(1), width: component.width)
            let zero = program.append(.constant(0), width: component.width)
            let stopped = program.append(.binary(.equal, now, zero), width: 1)
            let running = program.append(.unary(.not, stopped), width: 1)
            let last = program.append(.binary(.equal, now, one), width: 1)
            let less = program.append(.binary(.subtract, now, one), width: component.width)
            writes.append(.write(home, value: less, guarded: running))
            if let expires = component.expires {
                let raised = program.append(.constant(1), width: original.state[expires.index].width)
                writes.append(.write(self.home(expires), value: raised, guarded: last))
            }
        }
        for write in writes { program.append(write, width: 0) }
        return program
    }

    func rewrite(_ program: Program, as purpose: Purpose) -> Program {
        var rewriting = Rewriting(of: program, by: self, purpose: purpose)
        return rewriting.run()
    }

    /// Under `mapFromOldState`, the program with the map's operations in it, which there see old state.
    private func withOldMap(_ program: Program, _ map: Program?) -> Program {
        guard fault == .mapFromOldState, let map else { return program }
        var result = Program(argumentWidths: program.argumentWidths)
        result.locations = program.locations + map.locations
        var renamed: [Int: ValueID] = [:]
        var writes: [(operation: Operation, line: Int32)] = []
        func append(_ part: Program, lineOffset: Int32) {
            renamed = [:]
            for index in part.operations.indices {
                let operation = part.operations[index].renamed { renamed[$0.index] ?? $0 }
                let line = part.lines[index] < 0 ? -1 : part.lines[index] &+ lineOffset
                if operation.isWrite {
                    writes.append((operation, line))
                } else {
                    renamed[index] = result.append(operation, width: part.widths[index], line: line)
                }
            }
        }
        append(program, lineOffset: 0)
        result.results = program.results.map { renamed[$0.index] ?? $0 }
        append(map, lineOffset: Int32(truncatingIfNeeded: program.locations.count))
        for write in writes { result.append(write.operation, width: 0, line: write.line) }
        return result
    }
}

extension Operation {
    /// Writes stand after every other operation of a program.
    var isWrite: Bool {
        switch self {
        case .write, .writeElement, .store: true
        default: false
        }
    }

    /// The same operation on other operands.
    public func renamed(_ name: (ValueID) -> ValueID) -> Operation {
        switch self {
        case .constant, .field, .formIs, .argument, .parameter, .read: self
        case .readElement(let component, let index): .readElement(component, index: name(index))
        case .load(let storage, let address, let guarded):
            .load(storage, address: name(address), guarded: guarded.map(name))
        case .unary(let operation, let a): .unary(operation, name(a))
        case .binary(let operation, let a, let b): .binary(operation, name(a), name(b))
        case .select(let condition, let then, let otherwise):
            .select(name(condition), then: name(then), otherwise: name(otherwise))
        case .extract(let a, let low): .extract(name(a), low: low)
        case .zeroExtend(let a): .zeroExtend(name(a))
        case .signExtend(let a): .signExtend(name(a))
        case .apply(let function, let arguments): .apply(function, arguments.map(name))
        case .trap(let trap, let condition, let detail):
            .trap(trap, when: name(condition), detail: detail.map(name))
        case .write(let component, let value, let guarded):
            .write(component, value: name(value), guarded: guarded.map(name))
        case .writeElement(let component, let index, let value, let guarded):
            .writeElement(component, index: name(index), value: name(value), guarded: guarded.map(name))
        case .store(let storage, let address, let value, let guarded):
            .store(storage, address: name(address), value: name(value), guarded: guarded.map(name))
        }
    }
}
