/// What the core makes of the system's instructions.
enum SystemEmitters {
    static let table = Emitters.joined([
        innocuous, SegmentEmitters.table, TransferEmitters.table, SystemCallEmitters.table, ControlEmitters.table,
        PortEmitters.table,
    ])

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

    /// Instructions run one at a time, in order; and what is undefined by name.
    private static let innocuous: [String: Emitter] = {
        var table = ["SERIALIZE": nothing]
        for name in ["UD0", "UD1", "UD2"] { table[name] = { b, _ in b.raise(.invalidOpcode) } }
        return table
    }()
}
