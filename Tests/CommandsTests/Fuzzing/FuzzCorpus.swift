import Foundation

/// What the fuzzer starts from: everything that a user may hand to the program.
struct FuzzCorpus {
    /// Complete machines: paths relative to `ISA/`, with content; a machine's parts lie together.
    var machines: [(folder: String, files: [(name: String, bytes: [UInt8])])] = []
    var guests: [(name: String, bytes: [UInt8])] = []
    var images: [(name: String, bytes: [UInt8])] = []
    /// The files of one certificate folder; empty if none could be made.
    var certificates: [(name: String, bytes: [UInt8])] = []

    /// Reads the library, assembles its guests and has one small machine checked.
    init() throws {
        let library = repositoryRoot + "/ISA"
        for name in try FileManager.default.contentsOfDirectory(atPath: library).sorted() {
            let path = library + "/" + name
            if name.hasSuffix(".isa") {
                machines.append((name, [(name, try bytes(path))]))
            } else if FileManager.default.fileExists(atPath: path + "/machine.isa") {
                machines.append((name, try files(in: path).filter { $0.name.hasSuffix(".isa") }))
            }
        }
        guests = try files(in: repositoryRoot + "/Lessons/guests").filter { $0.name.hasSuffix(".s") }
        let scratch = try ScratchFolder()
        for guest in guests {
            let image = scratch.path + "/" + guest.name + ".img"
            let outcome = trapline(["asm", repositoryRoot + "/Lessons/guests/" + guest.name, "-o", image])
            guard outcome.status == .holds else { continue }
            images.append((guest.name + ".img", try bytes(image)))
        }
        _ = trapline(["new", "small"], folder: scratch.path)
        let folder = scratch.path + "/certificates"
        _ = trapline(["check", scratch.path + "/small.isa", "--certificates", folder])
        if FileManager.default.fileExists(atPath: folder) { certificates = try files(in: folder) }
    }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    private func files(in folder: String) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
            return !isThere || isFolder.boolValue ? nil : (name, try bytes(folder + "/" + name))
        }
    }
}
