// Handlers of how blocks begin, end, and follow each other.

enum FlowHandlers {
    /// A block's first micro-op: its instructions are paid for in advance. `immediate` is their number.
    static let enter: Handler = { c, o in
        let core = Core(c)
        let left = core.state.pointee.remaining &- Int64(bitPattern: Op(o).immediate)
        if _slowPath(left < 0) {
            core.state.pointee.leaveReason = .budget
            return leave(c, o)
        }
        core.state.pointee.remaining = left
        return next(c, o)
    }

    /// Where every run of micro-ops ends.
    static let exit: Handler = { _, _ in nil }

    /// Pays for the block whose first micro-op this is, and gives the one behind it. Whatever stands in place of `enter`
    /// has a price that nobody can pay, and gets its turn.
    ///
    /// Handlers that choose between ways choose a micro-op, and go on in one place: of several jumps at the end of a
    /// function the compiler makes calls.
    @inline(__always)
    static func entered(_ core: Core, head: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        let left = core.state.pointee.remaining &- Int64(bitPattern: Op(head).immediate)
        if _slowPath(left < 0) { return head }
        core.state.pointee.remaining = left
        return head + MicroOp.stride
    }

    /// What added to any number of instructions that may remain makes it negative.
    static let unpayable = UInt64(1) << 63

    /// The first micro-op of a block that is no more.
    static let stale: Handler = { c, o in
        Core(c).state.pointee.leaveReason = .lookup
        return leave(c, o)
    }

    /// The first micro-op of a block that is no more, after another one was made there: see `MicroOp.target`.
    static let forward: Handler = { c, o in proceed(c, Op(o).at.pointee.target.unsafelyUnwrapped) }

    /// To an address of the same page, at `displacement` from this block's beginning. The block there is known:
    /// `immediate` is its head.
    static let linked: Handler = { c, o in proceed(c, behindLink(Core(c), o)) }

    @inline(__always)
    private static func behindLink(_ core: Core, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        core[Register.block] &+= UInt64(bitPattern: Int64(Op(o).at.pointee.displacement))
        return entered(core, head: UnsafeMutableRawPointer(bitPattern: UInt(Op(o).immediate)).unsafelyUnwrapped)
    }

    /// One of the two micro-ops behind a conditional jump: the first if `isTaken` is false. Where it only goes to a
    /// block that is known, that is done at once.
    @inline(__always)
    static func branch(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ isTaken: Bool
    ) -> UnsafeMutableRawPointer? {
        var way = o + (isTaken ? 2 : 1) * MicroOp.stride
        if _fastPath(Op(way).at.pointee.addressing.rawValue == Addressing.isLinked) { way = behindLink(Core(c), way) }
        return proceed(c, way)
    }

    /// Likewise, and the block is not known yet.
    static let unlinked: Handler = { c, o in
        Core(c)[Register.block] &+= UInt64(bitPattern: Int64(Op(o).at.pointee.displacement))
        Core(c).state.pointee.leaveReason = .lookup
        return leave(c, o)
    }

    static let linkedAddress = address(of: linked)
    static let unlinkedAddress = address(of: unlinked)
    static let staleAddress = address(of: stale)
    static let forwardAddress = address(of: forward)

    /// To an address of another page, at `immediate` from this block's beginning.
    static let far: Handler = { c, o in jump(c, o, to: Core(c)[Register.block] &+ Op(o).immediate) }
    /// Likewise, where instruction pointers have 32 or 16 bits.
    static let far32: Handler = { c, o in jump(c, o, to: (Core(c)[Register.block] &+ Op(o).immediate) & 0xFFFF_FFFF) }
    static let far16: Handler = { c, o in jump(c, o, to: (Core(c)[Register.block] &+ Op(o).immediate) & 0xFFFF) }

    /// To the address in register `a`.
    static let indirect: Handler = { c, o in jump(c, o, to: Core(c)[Op(o).a]) }

    /// The program counter stands in `Register.block`; modes and much else may have changed.
    static let resume: Handler = { c, o in
        if _slowPath(Core(c).state.pointee.attention) {
            Core(c).state.pointee.leaveReason = .attention
            return leave(c, o)
        }
        return jump(c, o, to: Core(c)[Register.block])
    }

    /// Skips the next micro-op where a condition holds: `a` is the condition's number.
    static let skipIf: Handler = { c, o in branch(c, o, Core(c).holds(Op(o).a)) }
    // The conditions that programs use most by themselves.
    static let skipIfEqual: Handler = { c, o in branch(c, o, Core(c).zf) }
    static let skipIfNotEqual: Handler = { c, o in branch(c, o, !Core(c).zf) }
    static let skipIfBelow: Handler = { c, o in branch(c, o, Core(c).cf) }
    static let skipIfNotBelow: Handler = { c, o in branch(c, o, !Core(c).cf) }
    static let skipIfSign: Handler = { c, o in branch(c, o, Core(c).sf) }
    static let skipIfNotSign: Handler = { c, o in branch(c, o, !Core(c).sf) }
    static let skipIfAbove: Handler = { c, o in branch(c, o, !(Core(c).cf || Core(c).zf)) }
    static let skipIfNotAbove: Handler = { c, o in branch(c, o, Core(c).cf || Core(c).zf) }
    static let skipIfLess: Handler = { c, o in branch(c, o, Core(c).sf != Core(c).of) }
    static let skipIfNotLess: Handler = { c, o in branch(c, o, Core(c).sf == Core(c).of) }

    /// - Parameter condition: as in the opcode of Jcc.
    static func skip(_ condition: UInt8) -> Handler {
        switch condition {
        case 2: return skipIfBelow
        case 3: return skipIfNotBelow
        case 4: return skipIfEqual
        case 5: return skipIfNotEqual
        case 6: return skipIfNotAbove
        case 7: return skipIfAbove
        case 8: return skipIfSign
        case 9: return skipIfNotSign
        case 12: return skipIfLess
        case 13: return skipIfNotLess
        default: return skipIf
        }
    }

    /// Skips the next micro-op where register `a` is zero, cut to `immediate`'s ones.
    static let skipIfZero: Handler = { c, o in
        branch(c, o, Core(c)[Op(o).a] & Op(o).immediate == 0)
    }

    /// Raises the exception whose vector is `a`; `b`: it has the error code `immediate`.
    static let raise: Handler = { c, o in
        let code = Op(o).b != 0 ? UInt32(truncatingIfNeeded: Op(o).immediate) : nil
        // INT1 is the one instruction whose exception counts as a trap.
        _ = Core(c).processor.raises(GuestFault(Op(o).a, code: code, isTrap: Op(o).a == 1))
        return leave(c, o)
    }

    /// Calls what a function in Swift does: `immediate` is the number of a `ColdCall`.
    static let cold: Handler = { c, o in
        next(c, o, if: Core(c).processor.callCold(Int(truncatingIfNeeded: Op(o).immediate), Op(o)))
    }

    /// Likewise, and it sets the program counter: `Register.block`.
    static let coldEnd: Handler = { c, o in
        guard Core(c).processor.callColdEnding(Int(truncatingIfNeeded: Op(o).immediate), Op(o)) else { return leave(c, o) }
        return resume(c, o)
    }

    @inline(__always)
    static func jump(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, to address: UInt64
    ) -> UnsafeMutableRawPointer? {
        proceed(c, found(Core(c), o, address))
    }

    @inline(__always)
    private static func found(
        _ core: Core, _ o: UnsafeMutableRawPointer, _ address: UInt64
    ) -> UnsafeMutableRawPointer {
        core[Register.block] = address
        let entry = core.state.pointee.jumpCache + JumpCache.index(address)
        if _fastPath(entry.pointee.address == address) {
            let context = entry.pointee.context
            if _fastPath(context == core.state.pointee.context || context == core.state.pointee.globalContext) {
                return entered(core, head: entry.pointee.head.unsafelyUnwrapped)
            }
        }
        core.state.pointee.leaveReason = .lookup
        core.state.pointee.leftAt = o
        return core.state.pointee.exit
    }
}
