import Foundation
import Testing

@testable import Certificates

@Suite struct VerificationTests {
    /// The kind of the error that verification ends with; nil when the folder is accepted.
    private func flaw(_ folders: Folders, withDescription: Bool = false) -> CertificateError.Kind? {
        do {
            _ = try VerificationReport.verify(
                folder: folders.folder, regeneration: withDescription ? Folders.regeneration : nil)
            return nil
        } catch { return error.kind }
    }

    @Test func acceptsWhatTheWriterWrote() throws {
        let folders = try Folders()
        try folders.write()
        let report = try VerificationReport.verify(folder: folders.folder, regeneration: Folders.regeneration)
        #expect(report.claimCount == 5)
        let machine = try #require(report.machines.first)
        #expect(machine.verdicts.map(\.outcome) == [.holds, .refuted])
        #expect(machine.verdicts[0].unmet.isEmpty && machine.verdicts[0].assumptions == ["iopl = 0"])
        #expect(machine.verdicts[1].unmet.map(\.subject) == ["HALT", "machine"])
        // Writing again replaces the earlier folder, byte for byte, and leaves nothing beside it.
        let before = try folders.names.map(folders.bytes)
        try folders.write()
        #expect(try folders.names.map(folders.bytes) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folders.root) == ["certificates"])
    }

    @Test func everyFlippedBitIsRejected() throws {
        let folders = try Folders()
        try folders.write()
        var random = SeededGenerator(seed: 3)
        for name in folders.names {
            let whole = try folders.bytes(name)
            let isShort = whole.count < 100
            for offset in isShort ? Array(whole.indices) : (0..<60).map({ _ in random.below(whole.count) }) {
                var damaged = whole
                damaged[offset] ^= 1 << UInt8(random.below(8))
                try folders.replace(name, damaged)
                #expect(flaw(folders) != nil, "\(name), byte \(offset)")
            }
            try folders.replace(name, whole)
        }
        #expect(flaw(folders) == nil)
    }

    @Test func emptyMissingAndExtraFilesAreRejected() throws {
        let folders = try Folders()
        #expect(flaw(folders) == .unreadable)
        try FileManager.default.createDirectory(atPath: folders.folder, withIntermediateDirectories: true)
        #expect(flaw(folders) == .emptyFolder)
        try folders.write()
        for name in folders.names {
            let whole = try folders.bytes(name)
            try folders.remove(name)
            #expect(flaw(folders) == (name == "MANIFEST" ? .notCertificates : .missingFile), "\(name)")
            try folders.replace(name, whole)
        }
        try folders.replace("claim-77.cnf", [])
        #expect(flaw(folders) == .extraFile)
        try folders.recomputeManifest()
        #expect(flaw(folders) == .extraFile)
        try folders.remove("claim-77.cnf")
        try folders.recomputeManifest()
        #expect(flaw(folders) == nil)
        try FileManager.default.createSymbolicLink(
            atPath: folders.folder + "/claim-77.cnf", withDestinationPath: "CLAIMS")
        #expect(flaw(folders) == .extraFile)
    }

    @Test func anotherClaimsFilesAreRejected() throws {
        let folders = try Folders()
        for part in ["cnf", "drat", "map", "all"] {
            try folders.write()
            let mine = try folders.record("ADD r,r", "control")
            let other = try folders.record("machine", "stable")
            for suffix in ["cnf", "drat", "map"] where part == suffix || part == "all" {
                let bytes = try folders.bytes("claim-\(other.number).\(suffix)")
                try folders.replace("claim-\(mine.number).\(suffix)", bytes)
            }
            try folders.recomputeHashes()
            #expect(flaw(folders) == .wrongClaim, "\(part)")
        }
    }

    /// Another claim's proof is rejected even under this claim's header, unless it is a proof of this claim too.
    @Test func anotherClaimsStepsAreRejected() throws {
        let folders = try Folders()
        try folders.write()
        let records = try ClaimList(text: try folders.bytes("CLAIMS")).records
        for (claim, record) in records {
            for (other, source) in records where other != claim {
                let whole = try folders.bytes(record.proofFile)
                let head = whole.prefix(while: { $0 != 10 }) + [10]
                let body = Array(try folders.bytes(source.proofFile).drop { $0 != 10 }.dropFirst())
                let mine = Array(whole.dropFirst(head.count))
                try folders.replace(record.proofFile, head + body)
                try folders.recomputeHashes()
                #expect((flaw(folders) == nil) == (body == mine), "\(other) for \(claim)")
                try folders.replace(record.proofFile, whole)
            }
        }
    }

    @Test func emptyProofsAreRejected() throws {
        for keepsHeader in [false, true] {
            for claim in Folders.formulas.keys {
                let folders = try Folders()
                try folders.write()
                let record = try folders.record(claim.subject, claim.property)
                let whole = try folders.bytes(record.proofFile)
                try folders.replace(record.proofFile, keepsHeader ? whole.prefix(while: { $0 != 10 }) + [10] : [])
                try folders.recomputeHashes()
                #expect(flaw(folders) == .proofRejected, "\(claim)")
            }
        }
    }

    @Test(arguments: [0, 1, 2])
    func removedClaimsAreRejected(_ thoroughness: Int) throws {
        for claim in Folders.formulas.keys {
            let folders = try Folders()
            try folders.write()
            let record = try folders.record(claim.subject, claim.property)
            for name in [record.formulaFile, record.proofFile, record.mapFile] { try folders.remove(name) }
            let text = String(decoding: try folders.bytes("CLAIMS"), as: UTF8.self)
            var lines = text.split(separator: "\n").map(String.init)
            let last = try ClaimList(text: try folders.bytes("CLAIMS")).records.count
            lines.removeAll { $0.hasPrefix("claim \(record.number) ") }
            lines = lines.map { line in
                switch true {
                case line.hasPrefix("claims "): return thoroughness > 0 ? "claims 4" : line
                case line.hasPrefix("claim \(last) "):
                    return "claim \(record.number)" + line.dropFirst("claim \(last)".count)
                case line.hasPrefix("subject \(Token.spelled(claim.subject)) ") && thoroughness > 1:
                    return line.replacing(" \(claim.property)", with: "")
                default: return line
                }
            }
            // The last claim's files take the free number, so that nothing but the claim is missing.
            if record.number != last {
                for suffix in ["cnf", "drat", "map"] {
                    let bytes = try folders.bytes("claim-\(last).\(suffix)")
                    try folders.replace("claim-\(record.number).\(suffix)", bytes)
                    try folders.remove("claim-\(last).\(suffix)")
                }
            }
            try folders.replace("CLAIMS", Array((lines.joined(separator: "\n") + "\n").utf8))
            try folders.recomputeManifest()
            // A consistent list without a claim that no verdict needs is a true, smaller certificate.
            let isNeeded = claim != Folders.identifier("HALT", "control")
            #expect(flaw(folders) == (isNeeded || thoroughness < 2 ? .missingClaim : nil), "\(claim)")
        }
    }

    @Test func statedVerdictsMustFollow() throws {
        let folders = try Folders()
        try folders.write()
        let text = String(decoding: try folders.bytes("CLAIMS"), as: UTF8.self)
        for (from, to, kind) in [
            ("verdict theorem-1 holds", "verdict theorem-1 refuted", CertificateError.Kind.verdictMismatch),
            ("verdict theorem-1 holds", "verdict theorem-1 undecided", .verdictMismatch),
            ("verdict theorem-3 refuted", "verdict theorem-3 holds", .missingClaim),
        ] {
            try folders.replace("CLAIMS", Array(text.replacing(from, with: to).utf8))
            try folders.recomputeManifest()
            #expect(flaw(folders) == kind)
        }
        // Weaker requirements are noticed against the description.
        try folders.replace("CLAIMS", Array(text.replacing("requires machine stable", with: "requires machine -").utf8))
        try folders.recomputeManifest()
        #expect(flaw(folders) == nil)
        #expect(flaw(folders, withDescription: true) == .differsFromDescription)
    }

    @Test(arguments: ["added", "removed", "map", "gone"])
    func descriptionDecidesWhatTheFormulaIs(_ change: String) throws {
        let folders = try Folders()
        try folders.write()
        let record = try folders.record("ADD r,r", "control")
        var formula = try CNF(dimacs: try folders.bytes(record.formulaFile))
        var proof = try Proof(binary: Array(try folders.bytes(record.proofFile).drop { $0 != 10 }.dropFirst()))
        switch change {
        case "added":
            formula.append([1, 2, 3])
        case "removed":
            // Two copies of the first clause, one too few of the last: still refuted once 1 is demanded.
            var copy = CNF(variableCount: formula.variableCount)
            formula.forEachClause { clause in if copy.clauseCount < formula.clauseCount - 1 { copy.append(clause) } }
            copy.comments = formula.comments
            formula = copy
            proof = solverProof(of: formula).proof ?? proof
        case "map":
            let entries = [VariableMap.Entry(variable: 1, name: "other", bit: 0)]
            try folders.replace(record.mapFile, VariableMap(entries).text(header: formula.comments[0]))
        default: break
        }
        try folders.replace(record.formulaFile, formula.dimacs)
        try folders.replace(record.proofFile, Array("c \(formula.comments[0])\n".utf8) + proof.binary)
        try folders.recomputeHashes()
        if change == "added" || change == "map" { #expect(flaw(folders) == nil) }
        if change == "gone" {
            var regeneration = Folders.regeneration
            regeneration.instances = { claim throws(CertificateError) in [] }
            #expect(throws: CertificateError.self) {
                try VerificationReport.verify(folder: folders.folder, regeneration: regeneration)
            }
        } else {
            #expect(flaw(folders, withDescription: true) == .differsFromDescription)
        }
    }

    @Test func canBeInterrupted() throws {
        let folders = try Folders()
        try folders.write()
        #expect {
            _ = try VerificationReport.verify(folder: folders.folder) { done, _ in done < 2 }
        } throws: { ($0 as? CertificateError)?.kind == .interrupted }
    }
}
