import ISALanguage

// Handlers that touch cells.

extension ThreadedEngine {
    /// Cells.
    static func storage(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .loadConstant: return { s, op, c, m, left in
                let o = operation(op)
                bodyLoadConstant(slots(s), o, slots(c))
                return go(o + 1, s, c, m, left)
            }
        case .load: return { s, op, c, m, left in
                let o = operation(op)
                bodyLoad(slots(s), o, slots(c))
                return go(o + 1, s, c, m, left)
            }
        case .loadBounded: return { s, op, c, m, left in
                let o = operation(op)
                bodyLoadBounded(slots(s), o, slots(c))
                return go(o + 1, s, c, m, left)
            }
        case .loadOverlaid: return { s, op, c, m, left in
                let o = operation(op)
                bodyLoadOverlaid(slots(s), o, slots(c))
                return go(o + 1, s, c, m, left)
            }
        case .loadChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold, s, c, m, left) }
                slots(s)[o.a] = slots(c)[at]
                return go(o + 1, s, c, m, left)
            }
        case .loadOverlaidChecked: return { s, op, c, m, left in
                let o = operation(op)
                let isFine = bodyLoadOverlaidChecked(slots(s), o, slots(c))
                if _slowPath(!isFine) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .addConstantCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, constantCell(slots(c), o), .add)
                return go(o + 1, s, c, m, left)
            }
        case .subtractConstantCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, constantCell(slots(c), o), .subtract)
                return go(o + 1, s, c, m, left)
            }
        case .andConstantCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, constantCell(slots(c), o), .and)
                return go(o + 1, s, c, m, left)
            }
        case .orConstantCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, constantCell(slots(c), o), .or)
                return go(o + 1, s, c, m, left)
            }
        case .xorConstantCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, constantCell(slots(c), o), .xor)
                return go(o + 1, s, c, m, left)
            }
        case .addCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .add)
                return go(o + 1, s, c, m, left)
            }
        case .subtractCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .subtract)
                return go(o + 1, s, c, m, left)
            }
        case .andCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .and)
                return go(o + 1, s, c, m, left)
            }
        case .orCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .or)
                return go(o + 1, s, c, m, left)
            }
        case .xorCell: return { s, op, c, m, left in
                let o = operation(op)
                bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .xor)
                return go(o + 1, s, c, m, left)
            }
        case .addCellChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold, s, c, m, left) }
                bodyAccumulate(slots(s), o, slots(c)[at], .add)
                return go(o + 1, s, c, m, left)
            }
        case .subtractCellChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold, s, c, m, left) }
                bodyAccumulate(slots(s), o, slots(c)[at], .subtract)
                return go(o + 1, s, c, m, left)
            }
        case .andCellChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold, s, c, m, left) }
                bodyAccumulate(slots(s), o, slots(c)[at], .and)
                return go(o + 1, s, c, m, left)
            }
        case .orCellChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold, s, c, m, left) }
                bodyAccumulate(slots(s), o, slots(c)[at], .or)
                return go(o + 1, s, c, m, left)
            }
        case .xorCellChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold, s, c, m, left) }
                bodyAccumulate(slots(s), o, slots(c)[at], .xor)
                return go(o + 1, s, c, m, left)
            }
        case .store: return { s, op, c, m, left in
                let o = operation(op)
                if _slowPath(bodyStore(slots(s), o, slots(c), marked(m))) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .storeConstant: return { s, op, c, m, left in
                let o = operation(op)
                if _slowPath(bodyStoreConstant(slots(s), o, slots(c), marked(m))) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .storeOverlaid: return { s, op, c, m, left in
                let o = operation(op)
                if _slowPath(bodyStoreOverlaid(slots(s), o, slots(c), marked(m))) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .storeChecked: return { s, op, c, m, left in
                let o = operation(op)
                guard let at = checkedAddress(slots(s), o) else { return go(o.cold + 1, s, c, m, left) }
                let isCode = put(slots(s)[o.a], at, slots(s), slots(c), marked(m))
                if _slowPath(isCode) { return go(o.cold, s, c, m, left) }
                return go(o + 1, s, c, m, left)
            }
        case .storeOverlaidChecked: return { s, op, c, m, left in
                let o = operation(op)
                if let path = bodyStoreOverlaidChecked(slots(s), o, slots(c), marked(m)) {
                    return go(o.cold + path, s, c, m, left)
                }
                return go(o + 1, s, c, m, left)
            }
        default: return { s, op, c, m, left in
                let o = operation(op)
                bodyStoreNoting(slots(s), o, slots(c), marked(m))
                return go(o + 1, s, c, m, left)
            }
        }
    }
}
