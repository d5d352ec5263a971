import OpcodeNotation

/// The records of `ISA/x86-64` and `ISA/ia-32` as the program carries them. A test makes them anew from the files and
/// compares.
public enum EmbeddedRecords {
    /// Why the program's own records cannot be read: somebody has changed them by hand.
    public struct Damage: Error, Sendable { public let machine: String }

    public static func long() throws(Damage) -> [InstructionRecord] { try records(longRecordText, "x86-64") }
    public static func legacy() throws(Damage) -> [InstructionRecord] { try records(legacyRecordText, "ia-32") }

    private static func records(_ text: StaticString, _ machine: String) throws(Damage) -> [InstructionRecord] {
        guard let bytes = Base64.bytes(text), let records = RecordFile.records(bytes) else { throw Damage(machine: machine) }
        return records
    }
}

extension Decoding {
    /// The machines that the program carries, unless others are given.
    public convenience init(
        long: [InstructionRecord]? = nil, orLegacy legacy: [InstructionRecord]? = nil
    ) throws {
        let longRecords = try long ?? EmbeddedRecords.long()
        let legacyRecords = try legacy ?? EmbeddedRecords.legacy()
        try self.init(long: longRecords, legacy: legacyRecords)
    }
}
