/// Everything that micro-ops touch, in one allocation. The first thing in it is the register file, so that a pointer
/// to the state is a pointer to register 0.
struct ProcessorState {
    /// General registers by number, then those of `Register`.
    var registers: InlineArray<32, UInt64> = .init(repeating: 0)
    /// The halves of YMM registers, 16 bytes each: see `VectorRegister`. Handlers in C look here: HostHandlers.c.
    var vectors: UnsafeMutableRawPointer

    // The status flags as the last instruction that set them left them: see Flags.swift.
    var flagResult: UInt64 = 1
    var flagCarries: UInt64 = 0
    /// The other flags of RFLAGS, where they stand in RFLAGS: TF, IF, DF, IOPL, NT, RF, VM, AC, VIF, VIP, ID.
    var systemFlags: UInt64 = 0

    /// Instructions that may still be completed before the processor must look up.
    var remaining: Int64 = 0

    /// The entries that translate for the present level: one of `TranslationBuffer`'s sets.
    var translations: UnsafeMutablePointer<TranslationEntry>
    /// Blocks by linear address: `JumpCache.size` entries.
    var jumpCache: UnsafeMutablePointer<JumpCacheEntry>
    /// What an entry of the jump cache must carry to count: mode and generation of the translation.
    var context: UInt64 = 0
    /// Or this one: it was found in a global page.
    var globalContext: UInt64 = 0

    /// Where the last run ended, and why.
    var leftAt: UnsafeMutableRawPointer?
    var leaveReason: LeaveReason = .budget
    /// A micro-op that ends the run.
    var exit: UnsafeMutableRawPointer
    /// The block that runs has one instruction: it may touch devices, and code that it stands in.
    var isSingle = false
    /// Something waits to be looked at between two instructions: an interrupt, a stop, a trap after the instruction.
    var attention = false

    /// What a slow path gives back.
    var scratch: UInt64 = 0
    var scratchHigh: UInt64 = 0

    var segments: InlineArray<6, Segment> = .init(repeating: Segment())

    /// MXCSR; its exception flags are also those of the host while a run lasts.
    var mxcsr: UInt32 = 0x1F80
    /// The host's own MXCSR while it holds the guest's; 0: it does not.
    var hostMXCSR: UInt32 = 0

    /// The processor that this state belongs to.
    var owner: UnsafeMutableRawPointer?
}

/// Numbers behind the sixteen general registers.
enum Register {
    /// Always zero: the base or the index that an operand does not have.
    static let none: UInt8 = 16
    /// The instruction pointer where the running block began. Linear address minus CS base.
    static let block: UInt8 = 17
    /// What an instruction keeps between its micro-ops.
    static let t0: UInt8 = 18
    static let t1: UInt8 = 19
    static let t2: UInt8 = 20

    static let ax: UInt8 = 0, cx: UInt8 = 1, dx: UInt8 = 2, bx: UInt8 = 3
    static let sp: UInt8 = 4, bp: UInt8 = 5, si: UInt8 = 6, di: UInt8 = 7
}

/// Why micro-ops stopped running.
enum LeaveReason: UInt8 {
    /// No instructions are left to complete. The block at `Register.block` has not begun.
    case budget
    /// An instruction raised an exception: `X86Processor.fault` has it. Nothing of it is done.
    case exception
    /// The instruction must run in a block of its own. Nothing of it is done.
    case alone
    /// The program counter is in `Register.block`, and no block is known there.
    case lookup
    /// Between two instructions something waits.
    case attention
}

/// A segment register with what stands behind it.
struct Segment {
    var selector: UInt16 = 0
    /// Type, S, DPL, P, AVL, L, D/B, G as bits 40 to 47 and 52 to 55 of the descriptor hold them: bits 0 to 7 and
    /// 12 to 15 here.
    var attributes: UInt16 = 0x93
    /// The last offset, in bytes.
    var limit: UInt32 = 0xFFFF
    var base: UInt64 = 0

    var isPresent: Bool { attributes & 0x80 != 0 }
    var privilege: Int { Int(attributes >> 5 & 3) }
    var isCode: Bool { attributes & 0x18 == 0x18 }
    /// L: 64-bit code.
    var isLong: Bool { attributes & 0x2000 != 0 }
    /// D or B: 32 bits where nothing else is said.
    var isBig: Bool { attributes & 0x4000 != 0 }
    /// It cannot be used: loaded with a null selector.
    var isUnusable = false
    /// Whatever stays below 4 GiB may be read and written, and offsets are linear addresses: data that is writable and
    /// does not expand down, from 0 to the end. In real mode, too, where protected mode has left such a limit.
    var isFlat: Bool { base == 0 && limit == .max && attributes & 0x1E == 0x12 && !isUnusable }
}

enum SegmentNumber {
    static let es = 0, cs = 1, ss = 2, ds = 3, fs = 4, gs = 5
}

/// The state behind a raw pointer, as handlers get it.
struct Core {
    let raw: UnsafeMutableRawPointer

    @inline(__always) init(_ raw: UnsafeMutableRawPointer) { self.raw = raw }

    // Safety: `X86Processor` allocates the state and outlives every run; registers are its first field.
    @inline(__always) var state: UnsafeMutablePointer<ProcessorState> {
        raw.assumingMemoryBound(to: ProcessorState.self)
    }

    @inline(__always) subscript(number: UInt8) -> UInt64 {
        get { raw.assumingMemoryBound(to: UInt64.self)[Int(number)] }
        nonmutating set { raw.assumingMemoryBound(to: UInt64.self)[Int(number)] = newValue }
    }

    /// The low part of a register.
    @inline(__always) func get<Word: FixedWidthInteger & UnsignedInteger>(_ number: UInt8, _ type: Word.Type) -> Word {
        Word(truncatingIfNeeded: self[number])
    }

    /// Eight and sixteen bits leave the rest of the register alone, thirty-two clear it.
    @inline(__always) func set<Word: FixedWidthInteger & UnsignedInteger>(_ number: UInt8, _ value: Word) {
        if Word.bitWidth >= 32 {
            self[number] = UInt64(truncatingIfNeeded: value)
        } else {
            let kept = self[number] & ~UInt64(truncatingIfNeeded: Word.max)
            self[number] = kept | UInt64(truncatingIfNeeded: value)
        }
    }

    /// The 16 bytes of a vector register.
    @inline(__always) func vector(_ number: UInt8) -> UnsafeMutableRawPointer {
        state.pointee.vectors + Int(number) &* VectorRegister.stride
    }

    /// Unretained: the processor outlives the run.
    @inline(__always) var processor: X86Processor {
        Unmanaged<X86Processor>.fromOpaque(state.pointee.owner.unsafelyUnwrapped).takeUnretainedValue()
    }
}

/// Numbers of vector registers of 16 bytes. The upper half of a YMM register is one by itself, so that what is done to
/// an XMM register can be done to either half.
enum VectorRegister {
    /// Bytes from one to the next.
    static let stride = 16
    static let count = 64
    /// For the core's own use. `t1` is kept for exceptions that are not masked.
    static let t0: UInt8 = 16, t1: UInt8 = 17, t2: UInt8 = 18, t3: UInt8 = 19

    /// The upper half of YMM0 to YMM15 and of the core's own.
    @inline(__always) static func upper(_ number: UInt8) -> UInt8 { number | 32 }
}
