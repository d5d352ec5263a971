import Testing

@testable import ISALanguage

/// The repository's own machines.
enum Library {
    static let root: String = {
        // Tests/ISALanguageTests/Elaboration/LibraryTests.swift
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return parts.joined(separator: "/")
    }()

    static let loader = FileSourceLoader(folders: [root + "/ISA"])
}

@Suite("The library's machines load")
struct LibraryTests {
    @Test("Every machine in ISA/", arguments: Library.loader.machineNames)
    func loads(_ name: String) throws {
        let machine = try MachineLoader.load(name, from: Library.loader)
        #expect(machine.name == name)
        #expect(!machine.instructions.isEmpty)
    }

    @Test("The third generation machine, in detail")
    func thirdGeneration() throws {
        let machine = try MachineLoader.load("third-generation", from: Library.loader)
        #expect(machine.instructions.count == 26)
        #expect(machine.fetch.results.count == 1)
        let load = try #require(machine.instructions.first { $0.mnemonic == "LD" })
        #expect(load.family == "arithmetic")
        let traps = load.program.operations.filter { if case .trap = $0 { true } else { false } }
        #expect(traps.count == 2)
    }
}
