import ISALanguage

/// Executes micro-ops in one loop around one switch. It is slower than the threaded engine, but asks
/// nothing of the compiler: debug builds use it, and tests hold the two against each other.
enum SwitchEngine {
    /// Runs from a micro-op until a `leave`. Returns what is left of the budget.
    static func run(_ start: Operations, _ s: Slots, _ cells: Cells, _ marks: Marks, budget: Int) -> Int {
        var o = start
        var left = budget
        while true {
            guard let opcode = Opcode(rawValue: UInt16(truncatingIfNeeded: o.pointee.code)) else { return left }
            var next = o + 1
            switch opcode {
            case .constant: bodyConstant(s, o)
            case .move: bodyMove(s, o)
            case .add: bodyAdd(s, o)
            case .addImmediate: bodyAddImmediate(s, o)
            case .subtract: bodySubtract(s, o)
            case .subtractFromImmediate: bodySubtractFromImmediate(s, o)
            case .multiply: bodyMultiply(s, o)
            case .multiplyImmediate: bodyMultiplyImmediate(s, o)
            case .and: bodyAnd(s, o)
            case .andImmediate: bodyAndImmediate(s, o)
            case .or: bodyOr(s, o)
            case .orImmediate: bodyOrImmediate(s, o)
            case .xor: bodyXor(s, o)
            case .xorImmediate: bodyXorImmediate(s, o)
            case .shiftLeftImmediate: bodyShiftLeftImmediate(s, o)
            case .shiftRightImmediate: bodyShiftRightImmediate(s, o)
            case .shiftLeft: bodyShiftLeft(s, o)
            case .shiftRight: bodyShiftRight(s, o)
            case .shiftRightSigned: bodyShiftRightSigned(s, o)
            case .signExtend: bodySignExtend(s, o)
            case .merge: bodyMerge(s, o)
            case .mergeRight: bodyMergeRight(s, o)
            case .carry: bodyCarry(s, o)
            case .carryImmediate: bodyCarryImmediate(s, o)
            case .orTable: bodyOrTable(s, o)
            case .addFlagging: bodyAddFlagging(s, o)
            case .addImmediateFlagging: bodyAddImmediateFlagging(s, o)
            case .select: bodySelect(s, o)
            case .unary: bodyUnary(s, o)
            case .binary: bodyBinary(s, o)
            case .element: bodyElement(s, o)
            case .elementBounded: bodyElementBounded(s, o)
            case .setElement: bodySetElement(s, o)
            case .setEqual: set(s, o, isEqual(s, o))
            case .setNotEqual: set(s, o, !isEqual(s, o))
            case .setLess: set(s, o, isLess(s, o))
            case .setNotLess: set(s, o, !isLess(s, o))
            case .setLessSigned: set(s, o, isLessSigned(s, o, shift: o.pointee.d))
            case .setNotLessSigned: set(s, o, !isLessSigned(s, o, shift: o.pointee.d))
            case .setEqualImmediate: set(s, o, isEqual(s, o, to: o.pointee.x))
            case .setNotEqualImmediate: set(s, o, !isEqual(s, o, to: o.pointee.x))
            case .setLessImmediate: set(s, o, isLess(s, o, than: o.pointee.x))
            case .setNotLessImmediate: set(s, o, !isLess(s, o, than: o.pointee.x))
            case .setLessSignedImmediate: set(s, o, isLessSigned(s, o, than: o.pointee.x, shift: o.pointee.d))
            case .setNotLessSignedImmediate: set(s, o, !isLessSigned(s, o, than: o.pointee.x, shift: o.pointee.d))
            case .loadConstant: bodyLoadConstant(s, o, cells)
            case .load: bodyLoad(s, o, cells)
            case .loadBounded: bodyLoadBounded(s, o, cells)
            case .loadOverlaid: bodyLoadOverlaid(s, o, cells)
            case .loadChecked:
                if let at = checkedAddress(s, o) { s[o.a] = cells[at] } else { next = o.cold }
            case .loadOverlaidChecked: if !bodyLoadOverlaidChecked(s, o, cells) { next = o.cold }
            case .addConstantCell: bodyAccumulate(s, o, constantCell(cells, o), .add)
            case .subtractConstantCell: bodyAccumulate(s, o, constantCell(cells, o), .subtract)
            case .andConstantCell: bodyAccumulate(s, o, constantCell(cells, o), .and)
            case .orConstantCell: bodyAccumulate(s, o, constantCell(cells, o), .or)
            case .xorConstantCell: bodyAccumulate(s, o, constantCell(cells, o), .xor)
            case .addCell: bodyAccumulate(s, o, cell(cells, s, o), .add)
            case .subtractCell: bodyAccumulate(s, o, cell(cells, s, o), .subtract)
            case .andCell: bodyAccumulate(s, o, cell(cells, s, o), .and)
            case .orCell: bodyAccumulate(s, o, cell(cells, s, o), .or)
            case .xorCell: bodyAccumulate(s, o, cell(cells, s, o), .xor)
            case .addCellChecked:
                if let at = checkedAddress(s, o) { bodyAccumulate(s, o, cells[at], .add) } else { next = o.cold }
            case .subtractCellChecked:
                if let at = checkedAddress(s, o) { bodyAccumulate(s, o, cells[at], .subtract) } else { next = o.cold }
            case .andCellChecked:
                if let at = checkedAddress(s, o) { bodyAccumulate(s, o, cells[at], .and) } else { next = o.cold }
            case .orCellChecked:
                if let at = checkedAddress(s, o) { bodyAccumulate(s, o, cells[at], .or) } else { next = o.cold }
            case .xorCellChecked:
                if let at = checkedAddress(s, o) { bodyAccumulate(s, o, cells[at], .xor) } else { next = o.cold }
            case .store: if bodyStore(s, o, cells, marks) { next = o.cold }
            case .storeConstant: if bodyStoreConstant(s, o, cells, marks) { next = o.cold }
            case .storeOverlaid: if bodyStoreOverlaid(s, o, cells, marks) { next = o.cold }
            case .storeChecked:
                if let at = checkedAddress(s, o) {
                    if put(s[o.a], at, s, cells, marks) { next = o.cold }
                } else {
                    next = o.cold + 1
                }
            case .storeOverlaidChecked:
                if let path = bodyStoreOverlaidChecked(s, o, cells, marks) { next = o.cold + path }
            case .storeNoting: bodyStoreNoting(s, o, cells, marks)
            case .leaveIfNoted: if s[EngineWord.noteCount] != 0 { next = o.cold }
            case .watch: if bodyWatch(s, o, marks) { next = o.cold }
            case .skip: next = o.cold
            case .skipIfEqual:
                if isEqual(s, o) { next = o.cold }
            case .skipIfNotEqual:
                if !isEqual(s, o) { next = o.cold }
            case .skipIfLess:
                if isLess(s, o) { next = o.cold }
            case .skipIfNotLess:
                if !isLess(s, o) { next = o.cold }
            case .skipIfLessSigned:
                if isLessSigned(s, o, shift: o.pointee.a) { next = o.cold }
            case .skipIfNotLessSigned:
                if !isLessSigned(s, o, shift: o.pointee.a) { next = o.cold }
            case .skipIfEqualImmediate:
                if isEqual(s, o, to: o.pointee.x) { next = o.cold }
            case .skipIfNotEqualImmediate:
                if !isEqual(s, o, to: o.pointee.x) { next = o.cold }
            case .skipIfLessImmediate:
                if isLess(s, o, than: o.pointee.x) { next = o.cold }
            case .skipIfNotLessImmediate:
                if !isLess(s, o, than: o.pointee.x) { next = o.cold }
            case .skipIfLessSignedImmediate:
                if isLessSigned(s, o, than: o.pointee.x, shift: o.pointee.a) { next = o.cold }
            case .skipIfNotLessSignedImmediate:
                if !isLessSigned(s, o, than: o.pointee.x, shift: o.pointee.a) { next = o.cold }
            case .enter:
                left &-= o.a
                if left < 0 {
                    left &+= o.a
                    next = o.cold
                }
            case .enterAndJump:
                left &-= o.a
                next = linked(o.pointee.x)
                if left < 0 {
                    left &+= o.a
                    next = o.cold + 1
                }
            case .jump: next = linked(o.pointee.x)
            case .branchIfEqual:
                let isTaken = isEqual(s, o)
                next = linked(isTaken ? o.pointee.x : o.pointee.y)
            case .branchIfLess:
                let isTaken = isLess(s, o)
                next = linked(isTaken ? o.pointee.x : o.pointee.y)
            case .branchIfLessSigned:
                let isTaken = isLessSigned(s, o, shift: o.pointee.a)
                next = linked(isTaken ? o.pointee.x : o.pointee.y)
            case .branchIfEqualImmediate:
                let isTaken = isEqual(s, o, to: o.pointee.z)
                next = linked(isTaken ? o.pointee.x : o.pointee.y)
            case .branchIfLessImmediate:
                let isTaken = isLess(s, o, than: o.pointee.z)
                next = linked(isTaken ? o.pointee.x : o.pointee.y)
            case .branchIfLessSignedImmediate:
                let isTaken = isLessSigned(s, o, than: o.pointee.z, shift: o.pointee.a)
                next = linked(isTaken ? o.pointee.x : o.pointee.y)
            case .turnIfEqual:
                if isEqual(s, o) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfNotEqual:
                if !isEqual(s, o) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfLess:
                if isLess(s, o) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfNotLess:
                if !isLess(s, o) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfLessSigned:
                if isLessSigned(s, o, shift: o.pointee.a) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfNotLessSigned:
                if !isLessSigned(s, o, shift: o.pointee.a) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfEqualImmediate:
                if isEqual(s, o, to: o.pointee.z) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfNotEqualImmediate:
                if !isEqual(s, o, to: o.pointee.z) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfLessImmediate:
                if isLess(s, o, than: o.pointee.z) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfNotLessImmediate:
                if !isLess(s, o, than: o.pointee.z) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfLessSignedImmediate:
                if isLessSigned(s, o, than: o.pointee.z, shift: o.pointee.a) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .turnIfNotLessSignedImmediate:
                if !isLessSigned(s, o, than: o.pointee.z, shift: o.pointee.a) {
                    left &+= Int(o.pointee.y)
                    next = linked(o.pointee.x)
                }
            case .jumpIndirect:
                if let target = jumpTarget(s, s[o.b]) {
                    next = target
                } else {
                    s[o.a] = s[o.b]
                    next = o.cold
                }
            case .leave:
                s[EngineWord.left] = UInt64(UInt(bitPattern: o))
                return left
            }
            o = next
        }
    }
}
