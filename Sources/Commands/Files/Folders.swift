#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Makes a folder, and those above it that are not there.
func makeFolders(_ path: String) throws {
    if kind(ofPath: path) == .folder { return }
    let parent = Path.parent(path)
    if parent != path, kind(ofPath: parent) == .nothing { try makeFolders(parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST && kind(ofPath: path) == .folder else {
        throw writeFailure(name: "the folder \(quoted(path))", code: errno)
    }
}

/// Removes a folder with all that is in it. Links are removed, not followed.
func removeTree(_ path: String) {
    var information = stat()
    guard lstat(path, &information) == 0 else { return }
    if information.st_mode & S_IFMT == S_IFDIR {
        for name in folderEntries(path) { removeTree(Path.join(path, name)) }
        rmdir(path)
    } else {
        unlink(path)
    }
}

/// Runs with a new folder of the system's for such, which is removed afterwards, whatever happens.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/trapline-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
        throw writeFailure(name: "a folder in /tmp", code: errno)
    }
    let folder = String(cString: made)
    defer { removeTree(folder) }
    return try body(folder)
}
