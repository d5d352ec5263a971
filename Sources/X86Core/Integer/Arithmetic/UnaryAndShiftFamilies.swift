// One closure for each operation and size: a handler may not be generic, what it calls may.

extension UnaryFamily {
    static let increment = UnaryFamily(
        registers: [
            { c, o in
                Unary.register(c, o, Increment.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Increment.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Increment.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Increment.self, UInt64.self)
                return next(c, o)
            },
        ],
        memory: [
            { c, o in Unary.memoryQuick(c, o, Increment.self, UInt8.self) },
            { c, o in Unary.memoryQuick(c, o, Increment.self, UInt16.self) },
            { c, o in Unary.memoryQuick(c, o, Increment.self, UInt32.self) },
            { c, o in Unary.memoryQuick(c, o, Increment.self, UInt64.self) },
        ])

    static let decrement = UnaryFamily(
        registers: [
            { c, o in
                Unary.register(c, o, Decrement.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Decrement.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Decrement.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Decrement.self, UInt64.self)
                return next(c, o)
            },
        ],
        memory: [
            { c, o in Unary.memoryQuick(c, o, Decrement.self, UInt8.self) },
            { c, o in Unary.memoryQuick(c, o, Decrement.self, UInt16.self) },
            { c, o in Unary.memoryQuick(c, o, Decrement.self, UInt32.self) },
            { c, o in Unary.memoryQuick(c, o, Decrement.self, UInt64.self) },
        ])

    static let negate = UnaryFamily(
        registers: [
            { c, o in
                Unary.register(c, o, Negate.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Negate.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Negate.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Negate.self, UInt64.self)
                return next(c, o)
            },
        ],
        memory: [
            { c, o in Unary.memoryQuick(c, o, Negate.self, UInt8.self) },
            { c, o in Unary.memoryQuick(c, o, Negate.self, UInt16.self) },
            { c, o in Unary.memoryQuick(c, o, Negate.self, UInt32.self) },
            { c, o in Unary.memoryQuick(c, o, Negate.self, UInt64.self) },
        ])

    static let complement = UnaryFamily(
        registers: [
            { c, o in
                Unary.register(c, o, Complement.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Complement.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Complement.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Unary.register(c, o, Complement.self, UInt64.self)
                return next(c, o)
            },
        ],
        memory: [
            { c, o in Unary.memoryQuick(c, o, Complement.self, UInt8.self) },
            { c, o in Unary.memoryQuick(c, o, Complement.self, UInt16.self) },
            { c, o in Unary.memoryQuick(c, o, Complement.self, UInt32.self) },
            { c, o in Unary.memoryQuick(c, o, Complement.self, UInt64.self) },
        ])
}

extension ShiftFamily {
    static let left = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, ShiftLeft.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftLeft.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftLeft.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftLeft.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, ShiftLeft.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftLeft.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftLeft.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftLeft.self, UInt64.self)
                return next(c, o)
            },
        ])

    static let right = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, ShiftRight.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftRight.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftRight.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftRight.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, ShiftRight.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftRight.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftRight.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftRight.self, UInt64.self)
                return next(c, o)
            },
        ])

    static let rightSigned = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, ShiftRightSigned.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftRightSigned.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftRightSigned.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, ShiftRightSigned.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, ShiftRightSigned.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftRightSigned.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftRightSigned.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, ShiftRightSigned.self, UInt64.self)
                return next(c, o)
            },
        ])

    static let rotateLeft = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, RotateLeft.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateLeft.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateLeft.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateLeft.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, RotateLeft.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateLeft.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateLeft.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateLeft.self, UInt64.self)
                return next(c, o)
            },
        ])

    static let rotateRight = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, RotateRight.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateRight.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateRight.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateRight.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, RotateRight.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateRight.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateRight.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateRight.self, UInt64.self)
                return next(c, o)
            },
        ])

    static let rotateLeftThroughCarry = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, RotateLeftThroughCarry.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateLeftThroughCarry.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateLeftThroughCarry.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateLeftThroughCarry.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, RotateLeftThroughCarry.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateLeftThroughCarry.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateLeftThroughCarry.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateLeftThroughCarry.self, UInt64.self)
                return next(c, o)
            },
        ])

    static let rotateRightThroughCarry = ShiftFamily(
        immediates: [
            { c, o in
                Shift.immediate(c, o, RotateRightThroughCarry.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateRightThroughCarry.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateRightThroughCarry.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.immediate(c, o, RotateRightThroughCarry.self, UInt64.self)
                return next(c, o)
            },
        ],
        variables: [
            { c, o in
                Shift.variable(c, o, RotateRightThroughCarry.self, UInt8.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateRightThroughCarry.self, UInt16.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateRightThroughCarry.self, UInt32.self)
                return next(c, o)
            },
            { c, o in
                Shift.variable(c, o, RotateRightThroughCarry.self, UInt64.self)
                return next(c, o)
            },
        ])
}
