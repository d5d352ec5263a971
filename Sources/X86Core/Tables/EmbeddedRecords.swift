import OpcodeNotation

/// The records of `ISA/x86-64` and `ISA/ia-32` as the program carries them. A test makes them anew from the files and
/// compares.
public enum EmbeddedRecords {
    /// The program's own records cannot be read: somebody has changed them by hand.
    public struct Damage: Error, Sendable {}

    /// Of the 64-bit machine, and of the other one.
    public static func machines() throws(Damage) -> (long: [InstructionRecord], legacy: [InstructionRecord]) {
        guard let bytes = Base64.bytes(embeddedRecordText), let machines = RecordFile.machines(bytes), machines.count == 2
        else { throw Damage() }
        return (machines[0], machines[1])
    }
}

extension Decoding {
    /// The machines that the program carries, unless others are given.
    public convenience init(
        long: [InstructionRecord]? = nil, orLegacy legacy: [InstructionRecord]? = nil
    ) throws {
        let embedded = try EmbeddedRecords.machines()
        try self.init(long: long ?? embedded.long, legacy: legacy ?? embedded.legacy)
    }
}
