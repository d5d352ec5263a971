/// An ELF file of either width and either byte order, as chapter 4 of the System V generic ABI describes it.
public struct ELFFile: Sendable {
    public struct Section: Hashable, Sendable {
        public var name: String
        public var type: UInt32
        public var flags: UInt64
        public var address: UInt64
        public var offset: UInt64
        public var size: UInt64
        public var link: Int
        public var entrySize: UInt64

        /// It holds instructions (SHF_EXECINSTR), and they are in the file (not SHT_NOBITS).
        public var isCode: Bool { flags & 4 != 0 && type != 8 }
    }

    public struct Segment: Hashable, Sendable {
        public var type: UInt32
        public var flags: UInt32
        public var offset: UInt64
        public var address: UInt64
        /// `p_paddr`: where a loader without paging puts it.
        public var realAddress: UInt64
        public var fileSize: UInt64
        /// More than `fileSize` where the rest is to be zero.
        public var memorySize: UInt64

        /// It is loaded (PT_LOAD).
        public var isLoaded: Bool { type == 1 && memorySize > 0 }
        /// It is loaded (PT_LOAD) and executable (PF_X).
        public var isCode: Bool { type == 1 && flags & 1 != 0 }
    }

    public let machine: ELFMachine
    /// `e_type`: 1 relocatable, 2 executable, 3 shared, 4 core.
    public let type: UInt16
    public let entry: UInt64
    public let sections: [Section]
    public let segments: [Segment]
    let reader: ByteReader

    public init(_ bytes: ArraySlice<UInt8>) throws(ProgramImageError) {
        let start = bytes.startIndex
        guard bytes.count >= 52, bytes[start..<start + 4].elementsEqual([0x7F, 0x45, 0x4C, 0x46]) else {
            throw .damaged("it is too short for an ELF header")
        }
        guard [1, 2].contains(bytes[start + 4]), [1, 2].contains(bytes[start + 5]) else {
            throw .unsupported("an ELF file of class \(bytes[start + 4]) and data encoding \(bytes[start + 5])")
        }
        let is64 = bytes[start + 4] == 2
        let reader = ByteReader(bytes, isBigEndian: bytes[start + 5] == 2)
        self.reader = reader
        let word = is64 ? 8 : 4
        /// A field of the header by its place in the narrow and in the wide form.
        func field(_ narrow: UInt64, _ wide: UInt64, _ width: Int) throws(ProgramImageError) -> UInt64 {
            guard let value = reader.number(at: is64 ? wide : narrow, width: width) else {
                throw .damaged("it is too short for an ELF header")
            }
            return value
        }
        type = UInt16(try field(16, 16, 2))
        machine = ELFMachine(
            number: UInt16(try field(18, 18, 2)), bits: is64 ? 64 : 32, isBigEndian: reader.isBigEndian,
            flags: UInt32(try field(36, 48, 4)))
        entry = try field(24, 24, word)
        segments = try ELFFile.segments(
            reader, is64: is64, at: try field(28, 32, word), size: try field(42, 54, 2), count: try field(44, 56, 2))
        sections = try ELFFile.sections(
            reader, is64: is64, at: try field(32, 40, word), size: try field(46, 58, 2), count: try field(48, 60, 2),
            names: Int(try field(50, 62, 2)))
    }

    private static func segments(
        _ reader: ByteReader, is64: Bool, at place: UInt64, size: UInt64, count: UInt64
    ) throws(ProgramImageError) -> [Segment] {
        var segments: [Segment] = []
        for index in 0..<count {
            guard let header = reader.slice(at: place &+ index * size, count: is64 ? 56 : 32) else {
                throw .damaged("program header \(index) lies outside")
            }
            let fields = ByteReader(header, isBigEndian: reader.isBigEndian)
            func number(_ narrow: UInt64, _ wide: UInt64, _ width: Int) -> UInt64 {
                fields.number(at: is64 ? wide : narrow, width: width) ?? 0
            }
            let word = is64 ? 8 : 4
            segments.append(Segment(
                type: UInt32(number(0, 0, 4)), flags: UInt32(number(24, 4, 4)), offset: number(4, 8, word),
                address: number(8, 16, word), realAddress: number(12, 24, word), fileSize: number(16, 32, word),
                memorySize: number(20, 40, word)))
        }
        return segments
    }

    private static func sections(
        _ reader: ByteReader, is64: Bool, at place: UInt64, size: UInt64, count: UInt64, names: Int
    ) throws(ProgramImageError) -> [Section] {
        guard place != 0 else { return [] }
        let word = is64 ? 8 : 4
        func section(_ index: UInt64) throws(ProgramImageError) -> (Section, name: UInt64) {
            guard let header = reader.slice(at: place &+ index * size, count: is64 ? 64 : 40) else {
                throw .damaged("section header \(index) lies outside")
            }
            let fields = ByteReader(header, isBigEndian: reader.isBigEndian)
            func number(_ narrow: UInt64, _ wide: UInt64, _ width: Int) -> UInt64 {
                fields.number(at: is64 ? wide : narrow, width: width) ?? 0
            }
            let found = Section(
                name: "", type: UInt32(number(4, 4, 4)), flags: number(8, 8, word), address: number(12, 16, word),
                offset: number(16, 24, word), size: number(20, 32, word), link: Int(number(24, 40, 4)),
                entrySize: number(36, 56, word))
            return (found, number(0, 0, 4))
        }
        // More sections than the header can count are counted in the first section's size.
        let total = count == 0 ? try section(0).0.size : count
        guard total <= UInt64(reader.bytes.count) / 40 else { throw .damaged("it announces \(total) sections") }
        var sections: [Section] = []
        var nameOffsets: [UInt64] = []
        for index in 0..<total {
            let (found, name) = try section(index)
            sections.append(found)
            nameOffsets.append(name)
        }
        let nameTable = names == 0xFFFF ? sections.first.map(\.link) ?? 0 : names
        guard sections.indices.contains(nameTable) else { return sections }
        for index in sections.indices {
            sections[index].name = reader.text(at: sections[nameTable].offset &+ nameOffsets[index]) ?? ""
        }
        return sections
    }

    public func contents(of section: Section) throws(ProgramImageError) -> ArraySlice<UInt8> {
        if section.type == 8 { return [] }
        guard let bytes = reader.slice(at: section.offset, count: section.size) else {
            throw .damaged("section \(section.name) lies outside")
        }
        return bytes
    }

    public func contents(of segment: Segment) throws(ProgramImageError) -> ArraySlice<UInt8> {
        guard let bytes = reader.slice(at: segment.offset, count: segment.fileSize) else {
            throw .damaged("the segment for address 0x\(String(segment.address, radix: 16)) lies outside")
        }
        return bytes
    }
}
