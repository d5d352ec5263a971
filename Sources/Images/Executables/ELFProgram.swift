extension ELFFile {
    /// What a scan wants of the file: executable sections, or executable segments where there are no sections;
    /// symbols from its tables, or from the tables that a Linux kernel carries for itself.
    public func program() throws(ProgramImageError) -> ProgramImage {
        var code: [CodeRegion] = []
        for section in sections where section.isCode && section.size > 0 {
            code.append(
                CodeRegion(name: section.name, address: section.address, bytes: try contents(of: section)))
        }
        if sections.isEmpty {
            for segment in segments where segment.isCode && segment.fileSize > 0 {
                code.append(CodeRegion(name: "", address: segment.address, bytes: try contents(of: segment)))
            }
        }
        var remarks: [String] = []
        if type == 1 { remarks.append("relocatable: addresses are offsets into each section") }
        var symbols = try self.symbols()
        if !symbols.contains(where: \.isFunction), machine.bits == 64, let tables = kernelSymbols() {
            symbols = tables
            remarks.append("symbols from the image's kallsyms tables")
        }
        // In a relocatable file each section begins at 0: addresses would mean several places.
        let isPlaced = type != 1 || code.count(where: { $0.address == 0 }) <= 1
        var image = ProgramImage(
            machine: machine, code: code, symbols: isPlaced ? symbols : [], entry: type == 1 ? nil : entry,
            remarks: remarks)
        image.starts = type == 1 ? [] : try alternatives()
        return image
    }

    /// Where the replacements begin that a Linux kernel for x86 puts over its code on processors that have better: the
    /// table `.altinstructions` says it, per entry of 12 bytes a distance to the place, one to the replacement (each
    /// from the field itself), and four bytes more (`arch/x86/include/asm/alternative.h` of Linux 6.1).
    private func alternatives() throws(ProgramImageError) -> [UInt64] {
        guard machine.number == 62, let table = sections.first(where: { $0.name == ".altinstructions" }),
            let code = sections.first(where: { $0.name == ".altinstr_replacement" }), table.size % 12 == 0
        else { return [] }
        let entries = ByteReader(try contents(of: table))
        return (0..<table.size / 12).compactMap { index in
            let field = 12 * index + 4
            guard let distance = entries.number(at: field, width: 4) else { return nil }
            let start = table.address &+ field &+ UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: distance)))
            return start >= code.address && start - code.address < code.size ? start : nil
        }
    }

    /// The full symbol table, or the dynamic one where it was stripped.
    public func symbols() throws(ProgramImageError) -> [ProgramSymbol] {
        for type: UInt32 in [2, 11] {
            guard let table = sections.first(where: { $0.type == type }), sections.indices.contains(table.link) else {
                continue
            }
            return try symbols(in: table, names: contents(of: sections[table.link]))
        }
        return []
    }

    private func symbols(
        in table: Section, names: ArraySlice<UInt8>
    ) throws(ProgramImageError) -> [ProgramSymbol] {
        let is64 = machine.bits == 64
        let size: UInt64 = is64 ? 24 : 16
        let entries = ByteReader(try contents(of: table), isBigEndian: reader.isBigEndian)
        let texts = ByteReader(names)
        var symbols: [ProgramSymbol] = []
        for index in 0..<table.size / size {
            let place = index * size
            func number(_ narrow: UInt64, _ wide: UInt64, _ width: Int) -> UInt64 {
                entries.number(at: place + (is64 ? wide : narrow), width: width) ?? 0
            }
            let information = number(12, 4, 1) & 0xF
            let section = number(14, 6, 2)
            // Undefined (0) and absolute (0xFFF1) symbols name no place here; sections and files (3, 4) are none.
            guard section != 0, section < 0xFF00, information < 3 || information == 10 else { continue }
            let name = texts.text(at: number(0, 0, 4)) ?? ""
            guard !name.isEmpty, !name.hasPrefix("$") else { continue }
            var address = number(4, 8, is64 ? 8 : 4)
            // Bit 0 of an ARM function's address tells the instruction set, not the place.
            if machine.number == 40, information == 2 { address &= ~1 }
            let isCode = sections.indices.contains(Int(section)) && sections[Int(section)].isCode
            symbols.append(ProgramSymbol(
                name: name, address: address, size: number(8, 16, is64 ? 8 : 4),
                isFunction: isCode && (information == 2 || information == 10)))
        }
        return symbols
    }

    /// The symbols that a Linux kernel keeps for its own use; nil in anything else.
    private func kernelSymbols() -> [ProgramSymbol]? {
        for section in sections where section.name == ".rodata" {
            guard let bytes = try? contents(of: section), let tables = Kallsyms(in: bytes, isBigEndian: reader.isBigEndian)
            else { continue }
            return tables.symbols.map { symbol in
                let isInCode = sections.contains {
                    $0.isCode && symbol.address >= $0.address && symbol.address &- $0.address < $0.size
                }
                return ProgramSymbol(
                    name: symbol.name, address: symbol.address, isFunction: isInCode && symbol.isText)
            }
        }
        return nil
    }
}
