/// One step of an instruction, 32 bytes. What the fields mean is the handler's affair, but for those of an address
/// and of the instruction that it belongs to.
struct MicroOp {
    /// Address of a `Handler`.
    var handler: UInt
    /// Numbers of registers.
    var a: UInt8 = 0
    var b: UInt8 = 0
    /// The address: register numbers; scale and `Addressing`; segment.
    var base: UInt8 = Register.none
    var index: UInt8 = Register.none
    var addressing = Addressing()
    var segment: UInt8 = 3
    /// How many of the block's instructions are not completed before this one's: they are given back if it fails.
    var unpaid: UInt8 = 1
    /// Bytes of the instruction.
    var length: UInt8 = 0
    var displacement: Int32 = 0
    /// From the block's first byte to the instruction's.
    var offset: UInt16 = 0
    var c: UInt8 = 0
    var d: UInt8 = 0
    var immediate: UInt64 = 0

    static let stride = MemoryLayout<MicroOp>.stride

    /// A refused access is a stack fault.
    var usesStack: Bool { segment == 2 }

    /// Another micro-op, in the bytes of the fields behind `handler`, which are of no use then.
    var target: UnsafeMutableRawPointer? {
        get { withUnsafeBytes(of: self) { $0.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self) } }
        set {
            let target = newValue
            withUnsafeMutableBytes(of: &self) { $0.storeBytes(of: target, toByteOffset: 8, as: UnsafeMutableRawPointer?.self) }
        }
    }
}

/// How an address is formed from an operand's parts.
struct Addressing {
    /// Bits 0 and 1: the scale.
    var rawValue: UInt8 = 0

    /// The offset has 32 or 16 bits.
    static let narrow32: UInt8 = 4
    static let narrow16: UInt8 = 8
    /// A segment's base is added; 64-bit mode.
    static let based: UInt8 = 16
    /// The segment is checked: every mode but 64-bit mode.
    static let checked: UInt8 = 32
    /// The offset's low 32 bits are the linear address of whatever stays within a page: 32-bit addresses in a segment
    /// that refuses nothing (`Segment.isFlat`), or in 64-bit mode. Beside `checked`, which counts for the rest.
    static let flat: UInt8 = 64
    /// No address: the micro-op is `FlowHandlers.linked`, and whoever comes from a condition may do its work.
    static let isLinked: UInt8 = 128

    @inline(__always) var scale: UInt64 { UInt64(rawValue & 3) }
    @inline(__always) var isPlain: Bool { rawValue < 4 }
    /// A base is added, and nothing is cut or checked: FS and GS in 64-bit mode.
    @inline(__always) var isOnlyBased: Bool { rawValue & ~3 == Addressing.based }
    @inline(__always) func has(_ bit: UInt8) -> Bool { rawValue & bit != 0 }
}

/// Executes one micro-op, then those behind it. Takes the state and the micro-op. In release builds it goes on by
/// itself, jumping from handler to handler, and gives nil at the end; in debug builds, where such jumps would be
/// calls, it gives the micro-op that is next.
typealias Handler = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> UnsafeMutableRawPointer?

/// Where a handler's own instructions begin. Swift reaches most closures by way of a function that only jumps to them;
/// micro-ops, which are made once and run often, go there straight.
func address(of handler: Handler) -> UInt { straight(unsafeBitCast(handler, to: UInt.self)) }

func straight(_ address: UInt) -> UInt {
    #if arch(x86_64)
        var place = address
        // One jump leads to the next in the worst case, never in a circle.
        for _ in 0..<4 {
            // Safety: the address of a function of this program, whose instructions can be read.
            guard let code = UnsafeRawPointer(bitPattern: place) else { break }
            // JMP rel8, JMP rel32: what jumps and does nothing else is the same as where it jumps to.
            switch code.load(as: UInt8.self) {
            case 0xEB: place = UInt(bitPattern: Int(bitPattern: place) + 2 + Int(code.load(fromByteOffset: 1, as: Int8.self)))
            case 0xE9:
                let distance = code.loadUnaligned(fromByteOffset: 1, as: Int32.self)
                place = UInt(bitPattern: Int(bitPattern: place) + 5 + Int(distance))
            default: return place
            }
        }
        return place
    #else
        return address
    #endif
}

/// A micro-op behind a raw pointer, as handlers get it.
struct Op {
    let raw: UnsafeMutableRawPointer
    @inline(__always) init(_ raw: UnsafeMutableRawPointer) { self.raw = raw }
    // Safety: handlers are only ever called with micro-ops of the block arena.
    @inline(__always) var at: UnsafeMutablePointer<MicroOp> { raw.assumingMemoryBound(to: MicroOp.self) }
    @inline(__always) var a: UInt8 { at.pointee.a }
    @inline(__always) var b: UInt8 { at.pointee.b }
    @inline(__always) var c: UInt8 { at.pointee.c }
    @inline(__always) var d: UInt8 { at.pointee.d }
    @inline(__always) var immediate: UInt64 { at.pointee.immediate }
    @inline(__always) func immediate<Word: GuestWord>(_ type: Word.Type) -> Word {
        Word(truncatingIfNeeded: at.pointee.immediate)
    }
}

/// On to the micro-op behind.
@inline(__always)
func next(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    proceed(c, o + MicroOp.stride)
}

/// On to this micro-op.
@inline(__always)
func proceed(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    #if DEBUG
        return o
    #else
        return handler(of: o)(c, o)
    #endif
}

@inline(__always) func handler(of o: UnsafeMutableRawPointer) -> Handler {
    // Safety: the block builder put the address of a handler there.
    unsafeBitCast(o.assumingMemoryBound(to: UInt.self).pointee, to: Handler.self)
}

/// On, unless the micro-op has raised an exception or must run alone: then `leaveReason` is set.
@inline(__always)
func next(
    _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, if isDone: Bool
) -> UnsafeMutableRawPointer? {
    if _fastPath(isDone) { return next(c, o) }
    return leave(c, o)
}

/// Ends the run at this micro-op. The reason stands in the state.
@inline(__always)
func leave(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    // All ways out of a handler are jumps, for what is sometimes a jump and sometimes a return is compiled as a call.
    Core(c).state.pointee.leftAt = o
    return proceed(c, Core(c).state.pointee.exit)
}

/// Runs from a micro-op until one leaves.
func runChain(_ c: UnsafeMutableRawPointer, from first: UnsafeMutableRawPointer) {
    var o = first
    while let following = handler(of: o)(c, o) { o = following }
}
