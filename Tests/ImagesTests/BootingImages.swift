@testable import Images

/// The suite of that name hides the type.
typealias KernelNames = Images.KernelSymbols

/// Kernels that tests make themselves, byte by byte.
struct MadeKernelELF {
    struct Part {
        var virtual: UInt64
        var real: UInt64
        var bytes: [UInt8]
        var size: UInt64
    }

    var bits = 64
    var machine: UInt64 = 62
    var type: UInt64 = 2
    var entry: UInt64 = 0x10_0000
    var parts = [Part(virtual: 0x10_0000, real: 0x10_0000, bytes: Array(1...64), size: 0x3000)]
    /// The value of the note PHYS32_ENTRY; nil: there is none.
    var pvhEntry: UInt64? = 0x10_0010
    var hasInterpreter = false

    var bytes: [UInt8] {
        let is64 = bits == 64
        let word = is64 ? 8 : 4
        let header = is64 ? 64 : 52
        let row = is64 ? 56 : 32
        var note = ByteWriter()
        if let pvhEntry {
            // One of another maker first.
            for (name, type, value) in [("GNU\0", UInt64(3), UInt64(7)), ("Xen\0", 18, pvhEntry)] {
                note.number(4, 4)
                note.number(UInt64(word), 4)
                note.number(type, 4)
                note.bytes += Array(name.utf8)
                note.number(value, word)
            }
        }
        var rows: [(type: UInt64, virtual: UInt64, real: UInt64, bytes: [UInt8], size: UInt64)] =
            parts.map { (1, $0.virtual, $0.real, $0.bytes, $0.size) }
        if pvhEntry != nil { rows.append((4, 0, 0, note.bytes, UInt64(note.bytes.count))) }
        if hasInterpreter { rows.append((3, 0, 0, Array("/lib/ld.so\0".utf8), 11)) }
        var file = ByteWriter()
        file.bytes = [0x7F, 0x45, 0x4C, 0x46, is64 ? 2 : 1, 1, 1] + Array(repeating: 0, count: 9)
        file.number(type, 2)
        file.number(machine, 2)
        file.number(1, 4)
        file.number(entry, word)
        file.number(UInt64(header), word)
        file.number(0, word)
        file.number(0, 4)
        for value in [header, row, rows.count, is64 ? 64 : 40, 0, 0] { file.number(UInt64(value), 2) }
        var place = UInt64(header + rows.count * row)
        for part in rows {
            file.number(part.type, 4)
            if is64 { file.number(5, 4) }
            file.number(place, word)
            file.number(part.virtual, word)
            file.number(part.real, word)
            file.number(UInt64(part.bytes.count), word)
            file.number(part.size, word)
            if !is64 { file.number(5, 4) }
            file.number(4096, word)
            place += UInt64(part.bytes.count)
        }
        for part in rows { file.bytes += part.bytes }
        return file.bytes
    }

    /// With a Multiboot header at the beginning of the first part.
    static func multiboot(bits: Int = 32, machine: UInt64 = 3, flags: UInt32 = 3) -> MadeKernelELF {
        var made = MadeKernelELF(bits: bits, machine: machine)
        made.pvhEntry = nil
        made.entry = 0x10_0020
        made.parts[0].bytes = multibootHeader(flags: flags) + made.parts[0].bytes
        return made
    }

    static func multibootHeader(flags: UInt32, addresses: [UInt32] = []) -> [UInt8] {
        var writer = ByteWriter()
        writer.number(0x1BAD_B002, 4)
        writer.number(UInt64(flags), 4)
        writer.number(UInt64(0 &- 0x1BAD_B002 &- flags), 4)
        for address in addresses { writer.number(UInt64(address), 4) }
        return writer.bytes
    }
}

/// A bzImage with two setup sectors.
struct MadeBzImage {
    var version: UInt64 = 0x20F
    var isLong = true
    var isRelocatable = true
    var code = [UInt8](repeating: 0x90, count: 0x1000)
    var payload: [UInt8] = []
    var initSize: UInt64 = 0x20_0000
    var commandLineLimit: UInt64 = 2047

    var bytes: [UInt8] {
        var head = [UInt8](repeating: 0, count: 3 * 512)
        func put(_ value: UInt64, _ width: Int, at place: Int) {
            for index in 0..<width { head[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
        }
        put(2, 1, at: 0x1F1)
        put(0x6A, 1, at: 0x201)
        put(0x5372_6448, 4, at: 0x202)
        put(version, 2, at: 0x206)
        put(0x100, 2, at: 0x20E)
        put(1, 1, at: 0x211)
        put(0x10_0000, 4, at: 0x214)
        put(0x7FFF_FFFF, 4, at: 0x22C)
        put(0x20_0000, 4, at: 0x230)
        put(isRelocatable ? 1 : 0, 1, at: 0x234)
        put(isLong ? 1 : 0, 2, at: 0x236)
        put(commandLineLimit, 4, at: 0x238)
        put(UInt64(code.count), 4, at: 0x248)
        put(UInt64(payload.count), 4, at: 0x24C)
        put(0x100_0000, 8, at: 0x258)
        put(initSize, 4, at: 0x260)
        head.replaceSubrange(0x300..<0x312, with: Array("6.1.0-test (me) #1".utf8))
        return head + code + payload
    }
}

/// What a plan has put into storage, read as the guest would.
struct PlannedStorage {
    let plan: BootPlan

    func bytes(_ address: UInt64, _ count: Int) -> [UInt8] {
        (0..<UInt64(count)).map { offset in
            let place = address + offset
            guard let piece = plan.pieces.first(where: { place >= $0.address && place < $0.end }) else { return 0 }
            let index = piece.bytes.startIndex + Int(place - piece.address)
            return index < piece.bytes.endIndex ? piece.bytes[index] : 0
        }
    }

    func number(_ address: UInt64, _ width: Int) -> UInt64 {
        bytes(address, width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func text(_ address: UInt64) -> String {
        var result: [UInt8] = []
        while let byte = bytes(address + UInt64(result.count), 1).first, byte != 0 { result.append(byte) }
        return String(decoding: result, as: UTF8.self)
    }

    /// Pieces lie in storage and apart, and none has more bytes than room.
    var isSound: Bool {
        let sorted = plan.pieces.sorted { $0.address < $1.address }
        let areApart = zip(sorted, sorted.dropFirst()).allSatisfy { $0.end <= $1.address }
        return areApart && sorted.allSatisfy { piece in
            UInt64(piece.bytes.count) <= piece.extent
                && plan.map.regions.contains { $0.kind == .usable && piece.address >= $0.start && piece.end <= $0.end }
        }
    }
}
