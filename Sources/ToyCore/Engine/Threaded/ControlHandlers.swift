import ISALanguage

// Handlers that may leave the straight line, and those at a block's ends.

extension ThreadedEngine {
    /// Leaving the straight line, which is rare.
    static func skips(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .skipIfEqual: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = isEqual(slots(s), o)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfNotEqual: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = !isEqual(slots(s), o)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfLess: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = isLess(slots(s), o)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfNotLess: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = !isLess(slots(s), o)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = isLessSigned(slots(s), o, shift: o.pointee.a)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfNotLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = !isLessSigned(slots(s), o, shift: o.pointee.a)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = isEqual(slots(s), o, to: o.pointee.x)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfNotEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = !isEqual(slots(s), o, to: o.pointee.x)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = isLess(slots(s), o, than: o.pointee.x)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfNotLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = !isLess(slots(s), o, than: o.pointee.x)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skipIfLessSignedImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.a)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        default: return { s, op, c, m, left in
                let o = operation(op)
                let leaves = !isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.a)
                if _slowPath(leaves) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        }
    }

    /// Leaving in the middle of a block.
    static func turns(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .turnIfEqual: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isEqual(slots(s), o)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfNotEqual: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = !isEqual(slots(s), o)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfLess: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLess(slots(s), o)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfNotLess: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = !isLess(slots(s), o)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLessSigned(slots(s), o, shift: o.pointee.a)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfNotLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = !isLessSigned(slots(s), o, shift: o.pointee.a)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isEqual(slots(s), o, to: o.pointee.z)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfNotEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = !isEqual(slots(s), o, to: o.pointee.z)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLess(slots(s), o, than: o.pointee.z)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfNotLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = !isLess(slots(s), o, than: o.pointee.z)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        case .turnIfLessSignedImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLessSigned(slots(s), o, than: o.pointee.z, shift: o.pointee.a)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        default: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = !isLessSigned(slots(s), o, than: o.pointee.z, shift: o.pointee.a)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
                return go(o + 1, s, c, m, left)
            }
        }
    }

    /// Blocks, and what leaves them.
    static func control(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .leaveIfNoted: return { s, op, c, m, left in
                let o = operation(op)
                if _slowPath(slots(s)[EngineWord.noteCount] != 0) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .watch: return { s, op, c, m, left in
                let o = operation(op)
                if bodyWatch(slots(s), o, marked(m)) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .skip: return { s, op, c, m, left in
                go(operation(op).cold, s, c, m, left)
            }
        case .enter: return { s, op, c, m, left in
                let o = operation(op)
                let after = left &- o.a
                if _slowPath(after < 0) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, after)
            }
        case .enterAndJump: return { s, op, c, m, left in
                let o = operation(op)
                let after = left &- o.a
                if _slowPath(after < 0) { return go(o.cold + 1, s, c, m, left) }
                return go(linked(o.pointee.x), s, c, m, after)
            }
        case .jump: return { s, op, c, m, left in
                go(linked(operation(op).pointee.x), s, c, m, left)
            }
        case .branchIfEqual: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isEqual(slots(s), o)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
                return go(linked(o.pointee.y), s, c, m, left)
            }
        case .branchIfLess: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLess(slots(s), o)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
                return go(linked(o.pointee.y), s, c, m, left)
            }
        case .branchIfLessSigned: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLessSigned(slots(s), o, shift: o.pointee.a)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
                return go(linked(o.pointee.y), s, c, m, left)
            }
        case .branchIfEqualImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isEqual(slots(s), o, to: o.pointee.z)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
                return go(linked(o.pointee.y), s, c, m, left)
            }
        case .branchIfLessImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLess(slots(s), o, than: o.pointee.z)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
                return go(linked(o.pointee.y), s, c, m, left)
            }
        case .branchIfLessSignedImmediate: return { s, op, c, m, left in
                let o = operation(op)
                let isTaken = isLessSigned(slots(s), o, than: o.pointee.z, shift: o.pointee.a)
                if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
                return go(linked(o.pointee.y), s, c, m, left)
            }
        case .jumpIndirect: return { s, op, c, m, left in
                let o = operation(op)
                let target = slots(s)[o.b]
                if let head = jumpTarget(slots(s), target) { return go(head, s, c, m, left) }
                slots(s)[o.a] = target
                return go(o.cold, s, c, m, left)
            }
        default: return { s, op, c, m, left in
                slots(s)[EngineWord.left] = UInt64(UInt(bitPattern: op))
                return left
            }
        }
    }
}
