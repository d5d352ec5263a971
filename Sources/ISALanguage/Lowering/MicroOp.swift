/// One step of lowered semantics: a trivial value of 48 bytes that a core executes over a flat file of slots.
///
/// `a` is the slot written (or read, by a store), `b` and `c` are slots read; what the others hold
/// depends on the opcode and stands beside it in `Opcode`. `S[i]` there is slot i.
public struct MicroOp: Sendable {
    /// The opcode's number, or what a core puts in its place: the address of its handler.
    public var code: UInt
    public var a: UInt32
    public var b: UInt32
    public var c: UInt32
    /// In opcodes that can leave the straight line: how many micro-ops ahead the cold path begins.
    public var d: UInt32
    public var x: UInt64
    public var y: UInt64
    public var z: UInt64

    public init(
        _ opcode: Opcode, a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0, d: UInt32 = 0, x: UInt64 = 0, y: UInt64 = 0,
        z: UInt64 = 0
    ) {
        code = UInt(opcode.rawValue)
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.x = x
        self.y = y
        self.z = z
    }

    public var opcode: Opcode? { Opcode(rawValue: UInt16(truncatingIfNeeded: code)) }
}

/// What micro-ops do. Arithmetic is modulo 2^64 with a mask, so that a machine's own width costs nothing.
public enum Opcode: UInt16, Sendable, CaseIterable {
    // MARK: moves and arithmetic
    /// S[a] = x
    case constant
    /// S[a] = S[b]
    case move
    /// S[a] = (S[b] + S[c]) & y; with `Immediate`, x instead of S[c]
    case add, addImmediate
    case subtract
    /// S[a] = (x - S[b]) & y
    case subtractFromImmediate
    case multiply, multiplyImmediate
    /// S[a] = S[b] & S[c]; with `Immediate`, x instead of S[c]
    case and, andImmediate
    case or, orImmediate
    case xor, xorImmediate
    /// S[a] = (S[b] << c) & y
    case shiftLeftImmediate
    /// S[a] = (S[b] >> c) & y
    case shiftRightImmediate
    /// S[a] = shifted by S[c], 0 or all signs from y bits on; y is the width
    case shiftLeft, shiftRight, shiftRightSigned
    /// S[a] = (S[b] << c >>s c) & y
    case signExtend
    /// S[a] = (S[b] & x) | ((S[c] << d) & y)
    case merge
    /// S[a] = ((S[b] >> d) & x) | ((S[c] << z) & y)
    case mergeRight
    /// S[a] = ((S[b] & x) + (S[c] & x) + y) >> z; with `Immediate`, ((S[b] & x) + y) >> z
    case carry, carryImmediate
    /// S[a] = S[b] | sixteen bits of x, those from bit (S[c] * 2 + S[d]) * 16 on
    case orTable
    /// T = S[b] + S[c]; S[a] = T & y; S[d] = S[d] | sixteen bits of x, those from bit n * 16 on, where n is
    /// T >> z, twice, and the carry into bit z - 1 of T. `Immediate`: z instead of S[c], and c instead of z
    case addFlagging, addImmediateFlagging
    /// S[a] = S[b] != 0 ? S[c] : S[d]
    case select
    /// S[a] = one bit: S[b] compared with S[c], or with x; signed ones shift both left by d first
    case setEqual, setNotEqual, setLess, setNotLess, setLessSigned, setNotLessSigned
    case setEqualImmediate, setNotEqualImmediate, setLessImmediate, setNotLessImmediate
    /// S[a] = one bit: (S[b] << d >>s d) compared with x
    case setLessSignedImmediate, setNotLessSignedImmediate
    /// S[a] = `UnaryOperator` number x of S[b], y bits
    case unary
    /// S[a] = `BinaryOperator` number x of S[b] and S[c], y bits, the right one z bits
    case binary

    // MARK: register files
    /// S[a] = S[c + S[b]]
    case element
    /// The same, or 0 where S[b] >= x
    case elementBounded
    /// S[a + S[b]] = S[c] if S[b] < x and S[d] != 0
    case setElement

    // MARK: storage; the cells' pointer is the core's
    /// S[a] = cell x
    case loadConstant
    /// S[a] = cell ((S[b] + x) & y) + z, known to exist
    case load
    /// A = (S[b] + x) & y; to the cold path if A >= c, else S[a] = cell A + z
    case loadChecked
    /// S[a] = cell S[b] if S[b] < x and S[c] != 0, else 0
    case loadBounded
    /// S[a] = (S[a] op cell x) & y
    case addConstantCell, subtractConstantCell, andConstantCell, orConstantCell, xorConstantCell
    /// A = (S[b] + x) & y; to the cold path if A >= c, else S[a] = (S[a] op cell A + z) & y
    case addCellChecked, subtractCellChecked, andCellChecked, orCellChecked, xorCellChecked
    /// The same without the check
    case addCell, subtractCell, andCell, orCell, xorCell
    /// Registers that lie over low storage, n of them from slot f on, where c = f + n * 2^16, and
    /// A = (S[b] + x) & y: S[a] = A < n ? S[f + A] : cell A + z, which is known to exist
    case loadOverlaid
    /// The same, with z = offset + limit * 2^32: to the cold path if A is neither below n nor below the limit
    case loadOverlaidChecked
    /// Cell x = S[a]; to the cold path if the cell held decoded code
    case storeConstant
    /// Cell ((S[b] + x) & y) + z = S[a]; likewise
    case store
    /// A = (S[b] + x) & y; to the cold path's second micro-op if A >= c; else cell A + z = S[a], likewise
    case storeChecked
    /// As the loads, to the cold path as above; `Checked`: to its second micro-op if A fails the check
    case storeOverlaid, storeOverlaidChecked
    /// Cell S[b] = S[a] if S[b] < x and S[c] != 0; a cell that held decoded code is noted for `leaveIfNoted`
    case storeNoting
    /// To the cold path if a `storeNoting` of this instruction noted a cell
    case leaveIfNoted
    /// To the cold path if S[b] < y is a watched cell and S[c] != 0
    case watch

    // MARK: leaving the straight line
    /// To the cold path
    case skip
    /// To the cold path if S[b] compares so with S[c] or x; signed ones shift left by a first
    case skipIfEqual, skipIfNotEqual, skipIfLess, skipIfNotLess, skipIfLessSigned, skipIfNotLessSigned
    case skipIfEqualImmediate, skipIfNotEqualImmediate, skipIfLessImmediate, skipIfNotLessImmediate
    case skipIfLessSignedImmediate, skipIfNotLessSignedImmediate

    // MARK: blocks
    /// Head of a block of a instructions: leaves if fewer are left of the budget
    case enter
    /// Ends the block: on to the micro-op whose address is x
    case jump
    /// Ends the block: on to address x if S[b] compares so with S[c] or z, else to y; signed: as above
    case branchIfEqual, branchIfLess, branchIfLessSigned
    case branchIfEqualImmediate, branchIfLessImmediate, branchIfLessSignedImmediate
    /// On to address x, with y instructions given back, if S[b] compares so with S[c] or z; else straight on
    case turnIfEqual, turnIfNotEqual, turnIfLess, turnIfNotLess, turnIfLessSigned, turnIfNotLessSigned
    case turnIfEqualImmediate, turnIfNotEqualImmediate, turnIfLessImmediate, turnIfNotLessImmediate
    case turnIfLessSignedImmediate, turnIfNotLessSignedImmediate
    /// A block that is nothing but a jump: `jump`, but leaves through the cold path's second micro-op if fewer
    /// than a instructions are left
    case enterAndJump
    /// Ends the block: on to the block at program counter S[b], if the jump cache has it, else S[a] = S[b]
    /// and to the cold path
    case jumpIndirect
    /// Back to the core's host; a is the index of the block's exit, x the block's number
    case leave
}
