import Foundation
import Testing

@testable import X86Core

/// What the program carries is what the machine files say. With TRAPLINE_RECORD=1 the test writes it anew.
@Suite struct EmbeddedRecordsTests {
    @Test func theProgramCarriesTheMachineFiles() throws {
        if ProcessInfo.processInfo.environment["TRAPLINE_RECORD"] != nil {
            var rest = Base64.text(RecordFile.bytes([MachineFiles.long, MachineFiles.legacy]))[...]
            var lines: [Substring] = []
            while !rest.isEmpty {
                lines.append(rest.prefix(115))
                rest = rest.dropFirst(115)
            }
            let text = """
                // Made from ISA/x86-64 and ISA/ia-32 by the test EmbeddedRecordsTests; see Docs/X86Core.md.
                let embeddedRecordText: StaticString = \"""
                    \(lines.joined(separator: "\\\n    "))
                    \"""

                """
            let path = Repository.root + "/Sources/X86Core/Tables/EmbeddedRecordText.swift"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } else {
            let embedded = try EmbeddedRecords.machines()
            #expect(
                embedded.long == MachineFiles.long && embedded.legacy == MachineFiles.legacy,
                "record them anew: TRAPLINE_RECORD=1 swift test --filter EmbeddedRecordsTests, and build again")
        }
    }

    @Test func recordsSurviveTheirFile() {
        let machines = [MachineFiles.long, [], MachineFiles.legacy.reversed()]
        #expect(machines[0].count > 1500)
        #expect(RecordFile.machines(RecordFile.bytes(machines)) == machines)
    }

    @Test func damagedFilesAreRefusedAndDoNotCrash() {
        let bytes = RecordFile.bytes([Array(MachineFiles.long.prefix(40))])
        for length in 0..<bytes.count { #expect(RecordFile.machines(Array(bytes.prefix(length))) == nil) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var changed = bytes
            changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = RecordFile.machines(changed)
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
