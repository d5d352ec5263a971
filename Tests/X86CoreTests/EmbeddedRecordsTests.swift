import Foundation
import Testing

@testable import X86Core

/// What the program carries is what the machine files say. With TRAPLINE_RECORD=1 the test writes it anew.
@Suite struct EmbeddedRecordsTests {
    @Test(arguments: ["Long", "Legacy"])
    func theProgramCarriesTheMachineFiles(_ name: String) throws {
        let isLong = name == "Long"
        let records = isLong ? MachineFiles.long : MachineFiles.legacy
        if ProcessInfo.processInfo.environment["TRAPLINE_RECORD"] != nil {
            let machine = isLong ? "x86-64" : "ia-32"
            var rest = Base64.text(RecordFile.bytes(records))[...]
            var lines: [Substring] = []
            while !rest.isEmpty {
                lines.append(rest.prefix(110))
                rest = rest.dropFirst(110)
            }
            let text = """
                // Made from ISA/\(machine) by the test EmbeddedRecordsTests; see Docs/X86Core.md.
                let \(name.lowercased())RecordText: StaticString = \"""
                    \(lines.joined(separator: "\\\n    "))
                    \"""

                """
            let path = Repository.root + "/Sources/X86Core/Tables/Embedded/\(name)RecordText.swift"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } else {
            let embedded = isLong ? try EmbeddedRecords.long() : try EmbeddedRecords.legacy()
            #expect(
                embedded == records,
                "record them anew: TRAPLINE_RECORD=1 swift test --filter EmbeddedRecordsTests, and build again")
        }
    }

    @Test func recordsSurviveTheirFile() {
        let records = MachineFiles.long
        #expect(records.count > 2000)
        #expect(RecordFile.records(RecordFile.bytes(records)) == records)
    }

    @Test func damagedFilesAreRefusedAndDoNotCrash() {
        let bytes = RecordFile.bytes(Array(MachineFiles.long.prefix(40)))
        for length in 0..<bytes.count { #expect(RecordFile.records(Array(bytes.prefix(length))) == nil) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var changed = bytes
            changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = RecordFile.records(changed)
        }
    }

    @Test func everyComponentThatAConditionAsksIsKept() {
        let machine = TestMachine()
        var asked: Set<String> = []
        for record in MachineFiles.long + MachineFiles.legacy {
            for check in record.checks { asked.formUnion(check.condition.components) }
        }
        #expect(asked.contains("cpl") && asked.contains("umip"))
        for name in asked.subtracting(X86Processor.tableComponents).sorted() {
            let value = machine.processor.component(name) ?? machine.processor.lateComponent(name)
            #expect(value != nil, "the core keeps no '\(name)'")
        }
    }
}
