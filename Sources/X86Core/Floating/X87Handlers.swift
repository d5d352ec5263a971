import CHostArithmetic

/// What compiled code does most with the x87, as micro-ops of their own: loads, stores, the four operations, moves
/// within the stack. In real and virtual-8086 mode, where the pointers of the last instruction are other ones, the
/// cold bodies do it.
enum X87Handlers {
    typealias Raw = UnsafeMutableRawPointer

    /// - Parameter cold: the same for real mode.
    static func memory(
        _ cold: @escaping Emitter, a: UInt8 = 0, pops: Bool = false,
        _ handler: @escaping @Sendable (DecodedInstruction) -> Handler?
    ) -> Emitter {
        { builder, i in
            guard !builder.mode.isReal, let chosen = handler(i) else { return cold(&builder, i) }
            builder.emitMemory(chosen, a: a, d: pops ? 1 : 0, immediate: opcode(i))
        }
    }

    /// - Parameter places: of the destination and of the source, by the number in the opcode.
    static func stack(
        _ cold: @escaping Emitter, _ handler: @escaping Handler, a: UInt8 = 0, pops: Bool = false,
        places: @escaping @Sendable (UInt8) -> (destination: UInt8, source: UInt8)
    ) -> Emitter {
        { builder, i in
            guard !builder.mode.isReal else { return cold(&builder, i) }
            let (destination, source) = places(i.low & 7)
            builder.emit(handler, a: a, b: destination, c: source, d: pops ? 1 : 0, immediate: opcode(i))
        }
    }

    private static func opcode(_ i: DecodedInstruction) -> UInt64 { UInt64(i.opcode & 7) << 8 | UInt64(i.modRM) }

    // MARK: - With an operand in storage

    /// The operation `a` of the arithmetic group.
    static func arithmetic(_ i: DecodedInstruction) -> Handler {
        switch i.opcode >> 1 & 3 {
        case 0:
            return { c, o in
                next(c, o, if: X87Handlers.load(c, o, UInt32.self) { $0.calculate(UInt32(Op(o).a), with: .single($1)) })
            }
        case 1:
            return { c, o in
                next(c, o, if: X87Handlers.load(c, o, UInt32.self) { $0.calculate(UInt32(Op(o).a), with: .integer32($1)) })
            }
        case 2:
            return { c, o in
                next(c, o, if: X87Handlers.load(c, o, UInt64.self) { $0.calculate(UInt32(Op(o).a), with: .double($1)) })
            }
        default:
            return { c, o in
                next(c, o, if: X87Handlers.load(c, o, UInt16.self) { $0.calculate(UInt32(Op(o).a), with: .integer16($1)) })
            }
        }
    }

    static func loads(_ i: DecodedInstruction) -> Handler {
        switch i.opcode & 7 {
        case 1: return { c, o in next(c, o, if: X87Handlers.load(c, o, UInt32.self) { $0.load(single: $1) }) }
        case 5: return { c, o in next(c, o, if: X87Handlers.load(c, o, UInt64.self) { $0.load(double: $1) }) }
        default: return { c, o in next(c, o, if: X87Handlers.loadWhole(c, o)) }
        }
    }

    /// Pops where `d` says so.
    static func stores(_ i: DecodedInstruction) -> Handler {
        switch i.opcode & 7 {
        case 1:
            return { c, o in
                next(c, o, if: X87Handlers.store(c, o, indefinite: 0xFFC0_0000 as UInt32) { trapline_x87_store32($0, $1, $2) })
            }
        case 5:
            return { c, o in
                next(c, o, if: X87Handlers.store(c, o, indefinite: 0xFFF8 << 48 as UInt64) { trapline_x87_store64($0, $1, $2) })
            }
        default: return { c, o in next(c, o, if: X87Handlers.storeWhole(c, o)) }
        }
    }

    @inline(__always)
    private static func load<Word: GuestWord>(
        _ c: Raw, _ o: Raw, _ type: Word.Type, _ body: (inout X87State, Word) -> Void
    ) -> Bool {
        let core = Core(c)
        let op = Op(o)
        let processor = core.processor
        if processor.x87.isPending { return processor.raises(.floatingPoint) }
        guard let address = core.address(op, size: UInt64(MemoryLayout<Word>.size), isWrite: false),
            let value = core.load(op, at: address, type)
        else { return false }
        body(&processor.x87, value)
        processor.noteX87(op, operand: core.effectiveAddress(op))
        return true
    }

    private static func loadWhole(_ c: Raw, _ o: Raw) -> Bool {
        let core = Core(c)
        let op = Op(o)
        let processor = core.processor
        if processor.x87.isPending { return processor.raises(.floatingPoint) }
        guard let address = core.address(op, size: 10, isWrite: false),
            let significand = core.load(op, at: address, UInt64.self),
            let rest = core.load(op, at: processor.truncated(address &+ 8), UInt16.self)
        else { return false }
        processor.x87.load(TraplineExtended(significand: significand, signExponent: rest))
        processor.noteX87(op, operand: core.effectiveAddress(op))
        return true
    }

    /// Never a part of the handler: what it keeps on the host's stack must be gone before the next one begins.
    @inline(never)
    private static func store<Word: GuestWord>(
        _ c: Raw, _ o: Raw, indefinite: Word,
        _ function: (UnsafePointer<TraplineExtended>, UnsafeMutablePointer<Word>, UInt16) -> UInt32
    ) -> Bool {
        let core = Core(c)
        let op = Op(o)
        let processor = core.processor
        if processor.x87.isPending { return processor.raises(.floatingPoint) }
        var word = indefinite
        let outcome = processor.x87.convert { function(&$0, &word, $1) }
        guard let address = core.address(op, size: UInt64(MemoryLayout<Word>.size), isWrite: true) else { return false }
        // What cannot be stored there is refused even where an exception leaves nothing to store.
        if outcome.isStored {
            guard core.store(op, at: address, word) else { return false }
        } else {
            guard core.load(op, at: address, Word.self, forWriting: true) != nil else { return false }
        }
        processor.x87.finish(outcome, pops: op.d != 0)
        processor.noteX87(op, operand: core.effectiveAddress(op))
        return true
    }

    private static func storeWhole(_ c: Raw, _ o: Raw) -> Bool {
        let core = Core(c)
        let op = Op(o)
        let processor = core.processor
        if processor.x87.isPending { return processor.raises(.floatingPoint) }
        var value = TraplineExtended.indefinite
        let outcome = processor.x87.convert { whole, _ in
            value = whole
            return TRAPLINE_X87_MOVED
        }
        // The last bytes may lie in another page: nothing is stored if they cannot be.
        guard let address = core.address(op, size: 10, isWrite: true),
            core.load(op, at: address, UInt64.self, forWriting: true) != nil,
            core.load(op, at: processor.truncated(address &+ 8), UInt16.self, forWriting: true) != nil
        else { return false }
        if outcome.isStored {
            guard core.store(op, at: address, value.significand),
                core.store(op, at: processor.truncated(address &+ 8), value.signExponent)
            else { return false }
        }
        processor.x87.finish(outcome, pops: op.d != 0)
        processor.noteX87(op, operand: core.effectiveAddress(op))
        return true
    }

    // MARK: - On the stack alone

    /// The operation `a`, from place `c` into place `b`; then a pop if `d`.
    static let calculate: Handler = { c, o in
        next(c, o, if: X87Handlers.change(c, o) { x87, op in
            x87.calculate(UInt32(op.a), into: Int(op.b), with: Int(op.c), pops: op.d != 0)
        })
    }

    static let copy: Handler = { c, o in
        next(c, o, if: X87Handlers.change(c, o) { x87, op in x87.copy(to: Int(op.b), pops: op.d != 0) })
    }

    static let duplicate: Handler = { c, o in
        next(c, o, if: X87Handlers.change(c, o) { x87, op in x87.load(from: Int(op.c)) })
    }

    static let exchange: Handler = { c, o in
        next(c, o, if: X87Handlers.change(c, o) { x87, op in x87.exchange(with: Int(op.b)) })
    }

    @inline(__always)
    private static func change(_ c: Raw, _ o: Raw, _ body: (inout X87State, Op) -> Void) -> Bool {
        let processor = Core(c).processor
        if processor.x87.isPending { return processor.raises(.floatingPoint) }
        body(&processor.x87, Op(o))
        processor.noteX87(Op(o), operand: nil)
        return true
    }
}

extension X86Processor {
    /// The pointers of the last instruction, not in real mode.
    @inline(__always)
    fileprivate func noteX87(_ op: Op, operand: UInt64?) {
        x87.lastInstruction = cut(core[Register.block] &+ UInt64(op.at.pointee.offset))
        if let operand { x87.lastOperand = operand }
        x87.lastOpcode = UInt16(truncatingIfNeeded: op.immediate)
    }
}

extension X87State {
    /// FLD of 4 bytes. What is normal keeps its value and raises nothing.
    mutating func load(single bits: UInt32) {
        let exponent = UInt16(truncatingIfNeeded: bits >> 23) & 0xFF
        guard exponent != 0, exponent != 0xFF else {
            var bits = bits
            return load { trapline_x87_load32(&$0, &bits, $1) }
        }
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let significand = 1 << 63 | UInt64(bits & 0x7F_FFFF) << 40
        load(TraplineExtended(significand: significand, signExponent: sign | exponent &+ (16383 - 127)))
    }

    /// FLD of 8 bytes, likewise.
    mutating func load(double bits: UInt64) {
        let exponent = UInt16(truncatingIfNeeded: bits >> 52) & 0x7FF
        guard exponent != 0, exponent != 0x7FF else {
            var bits = bits
            return load { trapline_x87_load64(&$0, &bits, $1) }
        }
        let sign = UInt16(truncatingIfNeeded: bits >> 48) & 0x8000
        let significand = 1 << 63 | bits << 11
        load(TraplineExtended(significand: significand, signExponent: sign | exponent &+ (16383 - 1023)))
    }

    /// FLD of a place on the stack.
    mutating func load(from place: Int) {
        if isEmpty(place) {
            if stackFault(isOverflow: false) { push(.indefinite) }
        } else {
            load(self[place])
        }
    }
}
