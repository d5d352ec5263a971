import ISALanguage
import Machine

/// Binary translation of the smallest kind: before the guest's code runs directly, its critical instructions
/// are overwritten with an encoding that traps, so that the monitor interprets them as it does privileged
/// ones. Critical instructions are found by following control flow from the program counter; a run of code
/// that has been looked at ends at transfers to code that has not, and those are overwritten, too, until it
/// has. So nothing that control does not reach is touched, however critical it looks.
///
/// The guest never sees any of this: cells that were looked at are watched, reads of them are interpreted and
/// see the original, writes to them discard what was found. Whenever the machine stops running, storage is
/// as the guest left it.
final class CodePatcher {
    private let routines: InterpreterRoutines
    private let processor: any Processor
    private let critical: Set<Int>
    private let trappingUnit: UInt64
    /// Components that the guest's fetches depend on, in V or real.
    private let contextComponents: [StateID]
    /// Instructions that change the translation without the monitor's noticing: their target is looked at.
    private let changesTranslation: [Bool]
    private var maps: [[UInt64]: CodeMap] = [:]
    private var context: [UInt64]?
    private var current = CodeMap()
    /// The patches stand in storage.
    private var isApplied = false
    /// What is watched for someone else, as addresses of the machine below.
    private var watchedAbove: Set<UInt64> = []
    private var layouts: [FetchedCells.Layout] = []
    private(set) var sitesPatched: UInt64 = 0

    /// Instructions looked at in one go.
    private static let scanLimit = 256
    /// Translations remembered.
    private static let contextLimit = 64

    init(
        _ routines: InterpreterRoutines, on processor: any Processor, critical: Set<Int>
    ) throws(MonitorError) {
        guard let unit = TrappingUnit.find(for: routines.decoder) else {
            throw MonitorError(
                "machine '\(routines.virtualised.original.name)' has no encoding that always traps, so code cannot "
                    + "be patched", remedy: "use --monitor interpret")
        }
        self.routines = routines
        self.processor = processor
        self.critical = critical
        trappingUnit = unit
        let machine = routines.virtualised.machine
        let components = CodePatcher.componentsRead(by: machine.fetch)
        contextComponents = components
        let real = Set(components.filter { $0.index < routines.virtualised.firstSaved })
        changesTranslation = machine.instructions.map { instruction in
            instruction.program.operations.contains { operation in
                switch operation {
                case .write(let component, _, _), .writeElement(let component, _, _, _): real.contains(component)
                default: false
                }
            }
        }
    }

    static func componentsRead(by program: Program) -> [StateID] {
        var components: [StateID] = []
        for operation in program.operations {
            switch operation {
            case .read(let component), .readElement(let component, _):
                if !components.contains(component) { components.append(component) }
            default: break
            }
        }
        return components
    }

    // MARK: Around a direct run

    /// Makes sure that whatever runs from this address on has been looked at. Returns false if the instruction
    /// there is to be interpreted instead.
    func prepare(at address: UInt64, watching above: Set<UInt64>) -> Bool {
        watchedAbove = above
        enterContext()
        if !isApplied, !contentsAreCurrent { current = CodeMap() }
        if !current.covers(address) {
            discover(from: address)
            let before = current.patches
            sitesPatched &+= current.settle { [unowned self] in replacement(at: $0, of: $1) }
            if isApplied { change(from: before, to: current.patches) }
            watch()
        }
        if current.cannotPatch {
            withdraw()
            return false
        }
        apply()
        return current[address]?.isPatched == false
    }

    /// Puts the guest's own contents back.
    func withdraw() {
        guard isApplied else { return }
        isApplied = false
        change(from: current.patches, to: [:])
        processor.watchedCells = watchedAbove
    }

    private func apply() {
        guard !isApplied else { return }
        isApplied = true
        change(from: [:], to: current.patches)
        watch()
    }

    private func watch() {
        guard isApplied else { return }
        processor.watchedCells = watchedAbove.union(current.contents.keys)
    }

    /// Somebody above watches other cells now.
    func watchesChanged(to above: Set<UInt64>) {
        watchedAbove = above
        watch()
    }

    /// Overwrites what differs between two sets of patches; where there is none, the guest's own content stands.
    private func change(from old: [UInt64: UInt64], to new: [UInt64: UInt64]) {
        for cell in Set(old.keys).union(new.keys) where old[cell] != new[cell] {
            guard let content = new[cell] ?? current.contents[cell] else { continue }
            let address = Int(cell)
            guard processor.storage.count > address else { continue }
            processor.storage[address] = content
            processor.storageChanged(address..<address + 1)
        }
    }

    // MARK: What the guest sees

    /// The guest's own content of an overwritten cell; nil if it stands in storage.
    func original(at cell: UInt64) -> UInt64? {
        guard isApplied, current.patches[cell] != nil else { return nil }
        return current.contents[cell]
    }

    /// The guest is about to store into a cell. If that is code, everything found so far is looked at anew.
    func willStore(at cell: UInt64) {
        guard isApplied, current.contents[cell] != nil else { return }
        withdraw()
        current = CodeMap()
    }

    /// The instruction at this address stands overwritten.
    func isPatched(at address: UInt64) -> Bool { isApplied && current[address]?.isPatched == true }

    private var contentsAreCurrent: Bool {
        current.contents.allSatisfy { cell, content in processor.storage[checked: Int(cell)] == content }
    }

    /// Code under another translation is other code: its findings are kept apart.
    private func enterContext() {
        var values: [UInt64] = []
        for component in contextComponents {
            let count = routines.virtualised.machine.state[component.index].count
            for element in 0..<UInt64(count) { values.append(routines.state.read(component, element: element)) }
        }
        guard context != values else { return }
        withdraw()
        if let context {
            if maps.count >= CodePatcher.contextLimit { maps = [:] }
            maps[context] = current
        }
        current = maps.removeValue(forKey: values) ?? CodeMap()
        context = values
    }

    // MARK: Finding code

    /// Looks at the run of code from an address on: on through conditional transfers, up to the first
    /// instruction after which control cannot simply go on.
    private func discover(from start: UInt64) {
        var address = start
        for _ in 0..<CodePatcher.scanLimit {
            if current.covers(address) { return }
            guard let next = look(at: address) else { return }
            address = next
        }
        if !current.covers(address) { add(.frontier, at: address, length: 1) }
    }

    /// Looks at one instruction. Returns where the run goes on, if it does.
    private func look(at address: UInt64) -> UInt64? {
        guard case .instruction(let decoded) = routines.decode(at: address) else {
            // Not an instruction, or not to be fetched: it traps by itself.
            add(.plain, at: address, length: 1)
            return nil
        }
        let next = routines.address(decoded.length, unitsAfter: address)
        var role = CodeMap.Role.plain
        var goesOn = true
        if critical.contains(decoded.instruction) || changesTranslation[decoded.instruction] {
            role = .critical
            goesOn = false
        } else {
            switch Successors(
                of: decoded, at: address, in: routines.virtualised.original, fixed: realModes) {
            case .known(let targets):
                if targets != [next] { role = .transfer(targets) }
                goesOn = targets.contains(next)
            case .unknown:
                role = .indirect
                goesOn = false
            }
        }
        add(role, at: address, length: decoded.length)
        return goesOn ? next : nil
    }

    private var realModes: [StateID: UInt64] {
        var modes: [StateID: UInt64] = [:]
        for component in routines.virtualised.saved.keys
        where routines.virtualised.original.state[component.index].role == .mode {
            modes[component] = routines.state[real: component]
        }
        return modes
    }

    private func add(_ role: CodeMap.Role, at address: UInt64, length: Int) {
        var contents: [UInt64: UInt64] = [:]
        var first: FetchedCells?
        for unit in 0..<max(length, 1) {
            guard let fetched = routines.fetchedCells(at: routines.address(unit, unitsAfter: address)) else { break }
            if unit == 0 { first = fetched }
            for (cell, content) in zip(fetched.addresses, fetched.contents) { contents[cell] = content }
        }
        // What cannot be fetched traps by itself.
        let role = role == .frontier && first == nil ? .plain : role
        let site = CodeMap.Site(role: role, cells: Set(contents.keys), first: first)
        current.add(site, at: address, contents: contents)
    }

    /// What to write into the cells of a site's first unit so that it traps.
    private func replacement(at address: UInt64, of site: CodeMap.Site) -> [UInt64]? {
        guard let first = site.first else { return nil }
        let state = routines.virtualised.machine.state
        let cellWidth = state.first { $0.role == .storage }?.width ?? 0
        return first.contents(
            giving: trappingUnit, cellWidth: cellWidth, unitWidth: routines.virtualised.machine.unitWidth,
            layouts: &layouts
        ) { [routines] in routines.refetch(at: address, cells: first.addresses, holding: $0) }
    }
}
