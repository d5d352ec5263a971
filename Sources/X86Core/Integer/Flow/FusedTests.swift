// One closure for each operation, size and condition that programs use often.

extension Fusion {
    static let memoryComparisons: [Entry] = [
        (
            BinaryFamily.compare.bytes.immediateToMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.bytes.immediateToMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.bytes.immediateToMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, ImmediateOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.bytes.immediateToMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt8.self, ImmediateOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediateToMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediateToMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediateToMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediateToMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.doublewords.fromMemory, 2,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt32.self, Below.self) }
        ),
        (
            BinaryFamily.compare.doublewords.fromMemory, 3,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt32.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.doublewords.fromMemory, 4,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt32.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.doublewords.fromMemory, 5,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt32.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.fromMemory, 6,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt32.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.doublewords.fromMemory, 7,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt32.self, Above.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediateToMemory, 4,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediateToMemory, 5,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediateToMemory, 6,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediateToMemory, 7,
            { c, o in Fusion.toMemory(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.quadwords.fromMemory, 2,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt64.self, Below.self) }
        ),
        (
            BinaryFamily.compare.quadwords.fromMemory, 3,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt64.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.quadwords.fromMemory, 4,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt64.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.quadwords.fromMemory, 5,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt64.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.quadwords.fromMemory, 6,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt64.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.quadwords.fromMemory, 7,
            { c, o in Fusion.fromMemory(c, o, Compare.self, UInt64.self, Above.self) }
        ),
    ]

    static let tests: [Entry] = [
        (
            BinaryFamily.test.bytes.registers, 4,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt8.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.test.bytes.registers, 5,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt8.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.test.bytes.registers, 8,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt8.self, RegisterOperand.self, Sign.self) }
        ),
        (
            BinaryFamily.test.bytes.registers, 9,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt8.self, RegisterOperand.self, NoSign.self) }
        ),
        (
            BinaryFamily.test.doublewords.registers, 4,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.test.doublewords.registers, 5,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.test.doublewords.registers, 8,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self, Sign.self) }
        ),
        (
            BinaryFamily.test.doublewords.registers, 9,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self, NoSign.self) }
        ),
        (
            BinaryFamily.test.doublewords.registers, 14,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self, NotGreater.self) }
        ),
        (
            BinaryFamily.test.doublewords.registers, 15,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self, Greater.self) }
        ),
        (
            BinaryFamily.test.quadwords.registers, 4,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.test.quadwords.registers, 5,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.test.quadwords.registers, 8,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self, Sign.self) }
        ),
        (
            BinaryFamily.test.quadwords.registers, 9,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self, NoSign.self) }
        ),
        (
            BinaryFamily.test.quadwords.registers, 14,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self, NotGreater.self) }
        ),
        (
            BinaryFamily.test.quadwords.registers, 15,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self, Greater.self) }
        ),
        (
            BinaryFamily.test.bytes.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt8.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.test.bytes.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt8.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.test.doublewords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.test.doublewords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Test.self, UInt32.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.test.bytes.immediateToMemory, 4,
            { c, o in Fusion.toMemory(c, o, Test.self, UInt8.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.test.bytes.immediateToMemory, 5,
            { c, o in Fusion.toMemory(c, o, Test.self, UInt8.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.and.doublewords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, And.self, UInt32.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.and.doublewords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, And.self, UInt32.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.and.doublewords.registers, 4,
            { c, o in Fusion.toRegister(c, o, And.self, UInt32.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.and.doublewords.registers, 5,
            { c, o in Fusion.toRegister(c, o, And.self, UInt32.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.and.quadwords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, And.self, UInt64.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.and.quadwords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, And.self, UInt64.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.and.quadwords.registers, 4,
            { c, o in Fusion.toRegister(c, o, And.self, UInt64.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.and.quadwords.registers, 5,
            { c, o in Fusion.toRegister(c, o, And.self, UInt64.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.subtract.doublewords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt32.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.subtract.doublewords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt32.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.subtract.doublewords.registers, 4,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt32.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.subtract.doublewords.registers, 5,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt32.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.subtract.quadwords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt64.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.subtract.quadwords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt64.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.subtract.quadwords.registers, 4,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt64.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.subtract.quadwords.registers, 5,
            { c, o in Fusion.toRegister(c, o, Subtract.self, UInt64.self, RegisterOperand.self, NotEqual.self) }
        ),
    ]

    static let countdowns: [Entry] = [
        (
            UnaryFamily.decrement.register(size: 4), 4,
            { c, o in Fusion.unary(c, o, Decrement.self, UInt32.self, Equal.self) }
        ),
        (
            UnaryFamily.decrement.register(size: 4), 5,
            { c, o in Fusion.unary(c, o, Decrement.self, UInt32.self, NotEqual.self) }
        ),
        (
            UnaryFamily.decrement.register(size: 8), 4,
            { c, o in Fusion.unary(c, o, Decrement.self, UInt64.self, Equal.self) }
        ),
        (
            UnaryFamily.decrement.register(size: 8), 5,
            { c, o in Fusion.unary(c, o, Decrement.self, UInt64.self, NotEqual.self) }
        ),
        (
            UnaryFamily.increment.register(size: 4), 4,
            { c, o in Fusion.unary(c, o, Increment.self, UInt32.self, Equal.self) }
        ),
        (
            UnaryFamily.increment.register(size: 4), 5,
            { c, o in Fusion.unary(c, o, Increment.self, UInt32.self, NotEqual.self) }
        ),
        (
            UnaryFamily.increment.register(size: 8), 4,
            { c, o in Fusion.unary(c, o, Increment.self, UInt64.self, Equal.self) }
        ),
        (
            UnaryFamily.increment.register(size: 8), 5,
            { c, o in Fusion.unary(c, o, Increment.self, UInt64.self, NotEqual.self) }
        ),
    ]
}
