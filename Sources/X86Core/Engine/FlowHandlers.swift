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

    /// The first micro-op of a block that is no more.
    static let stale: Handler = { c, o in
        Core(c).state.pointee.leaveReason = .lookup
        return leave(c, o)
    }

    /// The first micro-op of a block that is no more, after another one was made there: `immediate` is its head.
    static let forward: Handler = { c, o in
        proceed(c, UnsafeMutableRawPointer(bitPattern: UInt(Op(o).immediate)).unsafelyUnwrapped)
    }

    /// To an address of the same page, at `displacement` from this block's beginning. The block there is known:
    /// `immediate` is its head.
    static let linked: Handler = { c, o in
        Core(c)[Register.block] &+= UInt64(bitPattern: Int64(Op(o).at.pointee.displacement))
        return proceed(c, UnsafeMutableRawPointer(bitPattern: UInt(Op(o).immediate)).unsafelyUnwrapped)
    }

    /// Likewise, and the block is not known yet.
    static let unlinked: Handler = { c, o in
        Core(c)[Register.block] &+= UInt64(bitPattern: Int64(Op(o).at.pointee.displacement))
        Core(c).state.pointee.leaveReason = .lookup
        return leave(c, o)
    }

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
    static let skipIf: Handler = { c, o in
        Core(c).holds(Op(o).a) ? proceed(c, o + 2 * MicroOp.stride) : next(c, o)
    }
    // The conditions that programs use most by themselves.
    static let skipIfEqual: Handler = { c, o in Core(c).zf ? proceed(c, o + 2 * MicroOp.stride) : next(c, o) }
    static let skipIfNotEqual: Handler = { c, o in Core(c).zf ? next(c, o) : proceed(c, o + 2 * MicroOp.stride) }
    static let skipIfBelow: Handler = { c, o in Core(c).cf ? proceed(c, o + 2 * MicroOp.stride) : next(c, o) }
    static let skipIfNotBelow: Handler = { c, o in Core(c).cf ? next(c, o) : proceed(c, o + 2 * MicroOp.stride) }
    static let skipIfSign: Handler = { c, o in Core(c).sf ? proceed(c, o + 2 * MicroOp.stride) : next(c, o) }
    static let skipIfNotSign: Handler = { c, o in Core(c).sf ? next(c, o) : proceed(c, o + 2 * MicroOp.stride) }
    static let skipIfAbove: Handler = { c, o in
        Core(c).cf || Core(c).zf ? next(c, o) : proceed(c, o + 2 * MicroOp.stride)
    }
    static let skipIfNotAbove: Handler = { c, o in
        Core(c).cf || Core(c).zf ? proceed(c, o + 2 * MicroOp.stride) : next(c, o)
    }
    static let skipIfLess: Handler = { c, o in
        Core(c).sf != Core(c).of ? proceed(c, o + 2 * MicroOp.stride) : next(c, o)
    }
    static let skipIfNotLess: Handler = { c, o in
        Core(c).sf != Core(c).of ? next(c, o) : proceed(c, o + 2 * MicroOp.stride)
    }

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
        Core(c)[Op(o).a] & Op(o).immediate == 0 ? proceed(c, o + 2 * MicroOp.stride) : next(c, o)
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
        let core = Core(c)
        core[Register.block] = address
        let entry = core.state.pointee.jumpCache + JumpCache.index(address)
        if _fastPath(entry.pointee.address == address && entry.pointee.context == core.state.pointee.context) {
            return proceed(c, entry.pointee.head.unsafelyUnwrapped)
        }
        core.state.pointee.leaveReason = .lookup
        return leave(c, o)
    }
}
