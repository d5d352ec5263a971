#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file that appears whole or not at all: written beside its final place under a temporary name,
/// and renamed when it is complete. What is not a regular file (a terminal, `/dev/full`) is written directly.
final class FileWriter {
    private let path: String
    private let temporaryPath: String?
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Throws a `Failure` if the file cannot be made there.
    init(path: String) throws {
        self.path = path
        var information = stat()
        let exists = stat(path, &information) == 0
        if exists, information.st_mode & S_IFMT == S_IFDIR { throw writeFailure(name: quoted(path), code: EISDIR) }
        if exists, information.st_mode & S_IFMT != S_IFREG {
            temporaryPath = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let name = path + ".part-\(getpid())"
            temporaryPath = name
            Interruption.setUnfinishedFile(name)
            descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        }
        if descriptor < 0 {
            Interruption.setUnfinishedFile(nil)
            throw writeFailure(name: quoted(path), code: errno)
        }
    }

    deinit { abandon() }

    func write(_ bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 16 { try flush() }
    }

    private func flush() throws {
        let pending = buffer
        buffer.removeAll(keepingCapacity: true)
        try writeAll(pending, to: descriptor, name: quoted(path))
    }

    /// Writes what is left and puts the file in its place.
    func finish() throws {
        try flush()
        let closing = descriptor
        descriptor = -1
        if close(closing) != 0 { throw writeFailure(name: quoted(path), code: errno) }
        if let temporaryPath, rename(temporaryPath, path) != 0 {
            let code = errno
            unlink(temporaryPath)
            throw writeFailure(name: quoted(path), code: code)
        }
        Interruption.setUnfinishedFile(nil)
    }

    /// Leaves nothing behind.
    func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        if let temporaryPath { unlink(temporaryPath) }
        Interruption.setUnfinishedFile(nil)
    }

    static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let writer = try FileWriter(path: path)
        do {
            try writer.write(bytes)
            try writer.finish()
        } catch {
            writer.abandon()
            throw error
        }
    }
}

/// Removes a file that this command wrote; it does not matter if it has gone already.
func removeFile(_ path: String) {
    unlink(path)
}
