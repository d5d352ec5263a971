import ISALanguage

/// Decoded code in memory, ready to run.
final class Block {
    enum Kind {
        /// Other blocks may go straight to it.
        case linkable
        /// One instruction that needs everything brought up to date before and after it.
        case alone
        /// One instruction without micro-ops.
        case interpreted(DecodedInstruction)
    }

    let kind: Kind
    /// The program counter of its first instruction.
    let address: UInt64
    let instructionCount: Int
    let exits: [BlockExit]
    /// Cells that fetching it read.
    let cells: [Int]
    // Safety: allocated and initialised below, freed in `deinit`; nothing refers to a block's micro-ops
    // that does not keep the block: links into it are undone before it is dropped.
    let operations: UnsafeMutablePointer<MicroOp>
    let operationCount: Int
    /// Micro-ops of other blocks that go straight to this one.
    private var incoming: [Link] = []
    /// The blocks that this one goes straight to.
    private var outgoing: [Target] = []
    /// Its code has been overwritten.
    var isStale = false

    /// A micro-op's operand that holds the address of another block.
    private struct Link {
        unowned let from: Block
        let operation: Int
        let operand: LinkOperand
    }

    private struct Target {
        unowned let block: Block
    }

    init(_ kind: Kind, at address: UInt64, _ lowered: LoweredBlock, cells: [Int], engine: Engine) {
        self.kind = kind
        self.address = address
        self.cells = cells
        exits = lowered.exits
        instructionCount = lowered.instructionCount
        operationCount = lowered.operations.count
        operations = .allocate(capacity: max(operationCount, 1))
        for (index, operation) in lowered.operations.enumerated() {
            (operations + index).initialize(to: operation)
            guard let opcode = operation.opcode else { continue }
            operations[index].code = engine.code(of: opcode)
            switch opcode {
            case .leave: operations[index].x = UInt64(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()))
            case .jump, .enterAndJump, .turnIfEqual, .turnIfNotEqual, .turnIfLess, .turnIfNotLess,
                .turnIfLessSigned, .turnIfNotLessSigned, .turnIfEqualImmediate, .turnIfNotEqualImmediate,
                .turnIfLessImmediate, .turnIfNotLessImmediate, .turnIfLessSignedImmediate,
                .turnIfNotLessSignedImmediate:
                unlink(index, .x)
            case .branchIfEqual, .branchIfLess, .branchIfLessSigned, .branchIfEqualImmediate,
                .branchIfLessImmediate, .branchIfLessSignedImmediate:
                unlink(index, .x)
                unlink(index, .y)
            default: break
            }
        }
    }

    deinit { operations.deallocate() }

    var head: Operations { Operations(operations) }

    var isLinkable: Bool {
        if case .linkable = kind { return true }
        return false
    }

    /// The block whose `leave` this is.
    static func owner(of leave: Operations) -> Block? {
        // Safety: `init` put the block's own address there, and a running block is kept alive by its core.
        UnsafeRawPointer(bitPattern: UInt(leave.pointee.x)).map {
            Unmanaged<Block>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// From now on the micro-op goes straight to the target.
    func link(_ operation: Int, _ operand: LinkOperand, to target: Block) {
        guard !isStale, !target.isStale else { return }
        target.incoming.append(Link(from: self, operation: operation, operand: operand))
        outgoing.append(Target(block: target))
        let address = UInt64(UInt(bitPattern: target.operations))
        switch operand {
        case .x: operations[operation].x = address
        case .y: operations[operation].y = address
        }
    }

    /// Undoes all links from and to this block.
    func detach() {
        for link in incoming {
            link.from.unlink(link.operation, link.operand)
            link.from.outgoing.removeAll { $0.block === self }
        }
        for target in outgoing { target.block.incoming.removeAll { $0.from === self } }
        incoming = []
        outgoing = []
    }

    /// Makes the operand lead to this block's own way out again.
    func unlink(_ operation: Int, _ operand: LinkOperand) {
        let cold = operations + operation + Int(operations[operation].d)
        switch operand {
        case .x: operations[operation].x = UInt64(UInt(bitPattern: cold))
        case .y: operations[operation].y = UInt64(UInt(bitPattern: cold + 1))
        }
    }
}
