import ISALanguage

@testable import Virtualizability

/// Goes through states and notes what each instruction was seen to do, by the definitions alone.
struct BruteForce {
    /// What was seen of one instruction. Each is "there is a pair of states", so more states can only add to it.
    struct Seen: Hashable {
        /// Under the monitor it completes, or traps to somebody else.
        var completes = false
        var control = false
        var behaviour = false
        var lostTrap = false
        /// A supervisor state completes where the same state in user mode traps.
        var privilege = false
        /// The direct, and the interpreter routine's square do not commute.
        var direct = false
        var interpreter = false
    }

    let machine: MonitoredMachine
    var instructions: [Seen]
    /// By interrupt line: accepting it does not commute.
    var interrupts: [Bool]
    private(set) var states = 0

    init(_ machine: MonitoredMachine) {
        self.machine = machine
        instructions = Array(repeating: Seen(), count: machine.description.instructions.count)
        interrupts = Array(repeating: false, count: machine.description.interrupts.count)
    }

    /// A bare state and the real one that is its image.
    mutating func look(at bare: MachineState, _ real: MachineState, _ place: Placement) {
        states += 1
        for line in interrupts.indices { lookAtInterrupt(line, bare, real, place) }
        guard let virtual = machine.execute(bare), let direct = machine.execute(real),
            let index = (direct.decoded ?? virtual.decoded)?.instruction,
            virtual.decoded.map({ $0.instruction == index }) ?? true
        else { return }
        let escapes = direct.trap.map { !machine.description.traps[$0.index].reachesMonitor } ?? false
        if direct.isDone || escapes { instructions[index].completes = true }
        if escapes { instructions[index].direct = true }
        if virtual.isDone, ownedChanged(bare, virtual.state) { instructions[index].control = true }
        if escapes || direct.isDone && controlChanged(real, direct.state, bare, place) {
            instructions[index].control = true
        }
        if direct.isDone {
            if virtual.isDone {
                if ordinaryDiffers(virtual.state, direct.state, place) { instructions[index].behaviour = true }
                let image = machine.image(of: virtual.state, in: real, place)
                if direct.state != image { instructions[index].direct = true }
            } else {
                instructions[index].lostTrap = true
                instructions[index].direct = true
            }
        }
        lookForPrivilege(index, bare, real, virtual, place)
        lookAtRoutine(index, bare, real, place)
    }

    private mutating func lookAtRoutine(
        _ index: Int, _ bare: MachineState, _ real: MachineState, _ place: Placement
    ) {
        guard let wanted = machine.step(bare) else { return }
        guard let found = machine.step(real, place: place),
            machine.remapped(found.after, place) == machine.image(of: wanted.after, in: real, place)
        else {
            instructions[index].interpreter = true
            return
        }
    }

    private mutating func lookAtInterrupt(
        _ line: Int, _ bare: MachineState, _ real: MachineState, _ place: Placement
    ) {
        let wanted = machine.accept(line, bare)
        let found = machine.accept(line, real, place: place)
        if wanted.isDue != found.isDue { interrupts[line] = true }
        guard wanted.isDue, let after = wanted.after else { return }
        guard let reached = found.after,
            machine.remapped(reached, place) == machine.image(of: after, in: real, place)
        else {
            interrupts[line] = true
            return
        }
    }

    /// The same state twice, in supervisor and in user mode, with control state as the policy has it.
    private mutating func lookForPrivilege(
        _ index: Int, _ bare: MachineState, _ real: MachineState, _ virtual: MonitoredMachine.Execution,
        _ place: Placement
    ) {
        guard !instructions[index].privilege, virtual.isDone, place.extent == place.size, machine.isSupervisor(bare)
        else { return }
        var user = bare
        for id in machine.ids {
            switch machine.description.state[id.index].role {
            case .mode: user[id] = real[id]
            case .control: guard bare[id] == real[id] else { return }
            default: break
            }
        }
        if let other = machine.execute(user), !other.isDone, (other.decoded?.instruction ?? index) == index {
            instructions[index].privilege = true
        }
    }

    // MARK: Comparing

    private func isOwned(_ id: StateID) -> Bool {
        let role = machine.description.state[id.index].role
        if role == .constant || role == .time { return true }
        return machine.virtualised.saved[id] != nil
    }

    private func ownedChanged(_ before: MachineState, _ after: MachineState) -> Bool {
        machine.ids.contains { isOwned($0) && before[$0] != after[$0] }
    }

    /// m, R, an owned X, or a cell outside the window.
    private func controlChanged(
        _ before: MachineState, _ after: MachineState, _ bare: MachineState, _ place: Placement
    ) -> Bool {
        if ownedChanged(before, after) { return true }
        let window = place.origin..<place.origin + place.extent
        return before.cells.indices.contains { !window.contains($0) && before.cells[$0] != after.cells[$0] }
    }

    /// P, o, mirrored X or the window differ.
    private func ordinaryDiffers(_ bare: MachineState, _ real: MachineState, _ place: Placement) -> Bool {
        if machine.ids.contains(where: { !isOwned($0) && bare[$0] != real[$0] }) { return true }
        return bare.cells.indices.contains { bare.cells[$0] != real.cells[place.origin + $0] }
    }
}

/// All states of a small machine and its monitor, or some of them.
struct StateSpace {
    let machine: MonitoredMachine
    let places: [Placement]
    private let shape: StateShape

    init(_ machine: MonitoredMachine) {
        self.machine = machine
        shape = StateShape(machine.description)
        let storage = machine.description.state.first { $0.role == .storage }
        let (least, most) = (storage?.minimumCount ?? 1, storage?.count ?? 1)
        places = (least...most).flatMap { size in
            (least...size).flatMap { extent in
                (0...size - extent).map { Placement(origin: $0, extent: extent, size: size) }
            }
        }
    }

    private var description: MachineDescription { machine.description }
    private var cellWidth: Int { description.state.first { $0.role == .storage }?.width ?? 1 }

    /// Components whose real value the monitor leaves as it comes.
    private var loose: [StateID] {
        machine.ids.filter {
            description.state[$0.index].role == .control && machine.virtualised.handlings[$0] == .ownAny
        }
    }

    private func bits(_ place: Placement) -> Int {
        let components = (machine.ids + loose).map { description.state[$0.index].width }.reduce(0, +)
        return components + place.size * cellWidth
    }

    /// How many states there are; nil if too many to count.
    var count: Int? {
        places.reduce(Int?.some(0)) { sum, place in
            let bits = bits(place)
            return bits > 40 ? nil : sum.map { $0 + 1 << bits }
        }
    }

    func goThroughAll(_ body: (MachineState, MachineState, Placement) -> Void) {
        for place in places {
            for number in 0..<UInt64(1) << UInt64(bits(place)) {
                var digits = number
                let (bare, real) = states(place) { width in
                    defer { digits >>= UInt64(width) }
                    return digits & WordArithmetic.mask(width)
                }
                body(bare, real, place)
            }
        }
    }

    func sample(_ count: Int, seed: UInt64, _ body: (MachineState, MachineState, Placement) -> Void) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<count {
            let place = places[random.below(places.count)]
            let (bare, real) = states(place) { random.next() & WordArithmetic.mask($0) }
            body(bare, real, place)
        }
    }

    private func states(_ place: Placement, _ digit: (Int) -> UInt64) -> (MachineState, MachineState) {
        var bare = MachineState(shape: shape, size: place.extent)
        var frame = machine.emptyFrame(size: place.size)
        for id in machine.ids { bare[id] = digit(description.state[id.index].width) }
        for id in loose { frame[id] = digit(description.state[id.index].width) }
        for cell in frame.cells.indices { frame.cells[cell] = digit(cellWidth) }
        bare.cells = Array(frame.cells[place.origin..<place.origin + place.extent])
        return (bare, machine.image(of: bare, in: frame, place))
    }
}
