import Foundation
import Testing

@testable import Commands

@Suite struct CheckedMachines {
    private let scratch: ScratchFolder
    private let sound: String
    private let flawed: String

    init() throws {
        scratch = try ScratchFolder()
        sound = try scratch.file("sound.isa", TinyMachine.text())
        flawed = try scratch.file("flawed.isa", TinyMachine.flawed)
    }

    @Test func aSoundMachineHolds() throws {
        let outcome = trapline(["check", sound])
        #expect(outcome.status == .holds)
        #expect(outcome.outputLines.first == """
            tiny: Theorem 1 holds (extended reading, best policy); Theorem 2 holds; Theorem 3 holds (paper's reading)
            """)
        #expect(outcome.diagnostics.isEmpty)
    }

    @Test func oneDeletedLineRefutesTheTheoremAtItsPlace() throws {
        let outcome = trapline(["check", flawed])
        #expect(outcome.status == .refuted)
        #expect(outcome.outputLines.first?.hasPrefix("tiny: Theorem 1 refuted: 1 of 4 variants offends") == true)
        let line = try #require(
            TinyMachine.flawed.components(separatedBy: "\n").firstIndex { $0.hasPrefix("instruction \"RDM") })
        #expect(outcome.output.contains("flawed.isa:\(line + 1):"))
        #expect(outcome.output.contains("Remedy"))
        for format in ["never", "refuted"] {
            let status = trapline(["check", flawed, "--fail-on", format, "--brief"]).status
            #expect(status == (format == "never" ? .holds : .refuted))
        }
    }

    @Test func severalMachinesGiveTheWorstAnswer() {
        let outcome = trapline(["check", sound, flawed, "--brief"])
        #expect(outcome.status == .refuted)
        #expect(outcome.outputLines.filter { $0.hasPrefix("tiny:") }.count == 2)
    }

    @Test func everyFormatTellsTheSame() throws {
        let json = trapline(["check", flawed, "--format", "json"])
        #expect(json.status == .refuted)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(document["schema"] as? String == "trapline-check/1")
        let machine = try #require((document["machines"] as? [[String: Any]])?.first)
        #expect((machine["verdict"] as? [String: Any])?["answer"] as? String == "refuted")
        #expect((machine["theorems"] as? [Any])?.count == 12)

        #expect(try SchemaChecks.sarif(trapline(["check", flawed, "--format", "sarif"]).output) == "")
        let junit = trapline(["check", flawed, "--format", "junit"]).output
        #expect(SchemaChecks.junit(junit) == [])
        #expect(junit.contains("<failure"))
        let csv = trapline(["check", flawed, "--format", "csv"]).output.components(separatedBy: "\r\n")
        #expect(csv.first == "machine,theorem,reading,policy,verdict,reason,offenders,undecided,schema")
        #expect(csv.filter { $0.hasPrefix("tiny,") }.count == 12)
        #expect(trapline(["check", flawed, "--format", "markdown"]).output.contains("| Theorem 1 | "))
        let html = trapline(["check", flawed, "--format", "html"]).output
        #expect(html.hasPrefix("<!DOCTYPE html>"))
        #expect(html.contains("class=\"refuted\""))
        let both = trapline(["check", sound, flawed, "--format", "html"]).output
        #expect(both.components(separatedBy: "<section class=\"machine\"").count == 3)
        #expect(both.contains("<a href=\"#tiny\">"))
    }

    @Test func aWrongClaimIsAnErrorWithBothPlacesAndTheStates() throws {
        let path = try scratch.file("claims.isa", TinyMachine.wronglyClaimed)
        let outcome = trapline(["check", path])
        #expect(outcome.status == .badInput)
        #expect(outcome.output.contains("no verdict: 1 error in the ISA file"))
        #expect(outcome.output.contains("error: "))
        #expect(outcome.output.contains("contradicted here"))
        #expect(outcome.output.contains("remedy: "))
        #expect(try SchemaChecks.sarif(trapline(["check", path, "--format", "sarif"]).output) == "")
    }

    @Test func theTableHasItsColumns() {
        let outcome = trapline(["classify", sound, "--format", "csv"])
        #expect(outcome.status == .holds)
        let lines = outcome.output.components(separatedBy: "\r\n")
        #expect(
            lines.first == "machine,mnemonic,variant,privileged,control,location,mode,resource,joint,trap,user,timing,"
                + "verdict,evidence,schema")
        #expect(lines.count == 6)
        #expect(lines.contains { $0.hasPrefix("tiny,HALT,HALT {d:register r},yes,yes,no,no,no,no,no,") })
        let one = trapline(["classify", sound, "HALT"])
        #expect(one.outputLines.count == 3)
        #expect(trapline(["classify", sound, "HALD"]).diagnostics.contains("did you mean 'HALT'?"))
        #expect(trapline(["classify", sound, "HALD"]).status == .noInput)
    }

    @Test func anExplanationHasPageDefinitionsAndStates() {
        let screen = trapline(["explain", flawed, "RDM"])
        #expect(screen.status == .holds)
        #expect(screen.outputLines.count <= 24)
        for part in ["sensitive and unprivileged", "mode-sensitive: the result", "witness", "fails Theorem 1", "is not"] {
            #expect(screen.output.contains(part), "\(part)")
        }
        let outcome = trapline(["explain", flawed, "RDM", "--long"])
        #expect(outcome.status == .holds)
        for part in ["Assembly", "Encoding", "Effect", "mode-sensitive", "the direct square: refuted", "the guest's"] {
            #expect(outcome.output.contains(part), "\(part)")
        }
    }

    @Test func aWitnessRunsAndDiverges() {
        let outcome = trapline(["witness", flawed, "RDM"])
        #expect(outcome.status == .refuted)
        #expect(outcome.output.contains("first differ after 0 instructions"))
        let none = trapline(["witness", sound, "RDM"])
        #expect(none.status == .holds)
        #expect(none.output.contains("no guest program diverges"))
    }

    @Test func aDifferenceSaysWhatBroke() {
        let worse = trapline(["diff", sound, flawed])
        #expect(worse.status == .refuted)
        #expect(worse.output.contains("broken"))
        #expect(worse.output.hasPrefix("\(sound) -> \(flawed): "))
        let better = trapline(["diff", flawed, sound])
        #expect(better.status == .holds)
        #expect(better.output.contains("fixed"))
        #expect(trapline(["diff", sound, sound]).outputLines.first?.contains("0 broken, 0 fixed") == true)
    }

    @Test func aDifferenceIsAGateForOtherPrograms() throws {
        let sarif = trapline(["diff", sound, flawed, "--format", "sarif"])
        #expect(sarif.status == .refuted)
        #expect(try SchemaChecks.sarif(sarif.output) == "")
        #expect(sarif.output.contains("\"baselineState\": \"new\""))
        #expect(sarif.output.contains("\"baselineState\": \"updated\""), "the verdict itself")
        let back = trapline(["diff", flawed, sound, "--format", "sarif"])
        #expect(back.status == .holds)
        #expect(back.output.contains("\"baselineState\": \"absent\""))
        #expect(!back.output.contains("\"baselineState\": \"new\""))
        let same = trapline(["diff", flawed, flawed, "--format", "sarif"])
        #expect(same.status == .holds && same.output.contains("\"unchanged\""))
        let json = trapline(["diff", sound, flawed, "--format", "json"])
        #expect(json.status == .refuted)
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(document?["broke"] as? Bool == true)
        #expect((document?["changes"] as? [[String: Any]])?.contains { $0["kind"] as? String == "broken" } == true)
    }

    @Test func anInterruptedCheckSaysWhatIsDecided() {
        let outcome = trapline(["check", sound, flawed], interruption: Interruption { true })
        #expect(outcome.status == .interrupted)
        #expect(outcome.output.hasPrefix("tiny: Theorem 1 undecided"))
        #expect(outcome.diagnostics.contains("interrupted after 1 of 2 machines"))
    }

    @Test func assumptionsAreChecked() {
        let outcome = trapline(["check", sound, "--assume", "umip=1"])
        #expect(outcome.status == .usage)
        #expect(outcome.diagnostics.contains("--assume"))
        // What would prove something about states that no guest is in.
        let mode = trapline(["check", flawed, "--assume", "user=0"])
        #expect(mode.status == .usage)
        #expect(mode.diagnostics.contains("'user' is no constant and no policy bit"))
    }
}
