import ISALanguage
import Images

/// A guest and the machine that it is for, ready to be loaded.
struct LoadedGuest {
    var path: String
    var description: MachineDescription
    var image: Image
    /// The source's lines; empty where the guest came as an image.
    var sourceLines: [String] = []
    /// What goes into the place that it keeps for a guest of its own.
    var inside: [LoadedGuest] = []

    /// The file, or the files from the outermost on.
    var name: String { ([path] + inside.map(\.path)).joined(separator: " ") }

    /// Reads a guest: assembly source, which is assembled, or an image.
    ///
    /// `machine` overrides what the guest names. Throws a `Failure` that says what the file is if it is neither.
    static func load(_ path: String, machine: String?, in context: Context) throws -> LoadedGuest {
        let bytes = try readFile(path, what: "the guest")
        let kind = FileKind(recognising: bytes)
        switch kind {
        case .assemblySource: return try assemble(path, bytes, machine: machine, in: context)
        case .text where machine != nil: return try assemble(path, bytes, machine: machine, in: context)
        case .traplineImage: return try open(path, bytes, machine: machine, in: context)
        case .text:
            throw Failure(.badInput, "\(path):1:1: the guest is text, but its first line names no machine",
                remedy: "begin it with '.machine NAME', or give --isa")
        default:
            throw Failure(.badInput, "the guest \(quoted(path)) is \(kind.description), not a source or an image",
                remedy: LoadedGuest.remedy(for: kind))
        }
    }

    /// Reads a guest and what it runs itself, from the outermost on.
    static func stack(_ paths: [String], machine: String?, in context: Context) throws -> LoadedGuest {
        var images = try paths.map { try load($0, machine: machine, in: context) }
        var outermost = images.removeFirst()
        for inner in images { try inner.requireSameMachine(as: outermost) }
        outermost.inside = images
        return outermost
    }

    func requireSameMachine(as other: LoadedGuest) throws {
        guard description.name != other.description.name else { return }
        throw Failure(.badInput,
            "\(path) is for \(description.name), \(other.path) for \(other.description.name)",
            remedy: "run guests of one machine together")
    }

    private static func assemble(
        _ path: String, _ bytes: [UInt8], machine: String?, in context: Context
    ) throws -> LoadedGuest {
        let source = String(decoding: bytes, as: UTF8.self)
        guard let name = machine ?? Assembler.machineName(of: source) else {
            throw Failure(.badInput, "\(path):1:1: the source names no machine",
                remedy: "begin it with '.machine NAME', or give --isa")
        }
        let description = try loadMachine(name, beside: Path.parent(path), in: context)
        do {
            let image = try Assembler(description).assemble(source, path: path, anyMachine: machine != nil)
            let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return LoadedGuest(path: path, description: description, image: image, sourceLines: lines)
        } catch {
            throw Failure(assembly: error)
        }
    }

    private static func open(
        _ path: String, _ bytes: [UInt8], machine: String?, in context: Context
    ) throws -> LoadedGuest {
        let image: Image
        do {
            image = try Image(text: bytes, path: path)
        } catch {
            throw Failure(.badInput, "", details: error.description)
        }
        let description = try loadMachine(machine ?? image.machine, beside: Path.parent(path), in: context)
        return LoadedGuest(path: path, description: description, image: image)
    }

    private static func remedy(for kind: FileKind) -> String {
        switch kind {
        case .machineDescription: return "check it with 'trapline check', or give a guest for it"
        case .gzip, .xz, .zstd, .lz4, .bzip2: return "unpack it first"
        case .elf, .linuxKernel: return "give assembly source, or an image made by 'trapline asm'"
        default: return "give assembly source (first line: .machine NAME), or an image made by 'trapline asm'"
        }
    }
}

extension Failure {
    /// The assembler's diagnostics, as a compiler prints them.
    init(assembly error: AssemblyError) {
        self.init(.badInput, "", details: error.description)
    }
}
