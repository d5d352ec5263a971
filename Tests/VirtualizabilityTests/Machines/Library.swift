import ISALanguage

@testable import Virtualizability

/// The repository's own machines.
enum Library {
    static let root: String = {
        // Tests/VirtualizabilityTests/Machines/Library.swift
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return parts.joined(separator: "/")
    }()

    static let loader = FileSourceLoader(folders: [root + "/ISA"])

    /// Every machine in `ISA/`.
    static let names = loader.machineNames.sorted()

    static func machine(_ name: String) throws -> MachineDescription {
        try MachineLoader.load(name, from: loader)
    }
}
