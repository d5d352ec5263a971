/// A cpio archive in the form "newc", which Linux unpacks as its initial file system
/// (Documentation/driver-api/early-userspace/buffer-format.rst in the kernel's sources). The same entries give the same
/// bytes: owners, times and inode numbers are not taken from the host.
public struct CpioArchive: Sendable {
    /// Everything so far, without the end mark.
    private var body: [UInt8] = []
    private var inodes: UInt32 = 0

    public init() {}

    public mutating func add(folder path: String, permissions: UInt32 = 0o755) {
        append(path, mode: 0o040000 | permissions, links: 2, [])
    }

    public mutating func add(file path: String, _ bytes: [UInt8], permissions: UInt32 = 0o644) {
        append(path, mode: 0o100000 | permissions, bytes)
    }

    public mutating func add(link path: String, to target: String) {
        append(path, mode: 0o120777, Array(target.utf8))
    }

    /// A character device, such as the console, which the kernel opens before anything can make one.
    public mutating func add(device path: String, major: UInt32, minor: UInt32, permissions: UInt32 = 0o600) {
        append(path, mode: 0o020000 | permissions, [], major: major, minor: minor)
    }

    /// The whole archive, padded to blocks of 512 bytes as cpio itself does.
    public var bytes: [UInt8] {
        var whole = self
        whole.inodes = UInt32.max
        whole.append("TRAILER!!!", mode: 0, [])
        while whole.body.count % 512 != 0 { whole.body.append(0) }
        return whole.body
    }

    private mutating func append(
        _ path: String, mode: UInt32, links: UInt32 = 1, _ content: [UInt8], major: UInt32 = 0, minor: UInt32 = 0
    ) {
        precondition(content.count <= UInt32.max, "a member of a cpio archive is at most 4 GiB long")
        inodes &+= 1
        body += Array("070701".utf8)
        let name = Array(path.utf8) + [0]
        // Inode, mode, user, group, links, time, size, device (two), its own device numbers (two), name, check sum.
        let fields = [inodes, mode, 0, 0, links, 0, UInt32(content.count), 0, 0, major, minor, UInt32(name.count), 0]
        for field in fields {
            let digits = String(field, radix: 16, uppercase: true)
            body += Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
        }
        body += name
        pad()
        body += content
        pad()
    }

    /// Header with name, and content, each end on 4 bytes.
    private mutating func pad() {
        while body.count % 4 != 0 { body.append(0) }
    }
}
