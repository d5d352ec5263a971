// More comparisons with a conditional jump behind them: of bytes and words, as in searches for what is alike, and of
// storage with a register.

extension Fusion {
    static let moreComparisons: [Entry] = [
        (
            BinaryFamily.compare.bytes.registers, 2,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 3,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 6,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.bytes.registers, 7,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.words.registers, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt16.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.registers, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt16.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.words.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt16.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt16.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.bytes.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.bytes.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.words.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt16.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt16.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.words.immediateToMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt16.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.words.immediateToMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt16.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 2,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, RegisterOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 3,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.doublewords.toMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, RegisterOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 2,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, RegisterOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 3,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.quadwords.toMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, RegisterOperand.self, Above.self) }
        ),
    ]
}
