/// Names for a kernel's addresses, for accounts of what it was doing: from the symbol table of its ELF file, or from
/// the tables that a Linux kernel carries for itself (`Kallsyms`), inside a bzImage too.
public struct KernelSymbols: Sendable {
    /// By address.
    private let symbols: [ProgramSymbol]
    /// Where the loaded parts lie before paging is on, for addresses from then.
    private let segments: [ELFFile.Segment]
    /// How far the kernel has moved itself from where it was linked: Linux does that (KASLR) unless told "nokaslr", and
    /// not when it is started by PVH.
    public var slide: UInt64 = 0

    /// Nil where the image has no names.
    public init?(reading image: [UInt8]) {
        let payload: [UInt8]
        switch FileKind(recognising: image) {
        case .linuxKernel:
            guard let kernel = try? LinuxKernel(image) else { return nil }
            payload = kernel.payload
        case .gzip:
            let size = ByteReader(image[...]).number(at: UInt64(max(image.count, 4) - 4), width: 4) ?? 0
            guard let unpacked = try? Compression.gzip.unpack(image[...], size: Int(size)) else { return nil }
            payload = unpacked
        default: payload = image
        }
        guard let file = try? ELFFile(payload[...]), let program = try? file.program(), !program.symbols.isEmpty else {
            return nil
        }
        let loaded = file.segments.filter(\.isLoaded)
        // What Linux keeps for each processor is linked at 0, and reached from a base of the processor's own: its
        // symbols are distances, and would hide what lies at such addresses.
        let distances = loaded.first { $0.address == 0 && $0.realAddress != 0 }
        let end = distances.map(\.memorySize) ?? 0
        symbols = program.symbols.filter { distances == nil || $0.address > end }
        segments = loaded.filter { $0 != distances }
    }

    /// For tests, and for symbols that come from elsewhere.
    public init(_ symbols: [ProgramSymbol]) {
        self.symbols = symbols.sorted { $0.address < $1.address }
        segments = []
    }

    public var count: Int { symbols.count }

    public struct Name: Hashable, Sendable, CustomStringConvertible {
        public var symbol: String
        public var offset: UInt64

        /// "start_kernel", "start_kernel+0x12".
        public var description: String { offset == 0 ? symbol : "\(symbol)+0x\(String(offset, radix: 16))" }
    }

    /// What lies at an address: virtual, or real if no virtual one fits. Nil where it is nothing of the kernel's.
    public func name(of address: UInt64) -> Name? {
        if let found = linked(address &- slide) { return found }
        guard let segment = segments.first(where: {
            address >= $0.realAddress && address - $0.realAddress < $0.memorySize
        }) else { return nil }
        return linked(segment.address &+ (address - segment.realAddress))
    }

    /// The address of a name as it runs; nil where there is no such name.
    public func address(of name: String) -> UInt64? {
        symbols.first { $0.name == name }.map { $0.address &+ slide }
    }

    private func linked(_ address: UInt64) -> Name? {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        // Of several names at one place a function's, then the first: the others are marks that linkers set.
        let place = symbols[low - 1].address
        var first = low - 1
        while first > 0, symbols[first - 1].address == place { first -= 1 }
        let here = symbols[first..<low]
        let symbol = here.first(where: \.isFunction) ?? here[first]
        let offset = address - place
        // Behind a symbol of known size, and far behind any, there is nothing that it names.
        guard offset < max(symbol.size, 1) || symbol.size == 0 && offset < 1 << 20 else { return nil }
        return Name(symbol: symbol.name, offset: offset)
    }
}
