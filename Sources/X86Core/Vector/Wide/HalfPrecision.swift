import CHostVector

// F16C: numbers of 16 bits. Intel SDM volume 2, VCVTPH2PS and VCVTPS2PH.

enum HalfPrecision {
    static let table: [String: Emitter] = [
        "VCVTPH2PS ymm,ymm/m": { b, i in
            let source = b.wideSource(size: i.is256 ? 16 : 8)
            b.guarded(i.reg) { $0.emit(widen, a: i.reg, b: source, d: i.is256 ? 1 : 0) }
        },
        "VCVTPS2PH ymm/m,ymm": { b, i in
            let target = i.isMemory ? VectorRegister.t0 : i.rm
            // What the store would raise comes before what the numbers raise.
            if i.isMemory {
                b.cold { processor, i throws(GuestFault) in
                    let size = UInt64(i.vectorBytes / 2)
                    let isStack = i.memory.segment == 2
                    let address = try processor.linearAddress(i, size: Int(size), isWrite: true)
                    try processor.checkVector(address, size: size, stack: isStack)
                    try processor.probeWrite(linear: address, size: 1, stack: isStack)
                    if address & 0xFFF > 4096 - size {
                        let page = processor.truncated(address & ~0xFFF &+ 4096)
                        try processor.probeWrite(linear: page, size: 1, stack: isStack)
                    }
                }
            }
            b.guarded(target) { $0.emit(narrow, a: target, b: i.reg, c: $0.control, d: i.is256 ? 1 : 0) }
            if i.isMemory { b.emitMemory(VectorAccess.store(i.is256 ? 16 : 8), a: target) }
        },
    ]

    /// YMM register `a` gets the halves of `b` as singles: four, or eight where `d` is set.
    private static let widen: Handler = { c, o in
        HalfPrecision.widen(Core(c), Op(o))
        return next(c, o)
    }

    /// Vector register `a` gets the singles of YMM register `b` as halves; `c` says how to round.
    private static let narrow: Handler = { c, o in
        HalfPrecision.narrow(Core(c), Op(o))
        return next(c, o)
    }

    private static func widen(_ core: Core, _ op: Op) {
        let numbers = core.vector(op.b).load(as: SIMD8<UInt16>.self)
        var flags: UInt32 = 0
        for index in 0..<8 {
            let result = index < 4 || op.d != 0 ? single(UInt64(numbers[index])) : RoundedNumber(bits: 0)
            flags |= result.flags
            core.setElement(op.a, index, UInt32(truncatingIfNeeded: result.bits))
        }
        host_set_mxcsr(host_mxcsr() | flags)
    }

    private static func narrow(_ core: Core, _ op: Op) {
        var control = host_mxcsr()
        let raisesUnderflow = core.state.pointee.mxcsr & MXCSR.underflowMask == 0
        var numbers = SIMD8<UInt16>()
        for index in 0..<(op.d != 0 ? 8 : 4) {
            let result = half(UInt64(core.element(op.b, index, UInt32.self)), immediate: op.c, control)
            control |= result.flags
            // Where underflow is not masked, what is tiny and exact is one, too.
            if raisesUnderflow, BinaryFormat.half.isDenormal(result.bits) { control |= MXCSR.underflow }
            numbers[index] = UInt16(truncatingIfNeeded: result.bits)
        }
        core.vector(op.a).storeBytes(of: numbers, as: SIMD8<UInt16>.self)
        core.clear(VectorRegister.upper(op.a))
        host_set_mxcsr(control)
    }

    /// Every half is a single. MXCSR.DAZ does not count.
    static func single(_ bits: UInt64) -> RoundedNumber {
        let (from, to) = (BinaryFormat.half, BinaryFormat.single)
        let sign = bits & from.sign != 0 ? to.sign : 0
        let magnitude = bits & ~from.sign
        if magnitude == 0 { return RoundedNumber(bits: sign) }
        if magnitude >= from.infinity {
            let fraction = (magnitude - from.infinity) << UInt64(to.fraction - from.fraction)
            let isNaN = fraction != 0
            return RoundedNumber(
                bits: sign | to.infinity | fraction | (isNaN ? to.quiet : 0),
                flags: from.signals(bits) ? RoundedNumber.invalid : 0)
        }
        let parts = from.parts(bits)
        let number = LongNumber(isNegative: sign != 0, significand: UInt128(parts.significand), power: parts.power)
        return number.rounded(to: to, rounding: 0, flushes: false)
    }

    /// MXCSR.FZ does not count; bit 2 of the immediate leaves the rounding to MXCSR.
    static func half(_ bits: UInt64, immediate: UInt8, _ control: UInt32) -> RoundedNumber {
        let (from, to) = (BinaryFormat.single, BinaryFormat.half)
        let sign = bits & from.sign != 0 ? to.sign : 0
        var magnitude = bits & ~from.sign
        if magnitude > from.infinity {
            let fraction = (magnitude - from.infinity) >> UInt64(from.fraction - to.fraction)
            return RoundedNumber(
                bits: sign | to.infinity | fraction | to.quiet, flags: from.signals(bits) ? RoundedNumber.invalid : 0)
        }
        if magnitude == from.infinity { return RoundedNumber(bits: sign | to.infinity) }
        var flags: UInt32 = 0
        if from.isDenormal(bits) {
            if control & MXCSR.denormalsAreZero != 0 { magnitude = 0 } else { flags = RoundedNumber.denormal }
        }
        if magnitude == 0 { return RoundedNumber(bits: sign) }
        let parts = from.parts(magnitude)
        let number = LongNumber(isNegative: sign != 0, significand: UInt128(parts.significand), power: parts.power)
        let rounding = immediate & 4 != 0 ? control >> 13 & 3 : UInt32(immediate & 3)
        var result = number.rounded(to: to, rounding: rounding, flushes: false)
        result.flags |= flags
        return result
    }
}
