extension ELFFile {
    /// What the maker of a file tells those who load it: a name, a type that the name gives a meaning, and bytes.
    public struct Note: Hashable, Sendable {
        public var name: String
        public var type: UInt32
        public var bytes: ArraySlice<UInt8>

        /// The bytes as one number in the file's byte order; nil where they are none or more than eight.
        public var number: UInt64?
    }

    /// All notes: from the segments of that type (PT_NOTE, 4), or from the sections (SHT_NOTE, 7) where there are none.
    public var notes: [Note] {
        let tables = segments.filter { $0.type == 4 }.compactMap { reader.slice(at: $0.offset, count: $0.fileSize) }
        if !tables.isEmpty { return tables.flatMap(notes) }
        return sections.filter { $0.type == 7 }.compactMap { try? contents(of: $0) }.flatMap(notes)
    }

    /// Name and description are each padded to 4 bytes (System V generic ABI, chapter 5, "Note Section").
    private func notes(in table: ArraySlice<UInt8>) -> [Note] {
        let fields = ByteReader(table, isBigEndian: reader.isBigEndian)
        var notes: [Note] = []
        var place: UInt64 = 0
        while let nameSize = fields.number(at: place, width: 4), let size = fields.number(at: place + 4, width: 4),
            let type = fields.number(at: place + 8, width: 4)
        {
            let start = place + 12 + (nameSize + 3) & ~3
            guard let name = fields.slice(at: place + 12, count: nameSize),
                let bytes = fields.slice(at: start, count: size)
            else { break }
            let isNumber = (1...8).contains(size)
            notes.append(Note(
                name: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self), type: UInt32(type), bytes: bytes,
                number: isNumber ? fields.number(at: start, width: Int(size)) : nil))
            place = start + (size + 3) & ~3
        }
        return notes
    }
}
