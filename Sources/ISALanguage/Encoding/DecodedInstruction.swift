/// An instruction as decoding found it in storage, or as the assembler is about to put it there.
public struct DecodedInstruction: Hashable, Sendable {
    /// Index into `MachineDescription.instructions`.
    public var instruction: Int
    /// By `FieldID`; fields of forms that were not taken are 0.
    public var fields: [UInt64]
    /// By `OperandID`: index into `Operand.forms`.
    public var forms: [Int]
    /// In units.
    public var length: Int
    /// The units it was decoded from; bits that do not matter are as they were found.
    public var units: [UInt64]

    public init(instruction: Int, fields: [UInt64], forms: [Int], length: Int, units: [UInt64]) {
        self.instruction = instruction
        self.fields = fields
        self.forms = forms
        self.length = length
        self.units = units
    }
}

/// What came of fetching one unit.
public enum FetchedUnit: Hashable, Sendable {
    case unit(UInt64)
    /// The fetch trapped.
    case trap(TrapID, detail: UInt64)
    /// There is nothing to fetch: the end of a list of units that is being disassembled.
    case end
}

public enum DecodeResult: Hashable, Sendable {
    case instruction(DecodedInstruction)
    /// No instruction describes this encoding; the units that were looked at.
    case undefined([UInt64])
    /// A unit that was needed could not be fetched; the units before it.
    case fetchTrap(TrapID, detail: UInt64, units: [UInt64])
}
