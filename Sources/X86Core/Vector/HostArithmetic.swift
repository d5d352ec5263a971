import CHostVector

// SSE arithmetic is done by the host's own. While a run lasts the host's MXCSR holds the guest's rounding, denormals
// and the flags of what was executed since; all its exceptions are masked. Whatever is called from within a run must
// not compute with floating point itself: its flags would become the guest's.

/// Bits of MXCSR: Intel SDM volume 1, section 10.2.3.
enum MXCSR {
    static let flags: UInt32 = 0x3F
    /// Invalid operation, denormal, division by zero: they are found before anything is computed.
    static let early: UInt32 = 0x07
    static let underflow: UInt32 = 1 << 4
    static let denormalsAreZero: UInt32 = 1 << 6
    static let masks: UInt32 = 0x1F80
    static let underflowMask: UInt32 = 1 << 11
    static let rounding: UInt32 = 3 << 13
    static let flushToZero: UInt32 = 1 << 15
    /// What the processor has of it; FXSAVE stores it as MXCSR_MASK.
    static let present: UInt32 = 0xFFFF
}

extension ProcessorState {
    /// Some exception of SSE arithmetic reaches the guest.
    var unmasksVector: Bool { mxcsr & MXCSR.masks != MXCSR.masks }

    /// What the host's MXCSR has to be, with no flag set. Results are not flushed where underflow is not masked.
    fileprivate var hostControl: UInt32 {
        let kept = mxcsr & (MXCSR.denormalsAreZero | MXCSR.rounding | MXCSR.flushToZero) | MXCSR.masks
        return mxcsr & MXCSR.underflowMask == 0 ? kept & ~MXCSR.flushToZero : kept
    }
}

extension X86Processor {
    /// A run begins: the host computes by the guest's rules.
    func enterHostArithmetic() {
        state.pointee.hostMXCSR = host_mxcsr()
        host_set_mxcsr(state.pointee.hostControl)
    }

    /// A run ends: the guest gets its flags, the host its own rules.
    func leaveHostArithmetic() {
        guard state.pointee.hostMXCSR != 0 else { return }
        state.pointee.mxcsr |= host_mxcsr() & MXCSR.flags
        host_set_mxcsr(state.pointee.hostMXCSR)
        state.pointee.hostMXCSR = 0
    }

    /// For what may compute with floating point on the way: devices, and whatever makes tables when it is first asked.
    func withOwnArithmetic<Result>(_ body: () throws(GuestFault) -> Result) throws(GuestFault) -> Result {
        let isRunning = state.pointee.hostMXCSR != 0
        leaveHostArithmetic()
        defer { if isRunning { enterHostArithmetic() } }
        return try body()
    }

    /// MXCSR as the guest sees it.
    func readMXCSR() -> UInt32 {
        guard state.pointee.hostMXCSR != 0 else { return state.pointee.mxcsr }
        return state.pointee.mxcsr | host_mxcsr() & MXCSR.flags
    }

    /// The instruction that calls this must end its block: whether exceptions are masked is a part of the mode. It has
    /// refused bits that are not `MXCSR.present`.
    func writeMXCSR(_ value: UInt32) {
        let unmasked = state.pointee.unmasksVector
        state.pointee.mxcsr = value & MXCSR.present
        if state.pointee.hostMXCSR != 0 { host_set_mxcsr(state.pointee.hostControl) }
        if unmasked != state.pointee.unmasksVector { modeChanged() }
    }
}

// MARK: - Exceptions that are not masked

/// Which elements of a result can be tiny: a denormal is an underflow even where it is exact if underflow is not
/// masked (SDM volume 1, section 11.5.2.5), and the host, with everything masked, does not say so.
enum TinyResult: UInt8 {
    case never, oneSingle, twoSingles, fourSingles, oneDouble, twoDoubles
}

extension BlockBuilder {
    /// Micro-ops that compute: where exceptions are not masked, their results are taken back if one comes up.
    /// - Parameter target: number of the register that is written, vector or general.
    /// - Parameter isWide: both halves of the vector register may be tiny.
    mutating func guarded(
        _ target: UInt8, _ tiny: TinyResult = .never, isWide: Bool = false, _ body: (inout BlockBuilder) -> Void
    ) {
        guard mode.unmasksVector else { return body(&self) }
        emit(UnmaskedExceptions.begin, a: target)
        body(&self)
        emit(UnmaskedExceptions.finish, a: target, b: tiny.rawValue, c: isWide ? 1 : 0)
    }
}

enum UnmaskedExceptions {
    /// Keeps what the instruction may change, and clears the host's flags.
    static let begin: Handler = { c, o in
        Core(c).processor.beginUnmasked(Op(o))
        return next(c, o)
    }

    /// Raises what is not masked, with everything but the flags as it was.
    static let finish: Handler = { c, o in next(c, o, if: Core(c).processor.finishUnmasked(Op(o))) }
}

extension X86Processor {
    fileprivate func beginUnmasked(_ op: Op) {
        state.pointee.mxcsr |= host_mxcsr() & MXCSR.flags
        host_set_mxcsr(state.pointee.hostControl)
        core.copyWide(to: VectorRegister.t1, from: op.a)
        core[Register.t2] = core[op.a]
        state.pointee.scratch = state.pointee.flagResult
        state.pointee.scratchHigh = state.pointee.flagCarries
    }

    fileprivate func finishUnmasked(_ op: Op) -> Bool {
        let unmasked = ~(state.pointee.mxcsr >> 7) & MXCSR.flags
        var found = host_mxcsr() & MXCSR.flags
        let isUnderflow = isTiny(op, op.a) || op.c != 0 && isTiny(op, VectorRegister.upper(op.a))
        if unmasked & MXCSR.underflow != 0, isUnderflow { found |= MXCSR.underflow }
        guard found & unmasked != 0 else { return true }
        // After an exception that is found early nothing is computed, so that nothing can overflow or be inexact.
        if found & unmasked & MXCSR.early != 0 { found &= MXCSR.early }
        // With an overflow or underflow, PE says that the result is inexact as it stands, and not, as a processor does,
        // whether it would be with an exponent without bounds.
        state.pointee.mxcsr |= found
        host_set_mxcsr(state.pointee.hostControl)
        core.copyWide(to: op.a, from: VectorRegister.t1)
        core[op.a] = core[Register.t2]
        state.pointee.flagResult = state.pointee.scratch
        state.pointee.flagCarries = state.pointee.scratchHigh
        // SDM volume 3, section 2.5: without OSXMMEXCPT an invalid opcode.
        return raises(control.cr4 & CR4.osxmmexcpt != 0 ? .simd : .invalidOpcode)
    }

    private func isTiny(_ op: Op, _ number: UInt8) -> Bool {
        let vector = core.vector(number)
        func single(_ index: Int) -> Bool { vector.load(fromByteOffset: 4 * index, as: Float.self).isSubnormal }
        func double(_ index: Int) -> Bool { vector.load(fromByteOffset: 8 * index, as: Double.self).isSubnormal }
        switch TinyResult(rawValue: op.b) ?? .never {
        case .never: return false
        case .oneSingle: return single(0)
        case .twoSingles: return single(0) || single(1)
        case .fourSingles: return (0..<4).contains(where: single)
        case .oneDouble: return double(0)
        case .twoDoubles: return double(0) || double(1)
        }
    }
}
