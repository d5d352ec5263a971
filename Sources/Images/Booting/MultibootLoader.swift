/// Multiboot 0.6.96: 32-bit protected mode without paging, EBX to the information structure. The image is an ELF file,
/// of 32 bits, of 64, or of 64-bit code under a 32-bit header; or any bytes whose header says where they go.
struct MultibootLoader {
    private let header: MultibootHeader
    private let request: BootRequest
    private let file: ELFFile?

    init(_ header: MultibootHeader, _ request: BootRequest, file: ELFFile?) {
        self.header = header
        self.request = request
        self.file = file
    }

    func plan() throws(BootError) -> BootPlan {
        // Bits 0 to 15 are demands: what is not understood must not be booted (section 3.1.2).
        let unknown = header.flags & 0xFFF8
        guard unknown == 0 else {
            throw BootError(
                .image, "the Multiboot header at offset \(hex(header.offset)) demands what 0.6.96 does not know: flags "
                    + "\(hex(UInt64(header.flags)))",
                remedy: "build the kernel for Multiboot 0.6.96")
        }
        var placement = StoragePlacement(StorageMap(size: request.storage))
        let entry: UInt64
        let form: String
        if let addresses = header.addresses {
            entry = try place(addresses, in: &placement)
            form = "addresses in the header"
        } else if let file {
            try placement.put(file)
            entry = self.entry(of: file)
            form = "\(file.machine.bits)-bit ELF file"
        } else {
            throw BootError(
                .image, "the Multiboot header at offset \(hex(header.offset)) gives no addresses (flag 16 is clear), and "
                    + "the file is no ELF file",
                remedy: "link the kernel as an ELF file, or put the addresses into its header")
        }
        guard placement.pieces.contains(where: { entry >= $0.address && entry < $0.end }) else {
            throw BootError(
                .image, "the entry \(hex(entry)) lies in no part of the image", remedy: "link the image again")
        }
        let descriptors = try placement.putDescriptors(isLong: false)
        var state = X86BootState.protected(entry: entry, gdt: descriptors)
        state.rax = 0x2BAD_B002
        state.rbx = try placeInformation(&placement)
        // Flag 2 asks for a video mode; there is no screen.
        let remarks = header.flags & 4 == 0 ? [] : ["the kernel asks for a video mode, and the machine has no screen"]
        return BootPlan(
            placement, state, .multiboot, recognised: "Multiboot kernel, \(form)", remarks: remarks)
    }

    /// Section 3.1.3: the fields are real addresses, and the header's own place in the file ties the two together.
    private func place(
        _ addresses: MultibootHeader.Addresses, in placement: inout StoragePlacement
    ) throws(BootError) -> UInt64 {
        let size = UInt64(request.image.count)
        guard addresses.load <= addresses.header, UInt64(addresses.header - addresses.load) <= header.offset else {
            throw BootError(
                .image, "the Multiboot header at offset \(hex(header.offset)) says that it is loaded at "
                    + "\(hex(UInt64(addresses.header))) and the image at \(hex(UInt64(addresses.load))): the image would "
                    + "begin before the file",
                remedy: "correct header_addr and load_addr in the kernel's header")
        }
        let start = header.offset - UInt64(addresses.header - addresses.load)
        let end = addresses.loadEnd == 0 ? UInt64(addresses.load) + size - start : UInt64(addresses.loadEnd)
        guard end >= UInt64(addresses.load), end - UInt64(addresses.load) <= size - start else {
            throw BootError(
                .image, "the Multiboot header at offset \(hex(header.offset)) wants \(hex(UInt64(addresses.load))) to "
                    + "\(hex(end)) loaded, and the file has \(hex(size - start)) bytes from there on",
                remedy: "fetch or build the file again")
        }
        let count = end - UInt64(addresses.load)
        let extent = UInt64(max(addresses.zeroEnd, addresses.load)) - UInt64(addresses.load)
        try placement.put(
            request.image[Int(start)..<Int(start + count)], at: UInt64(addresses.load), extent: extent, "the image")
        return UInt64(addresses.entry)
    }

    /// `e_entry`, which is a virtual address where the kernel is linked high: then the real one of the same byte.
    private func entry(of file: ELFFile) -> UInt64 {
        let holding = file.segments.first {
            $0.isLoaded && file.entry >= $0.address && file.entry - $0.address < $0.memorySize
        }
        guard let holding else { return file.entry }
        return holding.realAddress &+ (file.entry - holding.address)
    }

    /// What kernels of this protocol expect a BIOS to have left in its data area, whatever the map says: the first serial
    /// port, the segment where conventional storage ends, and its size in KiB. Xen puts its trampoline below the end.
    private func putBIOSDataArea(_ placement: inout StoragePlacement, lower: UInt64) throws(BootError) {
        var area = LittleEndianWriter()
        area.put(0x3F8, 2)
        area.fill(to: 0x0E)
        area.put(StorageMap.lowEnd >> 4, 2)
        area.fill(to: 0x13)
        area.put(lower, 2)
        let title = "the BIOS data area"
        let size = UInt64(area.bytes.count)
        // An image that lies there itself has no use for it.
        guard try placement.lowPlace(size, from: 0x400, alignment: 1, title) == 0x400 else { return }
        try placement.put(area.bytes[...], at: 0x400, title)
    }

    /// The information structure (section 3.3), with storage, command line, modules and loader's name.
    private func placeInformation(_ placement: inout StoragePlacement) throws(BootError) -> UInt64 {
        var modules = LittleEndianWriter()
        // Behind the image, page by page, in their order: kernels take storage from there on upwards.
        for (index, module) in request.modules.enumerated() {
            let place = aligned(placement.imageEnd, to: 4096)
            try placement.put(module.bytes[...], at: place, "module \(index + 1)")
            let words = try placement.putText(module.arguments)
            for value in [place, place + UInt64(module.bytes.count), words, 0] { modules.put(value, 4) }
        }
        let line = request.commandLine.isEmpty ? request.imageName : "\(request.imageName) \(request.commandLine)"
        let text = try placement.putText(line)
        let list = modules.bytes.isEmpty
            ? 0 : try placement.putLow(modules.bytes, preferably: 0x6100, "the list of modules")
        var map = LittleEndianWriter()
        for region in placement.map.regions {
            // The size of the rest stands before each entry.
            map.put(20, 4)
            map.put(region.start, 8)
            map.put(region.size, 8)
            map.put(UInt64(region.kind.rawValue), 4)
        }
        let table = try placement.putLow(map.bytes, preferably: 0x7000, "the map of storage")
        let name = try placement.putLow(Array("Trapline".utf8) + [0], preferably: 0x5F00, "the loader's name")
        let lower = min(request.storage, StorageMap.lowEnd) >> 10
        let upper = (placement.map.highEnd - StorageMap.highStart) >> 10
        try putBIOSDataArea(&placement, lower: lower)
        var information = LittleEndianWriter()
        // Storage 0, command line 2, modules 3, map 6, loader's name 9.
        information.put(1 << 0 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9, 4)
        for value in [lower, upper, 0, text, UInt64(request.modules.count), list] { information.put(value, 4) }
        information.fill(to: 44)
        for value in [UInt64(map.bytes.count), table] { information.put(value, 4) }
        information.fill(to: 64)
        information.put(name, 4)
        information.fill(to: 116)
        return try placement.putLow(information.bytes, preferably: 0x6000, "the Multiboot information")
    }
}
