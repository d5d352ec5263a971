/// Where an operand of an instruction is.
enum Place {
    /// A general register, all of it or its low part.
    case general(UInt8)
    /// Bits 8 to 15 of register 0 to 3: AH to BH.
    case high(UInt8)
    /// The instruction's operand in storage.
    case memory
    /// A number of the instruction.
    case immediate(UInt64)
}

/// Collects the micro-ops of a block. Emitters call it; each instruction is appended behind the one before.
struct BlockBuilder {
    let processor: X86Processor
    let mode: ExecutionMode
    /// Linear address of the block's first byte, which lies in the page of `address`, minus CS base.
    let start: UInt64
    private(set) var ops: [MicroOp] = []
    /// The instruction that micro-ops are emitted for.
    private(set) var instruction = DecodedInstruction(record: 0, encoding: 0)
    private(set) var count = 0
    /// The block's last instruction has been emitted.
    private(set) var isEnded = false
    /// The instruction must begin a block: whatever stands in front ends there.
    private(set) var wantsOwnBlock = false
    /// Where the instruction's micro-ops begin.
    private var first = 0
    /// For each micro-op, the number of instructions in front of it.
    private var numbers: [Int] = []

    init(_ processor: X86Processor, start: UInt64) {
        self.processor = processor
        mode = processor.mode
        self.start = start
        append(MicroOp(handler: unsafeBitCast(FlowHandlers.enter, to: UInt.self)))
    }

    mutating func begin(_ instruction: DecodedInstruction) {
        self.instruction = instruction
        first = ops.count
    }
    mutating func finishInstruction() { count += 1 }

    private mutating func append(_ op: MicroOp) {
        ops.append(op)
        numbers.append(count)
    }

    /// The micro-op that was emitted last.
    var last: MicroOp? { ops.last }

    /// The last micro-op does something else, too, with the same operands.
    mutating func replaceLast(_ handler: Handler) {
        ops[ops.count - 1].handler = unsafeBitCast(handler, to: UInt.self)
    }

    // MARK: - Micro-ops

    /// A micro-op without an address.
    mutating func emit(
        _ handler: Handler, a: UInt8 = 0, b: UInt8 = 0, c: UInt8 = 0, d: UInt8 = 0, immediate: UInt64 = 0
    ) {
        var op = MicroOp(handler: unsafeBitCast(handler, to: UInt.self))
        op.a = a
        op.b = b
        op.c = c
        op.d = d
        op.immediate = immediate
        op.offset = UInt16(truncatingIfNeeded: instruction.offset)
        op.length = UInt8(instruction.length)
        append(op)
    }

    /// A micro-op with the address of the instruction's operand in storage, or of another one.
    mutating func emitMemory(
        _ handler: Handler, a: UInt8 = 0, b: UInt8 = 0, c: UInt8 = 0, d: UInt8 = 0, immediate: UInt64 = 0,
        at memory: MemoryOperand? = nil, addressSize: Int? = nil
    ) {
        let memory = memory ?? instruction.memory
        var displacement = memory.displacement
        var base = memory.base
        if memory.isRelative {
            base = Register.block
            displacement += Int64(instruction.nextOffset)
            if Int64(Int32(truncatingIfNeeded: displacement)) != displacement {
                emit(Self.addConstant, a: Register.t2, b: Register.block, immediate: UInt64(bitPattern: displacement))
                base = Register.t2
                displacement = 0
            }
        }
        emit(handler, a: a, b: b, c: c, d: d, immediate: immediate)
        let last = ops.count - 1
        ops[last].base = base
        ops[last].index = memory.index
        ops[last].segment = memory.segment
        ops[last].displacement = Int32(truncatingIfNeeded: displacement)
        ops[last].addressing.rawValue = memory.scale | addressing(memory, addressSize ?? instruction.addressSize)
    }

    private func addressing(_ memory: MemoryOperand, _ addressSize: Int) -> UInt8 {
        if mode.isLong64 {
            let isBased = memory.segment >= 4
            let narrow = addressSize == 4 ? Addressing.narrow32 | (isBased ? 0 : Addressing.flat) : 0
            return narrow | (isBased ? Addressing.based : 0)
        }
        if addressSize == 2 { return Addressing.checked | Addressing.narrow16 }
        let isFlat = mode.flatSegments & 1 << memory.segment != 0
        return Addressing.checked | Addressing.narrow32 | (isFlat ? Addressing.flat : 0)
    }

    static let addConstant: Handler = { c, o in
        Core(c)[Op(o).a] = Core(c)[Op(o).b] &+ Op(o).immediate
        return next(c, o)
    }

    // MARK: - Operands

    /// The place that ModRM's rm field names, for an access of so many bytes.
    func rm(size: Int) -> Place { instruction.isMemory ? .memory : general(instruction.rm, size: size) }
    func reg(size: Int) -> Place { general(instruction.reg, size: size) }

    func general(_ number: UInt8, size: Int) -> Place {
        if size == 1, !instruction.hasREX, !instruction.isVEX, number >= 4, number < 8 { return .high(number - 4) }
        return .general(number)
    }

    /// Brings an operand into a register: its own, or `into`, zero-extended. Bits above the size do not count where
    /// it is its own.
    mutating func read(_ place: Place, size: Int, into: UInt8 = Register.t0) -> UInt8 {
        switch place {
        case .general(let number): return number
        case .high(let number): emit(MemoryHandlers.takeHigh, a: into, b: number)
        case .memory: emitMemory(MemoryHandlers.load(size), a: into)
        case .immediate(let value): emit(MemoryHandlers.constant, a: into, immediate: value)
        }
        return into
    }

    /// Likewise, for an operand that is written afterwards: what the store would raise is raised now.
    mutating func readForWriting(_ place: Place, size: Int, into: UInt8 = Register.t0) -> UInt8 {
        if case .memory = place {
            emitMemory(MemoryHandlers.loadForWriting(size), a: into)
            return into
        }
        return read(place, size: size, into: into)
    }

    /// Puts the low part of a register where the operand is. Nothing happens where it is there already.
    mutating func write(_ place: Place, size: Int, from register: UInt8) {
        switch place {
        case .general(let number): if number != register { emit(MemoryHandlers.move(size), a: number, b: register) }
        case .high(let number): emit(MemoryHandlers.putHigh, a: number, b: register)
        case .memory: emitMemory(MemoryHandlers.store(size), a: register)
        case .immediate: break
        }
    }

    // MARK: - Whole instructions

    /// The rest of the instruction is done by a function, and execution goes on behind it.
    mutating func cold(_ body: @escaping ColdBody) {
        emit(FlowHandlers.cold, immediate: UInt64(processor.keep(ColdCall(body: body, instruction: instruction))))
    }

    /// Likewise, and the function may change anything: the block ends. `X86Processor.nextIP` says where execution goes
    /// on; it is the next instruction unless the function changes it.
    mutating func coldEnd(_ body: @escaping ColdBody) {
        emit(FlowHandlers.coldEnd, immediate: UInt64(processor.keep(ColdCall(body: body, instruction: instruction))))
        isEnded = true
    }

    /// Likewise, in a block of its own: the function counts what it completes by itself (`X86Processor.spend`).
    mutating func coldAlone(_ body: @escaping ColdBody) {
        if count > 0 {
            wantsOwnBlock = true
            // Nothing of it is done here: not even what its trap conditions ask.
            ops.removeLast(ops.count - first)
            numbers.removeLast(numbers.count - first)
            return
        }
        coldEnd(body)
    }

    /// An exception whatever the state.
    mutating func raise(_ fault: GuestFault) {
        emit(FlowHandlers.raise, a: fault.vector, b: fault.code == nil ? 0 : 1, immediate: UInt64(fault.code ?? 0))
        isEnded = true
    }

    // MARK: - Control flow

    /// Execution goes on at the next instruction, in another block.
    mutating func endBlock() { goOn(by: Int64(instruction.nextOffset)) }

    /// To the instruction so many bytes from the block's first one that follows the last one.
    mutating func goOn(by distance: Int64) {
        let far = mode.codeSize == 8 ? FlowHandlers.far : FlowHandlers.far32
        jump(by: distance, to: processor.cut(start &+ UInt64(bitPattern: distance)), far: far)
    }

    /// To a place so many bytes from the block's first one.
    mutating func jump(by distance: Int64) {
        guard mode.codeSize == 2 else { return goOn(by: distance) }
        jump(by: distance, to: (start &+ UInt64(bitPattern: distance)) & 0xFFFF, far: FlowHandlers.far16)
    }

    private mutating func jump(by distance: Int64, to target: UInt64, far: @escaping Handler) {
        if target >> 12 == start >> 12, Int64(Int32(truncatingIfNeeded: distance)) == distance,
            start &+ UInt64(bitPattern: distance) == target, processor.mayLink
        {
            emit(FlowHandlers.unlinked)
            ops[ops.count - 1].displacement = Int32(truncatingIfNeeded: distance)
        } else {
            emit(far, immediate: UInt64(bitPattern: distance))
        }
        isEnded = true
    }

    /// A micro-op that goes elsewhere has been emitted.
    mutating func end() { isEnded = true }

    /// To the address in a register.
    mutating func jump(toRegister number: UInt8) {
        emit(FlowHandlers.indirect, a: number)
        isEnded = true
    }

    /// To a place so many bytes from the block's first one where a condition holds, else to the next instruction.
    mutating func jump(by distance: Int64, if condition: UInt8) {
        emit(FlowHandlers.skip(condition), a: condition)
        endBlock()
        jump(by: distance)
    }

    /// The micro-ops, with the number of instructions to pay and to give back in each.
    func finished() -> [MicroOp] {
        var ops = ops
        ops[0].immediate = UInt64(count)
        for index in ops.indices.dropFirst() { ops[index].unpaid = UInt8(truncatingIfNeeded: count - numbers[index]) }
        HandlerTable.choose(&ops)
        for index in ops.indices { ops[index].handler = straight(ops[index].handler) }
        return ops
    }
}

extension X86Processor {
    /// Keeps what a cold micro-op calls.
    func keep(_ call: ColdCall) -> Int {
        coldCalls.append(call)
        return coldCalls.count - 1
    }

    /// Blocks of one page may be linked to each other: where a page's linear addresses are not its real ones modulo
    /// 4096, for CS has an odd base, they may not.
    var mayLink: Bool { !state.pointee.isSingle && (mode.isLong64 || state.pointee.segments[SegmentNumber.cs].base & 0xFFF == 0) }
}
