import Foundation
import ISALanguage
import Testing

@testable import Probing
@testable import X86Core

/// The core against the processor that the tests run on: random instructions at level 3, over every form that the core
/// claims there. TRAPLINE_COMPARISONS is how many (Tests/soak: two million), TRAPLINE_COMPARISON_SEED from what,
/// TRAPLINE_COMPARISON_ONLY mnemonics with spaces between them.
@Suite(.serialized) struct HostComparisonTests {
    private static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    private static func records(_ machine: String) throws -> (MachineDescription, [InstructionRecord]) {
        let description = try MachineLoader.load(machine, from: FileSourceLoader(folders: [root + "/ISA"]))
        return (description, InstructionRecord.records(of: description))
    }

    @Test func theCoreDoesWhatTheHostDoes() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["TRAPLINE_COMPARISONS"].flatMap(Int.init) ?? 80_000
        let seed = environment["TRAPLINE_COMPARISON_SEED"].flatMap(UInt64.init) ?? 1
        let only = Set((environment["TRAPLINE_COMPARISON_ONLY"] ?? "").lowercased().split(separator: " ").map(String.init))
        let (description, long) = try Self.records("x86-64")
        let decoding = try Decoding(long: long, legacy: try Self.records("ia-32").1)
        let comparison: HostComparison
        do {
            comparison = try HostComparison(description, decoding, seed: seed, only: only)
        } catch let error as ProbeError {
            // What a host does not allow is said and not held against the core.
            print("not compared with this host: \(error.cause); \(error.remedy)")
            return
        }
        let absent = comparison.source.absent
        if !absent.isEmpty { print("not compared, for this host lacks them: \(absent.joined(separator: ", "))") }
        let report = try comparison.run(count: count)
        print(report.summary)
        #expect(report.differences == 0, "\(report.summary)")
        #expect(report.cases >= count)
    }
}
