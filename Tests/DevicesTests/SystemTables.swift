import Foundation
import Testing

@testable import Devices

@Suite struct SystemTables {
    private func number(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> UInt64 {
        bytes.number(at: offset, width: width)
    }
    private func sum(_ bytes: some Sequence<UInt8>) -> UInt8 { bytes.reduce(0, &+) }

    /// From the pointer to every table, as a kernel goes.
    @Test func thePointerLeadsToEveryTable() throws {
        let tables = ACPITables(processors: 3)
        let image = tables.bytes
        #expect(tables.base == 0xE0000 && image.count < 0x20000)
        #expect(Array(image[0..<8]) == Array("RSD PTR ".utf8))
        #expect(sum(image[0..<20]) == 0)
        #expect(sum(image[0..<36]) == 0)
        func table(_ address: UInt64) -> [UInt8] {
            let start = Int(address - tables.base)
            return Array(image[start..<start + Int(number(image, start + 4, 4))])
        }
        func signature(_ bytes: [UInt8]) -> String { String(decoding: bytes[0..<4], as: UTF8.self) }
        let long = table(number(image, 24, 8))
        let short = table(number(image, 16, 4))
        #expect(signature(long) == "XSDT" && signature(short) == "RSDT")
        let named = (0..<2).map { table(number(long, 36 + 8 * $0, 8)) }
        #expect(named == (0..<2).map { table(number(short, 36 + 4 * $0, 4)) })
        #expect(named.map(signature) == ["FACP", "APIC"])
        let fixed = named[0]
        let description = table(number(fixed, 140, 8))
        #expect(signature(description) == "DSDT")
        #expect(number(fixed, 40, 4) == number(fixed, 140, 8))
        #expect(signature(table(number(fixed, 36, 4))) == "FACS")
        #expect(number(fixed, 36, 4) % 64 == 0)
        for bytes in [long, short, description] + named { #expect(sum(bytes) == 0) }
        // Where the ports are, in both forms.
        #expect([56, 64, 76].map { number(fixed, $0, 4) } == [0x600, 0x604, 0x608])
        #expect([152, 176, 212].map { number(fixed, $0, 8) } == [0x600, 0x604, 0x608])
        #expect(number(fixed, 120, 8) == 0xCF9 && fixed[128] == 6)
    }

    @Test func everyProcessorAndOverrideIsNamed() throws {
        let bytes = try #require(ACPITables(processors: 5).tables.first { $0.signature == "APIC" }).bytes
        var seen: [UInt8: [[UInt8]]] = [:]
        var offset = 44
        while offset < bytes.count {
            let length = Int(bytes[offset + 1])
            seen[bytes[offset], default: []].append(Array(bytes[offset..<offset + length]))
            offset += length
        }
        #expect(offset == bytes.count)
        #expect(number(bytes, 36, 4) == 0xFEE0_0000)
        #expect(seen[0]?.map { $0[3] } == [0, 1, 2, 3, 4])
        #expect(seen[1]?.count == 1)
        #expect(seen[2]?.map { [$0[3], $0[4], $0[8]] } == [[0, 2, 0], [9, 9, 13], [10, 10, 15], [11, 11, 15]])
        #expect(seen[4]?.count == 1)
    }

    /// The disassembler of ACPI's own tools reads the machine language and assembles it again to the same bytes.
    @Test func theDisassemblerReadsTheDescription() throws {
        let program = "/usr/bin/iasl"
        guard FileManager.default.isExecutableFile(atPath: program) else { return }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tables-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func run(_ arguments: [String]) throws -> String {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.currentDirectoryURL = folder
            process.arguments = arguments
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return text
        }
        for (signature, bytes) in ACPITables(processors: 2).tables where signature != "FACS" {
            let name = signature.lowercased()
            try Data(bytes).write(to: folder.appendingPathComponent("\(name).dat"))
            _ = try run(["-d", "\(name).dat"])
            let text = try String(contentsOf: folder.appendingPathComponent("\(name).dsl"), encoding: .utf8)
            for complaint in ["Unknown", "Invalid", "Incorrect", "Warning"] {
                let isClean = !text.contains(complaint)
                #expect(isClean, "\(text)")
            }
            if signature == "DSDT" {
                for wanted in ["Device (PCI0)", "PNP0A03", "PNP0501", "PNP0B00", "Name (_S5, Package (0x04)"] {
                    let isThere = text.contains(wanted)
                    #expect(isThere, "\(wanted)")
                }
            }
            let answer = try run(["-p", "again", "\(name).dsl"])
            #expect(answer.contains(" 0 Errors") || signature != "DSDT", "\(answer)")
            if signature == "DSDT" {
                let again = try Data(contentsOf: folder.appendingPathComponent("again.aml"))
                let isSame = Array(again.dropFirst(36)) == Array(bytes.dropFirst(36))
                #expect(isSame)
            }
        }
    }
}
