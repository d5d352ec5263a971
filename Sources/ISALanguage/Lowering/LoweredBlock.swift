/// Straight-line micro-ops of some instructions, with the ways out of them.
public struct LoweredBlock: Sendable {
    public var operations: [MicroOp]
    /// `leave` micro-ops name one of these in `a`.
    public var exits: [BlockExit]
    public var instructionCount: Int

    public init(operations: [MicroOp], exits: [BlockExit], instructionCount: Int) {
        self.operations = operations
        self.exits = exits
        self.instructionCount = instructionCount
    }
}

/// A way out of a block.
public struct BlockExit: Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Fewer instructions are left than the block has: nothing of it has run.
        case budget
        /// The next instruction is known, but its block was not when this one was made: the micro-op at
        /// this index wants the address of that block's head in the named operand.
        case link(operation: Int, LinkOperand)
        /// The next instruction's address was computed, and the jump cache does not have it.
        case indirect
        /// Something that the core looks at between instructions has changed.
        case event
        /// Cells that held decoded code were stored into.
        case codeChanged
        /// A trap; nothing of the instruction is done. The detail is in the slot, if there is one.
        case trap(TrapID, detail: UInt64, slot: Int?, resume: UInt64)
        /// A watched cell is about to be touched; nothing of the instruction is done.
        case watched(isWrite: Bool)
    }

    public var reason: Reason
    /// Instructions of the block that have been completed.
    public var completed: Int
    /// The program counter; nil: its slot has it.
    public var address: UInt64?

    public init(reason: Reason, completed: Int, address: UInt64?) {
        self.reason = reason
        self.completed = completed
        self.address = address
    }
}

/// Which operand of a micro-op holds an address to go on at.
public enum LinkOperand: Hashable, Sendable {
    case x, y
}

/// Numbers that micro-ops need in slots; shared by all blocks of a core.
public final class ConstantPool {
    public private(set) var values: [UInt64] = []
    private var index: [UInt64: Int] = [:]
    private let base: Int

    public init(plan: SlotPlan) { base = plan.constantBase }

    /// The slot that holds a number, or nil if there is no more room.
    func slot(for value: UInt64) -> UInt32? {
        if let known = index[value] { return UInt32(base + known) }
        guard values.count < SlotPlan.constantCount else { return nil }
        index[value] = values.count
        values.append(value)
        return UInt32(base + values.count - 1)
    }
}
