/// One word of an ISA file. Blocks are tokens too: `indent` and `dedent` stand where brackets would.
struct SourceToken: Sendable {
    enum Kind: Sendable {
        case name, number, text, symbol, newline, indent, dedent, end
    }

    var kind: Kind
    /// As written; a text without its quotes.
    var text: String
    /// Of a number.
    var value: UInt64
    var span: SourceSpan

    /// How the token is called in a message.
    var described: String {
        switch kind {
        case .name, .symbol, .number: "'\(text)'"
        case .text: "the text \"\(text)\""
        case .newline: "the end of the line"
        case .indent: "a deeper line"
        case .dedent: "the end of the block"
        case .end: "the end of the file"
        }
    }
}
