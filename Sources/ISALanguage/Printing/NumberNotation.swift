extension MachineDescription {
    /// An address or a value as the machine's own manuals write it: octal where the file says `radix 8`, otherwise
    /// hexadecimal, and marked (`0o103`, `0x2A`) so that it can be read back.
    public func number(_ value: UInt64) -> String {
        let prefix = radix == 8 ? "0o" : "0x"
        return value < (radix == 8 ? 8 : 10) ? String(value) : prefix + digits(value)
    }

    /// The same without a mark, for columns of storage.
    public func digits(_ value: UInt64) -> String { String(value, radix: radix == 8 ? 8 : 16, uppercase: true) }
}
