// YMM registers, as two vector registers of 16 bytes each: see `VectorRegister.upper`.

extension Core {
    /// Both halves.
    @inline(__always) func copyWide(to target: UInt8, from source: UInt8) {
        let low = vector(source).load(as: SIMD2<UInt64>.self)
        let high = vector(VectorRegister.upper(source)).load(as: SIMD2<UInt64>.self)
        vector(target).storeBytes(of: low, as: SIMD2<UInt64>.self)
        vector(VectorRegister.upper(target)).storeBytes(of: high, as: SIMD2<UInt64>.self)
    }

    @inline(__always) func clear(_ number: UInt8) {
        vector(number).storeBytes(of: SIMD2<UInt64>.zero, as: SIMD2<UInt64>.self)
    }

    /// An element of a YMM register, by its number from the low end.
    @inline(__always) func element<Word: GuestWord>(_ number: UInt8, _ index: Int, _ type: Word.Type) -> Word {
        let inHalf = 16 / MemoryLayout<Word>.size
        let half = index < inHalf ? number : VectorRegister.upper(number)
        return vector(half).load(fromByteOffset: (index & (inHalf &- 1)) &* MemoryLayout<Word>.size, as: Word.self)
    }

    @inline(__always) func setElement<Word: GuestWord>(_ number: UInt8, _ index: Int, _ value: Word) {
        let inHalf = 16 / MemoryLayout<Word>.size
        let half = index < inHalf ? number : VectorRegister.upper(number)
        let offset = (index & (inHalf &- 1)) &* MemoryLayout<Word>.size
        vector(half).storeBytes(of: value, toByteOffset: offset, as: Word.self)
    }
}

enum WideRegisters {
    /// Both halves of `a` get those of `b`.
    static let copy: Handler = { c, o in
        Core(c).copyWide(to: Op(o).a, from: Op(o).b)
        return next(c, o)
    }

    /// The lower half, and the upper one is cleared, as every instruction with a VEX prefix and 16 bytes leaves it.
    static let copyClearing: Handler = { c, o in
        Core(c).copyVector(to: Op(o).a, from: Op(o).b)
        Core(c).clear(VectorRegister.upper(Op(o).a))
        return next(c, o)
    }

    /// All 16 bytes of vector register `a`.
    static let clear: Handler = { c, o in
        Core(c).clear(Op(o).a)
        return next(c, o)
    }

    /// The upper halves of the registers below `a`.
    private static let clearUpper: Handler = { c, o in
        for number in 0..<Op(o).a { Core(c).clear(VectorRegister.upper(number)) }
        return next(c, o)
    }

    private static let clearAll: Handler = { c, o in
        for number in 0..<Op(o).a {
            Core(c).clear(number)
            Core(c).clear(VectorRegister.upper(number))
        }
        return next(c, o)
    }

    static let table: [String: Emitter] = [
        "VZEROUPPER": { b, _ in b.emit(clearUpper, a: b.mode.isLong64 ? 16 : 8) },
        "VZEROALL": { b, _ in b.emit(clearAll, a: b.mode.isLong64 ? 16 : 8) },
    ]
}

/// The immediate as each half's instruction has it.
typealias Controls = @Sendable (UInt8) -> (low: UInt8, high: UInt8)

extension BlockBuilder {
    var control: UInt8 { UInt8(truncatingIfNeeded: instruction.immediate) }

    /// The vector register that holds the rm operand of up to 32 bytes.
    mutating func wideSource(size: Int) -> UInt8 {
        guard size == 32 else { return vectorSource(size: size) }
        guard instruction.isMemory else { return instruction.rm }
        emitMemory(WideAccess.load(isAligned: requiresAlignment), a: VectorRegister.t0)
        return VectorRegister.t0
    }

    /// `target` gets what an instruction of the first operand and the second makes of them, half by half. The handler
    /// finds the first operand in its destination, as those of SSE do.
    /// - Parameter isWide: all 32 bytes; else the upper half is cleared.
    /// - Parameter sharesSecond: both halves are made with the second operand's lower half.
    mutating func halves(
        _ handler: Handler, _ target: UInt8, _ first: UInt8, _ second: UInt8, isWide: Bool,
        _ controls: (low: UInt8, high: UInt8) = (0, 0), d: UInt8 = 0, sharesSecond: Bool = false
    ) {
        var second = second
        if target != first {
            if target == second {
                second = VectorRegister.t2
                emit(WideRegisters.copy, a: second, b: target)
            }
            emit(isWide ? WideRegisters.copy : WideRegisters.copyClearing, a: target, b: first)
        } else if !isWide {
            emit(WideRegisters.clear, a: VectorRegister.upper(target))
        } else if sharesSecond, target == second {
            // The lower half would be gone before the upper one is made.
            second = VectorRegister.t2
            emit(VectorMoves.copy, a: second, b: target)
        }
        emit(handler, a: target, b: second, c: controls.low, d: d)
        guard isWide else { return }
        let other = sharesSecond ? second : VectorRegister.upper(second)
        emit(handler, a: VectorRegister.upper(target), b: other, c: controls.high, d: d)
    }

    /// Likewise of one operand alone.
    mutating func halves(
        _ handler: Handler, _ target: UInt8, of source: UInt8, isWide: Bool,
        _ controls: (low: UInt8, high: UInt8) = (0, 0)
    ) {
        emit(handler, a: target, b: source, c: controls.low)
        let upper = VectorRegister.upper(target)
        if isWide {
            emit(handler, a: upper, b: VectorRegister.upper(source), c: controls.high)
        } else {
            emit(WideRegisters.clear, a: upper)
        }
    }

    /// Elements made wider: the second half comes from `size` bytes further on in the source's lower half.
    mutating func widened(_ handler: Handler, _ target: UInt8, of source: UInt8, size: UInt8, isWide: Bool) {
        if isWide {
            emit(VectorMoves.copy, a: VectorRegister.t2, b: source)
            emit(WideOrders.moveDown, a: VectorRegister.t2, c: size)
            emit(handler, a: VectorRegister.upper(target), b: VectorRegister.t2)
        } else {
            emit(WideRegisters.clear, a: VectorRegister.upper(target))
        }
        emit(handler, a: target, b: source)
    }

    /// Elements made narrower: both halves of the source come to the lower half of the target.
    mutating func narrowed(_ handler: Handler, _ target: UInt8, of source: UInt8, isWide: Bool) {
        guard isWide else { return halves(handler, target, of: source, isWide: false) }
        emit(handler, a: VectorRegister.t2, b: source)
        emit(handler, a: VectorRegister.t3, b: VectorRegister.upper(source))
        emit(VectorMoves.copyHalf, a: VectorRegister.t2, b: VectorRegister.t3, c: 1, d: 0)
        emit(WideRegisters.copyClearing, a: target, b: VectorRegister.t2)
    }
}
