import Foundation
import ISALanguage
import Images
import Testing

@testable import Scanning

/// The library's machines, from the repository's `ISA/`.
enum MachineLibrary {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("ISA").path

    static func machine(_ name: String) throws -> MachineDescription {
        for path in [root + "/" + name + "/machine.isa", root + "/" + name + ".isa"]
        where FileManager.default.fileExists(atPath: path) {
            return try MachineLoader.load(path, from: FileSourceLoader(folders: [root]))
        }
        throw CocoaError(.fileNoSuchFile)
    }
}

/// Code of a machine whose file gives encoding patterns, by hand.
@Suite struct SweptPrograms {
    /// MOVE.W SR,D0 is 40C0; BRA.B 60dd; BSR.B 61dd; RTS 4E75; NOP 4E71; JMP (A0) 4ED0.
    private func scan(_ words: [UInt16], symbols: [ProgramSymbol], entry: UInt64? = nil) throws -> [CodeSite] {
        let description = try Self.m68000.get()
        let bytes = words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let image = ProgramImage(
            machine: nil, code: [CodeRegion(name: "", address: 0x1000, bytes: bytes[...])], symbols: symbols, entry: entry)
        let scan = CodeScan(image, with: try CodeScanner(description))
        let index = try #require(description.instructions.firstIndex { $0.name == "MOVE.W sr,alterable" })
        #expect(scan.counts[index].total == scan.sites(of: [index]).count)
        return scan.sites(of: [index])
    }

    /// Read once: the file is long.
    private static let m68000 = Result { try MachineLibrary.machine("m68000") }
    private static let main = ProgramSymbol(name: "main", address: 0x1000, isFunction: true)

    @Test func whatIsReachedIsCertain() throws {
        // main: bsr sub; move sr,d0; rts; sub: move sr,d0; rts
        let sites = try scan([0x6104, 0x40C0, 0x4E75, 0x40C0, 0x4E75], symbols: [Self.main])
        #expect(sites.map(\.address) == [0x1002, 0x1006])
        #expect(sites.map(\.certainty) == [.followed, .followed])
        #expect(sites.map(\.bytes) == [[0x40, 0xC0], [0x40, 0xC0]])
    }

    @Test func whatNothingLeadsToIsUncertain() throws {
        // main: jmp (a0); move sr,d0; 4E7F, which is none; move sr,d0
        let sites = try scan([0x4ED0, 0x40C0, 0x4E7F, 0x40C0], symbols: [Self.main])
        #expect(sites.map(\.certainty) == [.linear, .doubtful])
    }

    @Test func dataObjectsAreNoCode() throws {
        let table = ProgramSymbol(name: "table", address: 0x1002, size: 2, isFunction: false)
        let sites = try scan([0x4E75, 0x40C0, 0x40C0], symbols: [Self.main, table])
        #expect(sites.map(\.address) == [0x1004])
    }

    @Test func theEntryPointIsCode() throws {
        #expect(try scan([0x4E7F, 0x40C0, 0x4E75], symbols: [], entry: 0x1002).map(\.certainty) == [.followed])
        #expect(try scan([0x4E7F, 0x40C0, 0x4E75], symbols: []).map(\.certainty) == [.doubtful])
    }

    /// Distances lead out of the region, to odd places, and back.
    @Test func wildTransfersAreHarmless() throws {
        for first: UInt16 in [0x6000, 0x60FE, 0x6001, 0x607E] {
            _ = try scan([first, 0x40C0, 0x8000, 0x4E75], symbols: [Self.main])
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let words = (0..<40).map { _ in UInt16.random(in: 0...UInt16.max, using: &generator) }
            _ = try scan(words, symbols: [Self.main])
        }
    }

    @Test func aMachineOfWiderCellsIsRefused() throws {
        #expect(throws: ScannerError.self) { try CodeScanner(try MachineLibrary.machine("pdp-10")) }
    }
}
