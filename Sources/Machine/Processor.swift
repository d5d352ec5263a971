// The contract between whatever runs a machine and whatever looks after it. It is crossed once per
// exit, never per instruction: an existential call here costs nothing that can be measured.

/// What a machine's state consists of, in an order that every party shares: the ISA file's.
public struct StateLayout: Sendable {
    public struct Component: Sendable {
        public var name: String
        /// Bits per element.
        public var width: Int
        /// Elements; 1 for a scalar. Storage is not a component here: see `GuestStorage`.
        public var count: Int
        public init(name: String, width: Int, count: Int) {
            self.name = name
            self.width = width
            self.count = count
        }
    }
    /// Same indices as the ISA file's state; the storage's entry has count 0.
    public var components: [Component]
    /// Where each component's first element lies in the flat array of slots.
    public var firstSlot: [Int]
    public var slotCount: Int

    public init(components: [Component]) {
        self.components = components
        firstSlot = []
        slotCount = 0
        for component in components {
            firstSlot.append(slotCount)
            slotCount += component.count
        }
    }
}

/// A trap as the guest sees it.
public struct Trap: Hashable, Sendable {
    /// Index of the kind in the ISA file.
    public var kind: Int
    /// The address, the call number; 0 where the kind has none.
    public var detail: UInt64
    /// The address of the trapping instruction.
    public var address: UInt64
    /// The address at which execution resumes if the trap is simply returned from.
    public var resume: UInt64
    /// An interrupt line's index, where an accepted interrupt caused it.
    public var interrupt: Int?

    public init(kind: Int, detail: UInt64, address: UInt64, resume: UInt64, interrupt: Int? = nil) {
        self.kind = kind
        self.detail = detail
        self.address = address
        self.resume = resume
        self.interrupt = interrupt
    }
}

/// Why a processor stopped running, as its host sees it. Closed: a new reason must be handled everywhere.
public enum Exit: Hashable, Sendable {
    /// The budget of instructions is used up.
    case budget
    /// A trap, where traps are asked to exit (`TrapDisposition.exit`). Nothing of the instruction is done
    /// and nothing is delivered.
    case trap(Trap)
    /// The completed instruction or delivered trap before this point left a device's strobe raised: index of
    /// the device binding.
    case portAccess(device: Int)
    /// A watched cell is about to be touched by the instruction at the program counter.
    case storageAccess(address: UInt64, isWrite: Bool)
    /// A call of the hypercall ABI, where the processor below recognises it itself.
    case hypercall(number: UInt64)
    /// The processor sleeps and nothing can wake it but the host.
    case halt
    /// The program counter stands at a breakpoint.
    case breakpoint(address: UInt64)
    /// The machine has stopped for good, with its exit status.
    case shutdown(status: UInt64)
    /// Trap delivery itself failed, or the machine cannot go on: cause in words.
    case fault(String)
}

public enum TrapDisposition: Sendable {
    /// Delivered into the machine's own vector: the machine is bare.
    case deliver
    /// Handed to the host: the machine runs a monitor's guest.
    case exit
}

/// Something that runs until there is a reason to stop.
public protocol Processor: AnyObject {
    var layout: StateLayout { get }
    var storage: GuestStorage { get }
    var trapDisposition: TrapDisposition { get set }
    /// Instructions completed since the start, whoever executed them: the machine's virtual time.
    var completedInstructions: UInt64 { get set }

    /// Runs at most `budget` instructions.
    func run(budget: UInt64) -> Exit
    /// One element of a component.
    subscript(component: Int, element: Int) -> UInt64 { get set }
    /// Delivers a trap into the machine's own vector. Returns false if delivery failed. Delivery may raise
    /// a device's strobe; here the caller serves it before the processor runs on, for there is no exit.
    func deliver(_ trap: Trap) -> Bool
    /// Addresses (as the program counter holds them) at which `run` stops before executing.
    var breakpoints: Set<UInt64> { get set }
    /// Real addresses whose being read or written (not fetched) makes `run` exit before the access.
    var watchedCells: Set<UInt64> { get set }
    /// The host changed storage behind the processor's back: forget decoded code there.
    func storageChanged(_ cells: Range<Int>)
}
