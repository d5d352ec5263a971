import Disassembly
import Foundation
import Testing

@testable import Commands

/// The library's files beside Capstone.
@Suite struct CoveredMachines {
    /// Those that Capstone has a privilege group for: every mnemonic is classified, every disagreement explained.
    @Test(arguments: [
        "x86-64", "ia-32", "x86-64-guest", "armv7-a", "aarch64", "aarch64-nested", "aarch64-nested-nv",
    ])
    func nothingIsLeftUnsaid(machine: String) {
        let outcome = trapline(["coverage", machine])
        #expect(outcome.status == .holds, "\(outcome.output)")
        #expect(outcome.output.contains(" 0 unclassified"))
        #expect(!outcome.output.contains("not explained"))
    }

    @Test func anotherUserModeIsNotCompared() {
        let outcome = trapline(["coverage", "aarch64-nested"])
        #expect(outcome.output.contains("privilege group: not compared: "), "\(outcome.output)")
    }

    /// Where a machine has notes, no disagreement is unexplained and no note is stale, whatever is unclassified.
    @Test func everyNoteIsNeeded() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: repositoryRoot + "/ISA").sorted()
        let machines = folders.map { $0.hasSuffix(".isa") ? String($0.dropLast(4)) : $0 }
            .filter { name in
                CapstoneTarget(machine: name) != nil
                    || FileManager.default.fileExists(atPath: "\(repositoryRoot)/ISA/\(name)/capstone.txt")
            }
        #expect(machines.contains("x86-64"))
        let output = trapline(["coverage", "--format", "json"] + machines).output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        let reports = try #require(document["machines"] as? [[String: Any]])
        #expect(reports.count == machines.count)
        for report in reports {
            let name = report["machine"] as? String ?? ""
            #expect((report["staleNotes"] as? [String])?.isEmpty == true, "\(name): \(report["staleNotes"] ?? "")")
            let notes = "\(repositoryRoot)/ISA/\(name)/capstone.txt"
            guard FileManager.default.fileExists(atPath: notes) else { continue }
            for difference in report["disagreements"] as? [[String: Any]] ?? [] {
                #expect(difference["reason"] is String, "\(name): \(difference["variant"] ?? "")")
            }
            let lists = ["described", "unclassified"].flatMap { report[$0] as? [String] ?? [] }
            #expect(Set(lists).count == lists.count, "\(name): a mnemonic counts twice")
        }
    }

    @Test func whatCapstoneDoesNotKnowIsSaid() {
        let outcome = trapline(["coverage", "pdp-10"])
        #expect(outcome.status == .undecided)
        #expect(outcome.output.contains("Capstone does not know this machine"))
    }
}
