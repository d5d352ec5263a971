import Certificates
import Foundation
import ISALanguage
import Testing

@testable import Virtualizability

/// An instruction that is listed, without an encoding, has the classes that it has with one.
@Suite("Listed instructions")
struct ListedInstructionTests {
    private static let bodies = [
        ["cc <- r[d][0]"],
        ["r[d] <- zext(user, 8)"],
        ["trap privileged when user = 1", "key <- a"],
        ["trap privileged when guard = 1", "r[d] <- e[zext(a, 8)]"],
        ["trap privileged when guard = 1", "key <- a"],
        ["base <- r[d][2..0]"],
        ["e.real[zext(a, 3)] <- r[d]"],
        ["if user = 0", "  r[d] <- zext(key, 8)"],
    ]

    /// The bodies as encoded instructions X0, X1, ... and as listed ones L0, L1, ...
    private func machine() throws -> MachineDescription {
        var text = SmallMachine.source(Self.bodies).replacing("unit 8", with: "depth system\nunit 8")
        for (index, body) in Self.bodies.enumerated() {
            text += "\ninstruction \"L\(index)\"\n  listed d:1 a:2\n" + body.map { "  \($0)\n" }.joined()
        }
        text += """

            instructions
              ALPHA "01 /r"  BETA "02 /r" "03 /r"  GAMMA
            as "OP d"
              listed d:1
              requires extra
              r[d] <- zext(user, 8)

            instructions
              FIRST SECOND
            as "OP"
              listed d:1
              r[d] <- case OP
                FIRST  : zext(user, 8)
                SECOND : 0

            """
        return try MachineLoader.load(text: text)
    }

    @Test("The same classes and squares as encoded, with witnesses that replay")
    func classes() throws {
        let description = try machine()
        let report = Checker(description).check()
        #expect(report.errors.isEmpty)
        for index in Self.bodies.indices {
            let encoded = try #require(report.instructions.first { $0.mnemonic == "X\(index)" })
            let listed = try #require(report.instructions.first { $0.mnemonic == "L\(index)" })
            #expect(encoded.classes == listed.classes, "\(Self.bodies[index])")
            #expect(encoded.direct.verdict.word == listed.direct.verdict.word, "\(Self.bodies[index])")
            #expect(encoded.interpreter.verdict.word == listed.interpreter.verdict.word, "\(Self.bodies[index])")
            for evidence in listed.evidence where evidence.outcome == .refuted {
                #expect(evidence.witness?.decoded?.fields.count == 2)
                #expect(evidence.witness?.units.isEmpty == true)
            }
        }
        #expect(report.assumptions.contains { $0.text.hasPrefix("13 variants are listed") })
    }

    @Test("Members of a group are alike unless their body tells them apart")
    func likeness() throws {
        let description = try machine()
        let report = Checker(description).check()
        func found(_ name: String) throws -> InstructionReport {
            try #require(report.instructions.first { $0.mnemonic == name })
        }
        let (alpha, gamma) = (try found("ALPHA"), try found("GAMMA"))
        #expect(alpha.classes == gamma.classes && alpha.classes.mode == .yes)
        let witness = try #require(gamma.evidence.compactMap(\.witness).first)
        #expect(witness.subject == "GAMMA d")
        #expect(witness.decoded.map { description.instructions[$0.instruction].name } == "GAMMA d")
        #expect(report.verdict(.first)?.offenders.map(\.instruction).contains("BETA d") == true)
        #expect(try found("FIRST").classes.mode == .yes)
        #expect(try found("SECOND").classes.innocuous == .yes)
        let beta = try #require(description.instructions.first { $0.mnemonic == "BETA" })
        #expect(beta.opcodes == ["02 /r", "03 /r"] && beta.requirements == ["extra"] && beta.isListed)
    }

    @Test("One claim speaks for all that are alike, and verifies against the description")
    func certificates() throws {
        let description = try machine()
        let checker = Checker(description)
        _ = checker.check()
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("trapline-listed-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writer = try CertificateWriter(destination: folder)
        let claims = try checker.certify(into: writer)
        try writer.finish([claims])
        #expect(claims.subjects.map(\.name).contains("instruction ALPHA d and 2 alike"))
        #expect(!claims.subjects.map(\.name).contains("instruction BETA d"))
        let report = try VerificationReport.verify(
            folder: folder, regeneration: Checker.regeneration(of: [description]))
        #expect(report.machines.first?.claimCount ?? 0 > 20)
        // Somebody tells one of the three apart: the claims are no longer about this machine.
        let other = try MachineLoader.load(
            text: SmallMachine.source(Self.bodies).replacing("unit 8", with: "depth system\nunit 8"))
        #expect(throws: CertificateError.self) {
            try VerificationReport.verify(folder: folder, regeneration: Checker.regeneration(of: [other]))
        }
    }

    @Test("It is neither decoded nor encoded")
    func codec() throws {
        let description = try machine()
        let decoder = Decoder(description)
        let index = try #require(description.instructions.firstIndex { $0.mnemonic == "L0" })
        #expect(throws: EncodingError.notEncoded(instruction: "L0")) {
            try Encoder(decoder).encode(instruction: index, fields: [0, 0], forms: [])
        }
        for cell in UInt64(0)...255 {
            guard case .instruction(let decoded) = decoder.decode(units: [cell]) else { continue }
            #expect(!description.instructions[decoded.instruction].isListed)
        }
    }
}
