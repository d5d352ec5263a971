import ISALanguage

/// Which components a program's parts depend on, read off the operations: an upper bound on what it can depend on.
struct DataFlow {
    /// Components whose old value reaches a trap condition, for traps other than the access rule's.
    private(set) var traps: Set<StateID> = []
    /// The same for the access rule's traps.
    private(set) var storageTraps: Set<StateID> = []
    /// Components whose old value reaches an address in storage.
    private(set) var addresses: Set<StateID> = []
    /// For each written component what its new value, index and guard depend on; itself not counted.
    private(set) var writes: [StateID: Set<StateID>] = [:]
    /// What the results depend on.
    private(set) var results: Set<StateID> = []
    private(set) var reads: Set<StateID> = []

    /// Read or written.
    var touched: Set<StateID> { reads.union(writes.keys) }

    init(_ program: Program?, in description: MachineDescription) {
        guard let program else { return }
        var sources: [Set<StateID>] = []
        sources.reserveCapacity(program.operations.count)
        for operation in program.operations {
            var own: Set<StateID> = []
            for operand in operation.operands { own.formUnion(sources[operand.index]) }
            switch operation {
            case .read(let id), .readElement(let id, _): own.insert(id)
            case .load(let id, let address, _):
                addresses.formUnion(sources[address.index])
                own.insert(id)
            default: break
            }
            record(operation, own, sources, description)
            sources.append(own)
        }
        for result in program.results { results.formUnion(sources[result.index]) }
    }

    private mutating func record(
        _ operation: Operation, _ own: Set<StateID>, _ sources: [Set<StateID>], _ description: MachineDescription
    ) {
        switch operation {
        case .read(let id), .readElement(let id, _), .load(let id, _, _): reads.insert(id)
        case .trap(let trap, let condition, _):
            if description.traps[trap.index].isStorageTrap {
                storageTraps.formUnion(sources[condition.index])
            } else {
                traps.formUnion(sources[condition.index])
            }
        case .write(let id, _, _), .writeElement(let id, _, _, _): writes[id, default: []].formUnion(own)
        case .store(let id, let address, _, _):
            addresses.formUnion(sources[address.index])
            writes[id, default: []].formUnion(own)
        default: break
        }
    }
}

/// The data flow of every program of a machine, made once.
struct MachineFlow {
    let instructions: [DataFlow]
    let fetch: DataFlow
    let delivery: DataFlow
    let map: DataFlow
    /// What says whether the machine is in user or supervisor mode.
    let modes: DataFlow
    let supervisor: DataFlow
    /// What says whether it has stopped or sleeps.
    let stopping: Set<StateID>
    /// What decides whether an interrupt is pending and let through, by line.
    let acceptance: [(pending: Set<StateID>, enabled: Set<StateID>)]
    /// Components that stand for a device's ports.
    let deviceComponents: Set<StateID>
    /// Every component on which what belongs to no instruction can depend.
    let surroundings: Set<StateID>

    init(_ description: MachineDescription) {
        instructions = description.instructions.map { DataFlow($0.program, in: description) }
        fetch = DataFlow(description.fetch, in: description)
        delivery = DataFlow(description.delivery, in: description)
        map = DataFlow(description.map, in: description)
        modes = DataFlow(description.userMode, in: description)
        supervisor = DataFlow(description.supervisorMode, in: description)
        stopping = DataFlow(description.halted, in: description).results.union(
            DataFlow(description.waiting, in: description).results)
        acceptance = description.interrupts.map {
            (DataFlow($0.pending, in: description).results, DataFlow($0.enabled, in: description).results)
        }
        deviceComponents = Set(
            description.devices.flatMap { $0.ports.map(\.component) + $0.strobes })
        surroundings = fetch.touched.union(map.touched).union(modes.reads).union(supervisor.reads).union(stopping)
    }

    /// Every component on which what is asked about an instruction can depend.
    func support(of instruction: Int) -> Set<StateID> {
        instructions[instruction].touched.union(surroundings)
    }
}
