import ISALanguage

// Handlers that go straight on and touch slots only.

extension ThreadedEngine {
    /// Straight on, slots only.
    static func arithmetic(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .constant: return { s, op, c, m, left in
                let o = operation(op)
                bodyConstant(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .move: return { s, op, c, m, left in
                let o = operation(op)
                bodyMove(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .add: return { s, op, c, m, left in
                let o = operation(op)
                bodyAdd(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .addImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyAddImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .subtract: return { s, op, c, m, left in
                let o = operation(op)
                bodySubtract(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .subtractFromImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodySubtractFromImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .multiply: return { s, op, c, m, left in
                let o = operation(op)
                bodyMultiply(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .multiplyImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyMultiplyImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .and: return { s, op, c, m, left in
                let o = operation(op)
                bodyAnd(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .andImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyAndImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .or: return { s, op, c, m, left in
                let o = operation(op)
                bodyOr(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .orImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyOrImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .xor: return { s, op, c, m, left in
                let o = operation(op)
                bodyXor(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .xorImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyXorImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .shiftLeftImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyShiftLeftImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .shiftRightImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyShiftRightImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .shiftLeft: return { s, op, c, m, left in
                let o = operation(op)
                bodyShiftLeft(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .shiftRight: return { s, op, c, m, left in
                let o = operation(op)
                bodyShiftRight(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .shiftRightSigned: return { s, op, c, m, left in
                let o = operation(op)
                bodyShiftRightSigned(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .signExtend: return { s, op, c, m, left in
                let o = operation(op)
                bodySignExtend(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .merge: return { s, op, c, m, left in
                let o = operation(op)
                bodyMerge(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .mergeRight: return { s, op, c, m, left in
                let o = operation(op)
                bodyMergeRight(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .carry: return { s, op, c, m, left in
                let o = operation(op)
                bodyCarry(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .carryImmediate: return { s, op, c, m, left in
                let o = operation(op)
                bodyCarryImmediate(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .orTable: return { s, op, c, m, left in
                let o = operation(op)
                bodyOrTable(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .select: return { s, op, c, m, left in
                let o = operation(op)
                bodySelect(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .unary: return { s, op, c, m, left in
                let o = operation(op)
                bodyUnary(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .binary: return { s, op, c, m, left in
                let o = operation(op)
                bodyBinary(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .element: return { s, op, c, m, left in
                let o = operation(op)
                bodyElement(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        case .elementBounded: return { s, op, c, m, left in
                let o = operation(op)
                bodyElementBounded(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        default: return { s, op, c, m, left in
                let o = operation(op)
                bodySetElement(slots(s), o)
                return go(o + 1, s, c, m, left)
            }
        }
    }

    /// One bit from two values.
    static func comparison(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .setEqual: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, isEqual(slots(s), o))
                return go(o + 1, s, c, m, left)
            }
        case .setNotEqual: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, !isEqual(slots(s), o))
                return go(o + 1, s, c, m, left)
            }
        case .setLess: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, isLess(slots(s), o))
                return go(o + 1, s, c, m, left)
            }
        case .setNotLess: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, !isLess(slots(s), o))
                return go(o + 1, s, c, m, left)
            }
        case .setLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, isLessSigned(slots(s), o, shift: o.pointee.d))
                return go(o + 1, s, c, m, left)
            }
        case .setNotLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, !isLessSigned(slots(s), o, shift: o.pointee.d))
                return go(o + 1, s, c, m, left)
            }
        case .setEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, isEqual(slots(s), o, to: o.pointee.x))
                return go(o + 1, s, c, m, left)
            }
        case .setNotEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, !isEqual(slots(s), o, to: o.pointee.x))
                return go(o + 1, s, c, m, left)
            }
        case .setLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, isLess(slots(s), o, than: o.pointee.x))
                return go(o + 1, s, c, m, left)
            }
        case .setNotLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, !isLess(slots(s), o, than: o.pointee.x))
                return go(o + 1, s, c, m, left)
            }
        case .setLessSignedImmediate: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.d))
                return go(o + 1, s, c, m, left)
            }
        default: return { s, op, c, m, left in
                let o = operation(op)
                set(slots(s), o, !isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.d))
                return go(o + 1, s, c, m, left)
            }
        }
    }
}
