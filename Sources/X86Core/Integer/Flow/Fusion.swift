// A comparison and the conditional jump behind it are one micro-op: the condition is known from what is at hand. The
// flags are set as always, for others may ask for them.

enum Fusion {
    @inline(__always)
    static func toRegister<Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type,
        _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        Binary.toRegister(c, o, Operation.self, Word.self, Operand.self)
        return FlowHandlers.branch(c, o, Asked.holds(Core(c)))
    }

    @inline(__always)
    static func unary<Operation: UnaryOperation, Word: GuestWord, Asked: Condition>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Asked.Type
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        let result = Operation.apply(core, core.get(op.a, Word.self))
        // Asked before the result is stored, so that what is asked for is still at hand.
        let holds = Asked.holds(core)
        core.set(op.a, result)
        return FlowHandlers.branch(c, o, holds)
    }

    /// The handlers by the one of the comparison alone, and by the condition's number.
    static let table: [UInt: [UInt8: Handler]] = {
        var table: [UInt: [UInt8: Handler]] = [:]
        for part in [comparisons, moreComparisons, memoryComparisons, tests, countdowns] {
            for (alone, condition, fused) in part {
                table[unsafeBitCast(alone, to: UInt.self), default: [:]][condition] = fused
            }
        }
        return table
    }()

    static func handler(_ alone: UInt, _ condition: UInt8) -> Handler? { table[alone]?[condition] }
}

extension BlockBuilder {
    /// Makes one micro-op of a comparison that was emitted last and of a jump's condition. False: it was none.
    mutating func fuse(_ condition: UInt8) -> Bool {
        guard let last, let handler = Fusion.handler(last.handler, condition) else { return false }
        replaceLast(handler)
        return true
    }

    /// A conditional jump, so many bytes from the block's first one.
    mutating func jumpConditionally(by distance: Int64, if condition: UInt8) {
        guard fuse(condition) else { return jump(by: distance, if: condition) }
        endBlock()
        jump(by: distance)
    }
}
