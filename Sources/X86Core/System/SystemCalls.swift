// SYSCALL, SYSENTER and their returns, which load segments without a table. Intel SDM volume 2 under their names;
// volume 3, section 5.8.7 and 5.8.8.

extension X86Processor {
    private enum FlatRights {
        static let code64: UInt16 = 0xA09B, code32: UInt16 = 0xC09B, data: UInt16 = 0xC093
    }

    private func loadFlat(code: UInt16, stack: UInt16, rights: UInt16, level: Int) {
        let user = UInt16(level) << 5
        state.pointee.segments[SegmentNumber.cs] = Segment(
            selector: code, attributes: rights | user, limit: .max, base: 0)
        state.pointee.segments[SegmentNumber.ss] = Segment(
            selector: stack, attributes: FlatRights.data | user, limit: .max, base: 0)
        control.cpl = level
        modeChanged()
    }

    /// TF counts as these instructions leave it: with FMASK set the handler is not stepped into, and after SYSRET the
    /// program's own SYSCALL is what has been stepped over.
    private func stepAfterwards() {
        stepsNot = true
        guard state.pointee.systemFlags & Flag.tf != 0 else { return }
        debugPending |= DR6.step
        lookUp()
    }

    func systemCall() {
        core[Register.cx] = nextIP
        core[11] = core.flags & ~Flag.rf
        let kept = core.flags & ~control.fmask & ~Flag.rf
        state.pointee.systemFlags = kept & Flag.system
        core.statusFlags = kept
        let selector = UInt16(truncatingIfNeeded: control.star >> 32) & 0xFFFC
        loadFlat(code: selector, stack: selector &+ 8, rights: FlatRights.code64, level: 0)
        nextIP = control.lstar
        stepAfterwards()
    }

    func systemReturn(size: Int) throws(GuestFault) {
        let selector = UInt16(truncatingIfNeeded: control.star >> 48)
        let target = size == 8 ? core[Register.cx] : core[Register.cx] & 0xFFFF_FFFF
        guard isCanonical(target) else { throw .protection() }
        let image = core[11] & 0x3C_7FD7
        let old = state.pointee.systemFlags
        state.pointee.systemFlags = image & Flag.system & ~(Flag.rf | Flag.vm)
        core.statusFlags = image
        loadFlat(
            code: (selector &+ (size == 8 ? 16 : 0)) | 3, stack: (selector &+ 8) | 3,
            rights: size == 8 ? FlatRights.code64 : FlatRights.code32, level: 3)
        nextIP = target
        flagsChanged(from: old)
        stepAfterwards()
    }

    func systemEnter() throws(GuestFault) {
        let selector = UInt16(truncatingIfNeeded: control.sysenterCS)
        guard control.cr0 & CR0.pe != 0, !isNull(selector) else { throw .protection() }
        state.pointee.systemFlags &= ~(Flag.vm | Flag.interrupt | Flag.rf)
        loadFlat(
            code: selector & 0xFFFC, stack: (selector & 0xFFFC) &+ 8,
            rights: isLongMode ? FlatRights.code64 : FlatRights.code32, level: 0)
        core[Register.sp] = isLongMode ? control.sysenterESP : control.sysenterESP & 0xFFFF_FFFF
        nextIP = isLongMode ? control.sysenterEIP : control.sysenterEIP & 0xFFFF_FFFF
    }

    func systemExit(size: Int) throws(GuestFault) {
        let selector = UInt16(truncatingIfNeeded: control.sysenterCS) & 0xFFFC
        guard control.cr0 & CR0.pe != 0, selector != 0 else { throw .protection() }
        let isLong = size == 8
        let target = isLong ? core[Register.dx] : core[Register.dx] & 0xFFFF_FFFF
        let pointer = isLong ? core[Register.cx] : core[Register.cx] & 0xFFFF_FFFF
        guard isCanonical(target), isCanonical(pointer) else { throw .protection() }
        loadFlat(
            code: (selector &+ (isLong ? 32 : 16)) | 3, stack: (selector &+ (isLong ? 40 : 24)) | 3,
            rights: isLong ? FlatRights.code64 : FlatRights.code32, level: 3)
        core[Register.sp] = pointer
        nextIP = target
    }
}

enum SystemCallEmitters {
    static let table: [String: Emitter] = [
        "SYSCALL": SystemEmitters.ending { p, _ throws(GuestFault) in p.systemCall() },
        "SYSRET": SystemEmitters.ending { p, i throws(GuestFault) in
            // It exists in 64-bit mode only.
            guard p.mode.isLong64 else { throw .invalidOpcode }
            try p.systemReturn(size: i.operandSize)
        },
        "SYSRETQ": SystemEmitters.ending { p, _ throws(GuestFault) in try p.systemReturn(size: 8) },
        "SYSENTER": SystemEmitters.ending { p, _ throws(GuestFault) in try p.systemEnter() },
        "SYSEXIT": SystemEmitters.ending { p, _ throws(GuestFault) in try p.systemExit(size: 4) },
        "SYSEXITQ": SystemEmitters.ending { p, _ throws(GuestFault) in try p.systemExit(size: 8) },
        "SWAPGS": SystemEmitters.cold { p, _ throws(GuestFault) in
            let base = p.state.pointee.segments[SegmentNumber.gs].base
            p.state.pointee.segments[SegmentNumber.gs].base = p.control.kernelGSBase
            p.control.kernelGSBase = base
        },
        "RDFSBASE": SystemEmitters.cold { p, i throws(GuestFault) in p.readBase(SegmentNumber.fs, i) },
        "RDGSBASE": SystemEmitters.cold { p, i throws(GuestFault) in p.readBase(SegmentNumber.gs, i) },
        "WRFSBASE": SystemEmitters.cold { p, i throws(GuestFault) in try p.writeBase(SegmentNumber.fs, i) },
        "WRGSBASE": SystemEmitters.cold { p, i throws(GuestFault) in try p.writeBase(SegmentNumber.gs, i) },
    ]
}

extension X86Processor {
    func readBase(_ number: Int, _ i: DecodedInstruction) {
        setGeneral(i.rm, state.pointee.segments[number].base, size: i.operandSize == 8 ? 8 : 4, i)
    }

    func writeBase(_ number: Int, _ i: DecodedInstruction) throws(GuestFault) {
        let base = general(i.rm, size: i.operandSize == 8 ? 8 : 4, i)
        guard isCanonical(base) else { throw .protection() }
        state.pointee.segments[number].base = base
    }
}
