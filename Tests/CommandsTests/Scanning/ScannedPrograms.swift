import Foundation
import Testing

@testable import Commands

@Suite struct ScannedPrograms {
    /// MOVE SR,D0 twice, once behind what makes no sense; NOP; RTS.
    private static let m68000: [UInt8] = [0x40, 0xC0, 0x4E, 0x71, 0x4E, 0x75, 0x4E, 0x7F, 0x40, 0xC0]

    @Test func rawCodeNeedsItsMachine() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("rom.bin", bytes: Self.m68000)
        let without = trapline(["scan", path])
        #expect(without.status == .badInput)
        #expect(without.diagnostics.contains("--isa"))
        let outcome = trapline(["scan", path, "--isa", "m68000", "--base", "0x400"])
        #expect(outcome.status == .undecided)
        #expect(outcome.output.contains("2 critical instructions in 1 function, 2 uncertain"))
        #expect(outcome.output.contains("00000400"))
        #expect(outcome.output.contains("00000408"))
        #expect(outcome.output.contains("2 bytes not described"))
    }

    @Test func theRepairedMachineHasNone() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("rom.bin", bytes: Self.m68000)
        #expect(trapline(["scan", path, "--isa", "m68010"]).status == .holds)
    }

    @Test func documentsAgree() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("rom.bin", bytes: Self.m68000)
        let arguments = ["scan", path, "--isa", "m68000", "--base", "1024", "--format"]
        let csv = trapline(arguments + ["csv"]).output.split(separator: "\r\n")
        #expect(csv.count == 3)
        #expect(csv[0].hasPrefix("file,address,function,offset,variant,mnemonic,sensitive,policy,certainty,bytes,schema"))
        #expect(csv[1].contains("0x400,,0x0,\"MOVE.W sr,alterable\",MOVE.W,"))
        #expect(csv[2].hasSuffix("doubtful,40 C0,trapline-scan/1"))
        let json = trapline(arguments + ["json"]).output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(document["schema"] as? String == "trapline-scan/1")
        #expect((document["critical"] as? [String: Int])?["sites"] == 2)
        #expect(try SchemaChecks.sarif(trapline(arguments + ["sarif"]).output) == "")
    }

    @Test func whatIsAskedWronglyIsRefused() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("rom.bin", bytes: Self.m68000)
        #expect(trapline(["scan", path, "--isa", "m68000", "--base", "here"]).status == .usage)
        #expect(trapline(["scan", path, "--isa", "pdp-10"]).status == .badInput)
        #expect(trapline(["scan", path, "--isa", "mos-6502"]).status == .undecided)
        #expect(trapline(["scan", path, "--isa", "m68000", "--unpack-to", scratch.path + "/x"]).status == .usage)
        #expect(trapline(["scan", scratch.path + "/nothing"]).status == .noInput)
        let damaged = try scratch.file("damaged", bytes: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
        #expect(trapline(["scan", damaged]).status == .badInput)
    }

    /// Instructions of the wrong machine would be found in any code.
    @Test func programsOfAnotherProcessorAreRefused() {
        let refused = trapline(["scan", "/bin/true", "--isa", "riscv"])
        #expect(refused.status == .badInput)
        #expect(refused.diagnostics.contains("EM_"))
        #expect(refused.diagnostics.contains("--isa"))
    }

    /// Beside encoding patterns the texts of listed instructions are remarks, not opcodes.
    @Test func machinesWithPatternsAreScannedByThem() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("code.bin", bytes: [0x20, 0x42, 0x38, 0xD5, 0xE0, 0x03, 0x9F, 0xD6])
        let outcome = trapline(["scan", path, "--isa", "aarch64", "--base", "0", "--format", "json"])
        #expect(outcome.status == .holds || outcome.status == .undecided || outcome.status == .refuted)
        #expect(outcome.output.contains("trapline-scan/1"))
    }

    /// Sites and decoys in a program that Debian's assembler makes. Everything that was planted is found; what is
    /// certain was planted.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func plantedSitesAreFound(seed: UInt64) throws {
        let program = try PlantedProgram(functions: 24, seed: seed)
        let outcome = trapline(["scan", program.path, "--format", "csv"])
        #expect(outcome.status == .refuted, "\(outcome.diagnostics)")
        var found: [UInt64: (mnemonic: String, certainty: String)] = [:]
        for line in outcome.output.split(separator: "\r\n").dropFirst() {
            let cells = ScannedPrograms.cells(String(line))
            found[try #require(UInt64(cells[1].dropFirst(2), radix: 16))] = (cells[5], cells[8])
        }
        let wanted = program.sites
        #expect(wanted.count > 100)
        for (address, site) in wanted {
            let entry = found[address]
            #expect(entry?.mnemonic.hasPrefix(site.kind) == true, "\(String(address, radix: 16)) \(site)")
            if site.isReached { #expect(entry?.certainty == "followed", "\(String(address, radix: 16)) \(site)") }
        }
        let certain = found.filter { $0.value.certainty == "followed" }
        let wrong = certain.filter { wanted[$0.key] == nil }
        #expect(wrong.isEmpty, "certain, but not planted: \(wrong)")
        // What the decoys without symbols cost is uncertain: a quarter of what is found, where every function has one.
        let precision = Double(wanted.count) / Double(found.count)
        #expect(precision > 0.7, "\(found.count) found for \(wanted.count) planted")
    }

    /// The cells of a CSV line.
    static func cells(_ line: String) -> [String] {
        var cells = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells
    }
}
