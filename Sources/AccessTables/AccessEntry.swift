/// What one file of the RISC-V unified database says of who may use an instruction or a control and status register.
public struct AccessEntry: Sendable {
    /// Whether an execution in a mode is allowed.
    public enum Access: String, Sendable {
        case always, sometimes, never
    }

    public enum Subject: Sendable {
        /// Its address.
        case register(UInt64)
        /// An instruction, with the bits that its encoding fixes; none where the file has them in another form.
        case instruction(mask: UInt64, value: UInt64)
    }

    public var name: String
    public var subject: Subject
    /// In user mode.
    public var inUserMode: Access

    public struct Unreadable: Error, Sendable {
        public var cause: String
    }

    /// Nil where the document is about something else.
    public init?(_ document: YAMLNode) throws(Unreadable) {
        switch document["kind"]?.text {
        case "csr": try self.init(register: document)
        case "instruction": try self.init(instruction: document)
        default: return nil
        }
    }

    private init?(register document: YAMLNode) throws(Unreadable) {
        name = try AccessEntry.name(document)
        // Registers that are only reached through others have no address.
        guard let text = document["address"]?.text else { return nil }
        guard let address = AccessEntry.number(text), address < 1 << 12 else {
            throw Unreadable(cause: "'\(name)' has the address '\(text)', which is no number below 0x1000")
        }
        subject = .register(address)
        guard let mode = document["priv_mode"]?.text else { throw Unreadable(cause: "'\(name)' has no priv_mode") }
        switch mode {
        // A register of user mode may still be closed to it: counters are.
        case "U", "VU": inUserMode = .sometimes
        case "M", "S", "VS", "D": inUserMode = .never
        default: throw Unreadable(cause: "'\(name)' has the priv_mode '\(mode)', which is none of M, S, U, VS, VU, D")
        }
    }

    private init?(instruction document: YAMLNode) throws(Unreadable) {
        name = try AccessEntry.name(document)
        guard let access = document["access"] else { return nil }
        guard let word = access["u"]?.text, let known = Access(rawValue: word) else {
            throw Unreadable(cause: "'\(name)' does not say 'always', 'sometimes' or 'never' of user mode (access: u)")
        }
        inUserMode = known
        let encoding = document["encoding"]
        let match = encoding?["match"]?.text ?? encoding?["RV64"]?["match"]?.text ?? ""
        var (mask, value): (UInt64, UInt64) = (0, 0)
        if match.count == 32 {
            for bit in match {
                mask = mask << 1 | (bit == "-" ? 0 : 1)
                value = value << 1 | (bit == "1" ? 1 : 0)
            }
        }
        subject = .instruction(mask: mask, value: value)
    }

    private static func name(_ document: YAMLNode) throws(Unreadable) -> String {
        guard let name = document["name"]?.text, !name.isEmpty else { throw Unreadable(cause: "there is no 'name'") }
        return name
    }

    private static func number(_ text: String) -> UInt64? {
        text.hasPrefix("0x") || text.hasPrefix("0X") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}
