import ISALanguage

/// A micro-op's handler: slots, the micro-op, cells, marks, what is left of the budget. Returns the latter
/// at the end of the run.
typealias Handler = @convention(c) (
    UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int
) -> Int

/// Executes micro-ops through handlers that end in a call of the next one's. An optimised build makes
/// jumps of those calls (`DispatchTests` looks at the machine code), so each handler has an indirect jump
/// of its own to predict, and what they all need stays in registers.
enum ThreadedEngine {
    /// Handlers by opcode, as they stand in micro-ops.
    static let handlers: [UInt] = Opcode.allCases.map { unsafeBitCast(handler($0), to: UInt.self) }

    static func run(_ start: Operations, _ s: Slots, _ cells: Cells, _ marks: Marks, budget: Int) -> Int {
        go(start, UnsafeMutableRawPointer(s), UnsafeMutableRawPointer(cells), UnsafeMutableRawPointer(marks), budget)
    }
}

// Safety: a micro-op's first word is the address of a handler (`Engine.code`), and the raw pointers are
// those that `run` was given. C function types cannot name Swift structs, hence the rebinding.

@inline(__always) func go(
    _ o: Operations, _ s: UnsafeMutableRawPointer, _ cells: UnsafeMutableRawPointer,
    _ marks: UnsafeMutableRawPointer, _ left: Int
) -> Int {
    let handler = unsafeBitCast(o.pointee.code, to: Handler.self)
    return handler(s, UnsafeRawPointer(o), cells, marks, left)
}

@inline(__always) func slots(_ raw: UnsafeMutableRawPointer) -> Slots {
    raw.assumingMemoryBound(to: UInt64.self)
}
@inline(__always) func marked(_ raw: UnsafeMutableRawPointer) -> Marks {
    raw.assumingMemoryBound(to: UInt8.self)
}
@inline(__always) func operation(_ raw: UnsafeRawPointer) -> Operations {
    raw.assumingMemoryBound(to: MicroOp.self)
}

extension ThreadedEngine {
    private static func handler(_ opcode: Opcode) -> Handler {
        switch opcode {
        case .constant, .move, .add, .addImmediate, .subtract, .subtractFromImmediate, .multiply,
            .multiplyImmediate, .and, .andImmediate, .or, .orImmediate, .xor, .xorImmediate, .shiftLeftImmediate,
            .shiftRightImmediate, .shiftLeft, .shiftRight, .shiftRightSigned, .signExtend, .merge, .mergeRight,
            .carry, .carryImmediate, .orTable, .select, .unary, .binary, .element, .elementBounded, .setElement:
            return arithmetic(opcode)
        case .setEqual, .setNotEqual, .setLess, .setNotLess, .setLessSigned, .setNotLessSigned, .setEqualImmediate,
            .setNotEqualImmediate, .setLessImmediate, .setNotLessImmediate, .setLessSignedImmediate,
            .setNotLessSignedImmediate:
            return comparison(opcode)
        case .loadConstant, .load, .loadBounded, .loadOverlaid, .loadChecked, .loadOverlaidChecked,
            .addConstantCell, .subtractConstantCell, .andConstantCell, .orConstantCell, .xorConstantCell, .addCell,
            .subtractCell, .andCell, .orCell, .xorCell, .addCellChecked, .subtractCellChecked, .andCellChecked,
            .orCellChecked, .xorCellChecked, .store, .storeConstant, .storeOverlaid, .storeChecked,
            .storeOverlaidChecked, .storeNoting:
            return storage(opcode)
        case .skipIfEqual, .skipIfNotEqual, .skipIfLess, .skipIfNotLess, .skipIfLessSigned, .skipIfNotLessSigned,
            .skipIfEqualImmediate, .skipIfNotEqualImmediate, .skipIfLessImmediate, .skipIfNotLessImmediate,
            .skipIfLessSignedImmediate, .skipIfNotLessSignedImmediate:
            return skips(opcode)
        case .turnIfEqual, .turnIfNotEqual, .turnIfLess, .turnIfNotLess, .turnIfLessSigned, .turnIfNotLessSigned,
            .turnIfEqualImmediate, .turnIfNotEqualImmediate, .turnIfLessImmediate, .turnIfNotLessImmediate,
            .turnIfLessSignedImmediate, .turnIfNotLessSignedImmediate:
            return turns(opcode)
        case .leaveIfNoted, .watch, .skip, .enter, .enterAndJump, .jump, .branchIfEqual, .branchIfLess,
            .branchIfLessSigned, .branchIfEqualImmediate, .branchIfLessImmediate, .branchIfLessSignedImmediate,
            .jumpIndirect, .leave:
            return control(opcode)
        }
    }
}
