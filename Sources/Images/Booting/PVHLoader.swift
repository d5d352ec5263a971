/// Xen's direct boot ABI, "PVH": an ELF file whose note 18 of the name "Xen", PHYS32_ENTRY, gives an entry for 32-bit
/// protected mode without paging (docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h in Xen's sources). Linux,
/// FreeBSD, NetBSD and many small kernels have it.
struct PVHLoader {
    private let file: ELFFile
    private let request: BootRequest
    private let title: String

    init(_ file: ELFFile, _ request: BootRequest, title: String) {
        self.file = file
        self.request = request
        self.title = title
    }

    static func entry(of file: ELFFile) -> UInt64? {
        file.notes.first { $0.name == "Xen" && $0.type == 18 }?.number
    }

    func plan() throws(BootError) -> BootPlan {
        guard let entry = PVHLoader.entry(of: file) else { throw noEntry }
        var placement = StoragePlacement(StorageMap(size: request.storage))
        try placement.put(file)
        guard placement.pieces.contains(where: { entry >= $0.address && entry < $0.end }) else {
            throw BootError(
                .image, "the note PHYS32_ENTRY names the entry \(hex(entry)), which no loaded segment holds",
                remedy: "link the image so that the entry lies in a loaded segment at its real address")
        }
        let descriptors = try placement.putDescriptors(isLong: false)
        let information = try placeInformation(&placement)
        var state = X86BootState.protected(entry: entry, gdt: descriptors)
        state.rbx = information
        return BootPlan(placement, state, .pvh, recognised: "\(title), by PVH")
    }

    /// `hvm_start_info`, version 1, and what it points to.
    private func placeInformation(_ placement: inout StoragePlacement) throws(BootError) -> UInt64 {
        let text = try placement.putText(request.commandLine)
        var modules = LittleEndianWriter()
        for (index, module) in request.modules.enumerated() {
            let name = "module \(index + 1)"
            // Where Linux 6.1 looks for its initial file system: below 2 GiB, as for its own protocol.
            let place = try placement.highPlace(UInt64(module.bytes.count), below: 1 << 31, name)
            try placement.put(module.bytes[...], at: place, name)
            let words = module.arguments.isEmpty ? 0 : try placement.putText(module.arguments)
            for value in [place, UInt64(module.bytes.count), words, 0] { modules.put(value, 8) }
        }
        let list = modules.bytes.isEmpty
            ? 0 : try placement.putLow(modules.bytes, preferably: 0x6100, "the list of modules")
        var map = LittleEndianWriter()
        for region in placement.map.regions {
            map.put(region.start, 8)
            map.put(region.size, 8)
            map.put(UInt64(region.kind.rawValue), 4)
            map.put(0, 4)
        }
        let table = try placement.putLow(map.bytes, preferably: 0x7000, "the map of storage")
        var information = LittleEndianWriter()
        information.put(0x336E_C578, 4)
        information.put(1, 4)
        information.put(0, 4)
        information.put(UInt64(request.modules.count), 4)
        for address in [list, text, request.rsdp ?? 0, table] { information.put(address, 8) }
        information.put(UInt64(placement.map.regions.count), 4)
        information.put(0, 4)
        return try placement.putLow(information.bytes, preferably: 0x6000, "the start information")
    }

    private var noEntry: BootError {
        let interpreter = file.segments.contains { $0.type == 3 }
        if interpreter || file.type == 3 || file.type == 1 {
            let also = interpreter ? ", and a program interpreter" : ""
            let kind = file.type == 1 ? "a relocatable object" : "a program for an operating system"
            return BootError(
                .image, "this is \(kind) (an ELF file with e_type \(file.type) at offset 0x10\(also)), no kernel",
                remedy: "give a kernel; a program runs inside one, from an initial file system (-initrd)")
        }
        return BootError(
            .image, "this ELF file has no note PHYS32_ENTRY (name \"Xen\", type 18) and no Multiboot header in its first "
                + "8192 bytes, so nothing says how it starts",
            remedy: "a Linux kernel: build it with CONFIG_PVH, or give the bzImage; another: add such a note or header")
    }
}

extension StoragePlacement {
    /// The loaded segments, at their real addresses.
    mutating func put(_ file: ELFFile) throws(BootError) {
        let loaded = file.segments.filter(\.isLoaded)
        guard !loaded.isEmpty else {
            throw BootError(
                .image, "this ELF file has \(file.segments.count) program headers, and none is loaded (PT_LOAD)",
                remedy: "give the linked kernel, not an object or a file of debugging information")
        }
        // Every segment is compared with every other; no linker makes so many.
        guard loaded.count <= 256 else {
            throw BootError(
                .image, "this ELF file has \(loaded.count) loaded segments, which is more than 256",
                remedy: "link it with fewer")
        }
        for (index, segment) in loaded.enumerated() {
            guard segment.memorySize >= segment.fileSize else {
                throw BootError(
                    .image, "segment \(index) has \(hex(segment.fileSize)) bytes in the file, and only "
                        + "\(hex(segment.memorySize)) in storage",
                    remedy: "fetch or build the file again")
            }
            let bytes = try reading { () throws(ProgramImageError) in try file.contents(of: segment) }
            try put(bytes, at: segment.realAddress, extent: segment.memorySize, "segment \(index)")
        }
    }

    mutating func putDescriptors(isLong: Bool) throws(BootError) -> BootDescriptors {
        let title = "the segment descriptors"
        let place = try lowPlace(BootDescriptors.size, from: 0x500, alignment: 16, title)
        let descriptors = BootDescriptors(base: place, isLong: isLong)
        try put(descriptors.bytes[...], at: place, title)
        return descriptors
    }

    /// A text that ends in 0.
    mutating func putText(_ text: String, limit: Int = 0xFFFF) throws(BootError) -> UInt64 {
        guard text.utf8.count <= limit else {
            throw BootError(
                .request, "the command line has \(text.utf8.count) bytes, and the kernel takes \(limit) at most",
                remedy: "shorten what is given with -append")
        }
        guard !text.utf8.contains(0) else {
            throw BootError(
                .request, "the command line holds a character 0, at which it would end",
                remedy: "leave it out of what is given with -append")
        }
        return try putLow(Array(text.utf8) + [0], preferably: 0x20000, "the command line")
    }
}
