// Control registers: what they may hold, and what follows from a change. Intel SDM volume 3, section 2.5.

extension X86Processor {
    private static let cr0Bits =
        CR0.pe | CR0.mp | CR0.em | CR0.ts | CR0.et | CR0.ne | CR0.wp | CR0.am | CR0.nw | CR0.cd | CR0.pg
    /// VME and PVI are not there: CPUID does not tell of them.
    private static let cr4Bits: UInt64 = {
        var bits = CR4.tsd | CR4.de | CR4.pse | CR4.pae | CR4.mce | CR4.pge | CR4.pce | CR4.osfxsr | CR4.osxmmexcpt
        bits |= CR4.pcide | CR4.smep
        if ProcessorFeatures.has("umip") { bits |= CR4.umip }
        if ProcessorFeatures.has("fsgsbase") { bits |= CR4.fsgsbase }
        if ProcessorFeatures.has("xsave") { bits |= CR4.osxsave }
        if ProcessorFeatures.has("smap") { bits |= CR4.smap }
        return bits
    }()

    /// Nothing that is known of the translation counts any more.
    func flushAll() {
        translations.flush()
        translationChanged()
    }

    func writeCR0(_ value: UInt64) throws(GuestFault) {
        let old = control.cr0
        guard value >> 32 == 0 else { throw .protection() }
        let new = value & Self.cr0Bits | CR0.et
        if new & CR0.pg != 0, new & CR0.pe == 0 { throw .protection() }
        if new & CR0.nw != 0, new & CR0.cd == 0 { throw .protection() }
        if new & CR0.pg != 0, old & CR0.pg == 0 {
            if control.efer & EFER.lme != 0 {
                guard control.cr4 & CR4.pae != 0, !state.pointee.segments[SegmentNumber.cs].isLong else {
                    throw .protection()
                }
                control.efer |= EFER.lma
            } else if control.cr4 & CR4.pae != 0 {
                try checkDirectoryPointers(control.cr3)
            }
        } else if new & CR0.pg == 0, old & CR0.pg != 0 {
            guard !mode.isLong64, control.cr4 & CR4.pcide == 0 else { throw .protection() }
            control.efer &= ~EFER.lma
        }
        control.cr0 = new
        if (old ^ new) & (CR0.pg | CR0.wp | CR0.pe) != 0 { flushAll() }
        modeChanged()
    }

    func writeCR3(_ value: UInt64) throws(GuestFault) {
        var value = value
        if isLongMode {
            let keeps = control.cr4 & CR4.pcide != 0 && value >> 63 != 0
            if keeps { value &= ~(1 << 63) }
            guard value >> Self.addressBits == 0 else { throw .protection() }
            let isSame = value == control.cr3
            control.cr3 = value
            // Entries are not told apart by address space: they go, unless the same space stays and may keep them.
            if keeps, isSame { return }
        } else {
            value &= 0xFFFF_FFFF
            if control.cr0 & CR0.pg != 0, control.cr4 & CR4.pae != 0 { try checkDirectoryPointers(value) }
            control.cr3 = value
        }
        translations.flushLocal()
        localTranslationChanged()
    }

    /// PAE: the four entries above everything are looked at when CR3 is loaded.
    func checkDirectoryPointers(_ root: UInt64) throws(GuestFault) {
        let reserved: UInt64 = 0x1E6 | ~((1 << Self.addressBits) - 1)
        var isRefused = false
        for index in UInt64(0)..<4 {
            let entry = realRead((root & 0xFFFF_FFE0) + 8 * index, UInt64.self)
            if entry & 1 != 0, entry & reserved != 0 { isRefused = true }
        }
        if isRefused { throw .protection() }
    }

    func writeCR4(_ value: UInt64) throws(GuestFault) {
        let old = control.cr4
        guard value & ~Self.cr4Bits == 0 else { throw .protection() }
        if isLongMode, value & CR4.pae == 0 { throw .protection() }
        if value & CR4.pcide != 0, old & CR4.pcide == 0 {
            guard isLongMode, control.cr3 & 0xFFF == 0 else { throw .protection() }
        }
        let changed = old ^ value
        let pointing = CR4.pge | CR4.pse | CR4.pae | CR4.smep
        if changed & pointing != 0, control.cr0 & CR0.pg != 0, value & CR4.pae != 0, !isLongMode {
            try checkDirectoryPointers(control.cr3)
        }
        control.cr4 = value
        if changed & (pointing | CR4.pcide | CR4.smap) != 0 { flushAll() }
        modeChanged()
    }

    func writeEFER(_ value: UInt64) throws(GuestFault) {
        guard value & ~(EFER.sce | EFER.lme | EFER.lma | EFER.nxe) == 0 else { throw .protection() }
        let old = control.efer
        if (old ^ value) & EFER.lme != 0, control.cr0 & CR0.pg != 0 { throw .protection() }
        // LMA only shows what is.
        control.efer = value & ~EFER.lma | old & EFER.lma
        if (old ^ value) & EFER.nxe != 0 { flushAll() }
        modeChanged()
    }

    func readControl(_ number: UInt8) throws(GuestFault) -> UInt64 {
        switch number {
        case 0: return control.cr0
        case 2: return control.cr2
        case 3: return control.cr3
        case 4: return control.cr4
        case 8 where mode.isLong64: return readTaskPriority()
        default: throw .invalidOpcode
        }
    }

    func writeControl(_ number: UInt8, _ value: UInt64) throws(GuestFault) {
        switch number {
        case 0: try writeCR0(value)
        case 2: control.cr2 = value
        case 3: try writeCR3(value)
        case 4: try withOwnArithmetic { () throws(GuestFault) in try writeCR4(value) }
        case 8 where mode.isLong64:
            guard value & ~0xF == 0 else { throw .protection() }
            syncTime()
            writeTaskPriority(value)
        default: throw .invalidOpcode
        }
    }

    /// One page, and all that was entered of a larger page that it lies in.
    func invalidate(page address: UInt64) {
        translations.flush(page: address)
        if largeRegions & TranslationBuffer.region(address) != 0 { translations.flushLarge(around: address) }
        // Blocks are looked up anew only if some were found by that page's address, or a larger page's.
        if fetched.mayKnow(address) { translationChanged() }
    }
}

enum ControlEmitters {
    static let table: [String: Emitter] = [
        "MOV cr,reg": SystemEmitters.ending { p, i throws(GuestFault) in
            try p.writeControl(i.reg, p.general(i.rm, size: p.mode.isLong64 ? 8 : 4, i))
        },
        "MOV reg,cr": SystemEmitters.cold { p, i throws(GuestFault) in
            p.setGeneral(i.rm, try p.readControl(i.reg), size: p.mode.isLong64 ? 8 : 4, i)
        },
        "MOV dr,reg": SystemEmitters.ending { p, i throws(GuestFault) in
            try p.writeDebug(i.reg, p.general(i.rm, size: p.mode.isLong64 ? 8 : 4, i))
        },
        "MOV reg,dr": SystemEmitters.cold { p, i throws(GuestFault) in
            p.setGeneral(i.rm, try p.readDebug(i.reg), size: p.mode.isLong64 ? 8 : 4, i)
        },
        "CLTS": SystemEmitters.ending { p, _ throws(GuestFault) in
            p.control.cr0 &= ~CR0.ts
            p.modeChanged()
        },
        "LMSW": SystemEmitters.ending { p, i throws(GuestFault) in
            let word = try p.readRM(i, size: 2)
            // PE can be set in this way, but not cleared.
            let kept = p.control.cr0 & ~(CR0.mp | CR0.em | CR0.ts)
            try p.writeCR0(kept | word & 0xF)
        },
        "SMSW": SystemEmitters.cold { p, i throws(GuestFault) in
            try p.writeRM(i, p.control.cr0, size: i.isMemory ? 2 : i.operandSize)
        },
        "HLT": SystemEmitters.ending { p, _ throws(GuestFault) in
            p.isHalted = true
            p.lookUp()
        },
        "INVLPG": SystemEmitters.ending { p, i throws(GuestFault) in
            let offset = p.effectiveAddress(i)
            let segment = Int(i.memory.segment)
            let isFlat = p.mode.isLong64 && segment < SegmentNumber.fs
            let address = isFlat ? offset : p.truncated(offset &+ p.state.pointee.segments[segment].base)
            if p.mode.isLong64, !p.isCanonical(address) { return }
            p.invalidate(page: address)
        },
        "WBINVD": SystemEmitters.nothing, "INVD": SystemEmitters.nothing,
        "CLI": { b, _ in b.emit(clearInterrupt) },
        "STI": SystemEmitters.ending { p, _ throws(GuestFault) in
            let old = p.state.pointee.systemFlags
            p.state.pointee.systemFlags |= Flag.interrupt
            if old & Flag.interrupt == 0 { p.beginShadow() }
            p.flagsChanged(from: old)
        },
        "STAC": SystemEmitters.ending { p, _ throws(GuestFault) in p.setOpen(Flag.ac) },
        "CLAC": SystemEmitters.ending { p, _ throws(GuestFault) in p.setOpen(0) },
        "RDTSC": SystemEmitters.cold { p, _ throws(GuestFault) in p.readTimeStamp() },
        "RDTSCP": SystemEmitters.cold { p, _ throws(GuestFault) in
            p.readTimeStamp()
            p.core[Register.cx] = p.control.tscAux & 0xFFFF_FFFF
        },
        "RDPMC": SystemEmitters.cold { p, _ throws(GuestFault) in
            // There are no counters: whatever is asked for does not exist.
            throw .protection()
        },
        "RDPID": SystemEmitters.cold { p, i throws(GuestFault) in
            p.setGeneral(i.rm, p.control.tscAux, size: p.mode.isLong64 ? 8 : 4, i)
        },
        "RDMSR": SystemEmitters.cold { p, _ throws(GuestFault) in
            let value = try p.withOwnArithmetic { () throws(GuestFault) in
                try p.readMSR(p.core.get(Register.cx, UInt32.self))
            }
            p.core[Register.ax] = value & 0xFFFF_FFFF
            p.core[Register.dx] = value >> 32
        },
        "WRMSR": SystemEmitters.ending { p, _ throws(GuestFault) in
            let value = p.core[Register.dx] << 32 | p.core[Register.ax] & 0xFFFF_FFFF
            try p.withOwnArithmetic { () throws(GuestFault) in
                try p.writeMSR(p.core.get(Register.cx, UInt32.self), value)
            }
        },
        "CPUID": SystemEmitters.cold { p, _ throws(GuestFault) in
            let leaf = p.core.get(Register.ax, UInt32.self)
            let result = try p.withOwnArithmetic { () throws(GuestFault) in
                p.identity(leaf, p.core.get(Register.cx, UInt32.self))
            }
            p.core[Register.ax] = UInt64(result.a)
            p.core[Register.bx] = UInt64(result.b)
            p.core[Register.cx] = UInt64(result.c)
            p.core[Register.dx] = UInt64(result.d)
        },
        "VMCALL": SystemEmitters.ending { p, _ throws(GuestFault) in p.callMonitor() },
        "VMMCALL": SystemEmitters.ending { p, _ throws(GuestFault) in p.callMonitor() },
    ]

    private static let clearInterrupt: Handler = { c, o in
        Core(c).state.pointee.systemFlags &= ~Flag.interrupt
        return next(c, o)
    }
}

extension X86Processor {
    /// SMAP: AC opens user pages to level 0.
    func setOpen(_ bit: UInt64) {
        state.pointee.systemFlags = state.pointee.systemFlags & ~Flag.ac | bit
        modeChanged()
    }

    func readTimeStamp() {
        syncTime()
        let ticks = time.now &+ control.tscOffset
        core[Register.ax] = ticks & 0xFFFF_FFFF
        core[Register.dx] = ticks >> 32
    }

    /// A hypercall as KVM defines it: the number in RAX, arguments in RBX, RCX, RDX and RSI, the result in RAX.
    func callMonitor() {
        // Outside the kernel KVM refuses: -EPERM. Calls that it does not know it answers with -KVM_ENOSYS.
        var result = UInt64(bitPattern: -1000)
        if control.cpl > 0 {
            result = UInt64(bitPattern: -1)
        } else {
            syncTime()
            let arguments = [core[Register.bx], core[Register.cx], core[Register.dx], core[Register.si]]
            if let answer = hypercall(core[Register.ax], arguments) { result = answer }
        }
        core[Register.ax] = mode.isLong64 ? result : result & 0xFFFF_FFFF
    }

    /// After STI and loads of SS the next instruction is not interrupted.
    func beginShadow(stack: Bool = false) {
        // The count as it will be after this instruction.
        let done = runLimit &- UInt64(bitPattern: state.pointee.remaining) &- UInt64(bitPattern: currentUnpaid)
        shadowEnd = done &+ 1
        shadowIsStack = stack
        if interruptRequested || nonMaskablePending || debugPending != 0 { lookUp() }
    }
}
