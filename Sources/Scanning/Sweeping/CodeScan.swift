import Images

/// The instructions of a whole program, by variant; and where those stand that one asks for.
public struct CodeScan: Sendable {
    /// How many instructions of one variant were found, by certainty.
    public struct Count: Hashable, Sendable {
        public var followed = 0
        public var uncertain = 0

        public var total: Int { followed + uncertain }
    }

    /// By variant of the machine.
    public let counts: [Count]
    /// Bytes of code.
    public let size: Int
    /// Bytes that no encoding of the machine's file describes.
    public let undescribed: Int
    /// Bytes in the code that symbols say are data.
    public let data: Int
    /// Bytes that fill the space between functions: runs of one-byte calls by a table, which nothing leads to.
    public let filling: Int
    private let regions: [(region: CodeRegion, marks: [SweptRegion.Mark])]
    private let variants: [Int]
    private let alignment: Int
    private let addressesPerPlace: Int

    public var instructions: Int { counts.reduce(0) { $0 + $1.total } }
    public var uncertainInstructions: Int { counts.reduce(0) { $0 + $1.uncertain } }

    /// Goes through all code of a program.
    public init(_ image: ProgramImage, with scanner: CodeScanner) {
        switch scanner.way {
        case .opcodes(let decoder): self.init(image, decoder, variantCount: scanner.variantCount)
        case .patterns(let decoder): self.init(image, decoder, variantCount: scanner.variantCount)
        }
    }

    private init(_ image: ProgramImage, _ decoder: some CodeDecoder, variantCount: Int) {
        variants = decoder.variants
        alignment = decoder.alignment
        addressesPerPlace = decoder.addressesPerPlace
        var counts = Array(repeating: Count(), count: variantCount)
        var regions: [(CodeRegion, [SweptRegion.Mark])] = []
        var undescribed = 0
        var data = 0
        var filling = 0
        for region in image.code {
            let symbols = image.symbols.filter { region.contains($0.address) }
            let starts = symbols.filter(\.isFunction).map(\.address) + [image.entry].compactMap { $0 } + image.starts
            let roots = starts.filter(region.contains).map { Int($0 - region.address) }
            let objects = DataObjects(symbols.filter { !$0.isFunction && $0.size > 0 }, in: region)
            let swept = SweptRegion(region, roots: roots, isData: objects.end, decoder: decoder)
            undescribed += swept.undescribed
            data += swept.data
            filling += swept.filling
            swept.marks.withUnsafeBufferPointer { marks in
                for mark in marks where mark.encoding != 0 {
                    let variant = decoder.variants[Int(mark.encoding) - 1]
                    if mark.certainty == Certainty.followed.rawValue {
                        counts[variant].followed += 1
                    } else {
                        counts[variant].uncertain += 1
                    }
                }
            }
            regions.append((region, swept.marks))
        }
        self.counts = counts
        self.regions = regions
        self.undescribed = undescribed
        self.data = data
        self.filling = filling
        size = image.code.reduce(0) { $0 + $1.bytes.count }
    }

    /// Where instructions of these variants stand, in the order of the regions and of addresses in each.
    public func sites(of wanted: Set<Int>) -> [CodeSite] {
        let encodings = variants.map { wanted.contains($0) }
        var sites: [CodeSite] = []
        for (index, region) in regions.enumerated() {
            region.marks.withUnsafeBufferPointer { marks in
                for offset in marks.indices where marks[offset].encoding != 0 {
                    let mark = marks[offset]
                    guard encodings[Int(mark.encoding) - 1] else { continue }
                    let start = region.region.bytes.startIndex + offset
                    sites.append(CodeSite(
                        region: index, address: region.region.address &+ UInt64(offset / alignment * addressesPerPlace),
                        variant: variants[Int(mark.encoding) - 1],
                        certainty: Certainty(rawValue: mark.certainty) ?? .doubtful,
                        bytes: Array(region.region.bytes[start..<start + Int(mark.length)])))
                }
            }
        }
        return sites
    }
}

/// An instruction in a program.
public struct CodeSite: Hashable, Sendable {
    /// Index into the image's code.
    public var region: Int
    public var address: UInt64
    /// Index into the machine's instructions.
    public var variant: Int
    public var certainty: Certainty
    public var bytes: [UInt8]
}

/// Parts of a region that symbols with a size say are data.
private struct DataObjects {
    private var ranges: [Range<Int>] = []

    init(_ symbols: [ProgramSymbol], in region: CodeRegion) {
        for symbol in symbols {
            let start = Int(symbol.address - region.address)
            ranges.append(start..<start + Int(clamping: min(symbol.size, UInt64(region.bytes.count - start))))
        }
    }

    /// Where the object ends that this offset lies in; nil where it lies in none. Symbols are sorted.
    func end(_ offset: Int) -> Int? {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0, ranges[low - 1].contains(offset) else { return nil }
        return ranges[low - 1].upperBound
    }
}
