/// All that has to be done before the first instruction: what goes into storage, and the state of the first processor.
/// Further processors wait to be started, as after a reset.
public struct BootPlan: Sendable {
    /// They do not overlap; all of them lie in storage. Storage that no piece has bytes for is zero.
    public var pieces: [BootPiece]
    public var state: X86BootState
    public var map: StorageMap
    public var bootProtocol: BootProtocol
    /// In words: "Linux 6.1.0-13-cloud-amd64, bzImage with an LZ4 payload, by PVH".
    public var recognised: String
    /// What is worth knowing before the guest runs, a sentence each.
    public var remarks: [String] = []

    /// Whether a kernel takes any number of modules, each with words of its own: a Multiboot kernel.
    public static func takesModules(_ image: [UInt8]) -> Bool {
        guard let request = try? withoutGzip(BootRequest(image: image, storage: 0)).request,
            FileKind(recognising: request.image) != .linuxKernel, MultibootHeader(in: request.image) != nil
        else { return false }
        guard let file = try? ELFFile(request.image[...]) else { return true }
        return PVHLoader.entry(of: file) == nil
    }

    /// Recognises the image and lays it out.
    public init(_ request: BootRequest) throws(BootError) {
        let unpacked = try BootPlan.withoutGzip(request)
        self = try BootPlan.plan(unpacked.request)
        if unpacked.wasPacked { recognised += ", unpacked from gzip" }
        if request.processors > 1, request.rsdp == nil {
            remarks.append(
                "no ACPI tables name the \(request.processors) processors: the guest will find the first only")
        }
    }

    init(
        _ placement: StoragePlacement, _ state: X86BootState, _ bootProtocol: BootProtocol, recognised: String,
        remarks: [String] = []
    ) {
        pieces = placement.pieces
        self.state = state
        map = placement.map
        self.bootProtocol = bootProtocol
        self.recognised = recognised
        self.remarks = remarks
    }

    private static func plan(_ request: BootRequest) throws(BootError) -> BootPlan {
        if request.bootProtocol == .flat || request.flatMode != nil { return try FlatLoader(request).plan() }
        switch FileKind(recognising: request.image) {
        case .linuxKernel: return try planLinux(request)
        case .elf: return try planELF(request)
        default: return try planBytes(request)
        }
    }

    /// The kernel inside a bzImage is started directly where it can be: unpacking it here is a hundred times faster
    /// than letting the guest do it.
    private static func planLinux(_ request: BootRequest) throws(BootError) -> BootPlan {
        switch request.bootProtocol {
        case .linux: return try LinuxLoader(request).plan()
        case .multiboot, .flat: return try planBytes(request)
        case .pvh:
            let kernel = try reading { () throws(ProgramImageError) in try LinuxKernel(request.image) }
            return try payload(kernel, request)
        case nil:
            // An image without a payload (memtest86+) or with one that PVH cannot start has the protocol of its header.
            guard let kernel = try? LinuxKernel(request.image), let file = try? ELFFile(kernel.payload[...]),
                PVHLoader.entry(of: file) != nil
            else { return try LinuxLoader(request).plan() }
            return try payload(kernel, request)
        }
    }

    private static func payload(
        _ kernel: LinuxKernel, _ request: BootRequest
    ) throws(BootError) -> BootPlan {
        try LinuxLoader.checkCommandLine(request)
        let file = try reading { () throws(ProgramImageError) in try ELFFile(kernel.payload[...]) }
        return try PVHLoader(
            file, request,
            title: "\(LinuxKernel.title(of: request.image)), bzImage with a payload in \(kernel.compression.title)"
        ).plan()
    }

    private static func planELF(_ request: BootRequest) throws(BootError) -> BootPlan {
        let file = try reading { () throws(ProgramImageError) in try ELFFile(request.image[...]) }
        let title = "\(file.machine.bits)-bit ELF file"
        guard [3, 62].contains(file.machine.number), !file.machine.isBigEndian else {
            let isa = file.machine.isaName.map { ", which \($0) describes" } ?? ""
            throw BootError(
                .image, "this is an ELF file for \(file.machine.title) (e_machine \(file.machine.number) at offset "
                    + "0x12)\(isa); the machine 'pc' has an x86-64 processor",
                remedy: "give a kernel for x86-64 or i386")
        }
        let header = MultibootHeader(in: request.image)
        switch request.bootProtocol {
        case .multiboot: break
        case .linux:
            throw BootError(
                .request, "this is an ELF file, and has no setup header for Linux's protocol",
                remedy: "give the bzImage, or leave the protocol to be found")
        case .pvh: return try PVHLoader(file, request, title: title).plan()
        default:
            if PVHLoader.entry(of: file) != nil || header == nil {
                return try PVHLoader(file, request, title: title).plan()
            }
        }
        guard let header else { throw MultibootHeader.missing }
        return try MultibootLoader(header, request, file: file).plan()
    }

    /// What is neither an ELF file nor a Linux kernel: Multiboot with addresses in its header, a boot sector.
    private static func planBytes(_ request: BootRequest) throws(BootError) -> BootPlan {
        if request.bootProtocol == nil || request.bootProtocol == .multiboot,
            let header = MultibootHeader(in: request.image)
        {
            return try MultibootLoader(header, request, file: nil).plan()
        }
        if request.bootProtocol == .multiboot { throw MultibootHeader.missing }
        if let foreign = ForeignImage(recognising: request.image) { throw foreign.refusal }
        if let named = request.bootProtocol {
            throw BootError(
                .request, "\(FileKind(recognising: request.image).description) cannot be booted by \(named.rawValue)",
                remedy: named == .pvh
                    ? "give an ELF file with the note PHYS32_ENTRY, or a bzImage" : "give a bzImage")
        }
        if FlatLoader.isBootSector(request.image) { return try FlatLoader(request).plan() }
        throw BootError(
            .image, "this is \(FileKind(recognising: request.image).description): no ELF file, bzImage, Multiboot kernel "
                + "or boot sector (bytes 0x1FE and 0x1FF are not 55 AA)",
            remedy: "if it is code, say how it begins: --flat-mode 16, 32 or 64, and --base ADDRESS")
    }

    /// Debian ships some kernels (Xen) as gzip-compressed ELF files.
    private static func withoutGzip(
        _ request: BootRequest
    ) throws(BootError) -> (request: BootRequest, wasPacked: Bool) {
        guard request.flatMode == nil, request.bootProtocol != .flat,
            FileKind(recognising: request.image) == .gzip
        else { return (request, false) }
        // The last four bytes are the unpacked size (RFC 1952, section 2.3.1).
        let size = ByteReader(request.image[...]).number(at: UInt64(max(request.image.count, 4) - 4), width: 4) ?? 0
        let image = try reading { () throws(ProgramImageError) in
            try Compression.gzip.unpack(request.image[...], size: Int(size))
        }
        if let foreign = ForeignImage(recognising: image), case .archive = foreign { throw foreign.refusal }
        var unpacked = request
        unpacked.image = image
        return (unpacked, true)
    }
}
