/// Segment registers, descriptor tables and what tells of them.
enum SegmentEmitters {
    static let table: [String: Emitter] = {
        var table = instructions
        for (name, number) in [("es", 0), ("cs", 1), ("ss", 2), ("ds", 3), ("fs", 4), ("gs", 5)] {
            table["PUSH " + name] = SystemEmitters.cold { p, i throws(GuestFault) in
                try p.push(UInt64(p.state.pointee.segments[number].selector), size: p.stackOperandSize(i))
            }
            let pops: ColdBody = { p, i throws(GuestFault) in
                let size = p.stackOperandSize(i)
                let selector = UInt16(truncatingIfNeeded: try p.peek(size: size))
                // The stack pointer moves on the stack that the word came from.
                let width = Int(p.mode.stackSize)
                let pointer = p.stackPointer &+ UInt64(size)
                try p.loadSegment(number, selector)
                p.setStackPointer(pointer, width: width)
                if number == SegmentNumber.ss { p.stackLoaded() }
            }
            table["POP " + name] = loading(number, pops)
        }
        for (name, number) in [("LES", 0), ("LSS", 2), ("LDS", 3), ("LFS", 4), ("LGS", 5)] {
            let loads: ColdBody = { p, i throws(GuestFault) in
                let (selector, offset) = try p.farPointer(i)
                try p.loadSegment(number, selector)
                p.setGeneral(i.reg, offset, size: i.operandSize, i)
                // LSS needs no shadow: both come at once.
                if number == SegmentNumber.ss { p.modeChanged() }
            }
            table[name] = loading(number, loads)
        }
        return table
    }()

    /// A load of SS ends the block, for what follows depends on the stack's width. Outside 64-bit mode so does one of
    /// ES and DS: which checks their operands need is decided when code is decoded.
    private static func loading(_ number: Int, _ body: @escaping ColdBody) -> Emitter {
        let (ending, cold) = (SystemEmitters.ending(body), SystemEmitters.cold(body))
        let isData = number == SegmentNumber.es || number == SegmentNumber.ds
        return { b, i in
            if number == SegmentNumber.ss || isData && !b.mode.isLong64 { ending(&b, i) } else { cold(&b, i) }
        }
    }

    private static let instructions: [String: Emitter] = [
        "MOV sreg,rm": { b, i in
            let number = Int(i.reg & 7)
            let body: ColdBody = { p, i throws(GuestFault) in
                try p.loadSegment(number, UInt16(truncatingIfNeeded: try p.readRM(i, size: 2)))
                if number == SegmentNumber.ss { p.stackLoaded() }
            }
            loading(number, body)(&b, i)
        },
        "MOV rm,sreg": SystemEmitters.cold { p, i throws(GuestFault) in
            let selector = UInt64(p.state.pointee.segments[Int(i.reg & 7)].selector)
            try p.writeRM(i, selector, size: i.isMemory ? 2 : i.operandSize)
        },
        "LAR": SystemEmitters.cold { p, i throws(GuestFault) in
            let selector = UInt16(truncatingIfNeeded: try p.readRM(i, size: 2))
            let found = try p.visibleDescriptor(selector)
            guard let found, found.isSegment || p.larTypes.contains(found.type) else { return p.setZero(false) }
            p.setGeneral(i.reg, found.raw >> 32 & 0xFF_FF00, size: i.operandSize, i)
            p.setZero(true)
        },
        "LSL": SystemEmitters.cold { p, i throws(GuestFault) in
            let selector = UInt16(truncatingIfNeeded: try p.readRM(i, size: 2))
            let found = try p.visibleDescriptor(selector)
            guard let found, found.isSegment || p.lslTypes.contains(found.type) else { return p.setZero(false) }
            p.setGeneral(i.reg, UInt64(found.limit), size: i.operandSize, i)
            p.setZero(true)
        },
        "VERR": SystemEmitters.cold { p, i throws(GuestFault) in
            let found = try p.visibleDescriptor(UInt16(truncatingIfNeeded: try p.readRM(i, size: 2)))
            p.setZero(found?.isReadable ?? false)
        },
        "VERW": SystemEmitters.cold { p, i throws(GuestFault) in
            let found = try p.visibleDescriptor(UInt16(truncatingIfNeeded: try p.readRM(i, size: 2)))
            p.setZero(found?.isWritableData ?? false)
        },
        "ARPL": SystemEmitters.cold { p, i throws(GuestFault) in
            let mine = try p.readRM(i, size: 2)
            let other = p.core[i.reg] & 3
            if mine & 3 < other {
                try p.writeRM(i, mine & ~3 | other, size: 2)
                p.setZero(true)
            } else {
                p.setZero(false)
            }
        },
        "SGDT": SystemEmitters.cold { p, i throws(GuestFault) in try p.storeTable(i, p.control.gdtBase, p.control.gdtLimit) },
        "SIDT": SystemEmitters.cold { p, i throws(GuestFault) in try p.storeTable(i, p.control.idtBase, p.control.idtLimit) },
        "LGDT": SystemEmitters.cold { p, i throws(GuestFault) in
            let (base, limit) = try p.loadTable(i)
            p.control.gdtBase = base
            p.control.gdtLimit = limit
        },
        "LIDT": SystemEmitters.cold { p, i throws(GuestFault) in
            let (base, limit) = try p.loadTable(i)
            p.control.idtBase = base
            p.control.idtLimit = limit
        },
        "SLDT": SystemEmitters.cold { p, i throws(GuestFault) in
            try p.writeRM(i, UInt64(p.control.ldtr.selector), size: i.isMemory ? 2 : i.operandSize)
        },
        "STR": SystemEmitters.cold { p, i throws(GuestFault) in
            try p.writeRM(i, UInt64(p.control.tr.selector), size: i.isMemory ? 2 : i.operandSize)
        },
        "LLDT": SystemEmitters.cold { p, i throws(GuestFault) in
            try p.loadLocalTable(UInt16(truncatingIfNeeded: try p.readRM(i, size: 2)))
        },
        "LTR": SystemEmitters.cold { p, i throws(GuestFault) in
            try p.loadTask(UInt16(truncatingIfNeeded: try p.readRM(i, size: 2)))
        },
    ]
}

extension X86Processor {
    /// SS has been loaded: its width may be another, and the next instruction is not interrupted.
    func stackLoaded() {
        modeChanged()
        beginShadow(stack: true)
    }

    func setZero(_ isZero: Bool) {
        core.statusFlags = core.statusFlags & ~Flag.zf | (isZero ? Flag.zf : 0)
    }

    /// System descriptors that LAR tells of; in long mode the 16-bit ones and task gates are none. Intel SDM volume 2,
    /// LAR, table 3-53.
    var larTypes: Set<UInt8> { isLongMode ? [2, 9, 11, 12] : [1, 2, 3, 4, 5, 9, 11, 12] }
    var lslTypes: Set<UInt8> { isLongMode ? [2, 9, 11] : [1, 2, 3, 9, 11] }

    /// SGDT, SIDT: limit, then base.
    func storeTable(_ i: DecodedInstruction, _ base: UInt64, _ limit: UInt32) throws(GuestFault) {
        let size = mode.isLong64 ? 8 : 4
        let whole = try linearAddress(i, size: 2 + size, isWrite: true)
        let isStack = i.memory.segment == 2
        // Nothing is stored where the last byte would fault.
        try probeWrite(linear: whole, size: 2, stack: isStack)
        try probeWrite(linear: truncated(whole &+ 2), size: size, stack: isStack)
        try write(linear: whole, UInt64(limit & 0xFFFF), size: 2, stack: isStack)
        try write(linear: truncated(whole &+ 2), base, size: size, stack: isStack)
    }

    /// LGDT, LIDT: with 16-bit operands the base has 24 bits.
    func loadTable(_ i: DecodedInstruction) throws(GuestFault) -> (base: UInt64, limit: UInt32) {
        let size = mode.isLong64 ? 8 : 4
        let whole = try linearAddress(i, size: 2 + size, isWrite: false)
        let isStack = i.memory.segment == 2
        let limit = try read(linear: whole, size: 2, stack: isStack)
        var base = try read(linear: truncated(whole &+ 2), size: size, stack: isStack)
        if !mode.isLong64, i.operandSize == 2 { base &= 0xFF_FFFF }
        if mode.isLong64, !isCanonical(base) { throw .protection() }
        return (base, UInt32(limit))
    }

    func loadLocalTable(_ selector: UInt16) throws(GuestFault) {
        if isNull(selector) {
            control.ldtr = Segment(selector: selector, attributes: 0x82, limit: 0, base: 0, isUnusable: true)
            return
        }
        let code = errorCode(selector)
        guard selector & 4 == 0 else { throw .protection(code) }
        var found = try descriptor(selector)
        guard !found.isSegment, found.type == SystemType.local else { throw .protection(code) }
        try extend(&found)
        guard found.isPresent else { throw .notPresent(code) }
        if isLongMode, !isCanonical(found.base) { throw .protection() }
        control.ldtr = found.segment(selector)
    }

    func loadTask(_ selector: UInt16) throws(GuestFault) {
        guard !isNull(selector) else { throw .protection() }
        let code = errorCode(selector)
        guard selector & 4 == 0 else { throw .protection(code) }
        var found = try descriptor(selector)
        let isTask = found.type == SystemType.task || (found.type == SystemType.task16 && !isLongMode)
        guard !found.isSegment, isTask else { throw .protection(code) }
        try extend(&found)
        guard found.isPresent else { throw .notPresent(code) }
        if isLongMode, !isCanonical(found.base) { throw .protection() }
        // It is busy now.
        found.raw |= 2 << 40
        try tableWrite(found.address &+ 5, found.raw >> 40 & 0xFF, size: 1)
        control.tr = found.segment(selector)
    }
}
