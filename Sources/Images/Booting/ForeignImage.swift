/// Files that people give where a kernel is wanted, and that are something else.
enum ForeignImage {
    case empty
    case packed(String)
    /// An initial file system.
    case archive
    case debianPackage
    case peProgram
    case multiboot2(UInt64)
    case otherKernel(String)
    case disk(String)
    case ours(String)

    init?(recognising bytes: [UInt8]) {
        let reader = ByteReader(bytes[...])
        func has(_ text: String, at place: UInt64 = 0) -> Bool {
            reader.slice(at: place, count: UInt64(text.utf8.count))?.elementsEqual(text.utf8) ?? false
        }
        let kind = FileKind(recognising: bytes.prefix(1 << 16))
        switch kind {
        case .empty: self = .empty
        case .xz, .zstd, .lz4, .bzip2: self = .packed(kind.description)
        case .traplineImage, .assemblySource, .machineDescription: self = .ours(kind.description)
        default:
            if has("070701") || has("070702") {
                self = .archive
            } else if has("!<arch>\ndebian-binary") {
                self = .debianPackage
            } else if has("ARMd", at: 0x38) {
                self = .otherKernel("a Linux kernel for ARM64")
            } else if has("RISCV", at: 0x30) {
                self = .otherKernel("a Linux kernel for RISC-V")
            } else if reader.number(at: 0, width: 4) == 0x5619_0527 {
                self = .otherKernel("a U-Boot image")
            } else if has("CD001", at: 0x8001) {
                self = .disk("an ISO 9660 image")
            } else if bytes.starts(with: [0x51, 0x46, 0x49, 0xFB]) {
                self = .disk("a qcow2 image")
            } else if let place = ForeignImage.multiboot2(in: reader) {
                self = .multiboot2(place)
            } else if has("MZ") {
                self = .peProgram
            } else {
                return nil
            }
        }
    }

    /// Its header lies in the first 32 KiB, on 8 bytes, and sums to 0 with the architecture and the length
    /// (Multiboot2 specification, section 3.1.1).
    private static func multiboot2(in reader: ByteReader) -> UInt64? {
        stride(from: UInt64(0), to: 32768, by: 8).first { place in
            guard reader.number(at: place, width: 4) == 0xE852_50D6 else { return false }
            let words = (0..<4).compactMap { reader.number(at: place + 4 * UInt64($0), width: 4) }
            return words.count == 4 && UInt32(truncatingIfNeeded: words.reduce(0, +)) == 0
        }
    }

    var refusal: BootError {
        switch self {
        case .empty: return BootError(.image, "this is an empty file", remedy: "give the path of a kernel")
        case .packed(let kind):
            return BootError(.image, "this is \(kind), and not unpacked here", remedy: "unpack it, and give the result")
        case .archive:
            return BootError(
                .image, "this is a cpio archive: an initial file system, no kernel", remedy: "give it with -initrd")
        case .debianPackage:
            return BootError(
                .image, "this is a Debian package, not the kernel inside it",
                remedy: "unpack it with 'dpkg-deb -x FILE FOLDER' and give FOLDER/boot/vmlinuz-*")
        case .peProgram:
            return BootError(
                .image, "this is a program for UEFI, DOS or Windows (\"MZ\" at offset 0), and the machine 'pc' has no "
                    + "firmware that starts such programs",
                remedy: "give the system's kernel itself: an ELF file, a bzImage or a Multiboot image")
        case .multiboot2(let place):
            return BootError(
                .image, "this kernel is for Multiboot 2 (header at offset \(hex(place))), which is not spoken here",
                remedy: "build it with a header for Multiboot 1 (0x1BADB002) or with a PVH note")
        case .otherKernel(let kind):
            return BootError(
                .image, "this is \(kind); the machine 'pc' has an x86-64 processor", remedy: "give a kernel for x86-64")
        case .disk(let kind):
            return BootError(
                .image, "this is \(kind), no kernel; the machine 'pc' has no firmware that would start from it",
                remedy: "give the kernel with -kernel, and a raw disk image with -drive file=DISK,format=raw")
        case .ours(let kind):
            return BootError(
                .image, "this is \(kind), no kernel of a PC", remedy: "run it without -kernel: trapline run FILE")
        }
    }
}
