import OpcodeNotation

extension X86Processor {
    /// Where a page of code was found.
    struct CodePage {
        var real: UInt64
        /// `context(isGlobal:)` when it was found.
        var context: UInt64
    }

    /// The page of code that a linear address lies in.
    private func codePage(_ linear: UInt64) throws(GuestFault) -> CodePage {
        let page = linear & ~0xFFF
        let isUser = isUser
        if let found = fetched.find(page, isUser) {
            return CodePage(real: found.page, context: context(isGlobal: found.isGlobal))
        }
        if mode.isLong64, !isCanonical(linear) { throw .protection() }
        let found = try walk(linear, AccessKind(isFetch: true, isUser: isUser))
        fetched.keep(page, isUser, found.page, isGlobal: found.isGlobal, isLarge: found.isLarge)
        return CodePage(real: found.page, context: context(isGlobal: found.isGlobal))
    }

    /// The real address of the page that an instruction would be fetched from now.
    func pageOfCode(_ linear: UInt64) throws(GuestFault) -> UInt64 { try codePage(linear).real }

    /// The block at the instruction pointer; made if there is none.
    func findBlock() throws(GuestFault) -> Block {
        let pointer = instructionPointer
        let linear = truncated(pointer &+ codeBase)
        let page = try codePage(linear)
        let address = page.real | linear & 0xFFF
        if let block = blocks.block(at: address, mode: modeNumber) {
            guard let second = block.secondPage else { return remembered(block, pointer, page.context) }
            let next = try codePage(truncated((linear & ~0xFFF) &+ 4096))
            // Where one of the two is not global, the block is not.
            let isGlobal = page.context == next.context
            if next.real == second { return remembered(block, pointer, isGlobal ? page.context : context(isGlobal: false)) }
        }
        // A table that grows computes its size with floating point: the guest must not see that in its flags.
        leaveHostArithmetic()
        defer { enterHostArithmetic() }
        if blocks.isFull { forgetAllBlocks() }
        let (ops, size, count, second) = try makeOps(linear, address, limit: blockLimit)
        blocksMade &+= 1
        let block = Block(
            head: blocks.place(ops), address: address, mode: modeNumber, size: size, count: count, secondPage: second)
        blocks.insert(block)
        return remembered(block, pointer, second == nil ? page.context : context(isGlobal: false))
    }

    private var codeBase: UInt64 { mode.isLong64 ? 0 : state.pointee.segments[SegmentNumber.cs].base }

    private func remembered(_ block: Block, _ pointer: UInt64, _ context: UInt64) -> Block {
        let entry = state.pointee.jumpCache + JumpCache.index(pointer)
        entry.pointee = JumpCacheEntry(address: pointer, context: context, head: block.head)
        return block
    }

    /// Decodes everything anew. The guest cannot tell.
    public func forgetDecodedCode() { forgetAllBlocks() }

    func forgetAllBlocks() {
        blocks.clear()
        coldCalls.removeAll(keepingCapacity: true)
        for index in 0..<JumpCache.size { state.pointee.jumpCache[index] = JumpCacheEntry() }
    }

    /// Micro-ops of the one instruction at the instruction pointer, which are used once.
    func makeSingle() throws(GuestFault) -> UnsafeMutableRawPointer {
        let linear = truncated(instructionPointer &+ codeBase)
        let address = try codePage(linear).real | linear & 0xFFF
        leaveHostArithmetic()
        defer { enterHostArithmetic() }
        let (ops, _, _, _) = try makeOps(linear, address, limit: 1)
        precondition(ops.count <= 256)
        ops.withUnsafeBytes { if let base = $0.baseAddress { singleOps.copyMemory(from: base, byteCount: $0.count) } }
        return singleOps
    }

    private typealias Made = (ops: [MicroOp], size: Int, count: Int, secondPage: UInt64?)

    /// Decodes from an address to the end of a block.
    private func makeOps(_ linear: UInt64, _ address: UInt64, limit: Int) throws(GuestFault) -> Made {
        guard let first = memory.pointer(address) else { return try makeFromDevice(linear, address) }
        var builder = BlockBuilder(self, start: instructionPointer)
        var offset = 0
        let room = Int(4096 - address & 0xFFF)
        while !builder.isEnded, builder.count < limit, offset < room {
            // Safety: the bytes up to the page's end are the guest's storage.
            let code = UnsafeBufferPointer(start: (first + offset).assumingMemoryBound(to: UInt8.self), count: room - offset)
            do {
                var instruction = try decoding.decoder(codeSize: mode.codeSize).decode(code, codeSize: Int(mode.codeSize))
                instruction.offset = offset
                guard add(instruction, to: &builder) else { break }
                offset += instruction.length
            } catch .tooShort {
                if builder.count > 0 { break }
                return try makeAcross(linear, address, first, room)
            } catch {
                if builder.count > 0 { break }
                addUndefined(error, to: &builder)
            }
        }
        close(&builder, offset)
        return (builder.finished(), max(offset, 1), builder.count, nil)
    }

    /// One instruction that goes on in the next page.
    private func makeAcross(
        _ linear: UInt64, _ address: UInt64, _ first: UnsafeMutableRawPointer, _ room: Int
    ) throws(GuestFault) -> Made {
        let secondPage = try codePage(truncated((linear & ~0xFFF) &+ 4096)).real
        var bytes = Array(UnsafeRawBufferPointer(start: first, count: room))
        for index in 0..<UInt64(15) { bytes.append(realRead(secondPage + index, UInt8.self)) }
        var builder = BlockBuilder(self, start: instructionPointer)
        let result = bytes.withUnsafeBufferPointer { code -> Result<DecodedInstruction, ReadingError> in
            do throws(ReadingError) {
                return .success(try decoding.decoder(codeSize: mode.codeSize).decode(code, codeSize: Int(mode.codeSize)))
            } catch { return .failure(error) }
        }
        var size = 1
        switch result {
        case .success(let instruction):
            _ = add(instruction, to: &builder)
            size = instruction.length
        case .failure(let error): addUndefined(error, to: &builder)
        }
        close(&builder, size)
        return (builder.finished(), size, builder.count, size > room ? secondPage : nil)
    }

    /// Code in the space of devices is read byte by byte.
    private func makeFromDevice(_ linear: UInt64, _ address: UInt64) throws(GuestFault) -> Made {
        throw .alone
    }

    private func close(_ builder: inout BlockBuilder, _ offset: Int) {
        // The instruction that was decoded last may not have been taken in.
        if !builder.isEnded { builder.goOn(by: Int64(offset)) }
    }

    private func addUndefined(_ error: ReadingError, to builder: inout BlockBuilder) {
        builder.begin(DecodedInstruction(record: 0, encoding: 0))
        switch error {
        case .undefined, .tooShort: builder.raise(.invalidOpcode)
        case .tooLong: builder.raise(.protection())
        }
        builder.finishInstruction()
    }

    /// - Returns: false where the instruction has to begin a block of its own.
    private func add(_ instruction: DecodedInstruction, to builder: inout BlockBuilder) -> Bool {
        builder.begin(instruction)
        let decoder = decoding.decoder(codeSize: mode.codeSize)
        let record = decoder.records[instruction.record]
        // Behind the end of the code segment nothing is fetched.
        if !mode.isLong64 {
            let last = builder.start &+ UInt64(instruction.nextOffset) &- 1
            if last > UInt64(state.pointee.segments[SegmentNumber.cs].limit) {
                builder.raise(.protection())
                builder.finishInstruction()
                return true
            }
        }
        // Real and virtual-8086 mode have no VEX prefix: Intel SDM volume 2, section 2.3.
        if mode.isReal, instruction.isVEX || SystemEmitters.protectedOnly.contains(record.mnemonic) {
            builder.raise(.invalidOpcode)
            builder.finishInstruction()
            return true
        }
        guard let emitter = decoding.emitter(codeSize: mode.codeSize, record: instruction.record),
            !instruction.hasLock || instruction.isMemory && decoder.pattern(instruction).takesLock
        else {
            builder.raise(.invalidOpcode)
            builder.finishInstruction()
            return true
        }
        if let fault = check(record, instruction, &builder) {
            builder.raise(fault)
        } else {
            emitter(&builder, instruction)
            if builder.wantsOwnBlock { return false }
        }
        builder.finishInstruction()
        return true
    }

    /// Decides the trap conditions of a record. What cannot be decided now becomes a micro-op.
    private func check(
        _ record: InstructionRecord, _ instruction: DecodedInstruction, _ builder: inout BlockBuilder
    ) -> GuestFault? {
        for check in record.checks {
            let holds = check.condition.evaluate { value(of: $0, instruction) }
            if holds == false { continue }
            let fault = GuestFault(check.vector, code: check.code)
            if holds == true { return fault }
            let isLate = check.condition.components.contains { lateComponent($0) != nil }
            let functions = check.condition.functions
            // The access itself looks at alignment: see `InstructionRecord.requiresAlignment`.
            if functions.contains("misaligned") { continue }
            if isLate || !functions.isEmpty {
                builder.cold { processor, instruction throws(GuestFault) in
                    let holds = check.condition.evaluate { step in
                        switch step {
                        case .function(let name): processor.function(name, instruction)
                        case .component(let name): processor.component(name) ?? processor.lateComponent(name)
                        default: processor.value(of: step, instruction)
                        }
                    }
                    if holds == true { throw fault }
                }
            }
        }
        return nil
    }

    /// What a condition asks of the mode and of the instruction's fields.
    private func value(of step: CheckProgram.Step, _ instruction: DecodedInstruction) -> UInt64? {
        switch step {
        case .component(let name): return component(name)
        case .field(let name):
            switch name {
            case "cr", "reg", "d", "sreg": return UInt64(instruction.reg)
            case "imm", "number", "n": return instruction.immediate
            default: return nil
            }
        default: return nil
        }
    }
}
