import Machine
import OpcodeNotation

/// What of instructions the core executes: the decoders of the two machine files, and for each record who makes
/// micro-ops of it. It is immutable, and one serves all processors of a machine.
public final class Decoding: Sendable {
    let long: RecordDecoder
    let legacy: RecordDecoder
    private let longBodies: [Emitter?]
    private let legacyBodies: [Emitter?]

    /// - Parameter long: the records of the 64-bit machine.
    /// - Parameter legacy: those of the 32-bit machine; 16-bit code is decoded by them, too.
    public init(long: [InstructionRecord], legacy: [InstructionRecord]) throws(NotationError) {
        // What came after the processor of the 32-bit machine's file is in the other one.
        let known = Set(legacy.map(\.mnemonic))
        let long = long.map(Self.hypercall)
        let legacy = legacy + long.filter { !known.contains($0.mnemonic) }
        self.long = try RecordDecoder(long, isLong: true)
        self.legacy = try RecordDecoder(legacy, isLong: false)
        longBodies = long.map(Emitters.emitter)
        legacyBodies = legacy.map(Emitters.emitter)
    }

    /// To a guest of KVM these two are calls of what is below it, whatever the bare machine's file makes of them.
    private static func hypercall(_ record: InstructionRecord) -> InstructionRecord {
        guard record.mnemonic == "VMCALL" || record.mnemonic == "VMMCALL" else { return record }
        var record = record
        record.requirements = []
        record.checks = []
        return record
    }

    /// A number for all that the records say: snapshots are of machines whose instructions are these.
    public var recordsHash: StateHash {
        var hash = StateHash()
        hash.add(RecordFile.bytes([long.records, legacy.records]))
        return hash
    }

    func decoder(codeSize: UInt8) -> RecordDecoder { codeSize == 8 ? long : legacy }

    /// Who makes micro-ops of a record; nil: the core does not have the instruction.
    func emitter(codeSize: UInt8, record: Int) -> Emitter? { (codeSize == 8 ? longBodies : legacyBodies)[record] }
}

/// Makes micro-ops of one instruction.
typealias Emitter = @Sendable (inout BlockBuilder, DecodedInstruction) -> Void

/// What the core can execute, by mnemonic. A mnemonic that no table has is an undefined opcode to the guest, and CPUID
/// does not tell of it.
enum Emitters {
    static let table = joined([
        IntegerEmitters.table, SystemEmitters.table, FloatingEmitters.table, VectorEmitters.table, WideEmitters.table,
    ])

    /// One table of several, of which each form may be in one only.
    static func joined(_ parts: [[String: Emitter]]) -> [String: Emitter] {
        var table: [String: Emitter] = [:]
        for part in parts {
            for (name, emitter) in part {
                let other = table.updateValue(emitter, forKey: name)
                precondition(other == nil, "\(name) has two bodies")
            }
        }
        return table
    }

    /// By "MNEMONIC form" where a form is told apart, else by the mnemonic. "MNEMONIC " is one without operands, where
    /// others have the same mnemonic: MOVSD of strings and of vectors.
    static func emitter(_ record: InstructionRecord) -> Emitter? {
        guard record.isImplemented else { return nil }
        return table[record.mnemonic + " " + record.form] ?? table[record.mnemonic]
    }
}
