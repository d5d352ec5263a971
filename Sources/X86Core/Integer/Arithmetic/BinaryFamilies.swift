// One closure for each operation, size and kind of operands: a handler may not be generic, what it calls may.

extension BinaryFamily {
    static let add = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Add.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Add.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Add.self, UInt64.self, ImmediateOperand.self) }))

    static let or = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Or.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Or.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Or.self, UInt64.self, ImmediateOperand.self) }))

    static let addWithCarry = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, AddWithCarry.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, AddWithCarry.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, AddWithCarry.self, UInt64.self, ImmediateOperand.self) }))

    static let subtractWithBorrow = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, SubtractWithBorrow.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, SubtractWithBorrow.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, SubtractWithBorrow.self, UInt64.self, ImmediateOperand.self) }))

    static let and = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, And.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, And.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, And.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, And.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, And.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, And.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, And.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, And.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, And.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, And.self, UInt64.self, ImmediateOperand.self) }))

    static let subtract = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Subtract.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Subtract.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Subtract.self, UInt64.self, ImmediateOperand.self) }))

    static let exclusiveOr = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, ExclusiveOr.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, ExclusiveOr.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, ExclusiveOr.self, UInt64.self, ImmediateOperand.self) }))

    static let compare = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Compare.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Compare.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Compare.self, UInt64.self, ImmediateOperand.self) }))

    static let test = BinaryFamily(
        bytes: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt8.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt8.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt8.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt8.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt8.self, ImmediateOperand.self) }),
        words: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt16.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt16.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt16.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt16.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt16.self, ImmediateOperand.self) }),
        doublewords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt32.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt32.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt32.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt32.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt32.self, ImmediateOperand.self) }),
        quadwords: BinaryHandlers(
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt64.self, RegisterOperand.self)
                return next(c, o)
            },
            { c, o in
                Binary.toRegister(c, o, Test.self, UInt64.self, ImmediateOperand.self)
                return next(c, o)
            },
            { c, o in Binary.fromMemoryQuick(c, o, Test.self, UInt64.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt64.self, RegisterOperand.self) },
            { c, o in Binary.toMemoryQuick(c, o, Test.self, UInt64.self, ImmediateOperand.self) }))
}
