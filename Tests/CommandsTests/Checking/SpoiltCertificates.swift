import Foundation
import Testing

@testable import Certificates
@testable import Commands

/// The certificates of a real check, and everything that somebody might do to them, with all hashes made to fit.
@Suite struct SpoiltCertificates {
    /// The files of one folder, made once.
    private static let original = Result { () throws -> [String: [UInt8]] in
        let scratch = try ScratchFolder()
        let machine = try scratch.file("tiny.isa", TinyMachine.text())
        let outcome = trapline(["check", machine, "--brief", "--certificates", scratch.path + "/certificates"])
        #expect(outcome.status == .holds)
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/certificates")
        return Dictionary(
            uniqueKeysWithValues: try names.map { name in
                (name, Array(try Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/certificates/\(name)"))))
            })
    }

    private let files: [String: [UInt8]]
    private let scratch: ScratchFolder
    private let machine: String

    init() throws {
        files = try SpoiltCertificates.original.get()
        scratch = try ScratchFolder()
        machine = try scratch.file("tiny.isa", TinyMachine.text())
    }

    private func verdict(on files: [String: [UInt8]], withDescription: Bool = false) throws -> CommandStatus {
        let folder = scratch.path + "/spoilt"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name)) }
        let outcome = trapline(["verify", folder] + (withDescription ? ["--isa", machine] : []))
        // Who rejects says why, and gives no verdict beside it.
        if outcome.status != .holds { #expect(outcome.output.isEmpty && outcome.diagnostics.contains("remedy:")) }
        return outcome.status
    }

    private func list(_ files: [String: [UInt8]]) throws -> ClaimList {
        try ClaimList(text: try #require(files[ClaimList.fileName]))
    }

    /// The same files with every hash recomputed.
    private func hashed(_ files: [String: [UInt8]], _ list: ClaimList) throws -> [String: [UInt8]] {
        var (files, list) = (files, list)
        for (claim, record) in list.records {
            list.records[claim]?.formula = SHA256.digest(of: try #require(files[record.formulaFile]))
            list.records[claim]?.map = SHA256.digest(of: try #require(files[record.mapFile]))
        }
        files[ClaimList.fileName] = list.text
        files[Manifest.fileName] = nil
        var manifest = Manifest()
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) { manifest.record(name, bytes) }
        files[Manifest.fileName] = manifest.text
        return files
    }

    /// A claim with a proof of more than a few steps, and another one.
    private func claims() throws -> (mine: ClaimRecord, other: ClaimRecord) {
        let records = try list(files).records.values.sorted {
            (files[$0.proofFile]?.count ?? 0, $0.number) > (files[$1.proofFile]?.count ?? 0, $1.number)
        }
        try #require(records.count > 10)
        return (records[0], records[1])
    }

    private func formula(_ record: ClaimRecord) throws -> CNF {
        try CNF(dimacs: try #require(files[record.formulaFile]))
    }

    @Test func hashesThatAreRecomputedAreTheSame() throws {
        let same = try hashed(files, list(files))
        #expect(same == files)
        #expect(try verdict(on: same) == .holds)
        #expect(try verdict(on: same, withDescription: true) == .holds)
    }

    @Test func aFlippedBitAnywhere() throws {
        var random = SeededGenerator(seed: 1974)
        for _ in 0..<40 {
            let name = try #require(files.keys.sorted().randomElement(using: &random))
            var spoilt = files
            let byte = Int.random(in: 0..<(files[name]?.count ?? 1), using: &random)
            spoilt[name]?[byte] ^= 1 << UInt8.random(in: 0...7, using: &random)
            #expect(try verdict(on: spoilt) == .refuted, "\(name), byte \(byte)")
        }
    }

    @Test func anEmptyFolder() throws { #expect(try verdict(on: [:]) == .refuted) }

    @Test func anotherClaimsFormula() throws {
        let (mine, other) = try claims()
        var spoilt = files
        spoilt[mine.formulaFile] = files[other.formulaFile]
        #expect(try verdict(on: hashed(spoilt, list(files))) == .refuted)
        // Under this claim's name it is still not what the proof refutes, or not what the description gives.
        var renamed = try formula(other)
        renamed.comments = try formula(mine).comments
        spoilt[mine.formulaFile] = renamed.dimacs
        #expect(try verdict(on: hashed(spoilt, list(files)), withDescription: true) == .refuted)
    }

    @Test func anotherClaimsProof() throws {
        let (mine, other) = try claims()
        var spoilt = files
        spoilt[mine.proofFile] = files[other.proofFile]
        #expect(try verdict(on: hashed(spoilt, list(files))) == .refuted)
        // Under this claim's name as well.
        let head = try #require(files[mine.proofFile]).prefix { $0 != 10 }
        let steps = try #require(files[other.proofFile]).drop { $0 != 10 }
        spoilt[mine.proofFile] = Array(head + steps)
        #expect(try verdict(on: hashed(spoilt, list(files))) == .refuted)
    }

    @Test func anEmptyProof() throws {
        let (mine, _) = try claims()
        for keepsName in [false, true] {
            var spoilt = files
            let head = try #require(files[mine.proofFile]).prefix { $0 != 10 }
            spoilt[mine.proofFile] = keepsName ? Array(head + [10]) : []
            #expect(try verdict(on: hashed(spoilt, list(files))) == .refuted)
        }
    }

    @Test func aRemovedClaim() throws {
        var spoilt = files
        var shorter = try list(files)
        let sorted = shorter.records.sorted { $0.value.number < $1.value.number }
        let (claim, record) = try #require(sorted.first { $0.key.property == "interpreter/best" })
        let (lastClaim, last) = try #require(sorted.last)
        // The last claim takes the free number, so that nothing but the claim is missing.
        for (free, moved) in [
            (record.formulaFile, last.formulaFile), (record.proofFile, last.proofFile), (record.mapFile, last.mapFile),
        ] {
            spoilt[free] = files[moved]
            spoilt[moved] = nil
        }
        shorter.records[lastClaim]?.number = record.number
        shorter.records[claim] = nil
        #expect(try verdict(on: hashed(spoilt, shorter)) == .refuted)
        for machine in shorter.machines.indices {
            for subject in shorter.machines[machine].subjects.indices
            where shorter.machines[machine].subjects[subject].name == claim.subject {
                shorter.machines[machine].subjects[subject].proved.removeAll { $0 == claim.property }
            }
        }
        #expect(try verdict(on: hashed(spoilt, shorter)) == .refuted)
    }

    @Test func anAddedClauseIsSeenAgainstTheDescription() throws {
        let (mine, _) = try claims()
        var longer = try formula(mine)
        longer.append([1, 2, 3])
        var spoilt = files
        spoilt[mine.formulaFile] = longer.dimacs
        spoilt = try hashed(spoilt, list(files))
        #expect(try verdict(on: spoilt) == .holds)
        #expect(try verdict(on: spoilt, withDescription: true) == .refuted)
    }

    @Test func aRemovedClauseIsSeenAgainstTheDescription() throws {
        let (mine, _) = try claims()
        let whole = try formula(mine)
        for dropped in stride(from: 0, to: whole.clauseCount, by: max(1, whole.clauseCount / 6)) {
            var shorter = CNF(variableCount: whole.variableCount)
            var number = 0
            whole.forEachClause { clause in
                if number != dropped { shorter.append(clause) }
                number += 1
            }
            shorter.comments = whole.comments
            var spoilt = files
            spoilt[mine.formulaFile] = shorter.dimacs
            spoilt = try hashed(spoilt, list(files))
            #expect(try verdict(on: spoilt, withDescription: true) == .refuted, "clause \(dropped)")
        }
    }
}
