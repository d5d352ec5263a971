// More comparisons with a conditional jump behind them: of bytes and words, as in searches for what is alike, and of
// storage with a register.

extension Fusion {
    static let moreComparisons: [Entry] = [
        (
            BinaryFamily.compare.bytes.registers, 2,
            { c, o in Fusion.registers(c, o, Compare.self, UInt8.self, Below.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 3,
            { c, o in Fusion.registers(c, o, Compare.self, UInt8.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 4,
            { c, o in Fusion.registers(c, o, Compare.self, UInt8.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 5,
            { c, o in Fusion.registers(c, o, Compare.self, UInt8.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 6,
            { c, o in Fusion.registers(c, o, Compare.self, UInt8.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 7,
            { c, o in Fusion.registers(c, o, Compare.self, UInt8.self, Above.self) }
        ),
        (
            BinaryFamily.compare.words.registers, 4,
            { c, o in Fusion.registers(c, o, Compare.self, UInt16.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.registers, 5,
            { c, o in Fusion.registers(c, o, Compare.self, UInt16.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.words.immediate, 4,
            { c, o in Fusion.immediate(c, o, Compare.self, UInt16.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.immediate, 5,
            { c, o in Fusion.immediate(c, o, Compare.self, UInt16.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.bytes.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.bytes.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.words.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt16.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt16.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.words.immediateToMemory, 4,
            { c, o in Fusion.immediateToMemory(c, o, Compare.self, UInt16.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.immediateToMemory, 5,
            { c, o in Fusion.immediateToMemory(c, o, Compare.self, UInt16.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 2,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, Below.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 3,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, Above.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 2,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, Below.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 3,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, Above.self) }
        ),
    ]

    /// Storage compared with a register.
    @inline(__always)
    static func toMemory<Operation: BinaryOperation, Word: GuestWord, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        guard let host = core.quick(op, size: MemoryLayout<Word>.size, isWrite: false) else {
            return toMemorySlow(c, o, Operation.self, Word.self, Asked.self)
        }
        _ = Operation.apply(core, host.loadUnaligned(as: Word.self), core.get(op.b, Word.self))
        return FlowHandlers.branch(c, o, Asked.holds(core))
    }

    @inline(never)
    private static func toMemorySlow<Operation: BinaryOperation, Word: GuestWord, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        guard Binary.toMemory(c, o, Operation.self, Word.self) else { return leave(c, o) }
        return FlowHandlers.branch(c, o, Asked.holds(Core(c)))
    }
}
