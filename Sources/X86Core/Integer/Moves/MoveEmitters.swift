// ISA/x86-64/moves.isa but for the stack, and the moves of long.isa and legacy.isa.

enum MoveEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        table["MOV rm,reg"] = { b, i in store(&b, b.rm(size: i.operandSize), .general(i.reg), i.operandSize) }
        table["MOV rm8,reg8"] = { b, _ in store(&b, b.rm(size: 1), b.reg(size: 1), 1) }
        table["MOV reg,rm"] = { b, i in load(&b, .general(i.reg), b.rm(size: i.operandSize), i.operandSize) }
        table["MOV reg8,rm8"] = { b, _ in load(&b, b.reg(size: 1), b.rm(size: 1), 1) }
        table["MOV rm,imm"] = { b, i in constant(&b, b.rm(size: i.operandSize), i.signedImmediate, i.operandSize) }
        table["MOV rm8,imm"] = { b, i in constant(&b, b.rm(size: 1), i.immediate, 1) }
        table["MOV reg,imm"] = { b, i in constant(&b, .general(i.low), i.immediate, i.operandSize) }
        table["MOV reg8,imm"] = { b, i in constant(&b, b.general(i.low, size: 1), i.immediate, 1) }
        table["MOVABS reg,imm"] = { b, i in constant(&b, .general(i.low), i.immediate, 8) }
        table["MOVNTI"] = table["MOV rm,reg"]
        for name in ["MOVABS rax,seg:place", "MOV rax,place"] {
            table[name] = { b, i in
                let size = i.isByteOpcode ? 1 : i.operandSize
                b.emitMemory(MoveHandlers.load(size), a: Register.ax, at: absolute(&b, i))
            }
        }
        for name in ["MOVABS seg:place,rax", "MOV place,rax"] {
            table[name] = { b, i in
                let size = i.isByteOpcode ? 1 : i.operandSize
                b.emitMemory(MemoryHandlers.store(size), a: Register.ax, at: absolute(&b, i))
            }
        }
        table["MOVZX reg,rm"] = { b, i in zeroExtend(&b, i, from: 2) }
        table["MOVZX reg,rm8"] = { b, i in zeroExtend(&b, i, from: 1) }
        table["MOVSX reg,rm"] = { b, i in signExtend(&b, i, from: 2) }
        table["MOVSX reg,rm8"] = { b, i in signExtend(&b, i, from: 1) }
        // Without REX.W it moves as many bits as it writes.
        table["MOVSXD"] = { b, i in signExtend(&b, i, from: min(i.operandSize, 4)) }
        table["LEA"] = { b, i in
            let handler = MoveHandlers.effectiveAddress(i.operandSize, isPlain: i.addressSize == 8)
            b.emitMemory(handler, a: i.reg)
        }
        table["XCHG rm,reg"] = { b, i in exchange(&b, b.rm(size: i.operandSize), .general(i.reg), i.operandSize) }
        table["XCHG rm8,reg8"] = { b, _ in exchange(&b, b.rm(size: 1), b.reg(size: 1), 1) }
        table["XCHG rax,reg"] = { b, i in
            b.emit(MoveHandlers.exchange(i.operandSize), a: Register.ax, b: i.low)
        }
        table["BSWAP"] = { b, i in
            // Of 16 bits it is undefined: they become 0 in every processor that is known.
            if i.operandSize == 2 { return b.emit(MoveHandlers.constant(2), a: i.low) }
            b.emit(MoveHandlers.swapBytes(i.operandSize), a: i.low, b: i.low)
        }
        table["MOVBE reg,rm"] = { b, i in
            b.emitMemory(MemoryHandlers.load(i.operandSize), a: Register.t0)
            b.emit(MoveHandlers.swapBytes(i.operandSize), a: i.reg, b: Register.t0)
        }
        table["MOVBE rm,reg"] = { b, i in
            b.emit(MoveHandlers.swapBytes(i.operandSize), a: Register.t0, b: i.reg)
            b.emitMemory(MemoryHandlers.store(i.operandSize), a: Register.t0)
        }
        table["XLATB"] = { b, i in
            b.emit(MoveHandlers.zeroExtend(from: 1), a: Register.t0, b: Register.ax)
            var memory = MemoryOperand(base: Register.bx, index: Register.t0)
            memory.segment = i.segmentPrefix ?? 3
            b.emitMemory(MoveHandlers.load(1), a: Register.ax, at: memory)
        }
        for (number, name) in ConditionNames.all.enumerated() {
            table["CMOV" + name] = { b, i in
                let y = b.read(b.rm(size: i.operandSize), size: i.operandSize)
                b.emit(Conditional.move(number, size: i.operandSize), a: i.reg, b: y)
            }
            table["SET" + name] = { b, _ in
                let place = b.rm(size: 1)
                if case .general(let register) = place { return b.emit(Conditional.sets[number], a: register) }
                b.emit(Conditional.sets[number], a: Register.t0)
                b.write(place, size: 1, from: Register.t0)
            }
        }
        // Fences and hints: one instruction at a time runs, in order.
        for name in [
            "NOP", "PAUSE", "ENDBR32", "ENDBR64", "LFENCE", "MFENCE", "SFENCE", "PREFETCHNTA", "PREFETCHT0",
            "PREFETCHT1", "PREFETCHT2", "PREFETCH", "PREFETCHW", "PREFETCHWT1", "CLDEMOTE",
        ] { table[name] = SystemEmitters.nothing }
        // The operand is translated as for a read, and that is all.
        for name in ["CLFLUSH", "CLFLUSHOPT", "CLWB"] {
            table[name] = { b, _ in b.emitMemory(MemoryHandlers.load(1), a: Register.t0) }
        }
        return table
    }()

    private static func store(_ b: inout BlockBuilder, _ to: Place, _ from: Place, _ size: Int) {
        let x = b.read(from, size: size)
        b.write(to, size: size, from: x)
        // A register moved to itself: of 32 bits the upper half is cleared.
        if case .general(let number) = to, number == x, size == 4 { b.emit(MemoryHandlers.move(4), a: number, b: x) }
    }

    private static func load(_ b: inout BlockBuilder, _ to: Place, _ from: Place, _ size: Int) {
        if case .memory = from, case .general(let number) = to {
            return b.emitMemory(MoveHandlers.load(size), a: number)
        }
        store(&b, to, from, size)
    }

    private static func constant(_ b: inout BlockBuilder, _ place: Place, _ value: UInt64, _ size: Int) {
        switch place {
        case .general(let number): b.emit(MoveHandlers.constant(size), a: number, immediate: value)
        case .memory: b.emitMemory(MoveHandlers.storeConstant(size), immediate: value)
        default:
            b.emit(MemoryHandlers.constant, a: Register.t0, immediate: value)
            b.write(place, size: size, from: Register.t0)
        }
    }

    /// The operand whose offset is the instruction's number.
    private static func absolute(_ b: inout BlockBuilder, _ i: DecodedInstruction) -> MemoryOperand {
        var memory = MemoryOperand()
        memory.segment = i.segmentPrefix ?? 3
        if Int64(Int32(truncatingIfNeeded: i.immediate)) == Int64(bitPattern: i.immediate) {
            memory.displacement = Int64(bitPattern: i.immediate)
        } else {
            b.emit(MemoryHandlers.constant, a: Register.t2, immediate: i.immediate)
            memory.base = Register.t2
        }
        return memory
    }

    private static func zeroExtend(_ b: inout BlockBuilder, _ i: DecodedInstruction, from size: Int) {
        let place = b.rm(size: size)
        // Whole registers are written by micro-ops that fill them; of 16 bits the rest must stay.
        let target = i.operandSize == 2 ? Register.t1 : i.reg
        if case .memory = place {
            b.emitMemory(MemoryHandlers.load(size), a: target)
        } else {
            let x = b.read(place, size: size)
            b.emit(MoveHandlers.zeroExtend(from: size), a: target, b: x)
        }
        if target != i.reg { b.emit(MemoryHandlers.move(2), a: i.reg, b: target) }
    }

    private static func signExtend(_ b: inout BlockBuilder, _ i: DecodedInstruction, from size: Int) {
        let place = b.rm(size: size)
        if case .memory = place {
            return b.emitMemory(MoveHandlers.loadSigned(from: size, to: i.operandSize), a: i.reg)
        }
        let x = b.read(place, size: size)
        b.emit(MoveHandlers.signExtend(from: size, to: i.operandSize), a: i.reg, b: x)
    }

    private static func exchange(_ b: inout BlockBuilder, _ place: Place, _ register: Place, _ size: Int) {
        if case .general(let first) = place, case .general(let second) = register {
            return b.emit(MoveHandlers.exchange(size), a: first, b: second)
        }
        let x = b.readForWriting(place, size: size)
        let y = b.read(register, size: size, into: Register.t1)
        // What is read into its own register must not be overwritten before it has been moved.
        if case .general = place { b.emit(MoveHandlers.zeroExtend(from: 1), a: Register.t2, b: x) }
        let old = if case .general = place { Register.t2 } else { x }
        b.write(place, size: size, from: y)
        b.write(register, size: size, from: old)
    }
}

extension Conditional {
    static func move(_ condition: Int, size: Int) -> Handler {
        switch size {
        case 2: return wordMoves[condition]
        case 4: return doublewordMoves[condition]
        default: return quadwordMoves[condition]
        }
    }
}
