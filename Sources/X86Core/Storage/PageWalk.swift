/// How an access uses a page.
struct AccessKind {
    var isWrite = false
    var isFetch = false
    /// From level 3, or a level-3 access by the system's leave.
    var isUser = false
    /// SMAP is not asked: AC is set, or the access is not an implicit one of level 0.
    var isOpen = false
}

/// What a walk finds.
struct PageTranslation {
    /// The real address of the 4 KiB page.
    var page: UInt64
    var isGlobal = false
    /// Stores may go there without another walk: the right is there, and D is set.
    var isWritable = true
    /// It is part of a larger page.
    var isLarge = false
}

extension X86Processor {
    /// Translates a linear address, and sets A and D in the tables as the access asks.
    ///
    /// Intel SDM volume 3, chapter 4.
    func walk(_ address: UInt64, _ access: AccessKind) throws(GuestFault) -> PageTranslation {
        if control.cr0 & CR0.pg == 0 { return PageTranslation(page: address & 0xFFFF_FFFF & ~0xFFF) }
        if control.cr4 & CR4.pae == 0 { return try walkTwoLevels(address, access) }
        return try walkWideEntries(address, access)
    }

    /// Bits of entries.
    private enum Entry {
        static let present: UInt64 = 1, writable: UInt64 = 2, user: UInt64 = 4
        static let accessed: UInt64 = 0x20, dirty: UInt64 = 0x40, large: UInt64 = 0x80, global: UInt64 = 0x100
        static let noExecute: UInt64 = 1 << 63
        static let address: UInt64 = 0x000F_FFFF_FFFF_F000
    }

    /// Real addresses have so many bits; what an entry has above is reserved.
    static let addressBits: UInt64 = 40

    private func pageFault(_ address: UInt64, _ access: AccessKind, isPresent: Bool, isReserved: Bool = false) -> GuestFault {
        var code: UInt32 = isPresent ? 1 : 0
        if access.isWrite { code |= 2 }
        if access.isUser { code |= 4 }
        if isReserved { code |= 8 }
        // Bit 4 tells of fetches only where something can forbid them.
        if access.isFetch, control.efer & EFER.nxe != 0 || control.cr4 & CR4.smep != 0 { code |= 16 }
        return .page(code, at: address)
    }

    /// PAE and four levels: entries of eight bytes.
    private func walkWideEntries(_ address: UInt64, _ access: AccessKind) throws(GuestFault) -> PageTranslation {
        let isLong = control.efer & EFER.lma != 0
        var allowed = Entry.writable | Entry.user
        var isExecutable = true
        var table = isLong ? control.cr3 & Entry.address : control.cr3 & 0xFFFF_FFE0
        var level = isLong ? 4 : 3
        let reserved = reservedBits
        while true {
            let shift = UInt64(12 + 9 * (level - 1))
            let mask: UInt64 = !isLong && level == 3 ? 3 : 511
            let place = table + (address >> shift & mask) * 8
            let entry = realRead(place, UInt64.self)
            guard entry & Entry.present != 0 else { throw pageFault(address, access, isPresent: false) }
            if !isLong, level == 3 {
                // The four entries above everything in PAE have no rights.
                if entry & (reserved & ~Entry.noExecute | 0x1E6 | Entry.noExecute) != 0 {
                    throw pageFault(address, access, isPresent: true, isReserved: true)
                }
                table = entry & Entry.address
                level = 2
                continue
            }
            let isLeaf = level == 1 || (entry & Entry.large != 0 && level <= 3)
            var bad = entry & reserved
            if isLeaf, level > 1 { bad |= entry & ((1 << shift) - 1) & ~0x1FFF }
            if level == 4 { bad |= entry & Entry.large }
            if bad != 0 { throw pageFault(address, access, isPresent: true, isReserved: true) }
            allowed &= entry
            if entry & Entry.noExecute != 0 { isExecutable = false }
            if isLeaf {
                let isWritable = try check(address, access, allowed, isExecutable)
                let isDirty = mark(place, entry, access, isLeaf: true)
                let size = UInt64(1) << shift
                let base = entry & Entry.address & ~(size - 1)
                return PageTranslation(
                    page: base | address & (size - 1) & ~0xFFF,
                    isGlobal: entry & Entry.global != 0 && control.cr4 & CR4.pge != 0,
                    isWritable: isWritable && isDirty, isLarge: level > 1)
            }
            _ = mark(place, entry, access, isLeaf: false)
            table = entry & Entry.address
            level -= 1
        }
    }

    private var reservedBits: UInt64 {
        var bits = Entry.address & ~((1 << Self.addressBits) - 1)
        if control.efer & EFER.nxe == 0 { bits |= Entry.noExecute }
        if control.efer & EFER.lma == 0 { bits |= 0x7FF0_0000_0000_0000 }
        return bits
    }

    /// Without PAE: entries of four bytes.
    private func walkTwoLevels(_ address: UInt64, _ access: AccessKind) throws(GuestFault) -> PageTranslation {
        let place = (control.cr3 & 0xFFFF_F000) + (address >> 22 & 1023) * 4
        let entry = UInt64(realRead(place, UInt32.self))
        guard entry & Entry.present != 0 else { throw pageFault(address, access, isPresent: false) }
        if entry & Entry.large != 0, control.cr4 & CR4.pse != 0 {
            // PSE-36: bits 13 to 20 are bits 32 to 39 of the page's address.
            if entry & 0x20_0000 != 0 { throw pageFault(address, access, isPresent: true, isReserved: true) }
            let isWritable = try check(address, access, entry, true)
            let isDirty = mark(place, entry, access, isLeaf: true, isNarrow: true)
            let base = entry & 0xFFC0_0000 | (entry >> 13 & 0xFF) << 32
            return PageTranslation(
                page: base | address & 0x3F_F000, isGlobal: entry & Entry.global != 0 && control.cr4 & CR4.pge != 0,
                isWritable: isWritable && isDirty, isLarge: true)
        }
        _ = mark(place, entry, access, isLeaf: false, isNarrow: true)
        let leafPlace = (entry & 0xFFFF_F000) + (address >> 12 & 1023) * 4
        let leaf = UInt64(realRead(leafPlace, UInt32.self))
        guard leaf & Entry.present != 0 else { throw pageFault(address, access, isPresent: false) }
        let isWritable = try check(address, access, entry & leaf, true)
        let isDirty = mark(leafPlace, leaf, access, isLeaf: true, isNarrow: true)
        return PageTranslation(
            page: leaf & 0xFFFF_F000, isGlobal: leaf & Entry.global != 0 && control.cr4 & CR4.pge != 0,
            isWritable: isWritable && isDirty)
    }

    /// - Returns: whether the same party may write there.
    private func check(
        _ address: UInt64, _ access: AccessKind, _ allowed: UInt64, _ isExecutable: Bool
    ) throws(GuestFault) -> Bool {
        let isUserPage = allowed & Entry.user != 0
        let mayWrite = allowed & Entry.writable != 0 || (!access.isUser && control.cr0 & CR0.wp == 0)
        var isRefused = access.isUser && !isUserPage || access.isWrite && !mayWrite
        if access.isFetch {
            if !isExecutable { isRefused = true }
            if !access.isUser, isUserPage, control.cr4 & CR4.smep != 0 { isRefused = true }
        } else if !access.isUser, isUserPage, !access.isOpen, control.cr4 & CR4.smap != 0 {
            isRefused = true
        }
        if isRefused { throw pageFault(address, access, isPresent: true) }
        return mayWrite
    }

    /// Sets A, and D of a leaf that is written. Returns whether D is set.
    private func mark(_ place: UInt64, _ entry: UInt64, _ access: AccessKind, isLeaf: Bool, isNarrow: Bool = false) -> Bool {
        var marked = entry | Entry.accessed
        if isLeaf, access.isWrite { marked |= Entry.dirty }
        if marked != entry {
            if isNarrow {
                realWrite(place, UInt32(truncatingIfNeeded: marked))
            } else {
                realWrite(place, marked)
            }
        }
        return marked & Entry.dirty != 0
    }

    // MARK: - Real storage, by the processor itself

    /// Reads outside the storage give ones.
    func realRead<Word: GuestWord>(_ address: UInt64, _ type: Word.Type) -> Word {
        guard let pointer = memory.pointer(address) else { return .max }
        return pointer.loadUnaligned(as: Word.self)
    }

    func realWrite<Word: GuestWord>(_ address: UInt64, _ value: Word) {
        guard let offset = memory.offset(address) else { return }
        if memory.codeLines[offset >> 12] != 0 { memory.written(offset: offset, size: MemoryLayout<Word>.size) }
        (memory.bytes + offset).storeBytes(of: value, as: Word.self)
    }
}
