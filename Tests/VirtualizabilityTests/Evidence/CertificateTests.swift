import Certificates
import Foundation
import ISALanguage
import Testing

@testable import Virtualizability

@Suite("Certificates of a check")
struct CheckCertificateTests {
    private static let bodies = [
        ["trap privileged when user = 1", "key <- r[d][1..0]"],
        ["r[d] <- zext(guard, 8)"],
        ["trap privileged when guard = 1", "r[d] <- zext(user, 8)"],
        ["cc <- r[d][0]"],
    ]

    /// A folder of this test's own, and the machine that was certified in it.
    private func certified(_ name: String) throws -> (folder: String, description: MachineDescription) {
        let description = try SmallMachine.load(Self.bodies)
        let checker = Checker(description)
        _ = checker.check()
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("trapline-certificates-\(getpid())-\(name)").path
        let writer = try CertificateWriter(destination: folder)
        try writer.finish([checker.certify(into: writer)])
        return (folder, description)
    }

    private func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

    @Test("They verify, alone and against the description, and say what the check said")
    func verify() throws {
        let (folder, description) = try certified("verify")
        defer { remove(folder) }
        let regeneration = Checker.regeneration(of: [description])
        let report = try VerificationReport.verify(folder: folder, regeneration: regeneration)
        let machine = try #require(report.machines.first)
        #expect(machine.claimCount > 20)
        let checked = Checker(description).check()
        for theorem in checked.theorems {
            let stated = machine.verdicts.first { $0.name == theorem.identifier }
            #expect(stated?.outcome.rawValue == theorem.verdict.word, "\(theorem.identifier)")
        }
        #expect(checked.verdict(.first)?.verdict == .refuted)
        #expect(checked.verdict(.first)?.offenders.map(\.instruction) == ["X1 d,a"])
    }

    @Test("Another description is noticed: one trap deleted")
    func anotherDescription() throws {
        let (folder, _) = try certified("other")
        defer { remove(folder) }
        var bodies = Self.bodies
        bodies[0].removeFirst()
        let other = try SmallMachine.load(bodies)
        #expect(throws: CertificateError.self) {
            try VerificationReport.verify(folder: folder, regeneration: Checker.regeneration(of: [other]))
        }
    }

    @Test("The same check gives the same claims")
    func deterministic() throws {
        let description = try SmallMachine.load(Self.bodies)
        let (first, second) = (Checker(description), Checker(description))
        for index in description.instructions.indices {
            for property in [Property(.sensitive, .open), Property(.interpreter, .best)] {
                let formulas = [first, second].map { checker in
                    let posed = checker.decider.poser.pose(checker.conditions.query(.instruction(index), property))
                    return posed.symbols.graph.encode(posed.assertions)?.formula
                }
                #expect(formulas[0] == formulas[1])
            }
        }
    }
}
