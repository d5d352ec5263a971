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
    var generation: UInt32 = 0
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

    /// The count of instructions at which the present run ends.
    var runLimit: UInt64 = 0
    /// Instructions completed since the start, but for those that run now.
    public internal(set) var completed: UInt64 = 0

    /// Nothing runs before an interrupt.
    public internal(set) var isHalted = false
    /// The instruction after STI or after a load of SS is not interrupted.
    var hasShadow = false
    /// The interrupt controller has a vector for this processor.
    var interruptRequested = false
    var nonMaskablePending = false
    var nonMaskableBlocked = false
    /// A debug exception that waits for the instruction's end: DR6's bits.
    var debugPending: UInt64 = 0
    var isAskedToStop = false
    /// The processor has shut down: a third fault while delivering.
    public internal(set) var shutdown: String?
    /// The last exceptions, newest last, for accounts of crashes.
    public internal(set) var history = ExceptionHistory()

    /// A debug register watches data: every access is looked at.
    var watches: Bool { control.dr[7] & 0xFF != 0 && dataBreakpoints }
    var dataBreakpoints = false

    let fetched = FetchCache()
    // Safety: room for the micro-ops of one instruction, reused.
    let singleOps: UnsafeMutableRawPointer
    var vectorStorage: UnsafeMutableRawPointer
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
        state = .allocate(capacity: 1)
        state.initialize(
            to: ProcessorState(vectors: vectorStorage, translations: translations.entries, jumpCache: jumps))
        blocks = BlockCache(memory)
        singleOps = .allocate(byteCount: 256 * MicroOp.stride, alignment: 32)
        state.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
        blocks.onFirstCode = { [translations] page in translations.forbidWriting(page: page) }
        reset()
    }

    deinit {
        state.pointee.jumpCache.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
        translations.deallocate()
        singleOps.deallocate()
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

    /// Time has gone by as many instructions as are completed.
    func syncTime() {
        time.now = runLimit &- UInt64(bitPattern: state.pointee.remaining) &- UInt64(bitPattern: currentUnpaid)
    }
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
    public private(set) var entries: [Entry] = []

    mutating func add(_ entry: Entry) {
        if entries.count >= 16 { entries.removeFirst() }
        entries.append(entry)
    }
}
