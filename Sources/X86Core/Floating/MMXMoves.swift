/// What moves and rearranges MMX registers. Intel SDM volume 2.
enum MMXMoves {
    static let table: [String: Emitter] = [
        "EMMS": FloatingEmitters.waiting { p, _ in
            p.x87.used = 0
            p.x87.top = 0
        },
        "MOVD mm,reg/m": FloatingEmitters.waiting { p, i throws(GuestFault) in
            p.x87.setMMX(Int(i.reg & 7), try p.readRM(i, size: 4))
        },
        "MOVQ mm,reg/m": FloatingEmitters.waiting { p, i throws(GuestFault) in
            p.x87.setMMX(Int(i.reg & 7), try p.readRM(i, size: 8))
        },
        "MOVD reg/m,mm": FloatingEmitters.waiting { p, i throws(GuestFault) in
            try p.writeRM(i, p.x87.mmx(Int(i.reg & 7)) & 0xFFFF_FFFF, size: 4)
            p.x87.enterMMX()
        },
        "MOVQ reg/m,mm": FloatingEmitters.waiting { p, i throws(GuestFault) in
            try p.writeRM(i, p.x87.mmx(Int(i.reg & 7)), size: 8)
            p.x87.enterMMX()
        },
        "MOVQ mm,mm/m": FloatingEmitters.waiting { p, i throws(GuestFault) in
            p.x87.setMMX(Int(i.reg & 7), try p.readMMX(i))
        },
        "MOVQ mm/m,mm": FloatingEmitters.waiting(store),
        "MOVNTQ m,mm": FloatingEmitters.waiting(store),
        "MASKMOVQ mm,mm": FloatingEmitters.waiting(storeMasked),

        "PEXTRW reg,mm": FloatingEmitters.waiting { p, i in
            p.core.set(i.reg, UInt32(Lanes.get(p.x87.mmx(Int(i.rm & 7)), Int(i.immediate & 3), UInt16.self)))
            p.x87.enterMMX()
        },
        "PINSRW mm,reg/m": FloatingEmitters.waiting { p, i throws(GuestFault) in
            let word = UInt16(truncatingIfNeeded: try p.readRM(i, size: 2))
            let index = Int(i.immediate & 3)
            let number = Int(i.reg & 7)
            let kept = p.x87.mmx(number) & ~Lanes.place(UInt16.max, index)
            p.x87.setMMX(number, kept | Lanes.place(word, index))
        },
        "PMOVMSKB reg,mm": FloatingEmitters.waiting { p, i in
            let value = p.x87.mmx(Int(i.rm & 7))
            var mask: UInt32 = 0
            for index in 0..<8 { mask |= UInt32(value >> UInt64(8 * index + 7) & 1) << UInt32(index) }
            p.core.set(i.reg, mask)
            p.x87.enterMMX()
        },
        "PSHUFW mm,mm/m": FloatingEmitters.waiting { p, i throws(GuestFault) in
            let value = try p.readMMX(i)
            var result: UInt64 = 0
            for index in 0..<4 {
                let chosen = Int(i.immediate >> UInt64(2 * index) & 3)
                result |= Lanes.place(Lanes.get(value, chosen, UInt16.self), index)
            }
            p.x87.setMMX(Int(i.reg & 7), result)
        },
        // The first operand above the second, shifted down by bytes.
        "PALIGNR mm,mm/m": FloatingEmitters.waiting { p, i throws(GuestFault) in
            let low = try p.readMMX(i)
            let number = Int(i.reg & 7)
            let high = p.x87.mmx(number)
            let shift = i.immediate * 8
            let result: UInt64
            if shift >= 128 {
                result = 0
            } else if shift >= 64 {
                result = high >> (shift - 64)
            } else {
                result = shift == 0 ? low : low >> shift | high << (64 - shift)
            }
            p.x87.setMMX(number, result)
        },
        "MOVDQ2Q mm,xmm": FloatingEmitters.waiting { p, i in
            p.x87.setMMX(Int(i.reg & 7), p.core.vector(i.rm).load(as: UInt64.self))
        },
        "MOVQ2DQ xmm,mm": FloatingEmitters.waiting { p, i in
            let vector = p.core.vector(i.reg)
            vector.storeBytes(of: p.x87.mmx(Int(i.rm & 7)), as: UInt64.self)
            vector.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
            p.x87.enterMMX()
        },
    ]

    private static func store(_ p: X86Processor, _ i: DecodedInstruction) throws(GuestFault) {
        let value = p.x87.mmx(Int(i.reg & 7))
        if i.isMemory {
            try p.write(i, value, size: 8)
            p.x87.enterMMX()
        } else {
            p.x87.setMMX(Int(i.rm & 7), value)
        }
    }

    /// Bytes whose mask has its top bit set go to DS:DI.
    private static func storeMasked(_ p: X86Processor, _ i: DecodedInstruction) throws(GuestFault) {
        let value = p.x87.mmx(Int(i.reg & 7))
        let mask = p.x87.mmx(Int(i.rm & 7))
        let chosen = (0..<8).filter { mask >> UInt64(8 * $0 + 7) & 1 != 0 }
        let segment = Int(i.segmentPrefix ?? UInt8(SegmentNumber.ds))
        var addresses: [UInt64] = []
        // All bytes are looked at before the first is stored.
        for index in chosen {
            let address = try p.linearAddress(
                segment: segment, offset: p.core[Register.di] &+ UInt64(index), addressSize: i.addressSize, size: 1,
                isWrite: true)
            try p.probeMasked(i, segment: segment, address)
            addresses.append(address)
        }
        for (index, address) in zip(chosen, addresses) {
            try p.write(linear: address, UInt64(Lanes.get(value, index, UInt8.self)), size: 1)
        }
        p.x87.enterMMX()
    }
}
