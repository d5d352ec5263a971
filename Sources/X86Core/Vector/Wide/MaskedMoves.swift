// VMASKMOVPS, VMASKMOVPD, VPMASKMOVD and VPMASKMOVQ: elements whose mask has no sign are not touched in storage, and
// raise nothing, wherever they are; nor does alignment count. Intel SDM volume 2, VMASKMOV.

enum MaskedMoves {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for (name, size) in [("VMASKMOVPS", 4), ("VMASKMOVPD", 8), ("VPMASKMOVD", 4), ("VPMASKMOVQ", 8)] {
            table[name + " ymm,ymm,m"] = { b, _ in
                b.cold { processor, i throws(GuestFault) in
                    if size == 4 { return try processor.loadMasked(i, UInt32.self) }
                    try processor.loadMasked(i, UInt64.self)
                }
            }
            table[name + " m,ymm,ymm"] = { b, _ in
                b.cold { processor, i throws(GuestFault) in
                    if size == 4 { return try processor.storeMasked(i, UInt32.self) }
                    try processor.storeMasked(i, UInt64.self)
                }
            }
        }
        return table
    }()
}

extension X86Processor {
    fileprivate func loadMasked<Word: GuestWord>(_ i: DecodedInstruction, _ type: Word.Type) throws(GuestFault) {
        let size = MemoryLayout<Word>.size
        var words = InlineArray<8, Word>(repeating: 0)
        for index in 0..<i.vectorBytes / size where core.isSigned(i.third, index, type) {
            let address = try elementAddress(i, index, size: size, isWrite: false)
            words[index] = Word(truncatingIfNeeded: try readUnaligned(address, size: size, stack: i.memory.segment == 2))
        }
        for index in 0..<32 / size { core.setElement(i.reg, index, words[index]) }
    }

    /// No element is stored before all may be.
    fileprivate func storeMasked<Word: GuestWord>(_ i: DecodedInstruction, _ type: Word.Type) throws(GuestFault) {
        let size = MemoryLayout<Word>.size
        let elements = 0..<i.vectorBytes / size
        for index in elements where core.isSigned(i.third, index, type) {
            let address = try elementAddress(i, index, size: size, isWrite: true)
            try checkElement(address, size: size, stack: i.memory.segment == 2)
            for offset in pieces(size) {
                let place = truncated(address &+ offset)
                try probeWrite(linear: place, size: pieceSize(size), stack: i.memory.segment == 2)
            }
        }
        for index in elements where core.isSigned(i.third, index, type) {
            let word = UInt64(truncatingIfNeeded: core.element(i.reg, index, type))
            let address = try elementAddress(i, index, size: size, isWrite: true)
            for offset in pieces(size) {
                let place = truncated(address &+ offset)
                let stack = i.memory.segment == 2
                try write(linear: place, word >> (8 * offset), size: pieceSize(size), stack: stack)
            }
        }
    }

    /// The offset of the whole operand is cut to the address size, and not that of each element.
    private func elementAddress(
        _ i: DecodedInstruction, _ index: Int, size: Int, isWrite: Bool
    ) throws(GuestFault) -> UInt64 {
        try linearAddress(
            segment: Int(i.memory.segment), offset: effectiveAddress(i) &+ UInt64(index * size),
            addressSize: mode.isLong64 ? 8 : 4, size: size, isWrite: isWrite)
    }

    /// Where alignment is looked at, single bytes are at every boundary.
    private func pieceSize(_ size: Int) -> Int { mode.checksAlignment ? 1 : size }

    private func pieces(_ size: Int) -> StrideTo<UInt64> {
        stride(from: 0, to: UInt64(size), by: pieceSize(size))
    }

    /// Its pieces are one access: all of it are addresses.
    private func checkElement(_ address: UInt64, size: Int, stack: Bool) throws(GuestFault) {
        let last = address &+ UInt64(size - 1)
        if mode.isLong64, !isCanonical(address) || !isCanonical(last) { throw stack ? .stack() : .protection() }
    }

    /// An element at any address, whatever AC says.
    func readUnaligned(_ address: UInt64, size: Int, stack: Bool) throws(GuestFault) -> UInt64 {
        try checkElement(address, size: size, stack: stack)
        var value: UInt64 = 0
        for offset in pieces(size) {
            let piece = try read(linear: truncated(address &+ offset), size: pieceSize(size), stack: stack)
            value |= piece << (8 * offset)
        }
        return value
    }
}

extension DecodedInstruction {
    /// Of a vector that is as long as VEX.L says.
    var vectorBytes: Int { is256 ? 32 : 16 }
}

extension Core {
    /// The sign of an element of a YMM register.
    func isSigned<Word: GuestWord>(_ number: UInt8, _ index: Int, _ type: Word.Type) -> Bool {
        element(number, index, type) >> Word(Word.bitWidth - 1) != 0
    }
}
