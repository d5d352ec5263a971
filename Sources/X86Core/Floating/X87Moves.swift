import CHostArithmetic

/// Loads, stores and moves within the stack. Intel SDM volume 1, sections 8.3.3 and 8.3.4.
enum X87Moves {
    static let table: [String: Emitter] = [
        "FLD m": X87Handlers.memory(FloatingEmitters.x87(load)) { X87Handlers.loads($0) },
        "FILD m": FloatingEmitters.x87(loadInteger),
        "FBLD m": FloatingEmitters.x87 { p, i throws(GuestFault) in
            var decimal = try p.readExtended(i)
            p.x87.load { trapline_x87_load_decimal(&$0, &decimal, $1) }
        },
        "FLD st(i)": X87Handlers.stack(
            FloatingEmitters.stack { x87, i in x87.load(from: Int(i.low & 7)) }, X87Handlers.duplicate) { (0, $0) },
        "FLD1": constant { trapline_x87_fld1($0, $1) },
        "FLDL2T": constant { trapline_x87_fldl2t($0, $1) },
        "FLDL2E": constant { trapline_x87_fldl2e($0, $1) },
        "FLDPI": constant { trapline_x87_fldpi($0, $1) },
        "FLDLG2": constant { trapline_x87_fldlg2($0, $1) },
        "FLDLN2": constant { trapline_x87_fldln2($0, $1) },
        "FLDZ": constant { trapline_x87_fldz($0, $1) },

        "FST m": storing(pops: false), "FSTP m": storing(pops: true),
        "FIST m": FloatingEmitters.x87 { p, i throws(GuestFault) in try storeInteger(p, i, pops: false) },
        "FISTP m": FloatingEmitters.x87 { p, i throws(GuestFault) in try storeInteger(p, i, pops: true) },
        "FISTTP m": FloatingEmitters.x87(storeTruncated),
        "FBSTP m": FloatingEmitters.x87 { p, i throws(GuestFault) in
            var decimal = TraplineExtended.indefinite
            let outcome = p.x87.convert { trapline_x87_store_decimal(&$0, &decimal, $1) }
            if outcome.isStored { try p.writeExtended(i, decimal) } else { try p.probeArea(i, size: 10) }
            p.x87.finish(outcome, pops: true)
        },
        "FST st(i)": copying(pops: false), "FSTP st(i)": copying(pops: true),
        // Where there is nothing it stores nothing, raises nothing, and pops.
        "FSTPNCE": FloatingEmitters.stack { x87, i in
            x87.clearC1()
            if !x87.isEmpty(0) { x87.put(x87[0], at: Int(i.low & 7)) }
            x87.pop()
        },

        "FXCH": X87Handlers.stack(
            FloatingEmitters.stack { x87, i in x87.exchange(with: Int(i.low & 7)) }, X87Handlers.exchange) { ($0, 0) },
        "FCMOVB": moveIf { $0.cf }, "FCMOVNB": moveIf { !$0.cf },
        "FCMOVE": moveIf { $0.zf }, "FCMOVNE": moveIf { !$0.zf },
        "FCMOVBE": moveIf { $0.cf || $0.zf }, "FCMOVNBE": moveIf { !$0.cf && !$0.zf },
        "FCMOVU": moveIf { $0.pf }, "FCMOVNU": moveIf { !$0.pf },
        "FDECSTP": FloatingEmitters.stack { x87, _ in
            x87.top -= 1
            x87.clearC1()
        },
        "FINCSTP": FloatingEmitters.stack { x87, _ in
            x87.top += 1
            x87.clearC1()
        },
        "FNOP": FloatingEmitters.stack { _, _ in },
        // The manuals leave C0 to C3 undefined; processors clear C1.
        "FFREE": FloatingEmitters.stack { x87, i in
            x87.clearC1()
            x87.free(Int(i.low & 7))
        },
        "FFREEP": FloatingEmitters.stack { x87, i in
            x87.clearC1()
            x87.free(Int(i.low & 7))
            x87.pop()
        },
    ]

    private static func storing(pops: Bool) -> Emitter {
        let cold = FloatingEmitters.x87 { p, i throws(GuestFault) in try store(p, i, pops: pops) }
        return X87Handlers.memory(cold, pops: pops) { X87Handlers.stores($0) }
    }

    private static func copying(pops: Bool) -> Emitter {
        let cold = FloatingEmitters.stack { x87, i in x87.copy(to: Int(i.low & 7), pops: pops) }
        return X87Handlers.stack(cold, X87Handlers.copy, pops: pops) { ($0, 0) }
    }

    private static func constant(
        _ function: @escaping @Sendable (UnsafeMutablePointer<TraplineExtended>, UInt16) -> Void
    ) -> Emitter {
        FloatingEmitters.stack { x87, _ in
            var value = TraplineExtended()
            function(&value, x87.control)
            x87.load(value)
        }
    }

    private static func moveIf(_ condition: @escaping @Sendable (Core) -> Bool) -> Emitter {
        FloatingEmitters.x87 { p, i in p.x87.move(from: Int(i.low & 7), if: condition(p.core)) }
    }

    /// D9 and DD: 4 and 8 bytes; DB: all of a register.
    private static func load(_ p: X86Processor, _ i: DecodedInstruction) throws(GuestFault) {
        switch i.opcode & 7 {
        case 1:
            let single = UInt32(truncatingIfNeeded: try p.read(i, size: 4))
            p.x87.load(single: single)
        case 5:
            let double = try p.read(i, size: 8)
            p.x87.load(double: double)
        default:
            let value = try p.readExtended(i)
            p.x87.load(value)
        }
    }

    /// DF /0, DB /0 and DF /5: 2, 4 and 8 bytes. Likewise of the stores /2 and /3, and DF /7.
    private static func integerSize(_ i: DecodedInstruction) -> Int {
        if i.opcode & 7 == 3 { return 4 }
        return i.modRM >> 3 & 5 == 5 ? 8 : 2
    }

    private static func loadInteger(_ p: X86Processor, _ i: DecodedInstruction) throws(GuestFault) {
        let size = integerSize(i)
        let unused = Int64(64 - 8 * size)
        let value = Int64(bitPattern: try p.read(i, size: size) << UInt64(unused)) >> unused
        p.x87.load(TraplineExtended(value))
    }

    private static func store(_ p: X86Processor, _ i: DecodedInstruction, pops: Bool) throws(GuestFault) {
        switch i.opcode & 7 {
        case 1:
            var single: UInt32 = 0xFFC0_0000
            let outcome = p.x87.convert { trapline_x87_store32(&$0, &single, $1) }
            if outcome.isStored { try p.write(i, UInt64(single), size: 4) } else { try p.probeStore(i, size: 4) }
            p.x87.finish(outcome, pops: pops)
        case 5:
            var double: UInt64 = 0xFFF8_0000_0000_0000
            let outcome = p.x87.convert { trapline_x87_store64(&$0, &double, $1) }
            if outcome.isStored { try p.write(i, double, size: 8) } else { try p.probeStore(i, size: 8) }
            p.x87.finish(outcome, pops: pops)
        default:
            var value = TraplineExtended.indefinite
            let outcome = p.x87.convert { whole, _ in
                value = whole
                return TRAPLINE_X87_MOVED
            }
            if outcome.isStored { try p.writeExtended(i, value) } else { try p.probeArea(i, size: 10) }
            p.x87.finish(outcome, pops: pops)
        }
    }

    private static func storeInteger(_ p: X86Processor, _ i: DecodedInstruction, pops: Bool) throws(GuestFault) {
        let size = integerSize(i)
        try storeInteger(p, i, size: size, pops: pops) { value, integer, control in
            switch size {
            case 2:
                var short = UInt16(truncatingIfNeeded: integer)
                defer { integer = UInt64(short) }
                return trapline_x87_integer16(&value, &short, control)
            case 4:
                var word = UInt32(truncatingIfNeeded: integer)
                defer { integer = UInt64(word) }
                return trapline_x87_integer32(&value, &word, control)
            default: return trapline_x87_integer64(&value, &integer, control)
            }
        }
    }

    /// DF /1, DB /1 and DD /1: 2, 4 and 8 bytes.
    private static func storeTruncated(_ p: X86Processor, _ i: DecodedInstruction) throws(GuestFault) {
        let size = i.opcode & 7 == 3 ? 4 : i.opcode & 7 == 5 ? 8 : 2
        try storeInteger(p, i, size: size, pops: true) { value, integer, control in
            switch size {
            case 2:
                var short = UInt16(truncatingIfNeeded: integer)
                defer { integer = UInt64(short) }
                return trapline_x87_truncated16(&value, &short, control)
            case 4:
                var word = UInt32(truncatingIfNeeded: integer)
                defer { integer = UInt64(word) }
                return trapline_x87_truncated32(&value, &word, control)
            default: return trapline_x87_truncated64(&value, &integer, control)
            }
        }
    }

    private static func storeInteger(
        _ p: X86Processor, _ i: DecodedInstruction, size: Int, pops: Bool,
        _ function: (inout TraplineExtended, inout UInt64, UInt16) -> UInt32
    ) throws(GuestFault) {
        // The indefinite integer is the smallest.
        var integer = UInt64(1) << UInt64(8 * size - 1)
        let outcome = p.x87.convert { function(&$0, &integer, $1) }
        if outcome.isStored { try p.write(i, integer, size: size) } else { try p.probeStore(i, size: size) }
        p.x87.finish(outcome, pops: pops)
    }
}

/// What a store will do, before anything has changed.
struct X87Store {
    /// What the host's unit said; nil: there is nothing on the stack.
    var outcome: UInt32?
    var isStored: Bool
}

extension X87State {
    /// Puts a number on the stack, if there is room.
    mutating func load(_ value: TraplineExtended) {
        guard isEmpty(7) else {
            if stackFault(isOverflow: true) { push(.indefinite) }
            return
        }
        clearC1()
        push(value)
    }

    /// Likewise one that has to be converted.
    mutating func load(_ function: (inout TraplineExtended, UInt16) -> UInt32) {
        guard isEmpty(7) else {
            if stackFault(isOverflow: true) { push(.indefinite) }
            return
        }
        var value = TraplineExtended()
        let outcome = function(&value, control)
        if outcome & TRAPLINE_X87_MOVED != 0 { push(value) }
        note(outcome)
    }

    /// The top, converted for a store. Where the stack is empty, what the function would have stored into is stored as
    /// it is: the indefinite number.
    func convert(_ function: (inout TraplineExtended, UInt16) -> UInt32) -> X87Store {
        guard !isEmpty(0) else { return X87Store(outcome: nil, isStored: control & X87Status.invalid != 0) }
        var value = self[0]
        let outcome = function(&value, control)
        return X87Store(outcome: outcome, isStored: outcome & TRAPLINE_X87_MOVED != 0)
    }

    mutating func finish(_ store: X87Store, pops: Bool) {
        if let outcome = store.outcome { note(outcome) } else { _ = stackFault(isOverflow: false) }
        if pops, store.isStored { pop() }
    }

    mutating func copy(to place: Int, pops: Bool) {
        if isEmpty(0) {
            guard stackFault(isOverflow: false) else { return }
            put(.indefinite, at: place)
        } else {
            clearC1()
            put(self[0], at: place)
        }
        if pops { pop() }
    }

    mutating func exchange(with place: Int) {
        if isEmpty(0) || isEmpty(place) {
            guard stackFault(isOverflow: false) else { return }
            if isEmpty(0) { put(.indefinite, at: 0) }
            if isEmpty(place) { put(.indefinite, at: place) }
        } else {
            clearC1()
        }
        let value = self[0]
        self[0] = self[place]
        self[place] = value
    }

    mutating func move(from place: Int, if condition: Bool) {
        if isEmpty(0) || isEmpty(place) {
            if stackFault(isOverflow: false) { put(.indefinite, at: 0) }
            return
        }
        // C1 stays.
        if condition { self[0] = self[place] }
    }
}

extension X86Processor {
    /// Ten bytes.
    func readExtended(_ i: DecodedInstruction) throws(GuestFault) -> TraplineExtended {
        let significand = try read(i, size: 8)
        let rest = try read(i, size: 2, plus: 8)
        return TraplineExtended(significand: significand, signExponent: UInt16(truncatingIfNeeded: rest))
    }

    /// A store that an exception keeps from being done is refused where it would have been.
    func probeStore(_ i: DecodedInstruction, size: Int) throws(GuestFault) {
        let address = try linearAddress(i, size: size, isWrite: true)
        try probeWrite(linear: address, size: size, stack: i.memory.segment == 2)
    }

    func writeExtended(_ i: DecodedInstruction, _ value: TraplineExtended) throws(GuestFault) {
        // The last bytes may lie in another page: nothing is stored if they cannot be.
        try probeArea(i, size: 10)
        try write(i, value.significand, size: 8)
        try write(i, UInt64(value.signExponent), size: 2, plus: 8)
    }
}
