#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a path leads to.
enum PathKind {
    case nothing, file, folder, other
}

func kind(ofPath path: String) -> PathKind {
    var information = stat()
    guard !path.utf8.contains(0), stat(path, &information) == 0 else { return .nothing }
    switch information.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
}

/// Reads a whole input file. Throws a `Failure` that says why it cannot be read; `what` names the
/// input's part in the command ("the ISA file").
func readFile(_ path: String, what: String, limit: Int = 1 << 28) throws -> [UInt8] {
    if path.utf8.contains(0) {
        throw Failure(.noInput, "\(what) \(quoted(path)): a name cannot contain the character 0",
            remedy: "give the path of a file")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw readFailure(path, what: what, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        if count < 0 {
            if errno == EINTR, !Interruption.process.isRequested { continue }
            throw errno == EINTR ? Failure.interrupted : readFailure(path, what: what, code: errno)
        }
        bytes += chunk[..<count]
        if bytes.count > limit {
            throw Failure(.badInput, "\(what) \(quoted(path)) is larger than \(limit) bytes",
                remedy: "give a file that is not larger than that")
        }
    }
}

private func readFailure(_ path: String, what: String, code: Int32) -> Failure {
    let cause = "cannot read \(what) \(quoted(path)): \(systemMessage(code))"
    switch code {
    case ENOENT, ENOTDIR: return Failure(.noInput, cause, remedy: "check the path; it is taken from the current folder")
    case EACCES, EPERM: return Failure(.noInput, cause, remedy: "make the file readable: chmod u+r")
    case EISDIR: return Failure(.badInput, cause, remedy: "give a file, not a folder")
    case ELOOP, ENAMETOOLONG: return Failure(.noInput, cause, remedy: "give another path")
    default: return Failure(.inputOutput, cause, remedy: "check the disk that the file lies on")
    }
}

/// The names in a folder, sorted; empty if it cannot be read.
func folderEntries(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        // Safety: d_name is a string that ends with 0, valid until the next readdir on this folder.
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}
