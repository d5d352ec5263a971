import ISALanguage
import Machine

/// What stands at a program counter.
enum CodeAt {
    case block(Block)
    /// Fetching or decoding traps.
    case trap(TrapID, detail: UInt64, resume: UInt64)
    case fault(FaultCause)
}

/// One decoded instruction, or why there is none, with the cells that fetching read.
struct FetchedInstruction {
    var result: DecodeResult
    var cells: [Int]
}

extension ToyProcessor {
    /// More instructions than this are not put into one block.
    static let blockLimit = 64

    /// The context of the current mode and relocation. Code that tests for watched cells is a context of its own, so
    /// that nobody pays for the tests while nothing is watched.
    func currentContext() -> BlockContext {
        if cache.isOverfull { cache.removeAll() }
        let slots = engine.slots
        let keySlots = context.keySlots
        let isWatching = !watchedCells.isEmpty
        let found = cache.context { candidate in
            guard candidate.isWatching == isWatching else { return false }
            for (index, slot) in keySlots.enumerated() where slots[slot] != candidate.key[index] { return false }
            return true
        } make: {
            var state = self.state
            return BlockContext(
                key: keySlots.map { slots[$0] }, slots: keySlots, isWatching: isWatching,
                isUserMode: evaluator.test(description.userMode, over: &state),
                isSupervisorMode: evaluator.test(description.supervisorMode, over: &state))
        }
        slots[EngineWord.jumpCache] = UInt64(UInt(bitPattern: found.jumpCache))
        return found
    }

    /// Fetches and decodes through the machine's own translation, as the reference machine does.
    func fetch(at address: UInt64) -> FetchedInstruction {
        var state = self.state
        let mask = ConcreteArithmetic.mask(context.shape.widths[context.shape.programCounter?.index ?? 0])
        let step = UInt64(max(description.addressesPerUnit, 0))
        let result = decoder.decode { [evaluator, description] index in
            let at = (address &+ UInt64(index) &* step) & mask
            switch evaluator.evaluate(description.fetch, arguments: [at], over: &state) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let trap, let detail): return .trap(trap, detail: detail)
            }
        }
        return FetchedInstruction(result: result, cells: state.loadedCells)
    }

    /// The code at a program counter, made if need be.
    func code(at address: UInt64, in blocks: BlockContext) -> CodeAt {
        if let block = blocks[address] { return .block(block) }
        let first = fetch(at: address)
        guard case .instruction(let decoded) = first.result else { return failure(first, at: address) }
        var builder = BlockBuilder(
            context: context, constants: constants, key: blocks.known, isWatching: blocks.isWatching)
        switch builder.append(decoded, at: address) {
        case .needsOwnBlock:
            return .block(alone(decoded, at: address, first.cells, blocks))
        case .unsupported:
            return .block(interpreted(decoded, at: address, first.cells, in: blocks) { blocks.insert($0) })
        case .complete:
            return .block(install(&builder, at: address, first.cells, in: blocks))
        case .open:
            if context.needsEveryStep { return .block(alone(decoded, at: address, first.cells, blocks)) }
            let cells = first.cells + extend(&builder, after: decoded, at: address)
            return .block(install(&builder, at: address, cells, in: blocks))
        }
    }

    /// Appends the instructions that follow, as far as they belong into the same block; their cells.
    private func extend(_ builder: inout BlockBuilder, after decoded: DecodedInstruction, at address: UInt64) -> [Int] {
        var cells: [Int] = []
        var length = decoded.length
        var here = address
        while builder.instructionCount < ToyProcessor.blockLimit {
            here = EvaluationParameters(here: here, length: length, in: description).next
            let following = fetch(at: here)
            guard case .instruction(let decoded) = following.result else { return cells }
            let outcome = builder.append(decoded, at: here)
            if outcome == .needsOwnBlock || outcome == .unsupported { return cells }
            cells += following.cells
            if outcome == .complete { return cells }
            length = decoded.length
        }
        return cells
    }

    private func install(
        _ builder: inout BlockBuilder, at address: UInt64, _ cells: [Int], in blocks: BlockContext
    ) -> Block {
        let block = Block(.linkable, at: address, builder.finish(), cells: distinct(cells), engine: engine)
        copyConstants()
        blocks.insert(block)
        cache.register(block, in: blocks)
        return block
    }

    private func alone(
        _ decoded: DecodedInstruction, at address: UInt64, _ cells: [Int], _ blocks: BlockContext
    ) -> Block {
        single(decoded, at: address, cells, in: blocks) { blocks.insert($0) }
    }

    /// A block of one instruction, after which the core looks around.
    func single(
        _ decoded: DecodedInstruction, at address: UInt64, _ cells: [Int], in blocks: BlockContext,
        insert: (Block) -> Void
    ) -> Block {
        var builder = BlockBuilder(
            context: context, constants: constants, key: blocks.known, isWatching: blocks.isWatching)
        if builder.append(decoded, at: address, alone: true) == .unsupported {
            return interpreted(decoded, at: address, cells, in: blocks, insert: insert)
        }
        let block = Block(.alone, at: address, builder.finish(), cells: distinct(cells), engine: engine)
        copyConstants()
        insert(block)
        cache.register(block, in: blocks)
        return block
    }

    private func interpreted(
        _ decoded: DecodedInstruction, at address: UInt64, _ cells: [Int], in blocks: BlockContext,
        insert: (Block) -> Void
    ) -> Block {
        let nothing = LoweredBlock(operations: [], exits: [], instructionCount: 1)
        let block = Block(.interpreted(decoded), at: address, nothing, cells: distinct(cells), engine: engine)
        insert(block)
        cache.register(block, in: blocks)
        return block
    }

    private func distinct(_ cells: [Int]) -> [Int] { Array(Set(cells)) }

    /// The code at a program counter as a block of one instruction.
    func singleCode(at address: UInt64, in blocks: BlockContext) -> CodeAt {
        if let block = blocks.singles[address] { return .block(block) }
        let fetched = fetch(at: address)
        guard case .instruction(let decoded) = fetched.result else { return failure(fetched, at: address) }
        return .block(single(decoded, at: address, fetched.cells, in: blocks) { block in
            blocks.singles[address] = block
        })
    }

    private func failure(_ fetched: FetchedInstruction, at address: UInt64) -> CodeAt {
        func resume(_ trap: TrapID, _ length: Int) -> UInt64 {
            let after = description.traps.indices.contains(trap.index) && description.traps[trap.index].resumesAfter
            return after ? EvaluationParameters(here: address, length: length, in: description).next : address
        }
        switch fetched.result {
        case .instruction: return .fault(.noProgramCounter)
        case .fetchTrap(let trap, let detail, let units):
            return .trap(trap, detail: detail, resume: resume(trap, units.count + 1))
        case .undefined(let units):
            guard let trap = description.undefinedTrap else {
                return .fault(.undefinedEncoding(address: address, units: units))
            }
            return .trap(trap, detail: 0, resume: resume(trap, max(units.count, 1)))
        }
    }
}
