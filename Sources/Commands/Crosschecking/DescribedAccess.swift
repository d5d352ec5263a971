import AccessTables
import ISALanguage
import Virtualizability

/// One entry of a table beside what the ISA file comes to.
struct AccessComparison {
    enum Outcome: String {
        case agrees, differs, explained
        /// The ISA file does not describe it.
        case absent = "not described"
    }
    var name: String
    var outcome: Outcome
    var claimed: String
    var derived: String
    var variants: [String]
    var reason = ""
}

/// What a RISC-V machine's file says of who may use what.
struct DescribedAccess {
    private let description: MachineDescription
    private let decoder: Decoder

    init(_ description: MachineDescription) {
        self.description = description
        decoder = Decoder(description)
    }

    /// The variants that an entry is about. A register is accessed by CSRRW, CSRRS and CSRRC, which variants may tell
    /// apart, by their operand, and by whether they write at all.
    func variants(of entry: AccessEntry) -> [String] {
        var found: [String] = []
        switch entry.subject {
        case .register(let address):
            for operation in UInt64(1)...7 where operation != 4 {
                for source in [UInt64(0), 5] {
                    found += decoded(address << 20 | source << 15 | operation << 12 | 1 << 7 | 0x73)
                }
            }
        case .instruction(let mask, let value):
            // Bits that the encoding leaves open, with registers 0 and others.
            if mask != 0 { found = decoded(value) + decoded(value | ~mask & 0x0010_8080) }
        }
        let name = entry.name.uppercased()
        if found.isEmpty, case .instruction = entry.subject {
            found = description.instructions.filter { $0.mnemonic.uppercased() == name }.map(\.name)
        }
        return distinct(found)
    }

    private func decoded(_ word: UInt64) -> [String] {
        guard description.unitWidth > 0, description.unitWidth <= 32 else { return [] }
        // Parcels follow one another from the less significant end.
        let units = stride(from: 0, to: 32, by: description.unitWidth).map {
            word >> UInt64($0) & (1 << UInt64(description.unitWidth) - 1)
        }
        guard case .instruction(let decoded) = decoder.decode(units: units) else { return [] }
        return [description.instructions[decoded.instruction].name]
    }

    func compare(
        _ entry: AccessEntry, _ report: MachineReport, _ reasons: ExplainedDifferences
    ) -> AccessComparison {
        let names = variants(of: entry)
        let found = names.compactMap(report.instruction)
        var row = AccessComparison(
            name: entry.name, outcome: .absent, claimed: "user mode: \(entry.inUserMode.rawValue)", derived: "",
            variants: names)
        guard !found.isEmpty else { return row }
        let completes = found.contains(where: \.mayCompleteInUserMode)
        row.derived = completes ? "completes in user mode" : "always traps in user mode"
        row.outcome = completes == (entry.inUserMode != .never) ? .agrees : .differs
        if row.outcome == .differs, let reason = reasons[entry.name] {
            row.outcome = .explained
            row.reason = reason
        }
        return row
    }
}

extension InstructionReport {
    /// Without any policy: whatever the control state, as the architecture and not a monitor has it.
    var mayCompleteInUserMode: Bool {
        let strict = evidence.first { $0.property.hasPrefix("completes/strict") }
            ?? evidence.first { $0.property.hasPrefix("completes/best") }
        return strict?.outcome != .holds
    }
}
