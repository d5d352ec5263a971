import CHostArithmetic

/// Arithmetic on the elements of MMX registers. Intel SDM volume 1, chapter 9; volume 2.
enum MMXEmitters {
    typealias Operation = @Sendable (UInt64, UInt64) -> UInt64

    /// The same mnemonics are there for vector registers: the form tells them apart.
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for (name, operation) in binary { table[name + " mm,mm/m"] = emitter(operation) }
        for (name, operation) in lowHalves { table[name + " mm,mm/m"] = emitter(size: 4, operation) }
        for (name, operation) in shifts {
            table[name + " mm,mm/m"] = emitter(operation)
            table[name + " mm"] = FloatingEmitters.waiting { p, i in
                let number = Int(i.rm & 7)
                p.x87.setMMX(number, operation(p.x87.mmx(number), i.immediate))
            }
        }
        return table
    }()

    private static func emitter(size: Int = 8, _ operation: @escaping Operation) -> Emitter {
        FloatingEmitters.waiting { p, i throws(GuestFault) in
            let operand = try p.readMMX(i, size: size)
            let number = Int(i.reg & 7)
            p.x87.setMMX(number, operation(p.x87.mmx(number), operand))
        }
    }

    private static let binary: [String: Operation] = moduloAndLogic.merging(saturating) { first, _ in first }
        .merging(comparing) { first, _ in first }.merging(multiplying) { first, _ in first }
        .merging(arranging) { first, _ in first }.merging(ssse3) { first, _ in first }

    private static let moduloAndLogic: [String: Operation] = [
        "PADDB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in x &+ y } },
        "PADDW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in x &+ y } },
        "PADDD": { a, b in Lanes.map(a, b) { (x: UInt32, y: UInt32) in x &+ y } },
        "PADDQ": { a, b in a &+ b },
        "PSUBB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in x &- y } },
        "PSUBW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in x &- y } },
        "PSUBD": { a, b in Lanes.map(a, b) { (x: UInt32, y: UInt32) in x &- y } },
        "PSUBQ": { a, b in a &- b },
        "PAND": { a, b in a & b },
        "PANDN": { a, b in ~a & b },
        "POR": { a, b in a | b },
        "PXOR": { a, b in a ^ b },
    ]

    private static let saturating: [String: Operation] = [
        "PADDSB": { a, b in Lanes.map(a, b) { (x: Int8, y: Int8) in Int8(clamping: Int(x) + Int(y)) } },
        "PADDSW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in Int16(clamping: Int(x) + Int(y)) } },
        "PADDUSB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in UInt8(clamping: Int(x) + Int(y)) } },
        "PADDUSW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in UInt16(clamping: Int(x) + Int(y)) } },
        "PSUBSB": { a, b in Lanes.map(a, b) { (x: Int8, y: Int8) in Int8(clamping: Int(x) - Int(y)) } },
        "PSUBSW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in Int16(clamping: Int(x) - Int(y)) } },
        "PSUBUSB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in UInt8(clamping: Int(x) - Int(y)) } },
        "PSUBUSW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in UInt16(clamping: Int(x) - Int(y)) } },
    ]

    private static let comparing: [String: Operation] = [
        "PCMPEQB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in x == y ? .max : 0 } },
        "PCMPEQW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in x == y ? .max : 0 } },
        "PCMPEQD": { a, b in Lanes.map(a, b) { (x: UInt32, y: UInt32) in x == y ? .max : 0 } },
        "PCMPGTB": { a, b in Lanes.map(a, b) { (x: Int8, y: Int8) in x > y ? -1 : 0 } },
        "PCMPGTW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in x > y ? -1 : 0 } },
        "PCMPGTD": { a, b in Lanes.map(a, b) { (x: Int32, y: Int32) in x > y ? -1 : 0 } },
        "PMAXSW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in max(x, y) } },
        "PMINSW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in min(x, y) } },
        "PMAXUB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in max(x, y) } },
        "PMINUB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in min(x, y) } },
        "PAVGB": { a, b in Lanes.map(a, b) { (x: UInt8, y: UInt8) in UInt8((UInt(x) + UInt(y) + 1) >> 1) } },
        "PAVGW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in UInt16((UInt(x) + UInt(y) + 1) >> 1) } },
    ]

    private static let multiplying: [String: Operation] = [
        "PMULLW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in x &* y } },
        "PMULHW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in Int16((Int(x) * Int(y)) >> 16) } },
        "PMULHUW": { a, b in Lanes.map(a, b) { (x: UInt16, y: UInt16) in UInt16((UInt(x) * UInt(y)) >> 16) } },
        "PMULHRSW": { a, b in
            Lanes.map(a, b) { (x: Int16, y: Int16) in
                Int16(truncatingIfNeeded: ((Int(x) * Int(y)) >> 14 + 1) >> 1)
            }
        },
        "PMULUDQ": { a, b in (a & 0xFFFF_FFFF) &* (b & 0xFFFF_FFFF) },
        "PMADDWD": { a, b in
            Lanes.pairs(a, b) { (x0: Int16, x1: Int16, y0: Int16, y1: Int16) in
                Int32(truncatingIfNeeded: Int(x0) * Int(y0) + Int(x1) * Int(y1))
            }
        },
        "PSADBW": { a, b in
            var sum: UInt64 = 0
            for index in 0..<8 {
                let x = Lanes.get(a, index, UInt8.self)
                let y = Lanes.get(b, index, UInt8.self)
                sum += UInt64(x > y ? x - y : y - x)
            }
            return sum
        },
    ]

    private static let arranging: [String: Operation] = [
        "PACKSSWB": { a, b in Lanes.narrow(a, b) { (x: Int16) in UInt8(bitPattern: Int8(clamping: x)) } },
        "PACKUSWB": { a, b in Lanes.narrow(a, b) { (x: Int16) in UInt8(clamping: x) } },
        "PACKSSDW": { a, b in Lanes.narrow(a, b) { (x: Int32) in UInt16(bitPattern: Int16(clamping: x)) } },
        "PUNPCKHBW": { a, b in Lanes.interleave(a >> 32, b >> 32, UInt8.self) },
        "PUNPCKHWD": { a, b in Lanes.interleave(a >> 32, b >> 32, UInt16.self) },
        "PUNPCKHDQ": { a, b in Lanes.interleave(a >> 32, b >> 32, UInt32.self) },
    ]

    /// Of their operand in storage only four bytes are read.
    private static let lowHalves: [String: Operation] = [
        "PUNPCKLBW": { a, b in Lanes.interleave(a, b, UInt8.self) },
        "PUNPCKLWD": { a, b in Lanes.interleave(a, b, UInt16.self) },
        "PUNPCKLDQ": { a, b in Lanes.interleave(a, b, UInt32.self) },
    ]

    /// A count that is too large gives zeros, or copies of the sign.
    private static let shifts: [String: Operation] = [
        "PSLLW": { a, count in Lanes.map(a, 0) { (x: UInt16, _: UInt16) in count > 15 ? 0 : x << UInt16(count) } },
        "PSLLD": { a, count in Lanes.map(a, 0) { (x: UInt32, _: UInt32) in count > 31 ? 0 : x << UInt32(count) } },
        "PSLLQ": { a, count in count > 63 ? 0 : a << count },
        "PSRLW": { a, count in Lanes.map(a, 0) { (x: UInt16, _: UInt16) in count > 15 ? 0 : x >> UInt16(count) } },
        "PSRLD": { a, count in Lanes.map(a, 0) { (x: UInt32, _: UInt32) in count > 31 ? 0 : x >> UInt32(count) } },
        "PSRLQ": { a, count in count > 63 ? 0 : a >> count },
        "PSRAW": { a, count in Lanes.map(a, 0) { (x: Int16, _: Int16) in x >> Int16(min(count, 15)) } },
        "PSRAD": { a, count in Lanes.map(a, 0) { (x: Int32, _: Int32) in x >> Int32(min(count, 31)) } },
    ]

    private static let ssse3: [String: Operation] = [
        "PABSB": { _, b in Lanes.map(b, 0) { (x: Int8, _: Int8) in x < 0 ? 0 &- x : x } },
        "PABSW": { _, b in Lanes.map(b, 0) { (x: Int16, _: Int16) in x < 0 ? 0 &- x : x } },
        "PABSD": { _, b in Lanes.map(b, 0) { (x: Int32, _: Int32) in x < 0 ? 0 &- x : x } },
        "PSIGNB": { a, b in Lanes.map(a, b) { (x: Int8, y: Int8) in y < 0 ? 0 &- x : y == 0 ? 0 : x } },
        "PSIGNW": { a, b in Lanes.map(a, b) { (x: Int16, y: Int16) in y < 0 ? 0 &- x : y == 0 ? 0 : x } },
        "PSIGND": { a, b in Lanes.map(a, b) { (x: Int32, y: Int32) in y < 0 ? 0 &- x : y == 0 ? 0 : x } },
        "PHADDW": { a, b in Lanes.horizontal(a, b) { (x: Int16, y: Int16) in x &+ y } },
        "PHADDD": { a, b in Lanes.horizontal(a, b) { (x: Int32, y: Int32) in x &+ y } },
        "PHADDSW": { a, b in Lanes.horizontal(a, b) { (x: Int16, y: Int16) in Int16(clamping: Int(x) + Int(y)) } },
        "PHSUBW": { a, b in Lanes.horizontal(a, b) { (x: Int16, y: Int16) in x &- y } },
        "PHSUBD": { a, b in Lanes.horizontal(a, b) { (x: Int32, y: Int32) in x &- y } },
        "PHSUBSW": { a, b in Lanes.horizontal(a, b) { (x: Int16, y: Int16) in Int16(clamping: Int(x) - Int(y)) } },
        // Unsigned bytes of the first by signed ones of the second.
        "PMADDUBSW": { a, b in
            Lanes.pairs(a, b) { (x0: Int8, x1: Int8, y0: Int8, y1: Int8) in
                let first = Int(UInt8(bitPattern: x0)) * Int(y0)
                let second = Int(UInt8(bitPattern: x1)) * Int(y1)
                return Int16(clamping: first + second)
            }
        },
        "PSHUFB": { a, b in
            Lanes.map(b, 0) { (x: UInt8, _: UInt8) in x & 0x80 != 0 ? 0 : Lanes.get(a, Int(x & 7), UInt8.self) }
        },
    ]
}

extension X87State {
    func mmx(_ number: Int) -> UInt64 { registers[number].significand }

    /// Every MMX instruction but EMMS makes all registers count as used, and register 0 the top.
    mutating func enterMMX() {
        used = 0xFF
        top = 0
    }

    mutating func setMMX(_ number: Int, _ value: UInt64) {
        enterMMX()
        registers[number] = TraplineExtended(significand: value, signExponent: 0xFFFF)
    }
}

extension X86Processor {
    /// The rm operand, an MMX register or storage.
    func readMMX(_ i: DecodedInstruction, size: Int = 8) throws(GuestFault) -> UInt64 {
        i.isMemory ? try read(i, size: size) : x87.mmx(Int(i.rm & 7))
    }
}
