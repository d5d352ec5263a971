import Foundation
import Testing

@testable import Certificates

@Suite struct CertificateWriterTests {
    private var trivial: CNF {
        var formula = CNF()
        formula.append([])
        return formula
    }

    @Test func abandonedWritersLeaveNothing() throws {
        let folders = try Folders()
        do {
            let writer = try CertificateWriter(destination: folders.folder)
            try writer.add(
                Folders.identifier("a", "b"), formula: trivial, proof: .emptyClauseOnly, map: VariableMap())
            #expect(try FileManager.default.contentsOfDirectory(atPath: folders.root).count == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folders.root).isEmpty)
    }

    @Test func strangersFilesAreNotReplaced() throws {
        let folders = try Folders()
        try FileManager.default.createDirectory(atPath: folders.folder, withIntermediateDirectories: true)
        try folders.replace("thesis.txt", [1])
        #expect(throws: CertificateError.self) { try CertificateWriter(destination: folders.folder) }
        try folders.remove("thesis.txt")
        try folders.write()
        try folders.replace("thesis.txt", [1])
        #expect(throws: CertificateError.self) { try CertificateWriter(destination: folders.folder) }
        #expect(try folders.bytes("thesis.txt") == [1])
        let file = Folders.machine
        #expect(throws: CertificateError.self) {
            try CertificateWriter(destination: folders.folder + "/thesis.txt/\(file)")
        }
    }

    @Test func claimsAndNamesMustAgree() throws {
        let folders = try Folders()
        let writer = try CertificateWriter(destination: folders.folder)
        let claim = Folders.identifier("HALT", "control")
        try writer.add(claim, formula: trivial, proof: .emptyClauseOnly, map: VariableMap())
        #expect(throws: CertificateError.self) {
            try writer.add(claim, formula: trivial, proof: .emptyClauseOnly, map: VariableMap())
        }
        // Too few named, then too many.
        #expect(throws: CertificateError.self) {
            try writer.finish([MachineClaims(name: "toy", subjects: [], verdicts: [])])
        }
        #expect(throws: CertificateError.self) { try writer.finish(Folders.machines) }
        let subjects = [SubjectClaims(name: "HALT", proved: ["control"])]
        try writer.finish([MachineClaims(name: "toy", subjects: subjects, verdicts: [])])
        #expect(try VerificationReport.verify(folder: folders.folder).claimCount == 1)
        #expect(throws: CertificateError.self) { try writer.finish([]) }
    }

    @Test func aPlaceThatCannotBeWrittenIsAnError() throws {
        // No folder can be made below a device.
        #expect {
            _ = try CertificateWriter(destination: "/dev/full/certificates")
        } throws: { ($0 as? CertificateError)?.kind == .unwritable }
    }

    @Test func aWriteThatFailsLeavesNothing() throws {
        let folders = try Folders()
        do {
            let writer = try CertificateWriter(destination: folders.folder)
            // Somebody removes the folder in progress.
            let partial = try #require(try FileManager.default.contentsOfDirectory(atPath: folders.root).first)
            try FileManager.default.removeItem(atPath: folders.root + "/" + partial)
            #expect {
                try writer.add(
                    Folders.identifier("a", "b"), formula: trivial, proof: .emptyClauseOnly, map: VariableMap())
            } throws: { ($0 as? CertificateError)?.kind == .unwritable }
        }
        #expect(folders.names.isEmpty)
    }
}
