/// What the core makes of the system's instructions.
enum SystemEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = innocuous
        for part in [
            SegmentEmitters.table, TransferEmitters.table, SystemCallEmitters.table, ControlEmitters.table,
            PortEmitters.table,
        ] {
            table.merge(part) { first, _ in first }
        }
        return table
    }()

    /// Real and virtual-8086 mode do not know these, whatever the level. The machine's files cannot say so: both begin
    /// where protected mode does.
    static let protectedOnly: Set<String> = ["LLDT", "SLDT", "LTR", "STR", "LAR", "LSL", "VERR", "VERW", "ARPL"]

    /// A body behind which execution goes on.
    static func cold(_ body: @escaping ColdBody) -> Emitter { { b, _ in b.cold(body) } }

    /// Likewise, and the block ends.
    static func ending(_ body: @escaping ColdBody) -> Emitter { { b, _ in b.coldEnd(body) } }

    /// Likewise, in a block of its own: devices are asked.
    static func alone(_ body: @escaping ColdBody) -> Emitter { { b, _ in b.coldAlone(body) } }

    static let nothing: Emitter = { _, _ in }

    /// The operand is translated as for a read, and that is all.
    private static let touches = cold { p, i throws(GuestFault) in
        _ = try p.readLinear(
            try p.linearAddress(i, size: 1, isWrite: false), size: 1, p.access(isWrite: false),
            stack: i.memory.segment == 2)
    }

    /// Fences and hints: one instruction at a time runs, in order.
    private static let innocuous: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for name in [
            "NOP", "PAUSE", "ENDBR32", "ENDBR64", "LFENCE", "MFENCE", "SFENCE", "SERIALIZE", "PREFETCHNTA", "PREFETCHT0",
            "PREFETCHT1", "PREFETCHT2", "PREFETCH", "PREFETCHW", "PREFETCHWT1", "CLDEMOTE",
        ] {
            table[name] = nothing
        }
        for name in ["CLFLUSH", "CLFLUSHOPT", "CLWB"] { table[name] = touches }
        for name in ["UD0", "UD1", "UD2"] { table[name] = { b, _ in b.raise(.invalidOpcode) } }
        return table
    }()
}
