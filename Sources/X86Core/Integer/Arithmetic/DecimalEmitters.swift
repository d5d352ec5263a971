// Decimal arithmetic, SALC and BOUND, which 64-bit mode does not have. Intel SDM volume 2: AAA, AAD, AAM, AAS, DAA,
// DAS, BOUND. OF is undefined after all of them, and cleared.

enum DecimalEmitters {
    static let table: [String: Emitter] = [
        "AAA": { b, _ in b.cold { processor, _ throws(GuestFault) in processor.adjustUnpacked(subtracts: false) } },
        "AAS": { b, _ in b.cold { processor, _ throws(GuestFault) in processor.adjustUnpacked(subtracts: true) } },
        "DAA": { b, _ in b.cold { processor, _ throws(GuestFault) in processor.adjustPacked(subtracts: false) } },
        "DAS": { b, _ in b.cold { processor, _ throws(GuestFault) in processor.adjustPacked(subtracts: true) } },
        "AAM": { b, _ in
            b.cold { processor, i throws(GuestFault) in
                let base = UInt8(truncatingIfNeeded: i.immediate)
                guard base != 0 else { throw .divideError }
                let low = processor.core.get(Register.ax, UInt8.self)
                processor.core.set(Register.ax, UInt16(low / base) << 8 | UInt16(low % base))
                processor.core.setLogicFlags(low % base)
            }
        },
        "AAD": { b, _ in
            b.cold { processor, i throws(GuestFault) in
                let both = processor.core.get(Register.ax, UInt16.self)
                let product = UInt8(truncatingIfNeeded: both >> 8) &* UInt8(truncatingIfNeeded: i.immediate)
                let low = UInt8(truncatingIfNeeded: both) &+ product
                processor.core.set(Register.ax, UInt16(low))
                processor.core.setLogicFlags(low)
            }
        },
        "SALC": { b, _ in
            b.cold { processor, _ throws(GuestFault) in
                processor.core.set(Register.ax, processor.core.cf ? UInt8.max : 0)
            }
        },
        "BOUND": { b, _ in
            b.cold { processor, i throws(GuestFault) in
                let size = i.operandSize
                let lower = try processor.read(i, size: size)
                let upper = try processor.read(i, size: size, plus: UInt64(size))
                let unused = Int64(64 - 8 * size)
                func number(_ value: UInt64) -> Int64 { Int64(bitPattern: value << UInt64(unused)) >> unused }
                let index = number(processor.core[i.reg])
                guard index >= number(lower), index <= number(upper) else { throw GuestFault(5) }
            }
        },
    ]
}

extension X86Processor {
    /// AAA and AAS. SF, ZF and PF are undefined: they are those of AL.
    fileprivate func adjustUnpacked(subtracts: Bool) {
        let old = core.get(Register.ax, UInt16.self)
        let adjusts = old & 15 > 9 || core.af
        var new = old
        if adjusts { new = subtracts ? old &- 0x106 : old &+ 0x106 }
        new &= 0xFF0F
        core.set(Register.ax, new)
        setDecimalFlags(UInt8(truncatingIfNeeded: new), carry: adjusts, auxiliary: adjusts)
    }

    /// DAA and DAS.
    fileprivate func adjustPacked(subtracts: Bool) {
        let old = core.get(Register.ax, UInt8.self)
        var new = old
        var carry = false
        let adjustsLow = old & 15 > 9 || core.af
        let adjustsHigh = old > 0x99 || core.cf
        if adjustsLow {
            carry = core.cf || (subtracts ? old < 6 : old > 0xF9)
            new = subtracts ? new &- 6 : new &+ 6
        }
        if adjustsHigh {
            new = subtracts ? new &- 0x60 : new &+ 0x60
            carry = true
        } else if !subtracts {
            carry = false
        }
        core.set(Register.ax, new)
        setDecimalFlags(new, carry: carry, auxiliary: adjustsLow)
    }

    private func setDecimalFlags(_ result: UInt8, carry: Bool, auxiliary: Bool) {
        core.setLogicFlags(result)
        var flags = core.statusFlags
        if carry { flags |= Flag.cf }
        if auxiliary { flags |= Flag.af }
        core.statusFlags = flags
    }
}
