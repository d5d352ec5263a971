@testable import ISALanguage

/// The repository's machines, each loaded once a run.
enum LoadedMachines {
    static let all: [String: Result<MachineDescription, ISAError>] = Dictionary(
        uniqueKeysWithValues: Library.loader.machineNames.map { name in
            (name, Result { () throws(ISAError) in try MachineLoader.load(name, from: Library.loader) })
        })

    static let names = all.keys.sorted()

    static func machine(_ name: String) throws -> MachineDescription {
        guard let machine = all[name] else {
            throw ISAError(diagnostics: [Diagnostic("there is no machine '\(name)'", at: nil)])
        }
        return try machine.get()
    }
}
