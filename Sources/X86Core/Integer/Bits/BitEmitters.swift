// ISA/x86-64/bits.isa but for shifts.

enum BitEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        let changes: [(String, BitHandlers.Change)] = [
            ("BT", .none), ("BTS", .set), ("BTR", .reset), ("BTC", .complement),
        ]
        for (name, change) in changes {
            table[name + " rm,reg"] = { b, i in changeBit(&b, i, change) }
            table[name + " rm,imm"] = { b, i in
                let size = i.operandSize
                let place = b.rm(size: size)
                let x = change == .none ? b.read(place, size: size) : b.readForWriting(place, size: size)
                b.emit(BitHandlers.bit(size), a: x, c: 1, d: change.rawValue, immediate: i.immediate)
                if change != .none { b.write(place, size: size, from: x) }
            }
        }
        for (name, reverse) in [("BSF", false), ("BSR", true)] {
            table[name] = { b, i in
                let y = b.read(b.rm(size: i.operandSize), size: i.operandSize)
                b.emit(BitHandlers.scan(i.operandSize, reverse: reverse), a: i.reg, b: y)
            }
        }
        let countings: [(String, BitHandlers.Counting)] = [
            ("POPCNT", .ones), ("TZCNT", .zeroesBelow), ("LZCNT", .zeroesAbove),
        ]
        for (name, counting) in countings {
            table[name] = { b, i in
                let y = b.read(b.rm(size: i.operandSize), size: i.operandSize)
                b.emit(BitHandlers.count(i.operandSize, counting), a: i.reg, b: y)
            }
        }
        table["CRC32 reg,rm8"] = { b, _ in checksum(&b, 1) }
        table["CRC32 reg,rm"] = { b, i in checksum(&b, i.operandSize) }
        for (name, isOverflow) in [("ADCX", false), ("ADOX", true)] {
            table[name] = { b, i in
                let y = b.read(b.rm(size: wide(b, i)), size: wide(b, i))
                b.emit(ExtendedHandlers.addThrough(wide(b, i), overflow: isOverflow), a: i.reg, b: y)
            }
        }
        return table
    }()

    /// The operand size of instructions that heed REX.W or VEX.W alone.
    static func wide(_ b: BlockBuilder, _ i: DecodedInstruction) -> Int { b.mode.isLong64 && i.isWide ? 8 : 4 }

    private static func changeBit(_ b: inout BlockBuilder, _ i: DecodedInstruction, _ change: BitHandlers.Change) {
        let size = i.operandSize
        if !i.isMemory { return b.emit(BitHandlers.bit(size), a: i.rm, b: i.reg, d: change.rawValue) }
        b.emitMemory(BitHandlers.place(size), a: Register.t2, b: i.reg)
        let memory = MemoryOperand(base: Register.t2, segment: i.memory.segment)
        let load = change == .none ? MemoryHandlers.load(size) : MemoryHandlers.loadForWriting(size)
        b.emitMemory(load, a: Register.t0, at: memory)
        b.emit(BitHandlers.bit(size), a: Register.t0, b: i.reg, d: change.rawValue)
        if change != .none { b.emitMemory(MemoryHandlers.store(size), a: Register.t0, at: memory) }
    }

    private static func checksum(_ b: inout BlockBuilder, _ size: Int) {
        let y = b.read(b.rm(size: size), size: size)
        b.emit(ExtendedHandlers.checksum(size), a: b.instruction.reg, b: y)
    }
}
