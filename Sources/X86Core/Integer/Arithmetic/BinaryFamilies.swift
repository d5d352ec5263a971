// One closure for each operation, size and kind of operands: a handler may not be generic, what it calls may.

extension BinaryFamily {
    static let add = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Add.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Add.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Add.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Add.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Add.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Add.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Add.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Add.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Add.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Add.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Add.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Add.self, UInt64.self) }))

    static let or = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Or.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Or.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Or.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Or.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Or.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Or.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Or.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Or.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Or.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Or.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Or.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Or.self, UInt64.self) }))

    static let addWithCarry = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, AddWithCarry.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, AddWithCarry.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, AddWithCarry.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, AddWithCarry.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, AddWithCarry.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, AddWithCarry.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, AddWithCarry.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, AddWithCarry.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, AddWithCarry.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, AddWithCarry.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, AddWithCarry.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, AddWithCarry.self, UInt64.self) }))

    static let subtractWithBorrow = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, SubtractWithBorrow.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, SubtractWithBorrow.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, SubtractWithBorrow.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, SubtractWithBorrow.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, SubtractWithBorrow.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, SubtractWithBorrow.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, SubtractWithBorrow.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, SubtractWithBorrow.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, SubtractWithBorrow.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, SubtractWithBorrow.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, SubtractWithBorrow.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, SubtractWithBorrow.self, UInt64.self) }))

    static let and = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, And.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, And.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, And.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, And.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, And.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, And.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, And.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, And.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, And.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, And.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, And.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, And.self, UInt64.self) }))

    static let subtract = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Subtract.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Subtract.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Subtract.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Subtract.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Subtract.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Subtract.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Subtract.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Subtract.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Subtract.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Subtract.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Subtract.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Subtract.self, UInt64.self) }))

    static let exclusiveOr = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, ExclusiveOr.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, ExclusiveOr.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, ExclusiveOr.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, ExclusiveOr.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, ExclusiveOr.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, ExclusiveOr.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, ExclusiveOr.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, ExclusiveOr.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, ExclusiveOr.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, ExclusiveOr.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, ExclusiveOr.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, ExclusiveOr.self, UInt64.self) }))

    static let compare = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Compare.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Compare.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Compare.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Compare.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Compare.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Compare.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Compare.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Compare.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Compare.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Compare.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Compare.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Compare.self, UInt64.self) }))

    static let test = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Test.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Test.self, UInt8.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt8.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Test.self, UInt8.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Test.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Test.self, UInt16.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt16.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Test.self, UInt16.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Test.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Test.self, UInt32.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt32.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Test.self, UInt32.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.registers(c, o, Test.self, UInt64.self)
                return next(c, o)
            },
            { c, o in
                Binary.immediate(c, o, Test.self, UInt64.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt64.self) },
            { c, o in Binary.immediateToMemoryQuick(c, o, Test.self, UInt64.self) }))
}
