import Foundation
import Testing

@testable import Commands

/// `trapline probe` as a command. Where the host cannot be probed it must say why, and nothing else is asked.
@Suite struct HostProbes {
    private func document(_ arguments: [String]) throws -> (status: CommandStatus, [String: Any])? {
        let outcome = trapline(["probe"] + arguments + ["--format", "json"])
        if outcome.status == .undecided {
            #expect(outcome.diagnostics.contains("the host cannot be probed"), "\(outcome.diagnostics)")
            #expect(outcome.diagnostics.contains("remedy:"))
            return nil
        }
        let document = try #require(
            JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome.output)")
        return (outcome.status, document)
    }

    /// Every encoding of the library's file, twice. Only processors of AMD have been asked while it was written; of
    /// others a few peculiarities may not be known yet.
    @Test func theLibraryIsWhatTheHostDoes() throws {
        guard let (status, document) = try document(["x86-64", "--count", "9000", "--seed", "3"]) else { return }
        let findings = try #require(document["findings"] as? [[String: Any]])
        let texts = findings.map { "\($0["record"] ?? "") (\($0["opcode"] ?? "")): \($0["kind"] ?? ""): \($0["host"] ?? "")" }
        let processor = try #require(document["processor"] as? [String: Any])
        let records = try #require(document["records"] as? Int)
        if processor["vendor"] as? String == "AMD" {
            #expect(texts.isEmpty, "\(texts.joined(separator: "\n"))")
            #expect(status == .holds)
        } else {
            #expect(texts.count * 100 <= records, "\(texts.joined(separator: "\n"))")
        }
        #expect(records > 2000)
        #expect(try #require(document["executions"] as? Int) >= 9000)
    }

    @Test func anOverlayThatClaimsTooMuchIsFoundOut() throws {
        let folder = try ScratchFolder()
        let path = try folder.file(
            "over.isa",
            """
            machine over "RDTSC always traps"
            extends x86-64
            replace instruction "RDTSC"
              listed
              opcode "0F 31"
              trap general-protection(0) when cpl != 0
            """)
        guard let (status, document) = try document([path, "--only", "rdtsc", "--count", "300"]) else { return }
        let findings = try #require(document["findings"] as? [[String: Any]])
        #expect(status == .refuted)
        #expect(findings.count == 1)
        #expect(findings.first?["kind"] as? String == "does not trap: general-protection")
        // A REX prefix may stand before it.
        #expect((findings.first?["bytes"] as? [Int])?.suffix(2) == [0x0F, 0x31])
    }

    @Test func aMachineWithoutOpcodesCannotBeAsked() {
        let outcome = trapline(["probe", "third-generation"])
        #expect(outcome.status == .undecided)
        #expect(outcome.diagnostics.contains("no instruction with an opcode"))
        #expect(outcome.diagnostics.contains("remedy:"))
    }

    /// A file about another mode would be asked the wrong questions.
    @Test func onlySixtyFourBitModeIsAsked() {
        let outcome = trapline(["probe", "ia-32"])
        #expect(outcome.status == .undecided)
        #expect(outcome.diagnostics.contains("64-bit mode"), "\(outcome.diagnostics)")
    }

    @Test func instructionsThatAreNotThereAreNamed() {
        let outcome = trapline(["probe", "--only", "RDTSK"])
        #expect(outcome.status == .noInput)
        #expect(outcome.diagnostics.contains("did you mean 'RDTSC'?"), "\(outcome.diagnostics)")
        #expect(trapline(["probe", "--count", "0"]).status == .usage)
    }

    @Test func anInterruptedProbeSaysSo() {
        let outcome = trapline(["probe"], interruption: Interruption { true })
        if outcome.status == .undecided { return }
        #expect(outcome.status == .interrupted)
        #expect(outcome.output.contains("executed"))
    }

    @Test func textShowsBytesAndBothAnswers() throws {
        let folder = try ScratchFolder()
        let path = try folder.file(
            "over.isa",
            """
            machine over "HLT completes"
            extends x86-64
            replace instruction "HLT"
              listed
              opcode "F4"
              nothing
            """)
        let outcome = trapline(["probe", path, "--only", "HLT", "--count", "10"])
        if outcome.status == .undecided { return }
        #expect(outcome.status == .refuted)
        #expect(outcome.output.contains("HLT (F4): traps with #GP"), "\(outcome.output)")
        #expect(outcome.output.contains("F4\n  file   completes"), "\(outcome.output)")
        #expect(outcome.output.contains("  host   #GP(0x0)"))
    }
}
