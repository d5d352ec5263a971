/// x87, MMX, and what saves and restores the registers of both and of the vector unit.
enum FloatingEmitters {
    static let table = Emitters.joined([
        X87Arithmetic.table, X87Functions.table, X87Comparisons.table, X87Moves.table, X87Environment.table,
        ExtendedStateEmitters.table, MMXEmitters.table, MMXMoves.table, MMXConversions.table,
    ])

    /// An x87 instruction that waits, and whose place is remembered.
    static func x87(_ body: @escaping ColdBody) -> Emitter {
        { builder, _ in
            builder.cold { processor, i throws(GuestFault) in
                try processor.raiseX87Pending()
                try body(processor, i)
                processor.noteX87(i)
            }
        }
    }

    /// Likewise one that needs nothing but the unit.
    static func stack(_ body: @escaping @Sendable (inout X87State, DecodedInstruction) -> Void) -> Emitter {
        x87 { processor, i in body(&processor.x87, i) }
    }

    /// A control instruction that waits.
    static func waiting(_ body: @escaping ColdBody) -> Emitter {
        { builder, _ in
            builder.cold { processor, i throws(GuestFault) in
                try processor.raiseX87Pending()
                try body(processor, i)
            }
        }
    }

    /// One that does not.
    static func unwaiting(_ body: @escaping ColdBody) -> Emitter {
        { builder, _ in builder.cold(body) }
    }
}
