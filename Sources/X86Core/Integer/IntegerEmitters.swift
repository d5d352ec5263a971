/// What is done with general registers, by mnemonic and form.
enum IntegerEmitters {
    static let table = Emitters.joined([
        ArithmeticEmitters.table, MoveEmitters.table, StackEmitters.table, FlowEmitters.table, BitEmitters.table,
        ExtendedEmitters.table, ExchangeEmitters.table, StringEmitters.table, FlagEmitters.table, DecimalEmitters.table,
    ])
}
