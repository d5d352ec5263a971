// Two micro-ops that often stand behind each other are done by one handler: the first one's place gets it, and it goes
// on behind the second. The second keeps its own handler, so that whoever comes there from elsewhere, or from the slow
// way of the first, finds it; and what it raises, or how it leaves, names it and nothing else.
//
// A jump from handler to handler that need not be is a jump that need not be predicted: in straight code that is most
// of what an instruction costs.

enum Pairs {
    typealias Entry = (first: Handler, second: Handler, both: Handler)
    typealias Place = UnsafeMutableRawPointer

    /// What cannot fail and goes on behind itself.
    typealias Work = (Core, Op) -> Void

    @inline(__always) static func alone(_ c: Place, _ o: Place, _ work: Work) -> Place? {
        work(Core(c), Op(o))
        return next(c, o)
    }

    @inline(__always) static func both(_ c: Place, _ o: Place, _ first: Work, _ second: Work) -> Place? {
        first(Core(c), Op(o))
        return alone(c, o + MicroOp.stride, second)
    }

    /// - Parameter second: all of a handler.
    @inline(__always) static func then(_ c: Place, _ o: Place, _ first: Work, _ second: (Place, Place) -> Place?) -> Place? {
        first(Core(c), Op(o))
        return second(c, o + MicroOp.stride)
    }

    /// The first is a load from a plain address.
    @inline(__always) static func loading<Word: GuestWord>(
        _ c: Place, _ o: Place, _: Word.Type, _ second: (Place, Place) -> Place?
    ) -> Place? {
        let address = PlainAddresses.address(Core(c), Op(o))
        guard let host = Core(c).quick(at: address, size: MemoryLayout<Word>.size, isWrite: false) else {
            return MemoryHandlers.slowLoad(c, o, Word.self)
        }
        Core(c)[Op(o).a] = UInt64(truncatingIfNeeded: host.loadUnaligned(as: Word.self))
        return second(c, o + MicroOp.stride)
    }

    /// The first pushes `value`.
    @inline(__always) static func pushing(
        _ c: Place, _ o: Place, _ value: UInt64, _ second: (Place, Place) -> Place?
    ) -> Place? {
        let address = Core(c)[Register.sp] &- 8
        guard let host = Core(c).quick(at: address, size: 8, isWrite: true) else {
            return StackHandlers.slowPush(c, o, value)
        }
        host.storeBytes(of: value, as: UInt64.self)
        Core(c)[Register.sp] = address
        return second(c, o + MicroOp.stride)
    }

    /// The first pops.
    @inline(__always) static func popping(_ c: Place, _ o: Place, _ second: (Place, Place) -> Place?) -> Place? {
        let core = Core(c)
        let address = core[Register.sp]
        guard let host = core.quick(at: address, size: 8, isWrite: false) else { return StackHandlers.slowPop(c, o) }
        let value = host.loadUnaligned(as: UInt64.self)
        core[Register.sp] = address &+ 8
        core[Op(o).a] = value
        return second(c, o + MicroOp.stride)
    }

    /// An addition, and behind it a comparison of storage with a register and the jump that asks: only where the storage
    /// is not at hand do the addition's flags ever show.
    @inline(__always) static func addingAndComparing<Word: GuestWord, Asked: Condition>(
        _ c: Place, _ o: Place, _: Word.Type, _: Asked.Type
    ) -> Place? {
        let (core, op) = (Core(c), Op(o))
        let (a, b) = (core[op.a], core[op.b])
        let sum = a &+ b
        core[op.a] = sum
        let second = o + MicroOp.stride
        guard let host = core.quick(Op(second), size: MemoryLayout<Word>.size, isWrite: false) else {
            core.setAddFlags(a, b, sum)
            return Fusion.toMemorySlow(c, second, Compare.self, Word.self, RegisterOperand.self, Asked.self)
        }
        _ = Compare.apply(core, host.loadUnaligned(as: Word.self), core.get(Op(second).b, Word.self))
        return FlowHandlers.branch(c, second, Asked.holds(core))
    }

    // MARK: - What stands in pairs

    @inline(__always) static func move32(_ core: Core, _ op: Op) { core.set(op.a, core.get(op.b, UInt32.self)) }
    @inline(__always) static func move64(_ core: Core, _ op: Op) { core[op.a] = core[op.b] }
    @inline(__always) static func extend(_ core: Core, _ op: Op) {
        core[op.a] = signExtended(core.get(op.b, UInt32.self))
    }
    @inline(__always) static func address(_ core: Core, _ op: Op) { core[op.a] = core.offsetWithin(op) }

    // Without flags, of registers `c` and `b`, or of `b` and a number: see `Silent`.
    @inline(__always) static func combine(_ core: Core, _ op: Op, _ work: (UInt32, UInt32) -> UInt32) {
        core.set(op.a, work(core.get(op.c, UInt32.self), core.get(op.b, UInt32.self)))
    }
    @inline(__always) static func number(_ core: Core, _ op: Op, _ work: (UInt32, UInt32) -> UInt32) {
        core.set(op.a, work(core.get(op.b, UInt32.self), op.immediate(UInt32.self)))
    }
    @inline(__always) static func add(_ core: Core, _ op: Op) { combine(core, op) { $0 &+ $1 } }
    @inline(__always) static func and(_ core: Core, _ op: Op) { combine(core, op) { $0 & $1 } }
    @inline(__always) static func exclusiveOr(_ core: Core, _ op: Op) { combine(core, op) { $0 ^ $1 } }
    @inline(__always) static func andNumber(_ core: Core, _ op: Op) { number(core, op) { $0 & $1 } }
    @inline(__always) static func shiftRight(_ core: Core, _ op: Op) { number(core, op) { $0 &>> $1 } }
    @inline(__always) static func rotateLeft(_ core: Core, _ op: Op) { number(core, op, Silent.rotateLeft) }
    @inline(__always) static func rotateRight(_ core: Core, _ op: Op) { number(core, op, Silent.rotateRight) }

    // Whole handlers, as second ones.
    @inline(__always) static func load32(_ c: Place, _ o: Place) -> Place? { PlainAddresses.load(c, o, UInt32.self) }
    @inline(__always) static func load64(_ c: Place, _ o: Place) -> Place? { PlainAddresses.load(c, o, UInt64.self) }
    @inline(__always) static func store32(_ c: Place, _ o: Place) -> Place? { PlainAddresses.store(c, o, UInt32.self) }
    @inline(__always) static func store64(_ c: Place, _ o: Place) -> Place? { PlainAddresses.store(c, o, UInt64.self) }
    @inline(__always) static func loadByte(_ c: Place, _ o: Place) -> Place? { MoveHandlers.load(c, o, UInt8.self) }
    @inline(__always) static func loadWord(_ c: Place, _ o: Place) -> Place? { MemoryHandlers.load(c, o, UInt16.self) }
    @inline(__always) static func push(_ c: Place, _ o: Place) -> Place? {
        StackHandlers.push(c, o, Core(c)[Op(o).a])
    }
    @inline(__always) static func pushReturn(_ c: Place, _ o: Place) -> Place? {
        StackHandlers.push(c, o, Core(c)[Register.block] &+ Op(o).immediate)
    }
    @inline(__always) static func far(_ c: Place, _ o: Place) -> Place? {
        FlowHandlers.jump(c, o, to: Core(c)[Register.block] &+ Op(o).immediate)
    }
}
