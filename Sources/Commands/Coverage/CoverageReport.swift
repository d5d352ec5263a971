import Disassembly
import ISALanguage
import Virtualizability

/// One machine beside Capstone.
struct CoverageReport {
    /// Where Capstone's privilege group and the derived class differ.
    struct Difference {
        var variant: String
        /// Capstone marks it; the file's instruction does not always trap in user mode. Or the other way round.
        var isPrivilegedToCapstone: Bool
        var note: CapstoneNotes.Disagreement?
    }

    let machine: String
    /// Nil where Capstone does not know the machine.
    var target: CapstoneTarget?
    var coverage: MnemonicCoverage?
    /// Encodings that Capstone read, and variants that it was asked about.
    var compared = 0
    var differences: [Difference] = []
    /// Encodings that Capstone does not know: newer ones, mostly.
    var unread = 0
    var staleNotes: [String] = []
    /// Why the privilege group was not compared, where the notes say so.
    var incomparability: String?

    init(_ argument: String, in context: Context) throws {
        let asked = try MachineQuestion(argument, options: try QuestionOptions.parse([]), in: context)
        let description = asked.description
        machine = description.name
        let names = [description.name] + description.ancestors
        guard let target = names.lazy.compactMap(CapstoneTarget.init(machine:)).first, let capstone = Capstone(target)
        else { return }
        self.target = target
        let notes = try CoverageReport.notes(of: names, in: context)
        let coverage = MnemonicCoverage(of: capstone.mnemonics, in: description, notes: notes)
        self.coverage = coverage
        staleNotes = coverage.stale
        guard target.knowsPrivilege else { return }
        incomparability = notes.incomparability
        if incomparability == nil { try comparePrivilege(asked, capstone, notes, in: context) }
    }

    /// The notes beside the machine's file and beside those that it extends, the farthest first.
    private static func notes(of names: [String], in context: Context) throws -> CapstoneNotes {
        var notes = CapstoneNotes()
        let catalogue = MachineCatalogue(context)
        for name in names.reversed() {
            guard let machine = try? catalogue.path(for: name), Path.lastName(machine) == "machine.isa" else { continue }
            let path = Path.join(Path.parent(machine), "capstone.txt")
            guard kind(ofPath: path) == .file else { continue }
            do {
                try notes.read(String(decoding: try readFile(path, what: "the notes"), as: UTF8.self))
            } catch let mistake as CapstoneNotes.Mistake {
                throw Failure(.badInput, "\(path):\(mistake.line):1: \(mistake.message)", remedy: "correct the line")
            }
        }
        return notes
    }

    private mutating func comparePrivilege(
        _ asked: MachineQuestion, _ capstone: Capstone, _ notes: CapstoneNotes, in context: Context
    ) throws {
        let instructions = asked.description.instructions
        let examples = EncodedExamples(asked.description, for: capstone.target)
        var marked: [(index: Int, isPrivileged: Bool)] = []
        for index in instructions.indices {
            var marks: Set<Bool> = []
            for bytes in examples.bytes(of: index) {
                guard let reading = capstone.read(bytes), reading.length == bytes.count else {
                    unread += 1
                    continue
                }
                compared += 1
                marks.insert(reading.isPrivileged)
            }
            // Of several encodings one may be marked, and another not: each is compared.
            for mark in marks { marked.append((index, mark)) }
        }
        guard let derived = try asked.strictPrivilege(of: marked.map(\.index), in: context) else { return }
        for (entry, membership) in zip(marked, derived) where (membership == .yes) != entry.isPrivileged {
            let name = instructions[entry.index].name
            differences.append(Difference(
                variant: name, isPrivilegedToCapstone: entry.isPrivileged, note: notes.disagreements[name]))
        }
        let found = Set(differences.map(\.variant))
        for (variant, note) in notes.disagreements.sorted(by: { $0.value.line < $1.value.line })
        where !found.contains(variant) {
            staleNotes.append("privilege \(variant): there is no such disagreement (line \(note.line))")
        }
    }

    var unexplained: [Difference] { differences.filter { $0.note == nil } }

    /// Nil where there is nothing to compare with.
    var isComplete: Bool? {
        coverage.map { $0.unclassified.isEmpty && unexplained.isEmpty && staleNotes.isEmpty }
    }

    func lines(_ palette: Palette) -> [String] {
        guard let target, let coverage else { return ["\(machine): Capstone does not know this machine"] }
        var counts = ["\(coverage.described.count) classified"]
        if !coverage.absent.isEmpty { counts.append("\(coverage.absent.count) absent") }
        counts.append("\(coverage.unclassified.count) unclassified")
        let head = "\(machine): of \(coverage.total) mnemonics of Capstone \(Capstone.version) for \(target.title) "
            + counts.joined(separator: ", ")
        var lines = [palette.paint(head, isComplete == true ? .success : .failure)]
        if !coverage.unclassified.isEmpty {
            lines.append("  unclassified:")
            lines += wrapped(coverage.unclassified)
        }
        if let incomparability {
            lines.append("  privilege group: not compared: \(incomparability)")
        } else if target.knowsPrivilege {
            lines.append("  privilege group: \(counted(compared, "encoding")) compared, \(unread) unknown to Capstone, "
                + "\(counted(differences.count, "disagreement"))")
            for difference in differences {
                let who = difference.isPrivilegedToCapstone ? "privileged to Capstone alone" : "privileged here alone"
                let why = difference.note.map { "\($0.right.rawValue) is right: \($0.reason)" } ?? "not explained"
                lines.append("    \(difference.variant): \(who); \(why)")
            }
        }
        for note in staleNotes { lines.append("  stale note: \(note)") }
        return lines
    }

    private func wrapped(_ words: [String]) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + word.count < 96 {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append("    " + word)
            }
        }
        return lines
    }

    var json: JSONValue {
        .object([
            ("machine", .string(machine)), ("architecture", .optional(target?.title)),
            ("described", .strings(coverage?.described ?? [])),
            ("absent", .array((coverage?.absent ?? []).map {
                .object([("mnemonic", .string($0.mnemonic)), ("reason", .string($0.reason))])
            })),
            ("unclassified", .strings(coverage?.unclassified ?? [])),
            ("incomparable", .optional(incomparability)),
            ("encodingsCompared", .integer(compared)), ("encodingsUnknown", .integer(unread)),
            ("disagreements", .array(differences.map { difference in
                .object([
                    ("variant", .string(difference.variant)),
                    ("privilegedToCapstone", .bool(difference.isPrivilegedToCapstone)),
                    ("right", .optional(difference.note?.right.rawValue)),
                    ("reason", .optional(difference.note?.reason)),
                ])
            })),
            ("staleNotes", .strings(staleNotes)),
        ])
    }
}
