// Most status flags are set again before anybody asks for them. Where that is certain within a block, they are not
// computed at all.
//
// It is certain only where nothing in between can fail: a micro-op that raises an exception shows the flags as the
// instructions in front of it left them. A load is such a micro-op; moves between registers are not.

/// What the end of a block's making knows of a handler.
struct HandlerFacts {
    enum Shape { case registers, immediate, other }

    /// Sets all status flags from its operands alone, and cannot fail.
    var setsFlags = false
    /// Cannot fail, and reads no status flag. It may change some.
    var isQuiet = false
    /// Does the same but for the status flags; 0: there is none.
    var silent: UInt = 0
    /// Of those that do without: how they name their operands, see `Silent`, and the operands' bytes.
    var isSilent = false
    var shape = Shape.other
    var bytes: UInt8 = 0
    /// Moves a register's low part and clears what is above it: so many bytes; 0: does something else.
    var movedBytes: UInt8 = 0
    /// Does the same where the address is a base and a displacement; 0: there is none.
    var plain: UInt = 0
    /// Numbers in the table of pairs, as the first and as the second of two; 0: it stands in none.
    var first: UInt8 = 0
    var second: UInt8 = 0
}

/// Facts by handler: a table of our own, for every micro-op that is made is looked up.
struct HandlerTable: Sendable {
    private static let size = 1024
    private var keys = [UInt](repeating: 0, count: size)
    private var facts = [HandlerFacts](repeating: HandlerFacts(), count: size)
    /// What does both of two, by the first one's number and the second one's; 0: nothing does.
    private var pairs = [UInt](repeating: 0, count: 64 * 64)

    @inline(__always) private func place(_ handler: UInt) -> Int {
        var index = Int(truncatingIfNeeded: handler >> 4 ^ handler >> 14) & (Self.size - 1)
        while keys[index] != handler, keys[index] != 0 { index = (index + 1) & (Self.size - 1) }
        return index
    }

    mutating func note(_ handler: Handler, _ change: (inout HandlerFacts) -> Void) {
        let key = unsafeBitCast(handler, to: UInt.self)
        let index = place(key)
        keys[index] = key
        change(&facts[index])
    }

    subscript(handler: UInt) -> HandlerFacts { facts[place(handler)] }

    static let shared = HandlerTable()

    private init() {
        for handler in DeadFlags.setters { note(handler) { $0.setsFlags = true } }
        for handler in DeadFlags.quiet { note(handler) { $0.isQuiet = true } }
        let parts: [([DeadFlags.Pair], HandlerFacts.Shape)] = [
            (DeadFlags.registers, .registers), (DeadFlags.immediates, .immediate), (DeadFlags.others, .other),
        ]
        for (pairs, shape) in parts {
            for (number, (handler, silent)) in pairs.enumerated() {
                note(handler) {
                    $0.silent = unsafeBitCast(silent, to: UInt.self)
                    $0.isQuiet = true
                    $0.shape = shape
                }
                note(silent) {
                    $0.isSilent = true
                    $0.shape = shape
                    // The tables have 32 and 64 bits by turns.
                    $0.bytes = number & 1 == 0 ? 4 : 8
                }
            }
        }
        note(MemoryHandlers.move(4)) { $0.movedBytes = 4 }
        note(MemoryHandlers.move(8)) { $0.movedBytes = 8 }
        for (handler, silent) in DeadFlags.loading { note(handler) { $0.silent = unsafeBitCast(silent, to: UInt.self) } }
        for (handler, plain) in PlainAddresses.table { note(handler) { $0.plain = unsafeBitCast(plain, to: UInt.self) } }
        notePairs()
    }

    private mutating func notePairs() {
        var firsts: UInt8 = 0
        var seconds: UInt8 = 0
        for pair in Pairs.table {
            note(pair.first) {
                if $0.first == 0 {
                    firsts += 1
                    $0.first = firsts
                }
            }
            note(pair.second) {
                if $0.second == 0 {
                    seconds += 1
                    $0.second = seconds
                }
            }
            let first = self[unsafeBitCast(pair.first, to: UInt.self)].first
            let second = self[unsafeBitCast(pair.second, to: UInt.self)].second
            pairs[Int(first) * 64 + Int(second)] = unsafeBitCast(pair.both, to: UInt.self)
        }
    }

    /// Two micro-ops behind each other become one where a handler does both: see `Pairs`.
    private func pair(_ ops: inout [MicroOp]) {
        var index = 0
        while index + 1 < ops.count {
            let first = self[ops[index].handler].first
            let second = first == 0 ? 0 : self[ops[index + 1].handler].second
            let both = pairs[Int(first) * 64 + Int(second)]
            if both != 0 { ops[index].handler = both }
            index += both != 0 ? 2 : 1
        }
    }
}

extension HandlerTable {
    /// Chooses better handlers for a block's micro-ops where what stands behind them allows it, and leaves out moves
    /// that the next micro-op can do on its way.
    static func choose(_ ops: inout [MicroOp]) {
        let table = shared
        // Whether all flags are set again before anything shows them.
        var areDead = false
        for index in ops.indices.reversed() {
            let facts = table[ops[index].handler]
            if areDead, facts.silent != 0 {
                ops[index].handler = facts.silent
                switch facts.shape {
                case .registers: ops[index].c = ops[index].a
                case .immediate: ops[index].b = ops[index].a
                case .other: break
                }
            } else if facts.plain != 0, ops[index].index == Register.none, ops[index].addressing.isPlain {
                ops[index].handler = facts.plain
            }
            if facts.setsFlags { areDead = true } else if !facts.isQuiet { areDead = false }
        }
        merge(&ops, table)
        table.pair(&ops)
    }

    /// A move, and an operation without flags on the register that was moved to: MOV a,b; ADD a,c becomes a = b + c.
    private static func merge(_ ops: inout [MicroOp], _ table: HandlerTable) {
        var kept = 0
        for index in ops.indices {
            let op = ops[index]
            if index + 1 < ops.count {
                let move = table[op.handler].movedBytes
                let following = table[ops[index + 1].handler]
                if move > 0, following.shape != .other, following.isSilent, ops[index + 1].a == op.a,
                    following.bytes <= move
                {
                    if following.shape == .registers {
                        if ops[index + 1].b == op.a { ops[index + 1].b = op.b }
                        ops[index + 1].c = op.b
                    } else {
                        ops[index + 1].b = op.b
                    }
                    continue
                }
            }
            ops[kept] = op
            kept += 1
        }
        ops.removeLast(ops.count - kept)
    }
}

enum DeadFlags {
    typealias Pair = (Handler, Handler)

    static var setters: [Handler] {
        var setters: [Handler] = []
        let families: [BinaryFamily] = [.add, .or, .and, .subtract, .exclusiveOr, .compare, .test]
        for family in families {
            for size in [1, 2, 4, 8] {
                setters.append(family.handlers(size: size).registers)
                setters.append(family.handlers(size: size).immediate)
            }
        }
        let shifts: [ShiftFamily] = [.left, .right, .rightSigned]
        for family in shifts { setters += family.immediates }
        setters += UnaryFamily.negate.registers
        // With a conditional jump behind them they set the flags before they look at them.
        let alone = Set(setters.map { unsafeBitCast($0, to: UInt.self) })
        for part in [Fusion.comparisons, Fusion.moreComparisons, Fusion.tests] {
            for entry in part where alone.contains(unsafeBitCast(entry.alone, to: UInt.self)) {
                setters.append(entry.fused)
            }
        }
        return setters
    }

    static var quiet: [Handler] {
        var quiet: [Handler] = [
            MemoryHandlers.constant, MemoryHandlers.takeHigh, MemoryHandlers.putHigh, BlockBuilder.addConstant,
        ]
        for size in [1, 2, 4, 8] {
            quiet += [MemoryHandlers.move(size), MoveHandlers.constant(size), MoveHandlers.exchange(size)]
        }
        for from in [1, 2] { quiet.append(MoveHandlers.zeroExtend(from: from)) }
        for (from, to) in [(1, 2), (1, 4), (1, 8), (2, 4), (2, 8), (4, 8)] {
            quiet.append(MoveHandlers.signExtend(from: from, to: to))
        }
        for size in [2, 4, 8] {
            quiet += [MoveHandlers.effectiveAddress(size, isPlain: false), MoveHandlers.swapBytes(size)]
            quiet.append(StackHandlers.move(UInt8(size)))
        }
        quiet.append(MoveHandlers.effectiveAddress(8, isPlain: true))
        quiet += UnaryFamily.complement.registers
        return quiet
    }
}

// MARK: - Without flags

/// Operations with three operands, so that the move in front of many can be left out.
enum Silent {
    /// Register `a` gets what is made of `c` and `b`.
    @inline(__always)
    static func registers<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type, _ work: (Word, Word) -> Word
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        core.set(op.a, work(core.get(op.c, Word.self), core.get(op.b, Word.self)))
        return next(c, o)
    }

    /// Register `a` gets what is made of `b` and the number.
    @inline(__always)
    static func immediate<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type, _ work: (Word, Word) -> Word
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        core.set(op.a, work(core.get(op.b, Word.self), op.immediate(Word.self)))
        return next(c, o)
    }

    /// The slow way sets flags: it does not matter there.
    @inline(__always)
    static func loading<Operation: BinaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type,
        _ work: (Word, Word) -> Word
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        guard let host = core.quick(op, size: MemoryLayout<Word>.size, isWrite: false) else {
            return Binary.fromMemorySlow(c, o, Operation.self, Word.self)
        }
        core.set(op.a, work(core.get(op.a, Word.self), host.loadUnaligned(as: Word.self)))
        return next(c, o)
    }

    @inline(__always)
    static func unary<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type, _ work: (Word) -> Word
    ) -> UnsafeMutableRawPointer? {
        Core(c).set(Op(o).a, work(Core(c).get(Op(o).a, Word.self)))
        return next(c, o)
    }

    @inline(__always) static func rotateLeft<Word: GuestWord>(_ a: Word, _ count: Word) -> Word {
        let by = count & Word(Word.bitWidth - 1)
        return a &<< by | a &>> (0 &- by)
    }

    @inline(__always) static func rotateRight<Word: GuestWord>(_ a: Word, _ count: Word) -> Word {
        let by = count & Word(Word.bitWidth - 1)
        return a &>> by | a &<< (0 &- by)
    }

    @inline(__always) static func shiftSigned<Word: GuestWord>(_ a: Word, _ count: Word) -> Word {
        Word(truncatingIfNeeded: Int64(bitPattern: signExtended(a)) &>> Int64(truncatingIfNeeded: count))
    }
}

extension DeadFlags {
    /// 32 and 64 bits by turns.
    static let registers: [Pair] = [
        (BinaryFamily.add.doublewords.registers, { c, o in Silent.registers(c, o, UInt32.self) { $0 &+ $1 } }),
        (BinaryFamily.add.quadwords.registers, { c, o in Silent.registers(c, o, UInt64.self) { $0 &+ $1 } }),
        (BinaryFamily.subtract.doublewords.registers, { c, o in Silent.registers(c, o, UInt32.self) { $0 &- $1 } }),
        (BinaryFamily.subtract.quadwords.registers, { c, o in Silent.registers(c, o, UInt64.self) { $0 &- $1 } }),
        (BinaryFamily.and.doublewords.registers, { c, o in Silent.registers(c, o, UInt32.self) { $0 & $1 } }),
        (BinaryFamily.and.quadwords.registers, { c, o in Silent.registers(c, o, UInt64.self) { $0 & $1 } }),
        (BinaryFamily.or.doublewords.registers, { c, o in Silent.registers(c, o, UInt32.self) { $0 | $1 } }),
        (BinaryFamily.or.quadwords.registers, { c, o in Silent.registers(c, o, UInt64.self) { $0 | $1 } }),
        (BinaryFamily.exclusiveOr.doublewords.registers, { c, o in Silent.registers(c, o, UInt32.self) { $0 ^ $1 } }),
        (BinaryFamily.exclusiveOr.quadwords.registers, { c, o in Silent.registers(c, o, UInt64.self) { $0 ^ $1 } }),
        (MultiplyHandlers.narrow(4), { c, o in Silent.registers(c, o, UInt32.self) { $0 &* $1 } }),
        (MultiplyHandlers.narrow(8), { c, o in Silent.registers(c, o, UInt64.self) { $0 &* $1 } }),
    ]

    /// Likewise.
    static let immediates: [Pair] = [
        (BinaryFamily.add.doublewords.immediate, { c, o in Silent.immediate(c, o, UInt32.self) { $0 &+ $1 } }),
        (BinaryFamily.add.quadwords.immediate, { c, o in Silent.immediate(c, o, UInt64.self) { $0 &+ $1 } }),
        (BinaryFamily.subtract.doublewords.immediate, { c, o in Silent.immediate(c, o, UInt32.self) { $0 &- $1 } }),
        (BinaryFamily.subtract.quadwords.immediate, { c, o in Silent.immediate(c, o, UInt64.self) { $0 &- $1 } }),
        (BinaryFamily.and.doublewords.immediate, { c, o in Silent.immediate(c, o, UInt32.self) { $0 & $1 } }),
        (BinaryFamily.and.quadwords.immediate, { c, o in Silent.immediate(c, o, UInt64.self) { $0 & $1 } }),
        (BinaryFamily.or.doublewords.immediate, { c, o in Silent.immediate(c, o, UInt32.self) { $0 | $1 } }),
        (BinaryFamily.or.quadwords.immediate, { c, o in Silent.immediate(c, o, UInt64.self) { $0 | $1 } }),
        (BinaryFamily.exclusiveOr.doublewords.immediate, { c, o in Silent.immediate(c, o, UInt32.self) { $0 ^ $1 } }),
        (BinaryFamily.exclusiveOr.quadwords.immediate, { c, o in Silent.immediate(c, o, UInt64.self) { $0 ^ $1 } }),
        (ShiftFamily.left.immediates[2], { c, o in Silent.immediate(c, o, UInt32.self) { $0 &<< $1 } }),
        (ShiftFamily.left.immediates[3], { c, o in Silent.immediate(c, o, UInt64.self) { $0 &<< $1 } }),
        (ShiftFamily.right.immediates[2], { c, o in Silent.immediate(c, o, UInt32.self) { $0 &>> $1 } }),
        (ShiftFamily.right.immediates[3], { c, o in Silent.immediate(c, o, UInt64.self) { $0 &>> $1 } }),
        (ShiftFamily.rightSigned.immediates[2], { c, o in Silent.immediate(c, o, UInt32.self, Silent.shiftSigned) }),
        (ShiftFamily.rightSigned.immediates[3], { c, o in Silent.immediate(c, o, UInt64.self, Silent.shiftSigned) }),
        (ShiftFamily.rotateLeft.immediates[2], { c, o in Silent.immediate(c, o, UInt32.self, Silent.rotateLeft) }),
        (ShiftFamily.rotateLeft.immediates[3], { c, o in Silent.immediate(c, o, UInt64.self, Silent.rotateLeft) }),
        (ShiftFamily.rotateRight.immediates[2], { c, o in Silent.immediate(c, o, UInt32.self, Silent.rotateRight) }),
        (ShiftFamily.rotateRight.immediates[3], { c, o in Silent.immediate(c, o, UInt64.self, Silent.rotateRight) }),
    ]

    /// These may fail.
    static let loading: [Pair] = [
        (
            BinaryFamily.add.doublewords.fromMemory,
            { c, o in Silent.loading(c, o, Add.self, UInt32.self) { $0 &+ $1 } }
        ),
        (
            BinaryFamily.add.quadwords.fromMemory,
            { c, o in Silent.loading(c, o, Add.self, UInt64.self) { $0 &+ $1 } }
        ),
        (
            BinaryFamily.subtract.quadwords.fromMemory,
            { c, o in Silent.loading(c, o, Subtract.self, UInt64.self) { $0 &- $1 } }
        ),
        (
            BinaryFamily.exclusiveOr.doublewords.fromMemory,
            { c, o in Silent.loading(c, o, ExclusiveOr.self, UInt32.self) { $0 ^ $1 } }
        ),
        (
            BinaryFamily.exclusiveOr.quadwords.fromMemory,
            { c, o in Silent.loading(c, o, ExclusiveOr.self, UInt64.self) { $0 ^ $1 } }
        ),
        (
            BinaryFamily.or.quadwords.fromMemory,
            { c, o in Silent.loading(c, o, Or.self, UInt64.self) { $0 | $1 } }
        ),
        (
            BinaryFamily.and.quadwords.fromMemory,
            { c, o in Silent.loading(c, o, And.self, UInt64.self) { $0 & $1 } }
        ),
    ]

    static let others: [Pair] = [
        (UnaryFamily.increment.registers[2], { c, o in Silent.unary(c, o, UInt32.self) { $0 &+ 1 } }),
        (UnaryFamily.increment.registers[3], { c, o in Silent.unary(c, o, UInt64.self) { $0 &+ 1 } }),
        (UnaryFamily.decrement.registers[2], { c, o in Silent.unary(c, o, UInt32.self) { $0 &- 1 } }),
        (UnaryFamily.decrement.registers[3], { c, o in Silent.unary(c, o, UInt64.self) { $0 &- 1 } }),
        (UnaryFamily.negate.registers[2], { c, o in Silent.unary(c, o, UInt32.self) { 0 &- $0 } }),
        (UnaryFamily.negate.registers[3], { c, o in Silent.unary(c, o, UInt64.self) { 0 &- $0 } }),
    ]
}
