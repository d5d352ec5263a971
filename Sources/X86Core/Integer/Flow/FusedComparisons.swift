// One closure for each operation, size and condition that programs use often.

extension Fusion {
    typealias Entry = (alone: Handler, condition: UInt8, fused: Handler)

    static let comparisons: [Entry] = [
        (
            BinaryFamily.compare.bytes.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.bytes.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.bytes.immediate, 6,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, ImmediateOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.bytes.immediate, 7,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt8.self, ImmediateOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 2,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 3,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 6,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 7,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 12,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, Less.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 13,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotLess.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 14,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, NotGreater.self) }
        ),
        (
            BinaryFamily.compare.doublewords.registers, 15,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self, Greater.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 2,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 3,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 6,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 7,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 12,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Less.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 13,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotLess.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 14,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, NotGreater.self) }
        ),
        (
            BinaryFamily.compare.doublewords.immediate, 15,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self, Greater.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 2,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 3,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 6,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 7,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 12,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, Less.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 13,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotLess.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 14,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, NotGreater.self) }
        ),
        (
            BinaryFamily.compare.quadwords.registers, 15,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self, Greater.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 2,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Below.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 3,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotBelow.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 4,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Equal.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 5,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotEqual.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 6,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotAbove.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 7,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Above.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 12,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Less.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 13,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotLess.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 14,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, NotGreater.self) }
        ),
        (
            BinaryFamily.compare.quadwords.immediate, 15,
            { c, o in Fusion.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self, Greater.self) }
        ),
    ]
}
