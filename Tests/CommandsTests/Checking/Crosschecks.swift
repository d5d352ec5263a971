import Foundation
import Testing

@testable import Commands

/// RISC-V's files against tables in the form of the unified database: a few written for the test.
@Suite struct Crosschecks {
    private let scratch: ScratchFolder
    private let tables: String

    init() throws {
        scratch = try ScratchFolder()
        tables = scratch.path + "/tables"
        try FileManager.default.copyItem(
            atPath: repositoryRoot + "/Tests/CommandsTests/Fixtures/access-tables", toPath: tables)
    }

    @Test func whatTheTablesSayIsWhatIsDerived() throws {
        let outcome = trapline(["crosscheck", tables, "--isa", "riscv", "--all"])
        #expect(outcome.status == .holds, "\(outcome.output)\(outcome.diagnostics)")
        #expect(outcome.outputLines.first?.contains("8 entries: 7 agree, 0 differ") == true, "\(outcome.output)")
        #expect(outcome.output.contains("not described"))
        let json = trapline(["crosscheck", tables, "--isa", "riscv", "--format", "json"])
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let rows = try #require(document?["rows"] as? [[String: Any]])
        let fence = try #require(rows.first { $0["name"] as? String == "sfence.vma" })
        #expect(fence["derived"] as? String == "always traps in user mode")
    }

    @Test func aDifferenceIsFoundAndMayBeExplained() throws {
        let wrong = try String(contentsOfFile: tables + "/inst/sret.yaml", encoding: .utf8)
            .replacingOccurrences(of: "u: never", with: "u: always")
        try scratch.file("tables/inst/sret.yaml", wrong)
        let found = trapline(["crosscheck", tables])
        #expect(found.status == .refuted)
        #expect(found.output.contains("differs") && found.output.contains("sret"))
        let machine = try scratch.file("mine.isa", "machine mine \"Mine\"\nextends riscv\n")
        #expect(trapline(["crosscheck", tables, "--isa", machine]).status == .refuted)
        try scratch.file("crosscheck.txt", "-- mine\nsret: the table was changed by a test\n")
        let explained = trapline(["crosscheck", tables, "--isa", machine])
        #expect(explained.status == .holds)
        #expect(explained.output.contains("the table was changed by a test"))
    }

    @Test func whatCannotBeReadIsSaid() throws {
        for (text, cause) in [
            ("kind: csr\nname: [x\n", ":3:1: "), ("kind: csr\nname: x\naddress: 0x1000\npriv_mode: M\n", "0x1000"),
            ("kind: csr\nname: x\naddress: 1\npriv_mode: Q\n", "priv_mode 'Q'"),
            ("kind: instruction\nname: x\naccess:\n  u: perhaps\n", "access: u"), ("a: &x 1\nb: *x\n", "an alias"),
            ("kind: csr\nname:\n", "no 'name'"), ("kind: csr\n", "no 'name'"),
        ] {
            let path = try scratch.file("bad.yaml", text)
            let outcome = trapline(["crosscheck", path])
            #expect(outcome.status == .badInput, "\(text)")
            #expect(outcome.diagnostics.contains(cause), "\(outcome.diagnostics)")
        }
        #expect(trapline(["crosscheck", scratch.path + "/nothing"]).status == .noInput)
        let deep = try scratch.file("deep.yaml", String(repeating: "[", count: 5000))
        #expect(trapline(["crosscheck", deep]).status == .badInput)
        let binary = try scratch.file("binary.yaml", bytes: (0..<200).map { UInt8(truncatingIfNeeded: $0 * 89) })
        #expect(trapline(["crosscheck", binary]).status == .badInput)
        #expect(trapline(["crosscheck", tables, "--isa", "mos-6502"]).status == .undecided)
    }
}
