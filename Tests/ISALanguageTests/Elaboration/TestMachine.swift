@testable import ISALanguage

/// A small machine for tests about one statement: eight-bit registers, sixteen cells, a mode.
enum TestMachine {
    static let header = """
        machine test "For tests"
        unit 8
        state
          pc         pc : 4
          mode       user : 1
          relocation base : 4
          register   r[4] : 8
          register   flags : 8   fields low 3..0, high 7..4
          register   x : 8
          control    on : 1
          storage    e[2^4] : 8
        traps
          refused = 1
          outside(address : 4) = 2  storage
        translate(a : 4, access)
          trap outside(a) when user = 1 and access = write
          = a + base

        """

    /// The program of an instruction with the fields a (2 bits) and b (4 bits).
    static func program(_ lines: String...) throws -> Program {
        try program(declarations: "", lines: lines)
    }

    static func program(declarations: String, lines: [String]) throws -> Program {
        let body = lines.joined(separator: "\n").split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        let text = header + declarations + "\ninstruction \"T a,b\"\n  encoding 0b11 a:2 b:4\n" + body + "\n"
        let machine = try MachineLoader.load(text: text)
        return machine.instructions[0].program
    }

    static func machine(_ declarations: String) throws -> MachineDescription {
        try MachineLoader.load(text: header + declarations)
    }
}

/// Files in memory.
struct MapLoader: SourceLoader {
    var files: [String: [UInt8]]

    init(_ files: [String: String]) { self.files = files.mapValues { Array($0.utf8) } }

    init(bytes: [String: [UInt8]]) { files = bytes }

    func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        guard let bytes = files[path] else { throw SourceLoaderError(reason: "there is no file '\(path)'") }
        return LoadedSource(path: path, bytes: bytes)
    }

    func loadMachine(named name: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        if files[name] != nil { return try load(path: name, relativeTo: nil) }
        if files[name + ".isa"] != nil { return try load(path: name + ".isa", relativeTo: nil) }
        throw SourceLoaderError(reason: "there is no machine '\(name)'", known: Array(files.keys))
    }
}
