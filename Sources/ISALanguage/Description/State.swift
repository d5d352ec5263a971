/// Index into `MachineDescription.state`.
public struct StateID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: StateID, b: StateID) -> Bool { a.index < b.index }
}

/// What a component is to a monitor. Declared in the file, and checked against the closure of
/// what feeds trap conditions, translation, delivery and interrupt acceptance.
public enum Role: String, Sendable, CaseIterable {
    /// P, the program counter.
    case pc
    /// o: registers and flags that user code owns.
    case register
    /// E: cells.
    case storage
    /// m: the privilege level.
    case mode
    /// R: what addresses are translated by.
    case relocation
    /// X: every other resource.
    case control
    /// Advanced by ticks, not by instructions; reading it is a timing-read.
    case time
    /// Never changes: an identification register, a platform bit. `--assume` fixes it.
    case constant
}

/// How the monitor treats a control component while a guest runs.
public enum Handling: Hashable, Sendable {
    /// The real value is the monitor's and fixed; the guest's lives in the saved state V.
    case own(UInt64)
    /// The real value is the monitor's and arbitrary.
    case ownAny
    /// The real value is the virtual one.
    case mirror
    /// A machine constant: the same on both sides.
    case constant
}

/// A named part of a component: `psw.cc`.
public struct SubField: Sendable, Hashable {
    public var name: String
    /// Bit numbers with 0 least significant, whatever the file's convention.
    public var high: Int
    public var low: Int
    public init(name: String, high: Int, low: Int) {
        self.name = name
        self.high = high
        self.low = low
    }
}

/// One declared component of the machine's state.
public struct StateComponent: Sendable {
    public var name: String
    public var role: Role
    /// Width of one element in bits, 1...64.
    public var width: Int
    /// Number of elements: 1 for a scalar, the register file's size, or the greatest number of
    /// cells of a storage.
    public var count: Int
    /// Declared with brackets: a register file or a storage, even if `count` is 1.
    public var isArray: Bool
    /// Width of an index or a real address, in bits.
    public var indexWidth: Int
    /// For storage: no machine of this kind has fewer cells.
    public var minimumCount: Int
    public var initialValue: UInt64
    /// Names of the elements of a register file as the assembler writes them; empty: `name` + number.
    public var elementNames: [String]
    public var subFields: [SubField]
    /// A bit that the monitor may fix: candidates for the policy search.
    public var isPolicy: Bool
    /// What the file asks for; `nil`: the checker's default and search decide.
    public var declaredHandling: Handling?
    /// For role `time`: counts down to zero after each completed instruction while non-zero,
    /// and then sets this component to 1.
    public var expires: StateID?
    public var location: SourceLocation

    public init(name: String, role: Role, width: Int, location: SourceLocation) {
        self.name = name
        self.role = role
        self.width = width
        self.location = location
        count = 1
        isArray = false
        indexWidth = 0
        minimumCount = 1
        initialValue = 0
        elementNames = []
        subFields = []
        isPolicy = false
    }

    /// The assembler's name of an element.
    public func elementName(_ index: Int) -> String {
        if !isArray { return name }
        return index < elementNames.count ? elementNames[index] : "\(name)\(index)"
    }
}

/// Index into `MachineDescription.traps`.
public struct TrapID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: TrapID, b: TrapID) -> Bool { a.index < b.index }
}

/// A kind of trap.
public struct TrapKind: Sendable {
    public var name: String
    /// Delivery's argument 0.
    public var code: UInt64
    /// Width of the detail that comes with it (an address, a call number); 0: none.
    public var detailWidth: Int
    public var detailName: String
    /// The saved program counter is that of the next instruction (a call), not of this one (a fault).
    public var resumesAfter: Bool
    /// The access rule's trap, which the paper's definitions leave out.
    public var isStorageTrap: Bool
    /// The trap exists to ask the supervisor for a service: the channel of hypercalls.
    public var isCall: Bool
    /// Where it goes: the machine's own vector unless the file names another target that is
    /// not the monitor (a delegated trap).
    public var reachesMonitor: Bool
    public var location: SourceLocation

    public init(name: String, code: UInt64, location: SourceLocation) {
        self.name = name
        self.code = code
        self.location = location
        detailWidth = 0
        detailName = ""
        resumesAfter = false
        isStorageTrap = false
        isCall = false
        reachesMonitor = true
    }
}

/// A line that can interrupt. Acceptance is a pseudo-instruction.
public struct InterruptLine: Sendable {
    public var name: String
    public var trap: TrapID
    /// One bit: pending.
    public var pending: Program
    /// One bit: the mask lets it through.
    public var enabled: Program
    /// State changed by acceptance itself, before delivery (the pending bit cleared).
    public var acknowledge: Program?
    public var location: SourceLocation

    public init(name: String, trap: TrapID, pending: Program, enabled: Program, location: SourceLocation) {
        self.name = name
        self.trap = trap
        self.pending = pending
        self.enabled = enabled
        self.location = location
    }
}
