/// Linux's boot protocol for the PC, by its 64-bit entry where the kernel has one, else by the 32-bit one: the loader
/// fills in the "zero page" and jumps behind the setup code. Fields and states are those of
/// Documentation/arch/x86/boot.rst and zero-page.rst in the kernel's sources.
struct LinuxLoader {
    private let request: BootRequest
    private let image: ByteReader

    init(_ request: BootRequest) throws(BootError) {
        self.request = request
        image = ByteReader(request.image[...])
        guard image.number(at: 0x202, width: 4) == 0x5372_6448, let version = image.number(at: 0x206, width: 2) else {
            throw BootError(
                .image, "there is no setup header: \"HdrS\" is missing at offset 0x202", remedy: "give a bzImage")
        }
        guard version >= 0x20A else {
            throw BootError(
                .image, "this kernel speaks boot protocol \(version >> 8).\(version & 0xFF) (offset 0x206), older than "
                    + "2.10, and does not say how much storage it needs",
                remedy: "give a kernel of 2009 (Linux 2.6.31) or later; what boots by itself and has this header for boot "
                    + "loaders' sake, as iPXE has, calls a BIOS, which the machine 'pc' does not have")
        }
        guard field(0x211, 1) & 1 != 0 else {
            throw BootError(
                .image, "this kernel is a zImage (bit 0 of loadflags at offset 0x211 is clear)", remedy: "give a bzImage")
        }
    }

    /// Refuses words that the kernel would cut off without telling anybody.
    static func checkCommandLine(_ request: BootRequest) throws(BootError) {
        let header = ByteReader(request.image[...])
        let limit = header.number(at: 0x238, width: 4) ?? 255
        guard UInt64(request.commandLine.utf8.count) <= limit else {
            throw BootError(
                .request, "the command line has \(request.commandLine.utf8.count) bytes, and this kernel takes "
                    + "\(limit) at most (offset 0x238)",
                remedy: "shorten what is given with -append")
        }
    }

    private func field(_ place: UInt64, _ width: Int) -> UInt64 { image.number(at: place, width: width) ?? 0 }

    /// Bit 0 of xloadflags: the kernel has an entry for 64-bit mode at 0x200 behind its beginning.
    private var isLong: Bool { field(0x206, 2) >= 0x20C && field(0x236, 2) & 1 != 0 }

    func plan() throws(BootError) -> BootPlan {
        guard request.modules.count <= 1 else {
            throw BootError(
                .request, "\(request.modules.count) modules are given, and Linux takes one, its initial file system",
                remedy: "put the archives one after the other into one file: cat A B > BOTH")
        }
        try LinuxLoader.checkCommandLine(request)
        // No setup sectors means four, for historical reasons; the boot sector itself is not counted.
        let setup = ((field(0x1F1, 1) == 0 ? 4 : field(0x1F1, 1)) + 1) * 512
        guard setup < UInt64(request.image.count) else {
            throw BootError(
                .image, "the setup header announces \(hex(setup)) bytes of setup code (offset 0x1F1), and the file has "
                    + "\(hex(UInt64(request.image.count)))",
                remedy: "fetch the file again: it is cut off")
        }
        var placement = StoragePlacement(StorageMap(size: request.storage))
        let kernel = request.image[Int(setup)...]
        let isRelocatable = field(0x234, 1) != 0
        // A kernel that can be moved begins best where it wants to be: it saves itself the move.
        let load = isRelocatable ? field(0x258, 8) : field(0x214, 4)
        try placement.put(kernel, at: load, extent: field(0x260, 4), "the kernel")
        let descriptors = try placement.putDescriptors(isLong: isLong)
        let zeroPage = try placeZeroPage(&placement, load: load)
        var state: X86BootState
        if isLong {
            let title = "the page tables"
            let root = try placement.lowPlace(IdentityTables.size, from: 0x9000, alignment: 4096, title)
            try placement.put(IdentityTables(base: root).bytes[...], at: root, title)
            state = X86BootState.long(entry: load + 0x200, gdt: descriptors, root: root)
        } else {
            state = X86BootState.protected(entry: load, gdt: descriptors)
        }
        state.rsp = 0x8FF0
        state.rsi = zeroPage
        let number = field(0x206, 2)
        return BootPlan(
            placement, state, .linux,
            recognised: "\(LinuxKernel.title(of: request.image)), bzImage of boot protocol \(number >> 8)."
                + "\(number & 0xFF), by its \(isLong ? 64 : 32)-bit entry")
    }

    /// `boot_params`: the setup header as the image has it, with what a loader says filled in, and the map of storage.
    private func placeZeroPage(_ placement: inout StoragePlacement, load: UInt64) throws(BootError) -> UInt64 {
        var page = [UInt8](repeating: 0, count: 4096)
        func put(_ value: UInt64, _ width: Int, at place: Int) {
            for index in 0..<width { page[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
        }
        // The byte at 0x201 is how far the jump at 0x200 goes, and so says where the header ends. Behind 0x290 the zero
        // page has other fields.
        let end = min(0x202 + field(0x201, 1), 0x290)
        for place in 0x1F1..<end { put(field(place, 1), 1, at: Int(place)) }
        put(request.rsdp ?? 0, 8, at: 0x070)
        // A loader without a number of its own.
        put(0xFF, 1, at: 0x210)
        put(load, 4, at: 0x214)
        put(0, 8, at: 0x218)
        if let module = request.modules.first {
            let size = UInt64(module.bytes.count)
            let title = "the initial file system"
            let place = try placement.highPlace(size, below: field(0x22C, 4) + 1, title)
            try placement.put(module.bytes[...], at: place, title)
            put(size == 0 ? 0 : place, 4, at: 0x218)
            put(size, 4, at: 0x21C)
        }
        put(try placement.putText(request.commandLine), 4, at: 0x228)
        put(UInt64(placement.map.regions.count), 1, at: 0x1E8)
        for (index, region) in placement.map.regions.enumerated() {
            let entry = 0x2D0 + 20 * index
            put(region.start, 8, at: entry)
            put(region.size, 8, at: entry + 8)
            put(UInt64(region.kind.rawValue), 4, at: entry + 16)
        }
        return try placement.putLow(page, preferably: 0x10000, alignment: 4096, "the zero page")
    }
}
