/// Bytes that begin with their first instruction, in whichever mode is asked for; a boot sector, which says by its last
/// two bytes that it wants to be started as a BIOS does.
struct FlatLoader {
    private let request: BootRequest

    init(_ request: BootRequest) { self.request = request }

    /// 55 AA at the end of the first 512 bytes.
    static func isBootSector(_ image: [UInt8]) -> Bool {
        image.count >= 512 && image[510] == 0x55 && image[511] == 0xAA
    }

    func plan() throws(BootError) -> BootPlan {
        guard request.modules.isEmpty, request.commandLine.isEmpty else {
            throw BootError(
                .request, "a flat image has no protocol by which it could be told of "
                    + (request.modules.isEmpty ? "a command line" : "modules"),
                remedy: "leave out -append and -initrd, or give the image a Multiboot header")
        }
        guard !request.image.isEmpty else { throw ForeignImage.empty.refusal }
        switch request.flatMode ?? .real16 {
        case .real16: return try real()
        case .protected32: return try flat(isLong: false)
        case .long64: return try flat(isLong: true)
        }
    }

    private func real() throws(BootError) -> BootPlan {
        let base = request.flatBase ?? 0x7C00
        guard base < StorageMap.lowEnd else {
            throw BootError(
                .request, "the base \(hex(base)) cannot be reached by real-mode code, or is not storage",
                remedy: "give a base below 0x9FC00, or --flat-mode 32 or 64")
        }
        // A BIOS reads one sector, and the sector the rest; whoever says the mode wants all of the file there.
        let isSector = request.flatMode == nil && FlatLoader.isBootSector(request.image)
        let bytes = isSector ? request.image.prefix(512) : request.image[...]
        var placement = StoragePlacement(StorageMap(size: request.storage))
        try placement.put(bytes, at: base, isSector ? "the boot sector" : "the image")
        let segment = base < 0x10000 ? 0 : base >> 4
        let offset = base - segment << 4
        var state = X86BootState.real(cs: UInt16(segment), ip: offset, stack: 0x7C00)
        // The drive that a BIOS has read the sector from: the first hard disk.
        state.rdx = 0x80
        var remarks: [String] = []
        if isSector { remarks.append("there is no BIOS: the boot sector must drive the devices itself") }
        if bytes.count < request.image.count {
            remarks.append("one sector of \(request.image.count) bytes is loaded; -drive gives the machine the disk")
        }
        let title = isSector ? "boot sector" : "flat image"
        return BootPlan(
            placement, state, .flat, recognised: "\(title), real mode at \(hex(segment)):\(hex(offset))",
            remarks: remarks)
    }

    private func flat(isLong: Bool) throws(BootError) -> BootPlan {
        let base = request.flatBase ?? StorageMap.highStart
        var placement = StoragePlacement(StorageMap(size: request.storage))
        try placement.put(request.image[...], at: base, "the image")
        let descriptors = try placement.putDescriptors(isLong: isLong)
        var state: X86BootState
        if isLong {
            let title = "the page tables"
            let root = try placement.lowPlace(IdentityTables.size, from: 0x9000, alignment: 4096, title)
            try placement.put(IdentityTables(base: root).bytes[...], at: root, title)
            state = X86BootState.long(entry: base, gdt: descriptors, root: root)
        } else {
            state = X86BootState.protected(entry: base, gdt: descriptors)
        }
        state.rsp = 0x8FF0
        return BootPlan(
            placement, state, .flat, recognised: "flat image, \(isLong ? 64 : 32)-bit mode at \(hex(base))")
    }
}
