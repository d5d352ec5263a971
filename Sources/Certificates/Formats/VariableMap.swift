/// What the variables of a claim's formula stand for: bits of the machine's state.
///
/// Variables that name no bit of state are gates of the circuit and have no entry.
public struct VariableMap: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// From 1, as in the formula.
        public var variable: Int32
        /// A component of the state, or the result of an uninterpreted function's application.
        public var name: String
        /// 0 is the least significant bit.
        public var bit: Int

        public init(variable: Int32, name: String, bit: Int) {
            self.variable = variable
            self.name = name
            self.bit = bit
        }
    }

    /// Sorted by variable; no variable has two entries.
    public private(set) var entries: [Entry]

    public init(_ entries: [Entry] = []) {
        self.entries = entries.sorted { $0.variable < $1.variable }
    }

    /// The header line, then one line an entry: variable, bit, name.
    public func text(header: String) -> [UInt8] {
        var bytes = Array("c \(header)\n".utf8)
        for entry in entries {
            appendDecimal(Int(entry.variable), to: &bytes)
            bytes.append(UInt8(ascii: " "))
            appendDecimal(entry.bit, to: &bytes)
            bytes.append(UInt8(ascii: " "))
            Token.append(entry.name, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Returns the map and its header. No variable may be over `variableLimit`.
    public static func read(
        _ bytes: [UInt8], variableLimit: Int32 = Int32(CNF.limit), file: String = "map"
    ) throws(CertificateError) -> (header: String, map: VariableMap) {
        var scanner = ByteScanner(bytes, file: file)
        try scanner.take("c ")
        let header = String(decoding: try scanner.takeLine(), as: UTF8.self)
        var map = VariableMap()
        while !scanner.isAtEnd {
            let variable = Int32(try scanner.takeNumber(upTo: Int(variableLimit)))
            guard variable > map.entries.last?.variable ?? 0 else {
                throw scanner.malformed("variable \(variable) is not above the one before")
            }
            try scanner.take(" ")
            let bit = try scanner.takeNumber(upTo: 63)
            try scanner.take(" ")
            map.entries.append(Entry(variable: variable, name: try Token.take(&scanner), bit: bit))
            try scanner.takeNewline()
        }
        return (header, map)
    }
}
