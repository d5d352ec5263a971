import ISALanguage
import Machine

/// What one level's monitor did, by count. Nobody can call an interpreter a monitor when these are printed.
public struct Statistics: Sendable, Equatable {
    /// Instructions that the processor below completed for the guest.
    public internal(set) var direct: UInt64 = 0
    /// Instructions that an interpreter routine completed, by index into the machine's instructions.
    public internal(set) var interpretedByInstruction: [UInt64]
    /// Traps that reached the monitor from the processor below, by trap kind.
    public internal(set) var trappedByKind: [UInt64]
    /// Traps that were delivered into the guest's own vector, by trap kind; interrupts not among them.
    public internal(set) var reflectedByKind: [UInt64]
    /// Traps of the guest that were handed to the monitor above, by trap kind.
    public internal(set) var handedUpByKind: [UInt64]
    /// Interrupts given to the guest, by line.
    public internal(set) var injectedByLine: [UInt64]
    /// Hypercalls performed, by number.
    public internal(set) var hypercalls: [UInt64: UInt64] = [:]
    /// Sites that were rewritten, a site each time that it was.
    public internal(set) var patchedSites: UInt64 = 0
    /// Instructions completed by a routine because their site was rewritten; also counted as interpreted.
    public internal(set) var patched: UInt64 = 0
    /// Exits of the processor below, by cause.
    public internal(set) var exits: [Cause: UInt64] = [:]
    /// Times that real control state which the monitor owns had to be put back: the guest had reached it.
    public internal(set) var escapes: UInt64 = 0
    /// Times that the real mode and relocation were derived anew.
    public internal(set) var mapped: UInt64 = 0

    /// Why the processor below stopped.
    public enum Cause: String, Sendable, CaseIterable {
        case budget, trap, interrupt
        case portAccess = "port-access"
        case storageAccess = "storage-access"
        case hypercall, halt, breakpoint, shutdown, fault

        init(_ exit: Exit) {
            switch exit {
            case .budget: self = .budget
            case .trap(let trap): self = trap.interrupt == nil ? .trap : .interrupt
            case .portAccess: self = .portAccess
            case .storageAccess: self = .storageAccess
            case .hypercall: self = .hypercall
            case .halt: self = .halt
            case .breakpoint: self = .breakpoint
            case .shutdown: self = .shutdown
            case .fault: self = .fault
            }
        }
    }

    init(for machine: MachineDescription) {
        interpretedByInstruction = Array(repeating: 0, count: machine.instructions.count)
        trappedByKind = Array(repeating: 0, count: machine.traps.count)
        reflectedByKind = trappedByKind
        handedUpByKind = trappedByKind
        injectedByLine = Array(repeating: 0, count: machine.interrupts.count)
    }

    public var interpreted: UInt64 { interpretedByInstruction.reduce(0, &+) }
    public var trapped: UInt64 { trappedByKind.reduce(0, &+) }
    public var reflected: UInt64 { reflectedByKind.reduce(0, &+) }
    public var injected: UInt64 { injectedByLine.reduce(0, &+) }
    public var allExits: UInt64 { exits.values.reduce(0, &+) }
    /// Instructions of the guest that were completed, by whatever means.
    public var completed: UInt64 { direct &+ interpreted }

    /// The counts that are not zero, under the names that the machine's file gives: for reports.
    public func named(in machine: MachineDescription) -> [(group: String, name: String, count: UInt64)] {
        var rows: [(group: String, name: String, count: UInt64)] = []
        func add(_ group: String, _ counts: [UInt64], _ name: (Int) -> String) {
            for (index, count) in counts.enumerated() where count > 0 { rows.append((group, name(index), count)) }
        }
        add("trapped", trappedByKind) { machine.traps[$0].name }
        add("reflected", reflectedByKind) { machine.traps[$0].name }
        add("handed-up", handedUpByKind) { machine.traps[$0].name }
        add("injected", injectedByLine) { machine.interrupts[$0].name }
        add("interpreted", interpretedByInstruction) { machine.instructions[$0].name }
        for (number, count) in hypercalls.sorted(by: { $0.key < $1.key }) {
            rows.append(("hypercall", String(number), count))
        }
        for cause in Cause.allCases {
            if let count = exits[cause], count > 0 { rows.append(("exits", cause.rawValue, count)) }
        }
        return rows
    }
}
