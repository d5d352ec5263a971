/// What is done with general registers, by mnemonic and form.
enum IntegerEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        let parts = [
            ArithmeticEmitters.table, MoveEmitters.table, StackEmitters.table, FlowEmitters.table, BitEmitters.table,
            ExtendedEmitters.table, ExchangeEmitters.table, StringEmitters.table, FlagEmitters.table,
            DecimalEmitters.table,
        ]
        for part in parts { table.merge(part) { first, _ in first } }
        return table
    }()
}
