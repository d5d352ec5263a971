// Operations on storage twice each: where one comparison tells that the operand is at hand, and the slow way, which
// looks again and does everything that may have to be done. The first jumps to the second and calls nothing, so that
// it has no registers to save.

extension Binary {
    /// Register with storage.
    @inline(__always)
    static func fromMemoryQuick<Operation: BinaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        guard let host = core.quick(op, size: MemoryLayout<Word>.size, isWrite: false) else {
            return fromMemorySlow(c, o, Operation.self, Word.self)
        }
        let result = Operation.apply(core, core.get(op.a, Word.self), host.loadUnaligned(as: Word.self))
        if !Operation.onlyCompares { core.set(op.a, result) }
        return next(c, o)
    }

    @inline(never)
    static func fromMemorySlow<Operation: BinaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: fromMemory(c, o, Operation.self, Word.self))
    }

    /// Storage with register or number.
    @inline(__always)
    static func toMemoryQuick<Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        guard let host = core.quick(op, size: MemoryLayout<Word>.size, isWrite: !Operation.onlyCompares) else {
            return toMemorySlow(c, o, Operation.self, Word.self, Operand.self)
        }
        let result = Operation.apply(core, host.loadUnaligned(as: Word.self), Operand.value(core, op, Word.self))
        if !Operation.onlyCompares { host.storeBytes(of: result, as: Word.self) }
        return next(c, o)
    }

    @inline(never)
    private static func toMemorySlow<Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: toMemory(c, o, Operation.self, Word.self, Operand.self))
    }
}

extension Unary {
    @inline(__always)
    static func memoryQuick<Operation: UnaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: true) else {
            return memorySlow(c, o, Operation.self, Word.self)
        }
        host.storeBytes(of: Operation.apply(Core(c), host.loadUnaligned(as: Word.self)), as: Word.self)
        return next(c, o)
    }

    @inline(never)
    private static func memorySlow<Operation: UnaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: memory(c, o, Operation.self, Word.self))
    }
}

extension Fusion {
    /// Storage compared with a register or a number.
    @inline(__always)
    static func toMemory<Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type,
        _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        guard let host = core.quick(op, size: MemoryLayout<Word>.size, isWrite: false) else {
            return toMemorySlow(c, o, Operation.self, Word.self, Operand.self, Asked.self)
        }
        _ = Operation.apply(core, host.loadUnaligned(as: Word.self), Operand.value(core, op, Word.self))
        return FlowHandlers.branch(c, o, Asked.holds(core))
    }

    @inline(never)
    static func toMemorySlow<
        Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand, Asked: Condition
    >(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type,
        _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        guard Binary.toMemory(c, o, Operation.self, Word.self, Operand.self) else { return leave(c, o) }
        return FlowHandlers.branch(c, o, Asked.holds(Core(c)))
    }

    /// A register compared with storage.
    @inline(__always)
    static func fromMemory<Operation: BinaryOperation, Word: GuestWord, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        guard let host = core.quick(op, size: MemoryLayout<Word>.size, isWrite: false) else {
            return fromMemorySlow(c, o, Operation.self, Word.self, Asked.self)
        }
        _ = Operation.apply(core, core.get(op.a, Word.self), host.loadUnaligned(as: Word.self))
        return FlowHandlers.branch(c, o, Asked.holds(core))
    }

    @inline(never)
    private static func fromMemorySlow<Operation: BinaryOperation, Word: GuestWord, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        guard Binary.fromMemory(c, o, Operation.self, Word.self) else { return leave(c, o) }
        return FlowHandlers.branch(c, o, Asked.holds(Core(c)))
    }
}
