import ISALanguage

/// Capstone's mnemonics of an architecture, each in exactly one of three lists.
public struct MnemonicCoverage: Sendable {
    /// The machine's file has instructions of that name.
    public private(set) var described: [String] = []
    /// The notes say why the machine has no such instruction.
    public private(set) var absent: [(mnemonic: String, reason: String)] = []
    public private(set) var unclassified: [String] = []
    /// Lines of the notes that say nothing (any more): "name lcall = CALL: ...".
    public private(set) var stale: [String] = []

    public var total: Int { described.count + absent.count + unclassified.count }

    public init(of mnemonics: [String], in description: MachineDescription, notes: CapstoneNotes) {
        // "MOVE.W" is what Capstone calls "move".
        var names: Set<String> = []
        for instruction in description.instructions {
            let name = instruction.mnemonic.lowercased()
            names.insert(name)
            if let point = name.firstIndex(of: ".") { names.insert(String(name[..<point])) }
        }
        for mnemonic in mnemonics {
            if names.contains(mnemonic) {
                described.append(mnemonic)
            } else if let other = notes.names[mnemonic]?.name.lowercased(), names.contains(other) {
                described.append(mnemonic)
            } else if let reason = notes.absence(of: mnemonic) {
                absent.append((mnemonic, reason))
            } else {
                unclassified.append(mnemonic)
            }
        }
        let known = Set(mnemonics)
        for (mnemonic, entry) in notes.names.sorted(by: { $0.key < $1.key }) {
            if !known.contains(mnemonic) {
                stale.append("name \(mnemonic): Capstone has no such mnemonic")
            } else if names.contains(mnemonic) {
                stale.append("name \(mnemonic): the file has that name itself")
            } else if !names.contains(entry.name.lowercased()) {
                stale.append("name \(mnemonic): the file has no \(entry.name)")
            }
        }
        for (mnemonic, _) in notes.absent.sorted(by: { $0.key < $1.key }) {
            if !known.contains(mnemonic) {
                stale.append("none \(mnemonic): Capstone has no such mnemonic")
            } else if names.contains(mnemonic) {
                stale.append("none \(mnemonic): the file describes it")
            }
        }
    }
}
