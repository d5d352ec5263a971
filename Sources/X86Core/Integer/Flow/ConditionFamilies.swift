// One closure for each condition and size, in the order of the opcodes.

extension Conditional {
    static let sets: [Handler] = [
        { c, o in
            Conditional.set(c, o, Overflow.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NoOverflow.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, Below.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NotBelow.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, Equal.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NotEqual.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NotAbove.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, Above.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, Sign.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NoSign.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, ParityEven.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, ParityOdd.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, Less.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NotLess.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, NotGreater.self)
            return next(c, o)
        },
        { c, o in
            Conditional.set(c, o, Greater.self)
            return next(c, o)
        },
    ]

    static let wordMoves: [Handler] = [
        { c, o in
            Conditional.move(c, o, Overflow.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NoOverflow.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Below.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotBelow.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Equal.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotEqual.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotAbove.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Above.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Sign.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NoSign.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, ParityEven.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, ParityOdd.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Less.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotLess.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotGreater.self, UInt16.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Greater.self, UInt16.self)
            return next(c, o)
        },
    ]

    static let doublewordMoves: [Handler] = [
        { c, o in
            Conditional.move(c, o, Overflow.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NoOverflow.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Below.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotBelow.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Equal.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotEqual.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotAbove.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Above.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Sign.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NoSign.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, ParityEven.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, ParityOdd.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Less.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotLess.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotGreater.self, UInt32.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Greater.self, UInt32.self)
            return next(c, o)
        },
    ]

    static let quadwordMoves: [Handler] = [
        { c, o in
            Conditional.move(c, o, Overflow.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NoOverflow.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Below.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotBelow.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Equal.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotEqual.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotAbove.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Above.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Sign.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NoSign.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, ParityEven.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, ParityOdd.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Less.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotLess.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, NotGreater.self, UInt64.self)
            return next(c, o)
        },
        { c, o in
            Conditional.move(c, o, Greater.self, UInt64.self)
            return next(c, o)
        },
    ]
}
