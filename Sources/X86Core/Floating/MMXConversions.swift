import CHostArithmetic

/// Between integers in MMX registers and numbers in vector registers. Intel SDM volume 2, CVTPI2PS and relatives.
enum MMXConversions {
    typealias Conversion = @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, UInt32) -> UInt32

    static let table: [String: Emitter] = [
        "CVTPI2PS xmm,mm/m": toVector(keepsUpper: true) { trapline_integers_to_singles($0, $1, $2) },
        "CVTPI2PD xmm,mm/m": toVector(keepsUpper: false) { trapline_integers_to_doubles($0, $1, $2) },
        "CVTPS2PI mm,xmm/m": fromVector(size: 8) { trapline_singles_to_integers($0, $1, $2) },
        "CVTTPS2PI mm,xmm/m": fromVector(size: 8) { trapline_singles_truncated($0, $1, $2) },
        "CVTPD2PI mm,xmm/m": fromVector(size: 16) { trapline_doubles_to_integers($0, $1, $2) },
        "CVTTPD2PI mm,xmm/m": fromVector(size: 16) { trapline_doubles_truncated($0, $1, $2) },
    ]

    /// An operand in storage leaves the x87 as it is, and asks nothing of it.
    private static func toVector(keepsUpper: Bool, _ conversion: @escaping Conversion) -> Emitter {
        FloatingEmitters.unwaiting { p, i throws(GuestFault) in
            if !i.isMemory { try p.raiseX87Pending() }
            let integers = SIMD2<UInt64>(try p.readMMX(i), 0)
            let result = try p.convert(integers, conversion)
            if !i.isMemory { p.x87.enterMMX() }
            let vector = p.core.vector(i.reg)
            vector.storeBytes(of: result[0], as: UInt64.self)
            if !keepsUpper { vector.storeBytes(of: result[1], toByteOffset: 8, as: UInt64.self) }
        }
    }

    private static func fromVector(size: Int, _ conversion: @escaping Conversion) -> Emitter {
        FloatingEmitters.waiting { p, i throws(GuestFault) in
            var numbers = SIMD2<UInt64>(0, 0)
            if i.isMemory {
                if size == 16, try p.linearAddress(i, size: 16, isWrite: false) & 15 != 0 { throw .protection() }
                numbers[0] = try p.read(i, size: 8)
                if size == 16 { numbers[1] = try p.read(i, size: 8, plus: 8) }
            } else {
                let vector = p.core.vector(i.rm)
                numbers[0] = vector.load(as: UInt64.self)
                if size == 16 { numbers[1] = vector.load(fromByteOffset: 8, as: UInt64.self) }
            }
            let result = try p.convert(numbers, conversion)
            p.x87.setMMX(Int(i.reg & 7), result[0])
        }
    }
}

extension X86Processor {
    /// Converts with the guest's MXCSR. An exception that is not masked is raised, and there is no result.
    fileprivate func convert(
        _ operand: SIMD2<UInt64>, _ conversion: MMXConversions.Conversion
    ) throws(GuestFault) -> SIMD2<UInt64> {
        var operand = operand
        var result = SIMD2<UInt64>(0, 0)
        // The conversion loads an MXCSR of its own; what is noted becomes the guest's.
        leaveHostArithmetic()
        let mxcsr = state.pointee.mxcsr
        var noted = conversion(&operand, &result, mxcsr & ~MXCSR.flags | MXCSR.masks)
        let raised = noted & ~(mxcsr >> 7)
        // What is found early keeps the other number from being converted.
        if raised & MXCSR.early != 0 { noted &= MXCSR.early }
        state.pointee.mxcsr = mxcsr | noted
        enterHostArithmetic()
        guard raised == 0 else { throw control.cr4 & CR4.osxmmexcpt != 0 ? .simd : .invalidOpcode }
        return result
    }
}
