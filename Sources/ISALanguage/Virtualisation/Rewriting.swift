/// The rewriting of one program. What comes out has the same results and arguments; operations are renumbered.
struct Rewriting {
    private let program: Program
    private let virtualiser: Virtualiser
    private let purpose: Virtualiser.Purpose
    private var output: Program
    /// What an old value is called in the output.
    private var renamed: [ValueID?]
    /// Writes see old state only, so they go to the end, behind the address arithmetic that they need.
    private var writes: [(operation: Operation, line: Int32)] = []
    private var line: Int32 = -1
    /// In a delivery, for each access whether it happens and lies outside the guest's storage.
    private var outside: [ValueID] = []

    private var fault: SeededFault? { virtualiser.fault }

    init(of program: Program, by virtualiser: Virtualiser, purpose: Virtualiser.Purpose) {
        self.program = program
        self.virtualiser = virtualiser
        self.purpose = purpose
        output = Program(argumentWidths: program.argumentWidths)
        output.locations = program.locations
        renamed = Array(repeating: nil, count: program.operations.count)
    }

    mutating func run() -> Program {
        for index in program.operations.indices {
            line = program.lines[index]
            let names = renamed
            let operation = program.operations[index].renamed { names[$0.index] ?? $0 }
            if operation.isWrite {
                rewriteWrite(operation)
            } else {
                renamed[index] = rewriteValue(operation, width: program.widths[index])
            }
        }
        output.results = program.results.map { renamed[$0.index] ?? $0 }
        if purpose == .delivery { output.results.append(outsideBit()) }
        for write in writes { output.append(write.operation, width: 0, line: write.line) }
        return output
    }

    private mutating func append(_ operation: Operation, width: Int) -> ValueID {
        output.append(operation, width: width, line: line)
    }

    // MARK: Values

    private mutating func rewriteValue(_ operation: Operation, width: Int) -> ValueID {
        switch operation {
        case .read(let component):
            return append(.read(homeToRead(component)), width: width)
        case .readElement(let component, let index):
            return append(.readElement(homeToRead(component), index: index), width: width)
        case .parameter(.size(let storage)):
            return size(of: storage, width: width)
        case .parameter(.extent) where fault == .boundNotClipped:
            return append(realSize ?? operation, width: width)
        case .load(let storage, let address, let guarded):
            let access = realAddress(address, in: storage, guarded: guarded, omitOrigin: omitsOriginOnLoad)
            return append(.load(storage, address: access.address, guarded: access.guarded), width: width)
        case .argument(let argument):
            return rewriteArgument(argument, width: width)
        default:
            return append(operation, width: width)
        }
    }

    /// Where the guest's value of a component is read.
    private func homeToRead(_ component: StateID) -> StateID {
        let role = virtualiser.original.state[component.index].role
        switch fault {
        case .modeReadFromReal where role == .mode && purpose == .routine,
            .relocationReadFromReal where role == .relocation && (purpose == .routine || purpose == .fetch),
            .maskReadFromReal where role == .control && purpose == .mask:
            return component
        default:
            return virtualiser.saved[component] ?? component
        }
    }

    private mutating func rewriteArgument(_ argument: Int, width: Int) -> ValueID {
        let value = append(.argument(argument), width: width)
        guard purpose == .delivery else { return value }
        switch (fault, argument) {
        case (.trapCodeWrong, 0):
            return append(.binary(.xor, value, append(.constant(1), width: width)), width: width)
        case (.trapDetailLost, 1):
            return append(.constant(0), width: width)
        case (.resumeOffByOne, 2):
            return append(.binary(.add, value, append(.constant(1), width: width)), width: width)
        default:
            return value
        }
    }

    // MARK: Storage

    private var omitsOriginOnLoad: Bool {
        fault == .originOmittedOnLoad && purpose == .routine || fault == .monitorVector && purpose == .delivery
    }

    private var omitsOriginOnStore: Bool {
        fault == .originOmittedOnStore && purpose == .routine || fault == .monitorVector && purpose == .delivery
    }

    /// The number of cells that the real machine has; only a fault asks for it.
    private var realSize: Operation? {
        virtualiser.original.state.firstIndex { $0.role == .storage }.map { .parameter(.size(StateID($0))) }
    }

    /// The number of cells that the guest has, as its programs may know it.
    private mutating func size(of storage: StateID, width: Int) -> ValueID {
        switch fault {
        case .extentNotChecked where purpose != .map:
            return append(.parameter(.size(storage)), width: width)
        case .extentOffByOne where purpose != .map:
            let extent = append(.parameter(.extent), width: width)
            return append(.binary(.add, extent, append(.constant(1), width: width)), width: width)
        default:
            return append(.parameter(.extent), width: width)
        }
    }

    /// The guest's real address as an address of the machine below, and the condition for the access.
    private mutating func realAddress(
        _ address: ValueID, in storage: StateID, guarded: ValueID?, omitOrigin: Bool
    ) -> (address: ValueID, guarded: ValueID?) {
        let width = output.width(address)
        // A size is one bit wider than an address: the whole of the greatest storage has one, too.
        let wide = min(width + 1, 64)
        let extended = wide == width ? address : append(.zeroExtend(address), width: wide)
        let limit = size(of: storage, width: wide)
        var inside = append(.binary(.lessUnsigned, extended, limit), width: 1)
        if purpose == .delivery {
            var beyond = append(.unary(.not, inside), width: 1)
            if let guarded { beyond = append(.binary(.and, guarded, beyond), width: 1) }
            outside.append(beyond)
        }
        if let guarded { inside = append(.binary(.and, guarded, inside), width: 1) }
        if omitOrigin { return (address, inside) }
        let origin = append(.parameter(.origin), width: width)
        return (append(.binary(.add, origin, address), width: width), inside)
    }

    /// One bit: the delivery needs a cell that the guest does not have. A bare machine cannot go on then.
    private mutating func outsideBit() -> ValueID {
        line = -1
        guard var any = outside.first else { return append(.constant(0), width: 1) }
        for bit in outside.dropFirst() { any = append(.binary(.or, any, bit), width: 1) }
        return any
    }

    // MARK: Writes

    private mutating func rewriteWrite(_ operation: Operation) {
        switch operation {
        case .write(let component, let value, let guarded):
            let home = homeToWrite(component)
            if drops(component, value: value) { return }
            writes.append((.write(home, value: value, guarded: guarded), line))
            if leaks(component) { writes.append((.write(component, value: value, guarded: guarded), line)) }
        case .writeElement(let component, let index, let value, let guarded):
            let home = homeToWrite(component)
            if drops(component, value: value) { return }
            writes.append((.writeElement(home, index: index, value: value, guarded: guarded), line))
            if leaks(component) {
                writes.append((.writeElement(component, index: index, value: value, guarded: guarded), line))
            }
        case .store(let storage, let address, let value, let guarded):
            let access = realAddress(address, in: storage, guarded: guarded, omitOrigin: omitsOriginOnStore)
            writes.append((.store(storage, address: access.address, value: value, guarded: access.guarded), line))
        default:
            break
        }
    }

    /// The map writes the real state, everything else the guest's.
    private func homeToWrite(_ component: StateID) -> StateID {
        purpose == .map ? component : virtualiser.saved[component] ?? component
    }

    /// The write is missing, by a fault.
    private func drops(_ component: StateID, value: ValueID) -> Bool {
        let role = virtualiser.original.state[component.index].role
        // A mirrored component's real value is the guest's own: it is not the map's to set.
        if purpose == .map { return virtualiser.saved[component] == nil && role != .pc }
        switch fault {
        case .savedControlDropped:
            return purpose == .routine && role == .control && virtualiser.saved[component] != nil
        case .savedRelocationDropped:
            return purpose == .routine && role == .relocation && virtualiser.saved[component] != nil
        case .wrongReflectedMode:
            return purpose == .delivery && role == .mode
        case .programCounterNotAdvanced:
            return purpose == .routine && role == .pc && output[value] == .parameter(.next)
        default:
            return false
        }
    }

    private func leaks(_ component: StateID) -> Bool {
        fault == .ownedControlLeaked && purpose == .routine && virtualiser.saved[component] != nil
            && virtualiser.original.state[component.index].role == .control
    }
}
