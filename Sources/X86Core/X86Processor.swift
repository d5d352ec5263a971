import Machine
import OpcodeNotation

/// An x86-64 processor with its storage. Encodings, forms and privilege rules come from the records of a machine's
/// file; only the arithmetic is written here.
public final class X86Processor {
    // Safety: one allocation for the processor's life; handlers get its address and nothing else.
    let state: UnsafeMutablePointer<ProcessorState>
    var control = ControlState()
    public let memory: GuestMemory
    public weak var bus: (any ProcessorBus)?
    public let time: VirtualTime
    /// Which of the machine's processors this is: its APIC's number.
    public let number: Int

    var mode = ExecutionMode()
    var modeNumber: UInt16 = 0
    var modes = ModeNumbers()
    let translations = TranslationBuffer()
    /// Counts what has made linear addresses lead elsewhere: of all pages but the global ones, and of these.
    var generation: UInt32 = 0
    var globalGeneration: UInt32 = 0
    let blocks: BlockCache
    let decoding: Decoding
    var coldCalls: [ColdCall] = []
    /// Most instructions that a block may have.
    public var blockLimit = 48

    /// The exception that the last micro-op raised.
    var fault: GuestFault?
    /// Of the instruction that runs in a cold call: where it begins, and where execution goes on.
    var currentIP: UInt64 = 0
    var nextIP: UInt64 = 0
    /// See `MicroOp.unpaid`.
    var currentUnpaid: Int64 = 1

    /// The count of steps at which the present run ends.
    var runLimit: UInt64 = 0
    /// Steps completed since the start, but for those that run now: instructions, and deliveries of exceptions and
    /// interrupts.
    public internal(set) var completed: UInt64 = 0
    /// Exceptions and interrupts that have been delivered, by vector; INT n is an instruction and does not count.
    public internal(set) var deliveries = [UInt64](repeating: 0, count: 256)
    /// Instructions completed, where each iteration of one that repeats itself counts.
    public var instructions: UInt64 { completed &- deliveries.reduce(0, &+) }
    /// Blocks of decoded code that were made.
    public internal(set) var blocksMade: UInt64 = 0

    /// What added to `completed` gives the machine's time.
    public var timeOffset: UInt64 = 0

    /// Nothing runs before an interrupt.
    public internal(set) var isHalted = false
    /// INIT has stopped the processor; a start-up interrupt lets it begin.
    public internal(set) var isWaitingForStartUp = false
    /// The count of steps at which no interrupt is taken: behind STI or a load of SS.
    var shadowEnd: UInt64 = .max
    /// It was a load of SS: debug exceptions wait, too.
    var shadowIsStack = false
    var hasShadow: Bool { completed == shadowEnd }
    /// The last step was an iteration of an instruction that goes on. Its breakpoint has been looked at.
    var isRepeating = false
    /// The instruction that runs is not stepped over by TF: it goes to a handler, or counts TF by itself.
    var stepsNot = false
    /// A task switch has succeeded, and `fault` is the new task's before its first instruction.
    var isTaskFault = false
    /// A debug register watches instructions.
    var watchesCode = false
    /// MISC_FEATURES_ENABLES: CPUID is refused above level 0.
    var faultsCPUID = false
    /// Where pages of more than 4 KiB have been entered in the translation buffer: see `TranslationBuffer.region`.
    var largeRegions: UInt64 = 0
    /// The interrupt controller has a vector for this processor.
    var interruptRequested = false
    var nonMaskablePending = false
    var nonMaskableBlocked = false
    /// A debug exception that waits for the instruction's end: DR6's bits.
    var debugPending: UInt64 = 0
    var isAskedToStop = false

    /// Who watches; it is not kept.
    public weak var traceObserver: (any ProcessorObserver)? {
        didSet { mayBeObserved = traceObserver != nil }
    }
    /// To ask a weak reference costs more than an exception's delivery can spare.
    private(set) var mayBeObserved = false
    var isObserved: Bool { mayBeObserved && traceObserver?.wantsInstructions ?? false }

    // What the machine around it does.
    /// How many processors there are.
    public var processorCount = 1
    /// The date at which the virtual time was zero, in seconds since 1970.
    public var bootSeconds: UInt64 = 0
    /// CR8: the interrupt controller's task priority, its upper four bits.
    public var readTaskPriority: () -> UInt64 = { 0 }
    public var writeTaskPriority: (UInt64) -> Void = { _ in }
    /// The model-specific registers of the interrupt controller: 0x1B, 0x6E0, 0x800 to 0x8FF. nil, false: there is none
    /// such, or it refuses the value.
    public var readControllerMSR: (UInt32) -> UInt64? = { $0 == 0x1B ? 0xFEE0_0900 : nil }
    public var writeControllerMSR: (UInt32, UInt64) -> Bool = { number, _ in number == 0x1B }
    /// The interrupt controller looks whether the guest has ended an interrupt without telling it.
    public var settleEndOfInterrupt: () -> Void = {}
    /// A call of the monitor: number, arguments, result; nil: it is not known.
    public var hypercall: (UInt64, [UInt64]) -> UInt64? = { _, _ in nil }

    /// The processor has shut down: a third fault while delivering.
    public internal(set) var shutdown: String?
    /// The last exceptions, newest last, for accounts of crashes.
    public internal(set) var history = ExceptionHistory()

    /// A debug register watches data: every access is looked at.
    var watches: Bool { control.dr[7] & 0xFF != 0 && dataBreakpoints }
    var dataBreakpoints = false

    let fetched = FetchTranslations()
    // Safety: room for the micro-ops of one instruction, reused.
    let singleOps: UnsafeMutableRawPointer
    var vectorStorage: UnsafeMutableRawPointer
    private let exitOp: UnsafeMutableRawPointer
    public var x87 = X87State()
    /// Random numbers for RDRAND, from the machine's seed.
    public var random: UInt64

    public init(
        memory: GuestMemory, decoding: Decoding, time: VirtualTime = VirtualTime(), number: Int = 0, seed: UInt64 = 1
    ) {
        self.memory = memory
        self.decoding = decoding
        self.time = time
        self.number = number
        random = seed
        let jumps = UnsafeMutablePointer<JumpCacheEntry>.allocate(capacity: JumpCache.size)
        jumps.initialize(repeating: JumpCacheEntry(), count: JumpCache.size)
        vectorStorage = .allocate(byteCount: VectorRegister.count * VectorRegister.stride, alignment: 64)
        vectorStorage.initializeMemory(as: UInt8.self, repeating: 0, count: VectorRegister.count * VectorRegister.stride)
        exitOp = .allocate(byteCount: MicroOp.stride, alignment: 32)
        exitOp.initializeMemory(
            as: MicroOp.self, to: MicroOp(handler: unsafeBitCast(FlowHandlers.exit, to: UInt.self)))
        state = .allocate(capacity: 1)
        state.initialize(
            to: ProcessorState(
                vectors: vectorStorage, translations: translations.entries, jumpCache: jumps, exit: exitOp))
        blocks = BlockCache(memory)
        singleOps = .allocate(byteCount: 256 * MicroOp.stride, alignment: 32)
        state.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
        observer.processor = self
        memory.observe(observer)
        reset()
    }

    /// Hears of code in the storage, which outlives the processor.
    private final class Observer: CodeObserver {
        // Safety: the processor takes itself away when it goes. A weak reference would make every other reference to
        // the processor slower, for its count would move to a place of its own.
        unowned(unsafe) var processor: X86Processor?
        func codeAppeared(page: UInt64) { processor?.translations.forbidWriting(page: page) }
        func codeWritten(page: Int) { processor?.blocks.forget(page: page) }
    }

    private let observer = Observer()

    deinit {
        observer.processor = nil
        state.pointee.jumpCache.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
        translations.deallocate()
        singleOps.deallocate()
        exitOp.deallocate()
        vectorStorage.deallocate()
    }

    var core: Core { Core(UnsafeMutableRawPointer(state)) }

    /// The instruction pointer, between two instructions.
    public internal(set) var instructionPointer: UInt64 {
        get { core[Register.block] }
        set { core[Register.block] = newValue }
    }

    /// The state after power-on: real mode at F000:FFF0. Intel SDM volume 3, table 9-1.
    public func reset() {
        control = ControlState()
        for number in UInt8(0)..<32 { core[number] = 0 }
        core[Register.dx] = 0x600
        state.pointee.systemFlags = 0
        core.statusFlags = 0
        for number in 0..<6 { state.pointee.segments[number] = Segment() }
        state.pointee.segments[SegmentNumber.cs] = Segment(
            selector: 0xF000, attributes: 0x9B, limit: 0xFFFF, base: 0xFFFF_0000)
        instructionPointer = 0xFFF0
        state.pointee.mxcsr = 0x1F80
        x87 = X87State()
        isHalted = false
        shutdown = nil
        shadowEnd = .max
        shadowIsStack = false
        stepsNot = false
        isRepeating = false
        debugPending = 0
        nonMaskableBlocked = false
        watchesCode = false
        dataBreakpoints = false
        faultsCPUID = false
        largeRegions = 0
        translations.flush()
        translationChanged()
        modeChanged()
    }

    /// Called by the machine when the level of this processor's interrupt line changes.
    public func setInterruptRequest(_ isRequested: Bool) {
        interruptRequested = isRequested
        if isRequested { lookUp() }
    }

    public func raiseNonMaskableInterrupt() {
        nonMaskablePending = true
        lookUp()
    }

    /// Something may have to be done between this instruction and the next.
    func lookUp() { state.pointee.attention = true }

    /// The machine's time where the running instruction begins: instructions are nanoseconds, and what a processor
    /// slept or waited for others is added.
    var now: UInt64 {
        let done = runLimit &- UInt64(bitPattern: state.pointee.remaining) &- UInt64(bitPattern: currentUnpaid)
        return done &+ timeOffset
    }

    /// The machine's clock shows what the processor has come to. It never goes back, where processors take turns.
    func syncTime() { time.now = max(time.now, now) }

    /// The present run ends before or at this time; what a device was told just now may be due earlier than what the
    /// run was begun with.
    public func endRun(at moment: UInt64) {
        let limit = max(moment &- timeOffset, completedNow &+ 1)
        guard limit < runLimit else { return }
        state.pointee.remaining &-= Int64(bitPattern: runLimit &- limit)
        runLimit = limit
        lookUp()
    }

    private var completedNow: UInt64 { now &- timeOffset }
}

/// Records of exceptions for the account of a crash.
public struct ExceptionHistory: Sendable {
    public struct Entry: Sendable {
        public var vector: UInt8
        public var code: UInt32?
        public var address: UInt64
        public var detail: UInt64
        public var level: Int
        public var count: UInt64
    }
    private static let most = 16
    private var ring: [Entry] = []
    /// Where the oldest stands once the ring is full.
    private var oldest = 0
    public var entries: [Entry] { Array(ring[oldest...] + ring[..<oldest]) }

    mutating func add(_ entry: Entry) {
        if ring.count < Self.most { return ring.append(entry) }
        ring[oldest] = entry
        oldest = (oldest + 1) % Self.most
    }
}
