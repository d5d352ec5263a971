#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The few operations on one flat directory that certificates need.
struct Directory {
    let path: String

    func path(of name: String) -> String { path + "/" + name }

    private static var reason: String { String(cString: strerror(errno)) }

    static func make(_ path: String) throws(CertificateError) -> Directory {
        guard mkdir(path, 0o777) == 0 else {
            throw CertificateError(.unwritable, file: path, "cannot make the folder: \(reason)")
        }
        return Directory(path: path)
    }

    enum Content: Equatable { case absent, directory, other }

    static func content(of path: String) -> Content {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .absent }
        return status.st_mode & S_IFMT == S_IFDIR ? .directory : .other
    }

    /// The names inside, sorted by bytes, without "." and "..". At most `limit`.
    func names(limit: Int) throws(CertificateError) -> [String] {
        guard let stream = opendir(path) else {
            throw CertificateError(.unreadable, file: path, "cannot open the folder: \(Directory.reason)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                // Safe: the field is an array of 256 bytes that the system ends with a zero.
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            guard names.count < limit else {
                throw CertificateError(.extraFile, file: path, "the folder holds more than \(limit) files")
            }
            names.append(name)
        }
        return names.sorted { $0.utf8.precedes($1.utf8) }
    }

    /// The whole of a regular file; links, pipes and directories are refused, and so is a file above `limit` bytes.
    func bytes(of name: String, limit: Int) throws(CertificateError) -> [UInt8] {
        let descriptor = open(path(of: name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let kind: CertificateError.Kind = errno == ENOENT ? .missingFile : .unreadable
            throw CertificateError(kind, file: name, "cannot open the file: \(Directory.reason)")
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CertificateError(.unreadable, file: name, "not a regular file")
        }
        guard status.st_size <= limit else {
            throw CertificateError(.tooLarge, file: name, "\(status.st_size) bytes, over the limit of \(limit)")
        }
        return try bytes(from: descriptor, name, count: Int(status.st_size))
    }

    private func bytes(from descriptor: Int32, _ name: String, count: Int) throws(CertificateError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // Safe: base + filled ... base + count lies inside the buffer's capacity.
                let got = read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
                if got < 0 && errno == EINTR { continue }
                if got <= 0 {
                    failed = got < 0
                    return
                }
                filled += got
            }
        }
        guard !failed else {
            throw CertificateError(.unreadable, file: name, "cannot read the file: \(Directory.reason)")
        }
        return bytes
    }

    /// Writes a new file.
    func store(_ bytes: [UInt8], as name: String) throws(CertificateError) {
        let descriptor = open(path(of: name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw CertificateError(.unwritable, file: path(of: name), "cannot make the file: \(Directory.reason)")
        }
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes { buffer in
                // Safe: base + done ... base + count lies inside the array.
                write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if put < 0 && errno == EINTR { continue }
            if put < 0 {
                let cause = Directory.reason
                _ = close(descriptor)
                throw CertificateError(.unwritable, file: path(of: name), "cannot write the file: \(cause)")
            }
            done += put
        }
        guard close(descriptor) == 0 else {
            throw CertificateError(.unwritable, file: path(of: name), "cannot write the file: \(Directory.reason)")
        }
    }

    func move(to newPath: String) throws(CertificateError) -> Directory {
        guard rename(path, newPath) == 0 else {
            throw CertificateError(.unwritable, file: newPath, "cannot put the folder there: \(Directory.reason)")
        }
        return Directory(path: newPath)
    }

    /// Removes the directory and the files in it. What cannot be removed stays: the caller is already giving up.
    func remove() {
        for name in (try? names(limit: .max)) ?? [] { unlink(path(of: name)) }
        rmdir(path)
    }
}
