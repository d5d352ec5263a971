// VGATHERDPS to VPGATHERQQ: elements from where a vector of indices says. Each that has come clears its mask, so that
// after a fault the instruction goes on where it was. Alignment does not count. Intel SDM volume 2, VPGATHERDD.

enum Gathers {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for (index, indexSize) in [("D", 4), ("Q", 8)] {
            for (element, size) in [("PS", 4), ("PD", 8)] {
                table["VGATHER\(index)\(element) ymm,vm,ymm"] = emitter(indexSize, size)
            }
            for (element, size) in [("D", 4), ("Q", 8)] {
                table["VPGATHER\(index)\(element) ymm,vm,ymm"] = emitter(indexSize, size)
            }
        }
        return table
    }()

    private static func emitter(_ indexSize: Int, _ size: Int) -> Emitter {
        { b, _ in
            b.cold { processor, i throws(GuestFault) in
                if size == 4 {
                    try processor.gather(i, indexSize: indexSize, UInt32.self)
                } else {
                    try processor.gather(i, indexSize: indexSize, UInt64.self)
                }
            }
        }
    }
}

extension X86Processor {
    fileprivate func gather<Word: GuestWord>(
        _ i: DecodedInstruction, indexSize: Int, _ type: Word.Type
    ) throws(GuestFault) {
        let size = MemoryLayout<Word>.size
        let count = i.vectorBytes / max(size, indexSize)
        for element in 0..<count {
            if core.isSigned(i.third, element, type) {
                let address = try address(i, element, indexSize, size)
                let value = try readUnaligned(address, size: size, stack: i.memory.segment == 2)
                core.setElement(i.reg, element, Word(truncatingIfNeeded: value))
            }
            core.setElement(i.third, element, 0 as Word)
        }
        // What is behind the last element.
        for element in count..<32 / size { core.setElement(i.reg, element, 0 as Word) }
        core.clear(i.third)
        core.clear(VectorRegister.upper(i.third))
    }

    private func address(
        _ i: DecodedInstruction, _ element: Int, _ indexSize: Int, _ size: Int
    ) throws(GuestFault) -> UInt64 {
        let indices = i.vectorIndex ?? 0
        let index =
            indexSize == 4
            ? UInt64(bitPattern: Int64(Int32(bitPattern: core.element(indices, element, UInt32.self))))
            : core.element(indices, element, UInt64.self)
        let offset = core[i.memory.base] &+ UInt64(bitPattern: i.memory.displacement)
        return try linearAddress(
            segment: Int(i.memory.segment), offset: offset &+ index << UInt64(i.memory.scale),
            addressSize: i.addressSize, size: size, isWrite: false)
    }
}
