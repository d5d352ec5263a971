import ISALanguage

/// Reads the machine that an argument means. Everything that is wrong with its files is reported in
/// one run, as a compiler does.
func loadMachine(
    _ argument: String, beside folder: String? = nil, in context: Context
) throws -> MachineDescription {
    let catalogue = MachineCatalogue(context)
    let path = try catalogue.path(for: argument, beside: folder)
    // Opened here first, so that a file that cannot be read has this program's message and exit code.
    let bytes = try readFile(path, what: "the ISA file", limit: Limits.fileSize)
    if bytes.isEmpty {
        throw Failure(.badInput, "\(path):1:1: the ISA file is empty", remedy: "begin one with 'trapline new NAME'")
    }
    if !path.hasSuffix(".isa"), Assembler.machineName(of: String(decoding: bytes.prefix(4096), as: UTF8.self)) != nil {
        throw Failure(.badInput, "\(quoted(path)) is an assembly source, not an ISA file",
            remedy: "run it with 'trapline run', or name the machine that its first line names")
    }
    do {
        return try MachineLoader.load(path, from: FileSourceLoader(folders: catalogue.roots))
    } catch {
        throw Failure(machine: error)
    }
}

extension Failure {
    /// The diagnostics of an ISA file.
    init(machine error: ISAError) {
        self.init(.badInput, "", details: error.description)
    }
}
