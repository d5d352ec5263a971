import CHostArithmetic

/// FCOM and its relations, FTST and FXAM. Intel SDM volume 1, section 8.3.5.
enum X87Comparisons {
    static let table: [String: Emitter] = [
        "FCOM m": memory(pops: 0), "FCOMP m": memory(pops: 1), "FICOM m": memory(pops: 0), "FICOMP m": memory(pops: 1),
        "FCOM st(i)": register(isQuiet: false, pops: 0), "FCOMP st(i)": register(isQuiet: false, pops: 1),
        "FUCOM st(i)": register(isQuiet: true, pops: 0), "FUCOMP st(i)": register(isQuiet: true, pops: 1),
        "FCOMPP": FloatingEmitters.stack { x87, _ in x87.compare(with: 1, isQuiet: false, pops: 2) },
        "FUCOMPP": FloatingEmitters.stack { x87, _ in x87.compare(with: 1, isQuiet: true, pops: 2) },
        "FCOMI": flags(isQuiet: false, pops: false), "FCOMPI": flags(isQuiet: false, pops: true),
        "FUCOMI": flags(isQuiet: true, pops: false), "FUCOMPI": flags(isQuiet: true, pops: true),
        "FTST": FloatingEmitters.stack { x87, _ in
            x87.compare(isEmpty: x87.isEmpty(0), pops: 0) { trapline_x87_ftst(&$0, $1) }
        },
        "FXAM": FloatingEmitters.stack { x87, _ in x87.examine() },
    ]

    private static func memory(pops: Int) -> Emitter {
        FloatingEmitters.x87 { p, i throws(GuestFault) in
            let operand = try X87Operand(p, i)
            p.x87.compare(isEmpty: p.x87.isEmpty(0), pops: pops) { operand.apply(2, to: &$0, control: $1) }
        }
    }

    private static func register(isQuiet: Bool, pops: Int) -> Emitter {
        FloatingEmitters.stack { x87, i in x87.compare(with: Int(i.low & 7), isQuiet: isQuiet, pops: pops) }
    }

    /// Into ZF, PF and CF. The other status flags are cleared.
    private static func flags(isQuiet: Bool, pops: Bool) -> Emitter {
        FloatingEmitters.x87 { p, i in
            guard let codes = p.x87.compareForFlags(with: Int(i.low & 7), isQuiet: isQuiet, pops: pops) else { return }
            var flags: UInt64 = 0
            if codes & X87Status.c0 != 0 { flags |= Flag.cf }
            if codes & X87Status.c2 != 0 { flags |= Flag.pf }
            if codes & X87Status.c3 != 0 { flags |= Flag.zf }
            p.core.statusFlags = flags
        }
    }
}

extension X87State {
    private static let unordered = X87Status.c0 | X87Status.c2 | X87Status.c3

    /// - Parameter function: compares the top, which it does not change.
    mutating func compare(
        isEmpty: Bool, pops: Int, _ function: (inout TraplineExtended, UInt16) -> UInt32
    ) {
        if isEmpty {
            guard stackFault(isOverflow: false) else { return }
            status |= Self.unordered
        } else {
            var value = self[0]
            let outcome = function(&value, control)
            let raised = note(outcome, codes: X87Status.codes)
            if raised & X87Status.early != 0 { return }
        }
        for _ in 0..<pops { pop() }
    }

    mutating func compare(with place: Int, isQuiet: Bool, pops: Int) {
        var operand = self[place]
        compare(isEmpty: isEmpty(0) || isEmpty(place), pops: pops) { value, control in
            isQuiet ? trapline_x87_fucom(&value, &operand, control) : trapline_x87_fcom(&value, &operand, control)
        }
    }

    /// - Returns: C0, C2 and C3 as FCOM would set them; nil: the flags stay.
    mutating func compareForFlags(with place: Int, isQuiet: Bool, pops: Bool) -> UInt16? {
        var codes = Self.unordered
        if isEmpty(0) || isEmpty(place) {
            guard stackFault(isOverflow: false) else { return nil }
        } else {
            var value = self[0]
            var operand = self[place]
            let outcome = isQuiet
                ? trapline_x87_fucom(&value, &operand, control) : trapline_x87_fcom(&value, &operand, control)
            if note(outcome) & X87Status.early != 0 { return nil }
            codes = UInt16(truncatingIfNeeded: outcome) & Self.unordered
        }
        if pops { pop() }
        return codes
    }

    /// The class of the top in C3, C2 and C0, its sign in C1: Intel SDM volume 2, FXAM.
    mutating func examine() {
        let value = self[0]
        let exponent = value.signExponent & 0x7FFF
        let isInteger = value.significand >> 63 != 0
        var codes: UInt16 = value.signExponent & 0x8000 != 0 ? X87Status.c1 : 0
        if isEmpty(0) {
            codes |= X87Status.c3 | X87Status.c0
        } else if exponent == 0 {
            codes |= value.significand == 0 ? X87Status.c3 : X87Status.c3 | X87Status.c2
        } else if isInteger {
            let isInfinite = value.significand == 1 << 63
            codes |= exponent != 0x7FFF ? X87Status.c2 : isInfinite ? X87Status.c2 | X87Status.c0 : X87Status.c0
        }
        status = status & ~X87Status.codes | codes
    }
}
