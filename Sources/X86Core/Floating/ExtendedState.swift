import CHostArithmetic

/// FXSAVE, XSAVE and what restores from them; XCR0 and MXCSR.
/// Intel SDM volume 1, section 10.5 and chapter 13.
enum ExtendedStateEmitters {
    static let table: [String: Emitter] = [
        "FXSAVE": FloatingEmitters.unwaiting { p, i throws(GuestFault) in try p.saveFast(i) },
        "FXSAVE64": FloatingEmitters.unwaiting { p, i throws(GuestFault) in try p.saveFast(i) },
        "FXRSTOR": ending { p, i throws(GuestFault) in try p.restoreFast(i) },
        "FXRSTOR64": ending { p, i throws(GuestFault) in try p.restoreFast(i) },
        "XSAVE": save(isOptimized: false), "XSAVE64": save(isOptimized: false),
        "XSAVEOPT": save(isOptimized: true), "XSAVEOPT64": save(isOptimized: true),
        "XRSTOR": ending { p, i throws(GuestFault) in try p.restoreExtended(i) },
        "XRSTOR64": ending { p, i throws(GuestFault) in try p.restoreExtended(i) },
        "XGETBV": FloatingEmitters.unwaiting { p, _ throws(GuestFault) in
            guard p.core.get(Register.cx, UInt32.self) == 0 else { throw .protection() }
            p.core.set(Register.ax, UInt32(truncatingIfNeeded: p.control.xcr0))
            p.core.set(Register.dx, UInt32(truncatingIfNeeded: p.control.xcr0 >> 32))
        },
        "XSETBV": { builder, _ in
            builder.coldEnd { p, _ throws(GuestFault) in
                let value = p.requestedComponents
                let needsVectors = value & ExtendedComponent.wide != 0 && value & ExtendedComponent.vectors == 0
                guard p.core.get(Register.cx, UInt32.self) == 0, value & ExtendedComponent.x87 != 0,
                    value & ~ExtendedComponent.supported == 0, !needsVectors
                else { throw .protection() }
                p.control.xcr0 = value
                p.modeChanged()
            }
        },
        "LDMXCSR": ending { p, i throws(GuestFault) in
            let value = UInt32(truncatingIfNeeded: try p.read(i, size: 4))
            guard value & ~MXCSR.present == 0 else { throw .protection() }
            p.writeMXCSR(value)
        },
        "STMXCSR": FloatingEmitters.unwaiting { p, i throws(GuestFault) in
            try p.write(i, UInt64(p.readMXCSR()), size: 4)
        },
    ]

    /// What loads MXCSR ends its block: whether exceptions are masked is a part of the mode.
    private static func ending(_ body: @escaping ColdBody) -> Emitter {
        { builder, _ in builder.coldEnd(body) }
    }

    private static func save(isOptimized: Bool) -> Emitter {
        FloatingEmitters.unwaiting { p, i throws(GuestFault) in try p.saveExtended(i, isOptimized: isOptimized) }
    }
}

/// Bits of XCR0 and of XSAVE's header.
enum ExtendedComponent {
    static let x87: UInt64 = 1, vectors: UInt64 = 2, wide: UInt64 = 4
    static let supported = x87 | vectors | (ProcessorFeatures.has("avx") ? wide : 0)
}

/// Where things are in the area of FXSAVE, which is also the first part of XSAVE's.
private enum Legacy {
    static let size = 512
    /// Control and pointers of the x87; its registers; the vector registers.
    static let environment = 0..<24
    static let mxcsr = 24..<32
    static let registers = 32..<160
    static let vectors = 160
    static let header = 512
    static let headerSize = 64
    /// The upper halves of YMM0 to YMM15.
    static let wide = 576
}

extension X86Processor {
    /// EDX and EAX.
    fileprivate var requestedComponents: UInt64 {
        UInt64(core.get(Register.dx, UInt32.self)) << 32 | UInt64(core.get(Register.ax, UInt32.self))
    }

    private var vectorCount: Int { mode.isLong64 ? 16 : 8 }
    private var savesVectors: Bool { control.cr4 & CR4.osfxsr != 0 }

    private func checkAlignment(_ i: DecodedInstruction, to alignment: UInt64, size: Int, isWrite: Bool) throws(GuestFault) {
        let address = try linearAddress(i, size: size, isWrite: isWrite)
        // FXSAVE and FXRSTOR are asked whether it is an address first.
        let last = address &+ UInt64(size - 1)
        if alignment == 16, mode.isLong64, !isCanonical(address) || !isCanonical(last) {
            throw i.memory.segment == 2 ? .stack() : .protection()
        }
        if address & (alignment - 1) != 0 { throw .protection() }
    }

    // MARK: - FXSAVE and FXRSTOR

    fileprivate func saveFast(_ i: DecodedInstruction) throws(GuestFault) {
        try checkAlignment(i, to: 16, size: Legacy.size, isWrite: true)
        try probeArea(i, size: Legacy.size)
        var area = StateArea(size: Legacy.size)
        put(x87, into: &area, isWide: i.isWide)
        area.put(UInt64(readMXCSR()), size: 4, at: Legacy.mxcsr.lowerBound)
        area.put(UInt64(MXCSR.present), size: 4, at: Legacy.mxcsr.lowerBound + 4)
        try writeArea(i, area, 0..<Legacy.vectors)
        guard savesVectors else { return }
        putVectors(into: &area)
        try writeArea(i, area, Legacy.vectors..<Legacy.vectors + 16 * vectorCount)
    }

    fileprivate func restoreFast(_ i: DecodedInstruction) throws(GuestFault) {
        try checkAlignment(i, to: 16, size: Legacy.size, isWrite: false)
        let area = try readArea(i, size: Legacy.size)
        let newMXCSR = UInt32(area.number(Legacy.mxcsr.lowerBound, size: 4))
        guard newMXCSR & ~MXCSR.present == 0 else { throw .protection() }
        takeX87(from: area, isWide: i.isWide)
        writeMXCSR(newMXCSR)
        if savesVectors { takeVectors(from: area) }
    }

    private func put(_ x87: X87State, into area: inout StateArea, isWide: Bool) {
        area.put(UInt64(x87.control), size: 2, at: 0)
        area.put(UInt64(x87.status), size: 2, at: 2)
        area.put(UInt64(x87.used), size: 1, at: 4)
        area.put(UInt64(x87.lastOpcode), size: 2, at: 6)
        area.put(x87.lastInstruction, size: isWide ? 8 : 4, at: 8)
        area.put(x87.lastOperand, size: isWide ? 8 : 4, at: 16)
        for place in 0..<8 { area.put(x87[place], at: Legacy.registers.lowerBound + 16 * place) }
    }

    private func takeX87(from area: StateArea, isWide: Bool) {
        x87.control = UInt16(area.number(0, size: 2))
        x87.status = UInt16(area.number(2, size: 2))
        x87.used = UInt8(area.number(4, size: 1))
        x87.lastOpcode = UInt16(area.number(6, size: 2)) & 0x7FF
        x87.lastInstruction = area.number(8, size: isWide ? 8 : 4)
        x87.lastOperand = area.number(16, size: isWide ? 8 : 4)
        for place in 0..<8 { x87[place] = area.extended(Legacy.registers.lowerBound + 16 * place) }
        x87.setControl(x87.control)
    }

    private func putVectors(into area: inout StateArea) {
        for number in 0..<vectorCount {
            let vector = core.vector(UInt8(number))
            for half in 0..<2 {
                let value = vector.load(fromByteOffset: 8 * half, as: UInt64.self)
                area.put(value, size: 8, at: Legacy.vectors + 16 * number + 8 * half)
            }
        }
    }

    private func takeVectors(from area: StateArea?) {
        for number in 0..<vectorCount {
            let vector = core.vector(UInt8(number))
            for half in 0..<2 {
                let value = area?.number(Legacy.vectors + 16 * number + 8 * half, size: 8) ?? 0
                vector.storeBytes(of: value, toByteOffset: 8 * half, as: UInt64.self)
            }
        }
    }

    // MARK: - XSAVE and XRSTOR

    /// XINUSE: components that are not as they are after a reset.
    private var componentsInUse: UInt64 {
        var components: UInt64 = 0
        if !x87.isInitial { components |= ExtendedComponent.x87 }
        var low: UInt64 = 0
        var high: UInt64 = 0
        for number in UInt8(0)..<16 {
            low |= core.half(number, 0) | core.half(number, 1)
            high |= core.half(VectorRegister.upper(number), 0) | core.half(VectorRegister.upper(number), 1)
        }
        if low != 0 { components |= ExtendedComponent.vectors }
        if high != 0 { components |= ExtendedComponent.wide }
        return components
    }

    private func areaSize(_ components: UInt64) -> Int {
        components & ExtendedComponent.wide != 0 ? Legacy.wide + 256 : Legacy.header + Legacy.headerSize
    }

    fileprivate func saveExtended(_ i: DecodedInstruction, isOptimized: Bool) throws(GuestFault) {
        let asked = requestedComponents & control.xcr0
        let size = areaSize(asked)
        try checkAlignment(i, to: 64, size: size, isWrite: true)
        try probeArea(i, size: size)
        let old = try read(i, size: 8, plus: UInt64(Legacy.header))
        let inUse = componentsInUse & control.xcr0
        // XSAVEOPT leaves out what is as after a reset. What has not changed since the last XRSTOR it may leave out
        // as well, and need not.
        let saved = isOptimized ? asked & inUse : asked

        var area = StateArea(size: Legacy.size)
        put(x87, into: &area, isWide: i.isWide)
        area.put(UInt64(readMXCSR()), size: 4, at: Legacy.mxcsr.lowerBound)
        area.put(UInt64(MXCSR.present), size: 4, at: Legacy.mxcsr.lowerBound + 4)
        putVectors(into: &area)
        if saved & ExtendedComponent.x87 != 0 {
            try writeArea(i, area, Legacy.environment)
            try writeArea(i, area, Legacy.registers)
        }
        if asked & (ExtendedComponent.vectors | ExtendedComponent.wide) != 0 { try writeArea(i, area, Legacy.mxcsr) }
        if saved & ExtendedComponent.vectors != 0 {
            try writeArea(i, area, Legacy.vectors..<Legacy.vectors + 16 * vectorCount)
        }
        if saved & ExtendedComponent.wide != 0 {
            var upper = StateArea(size: 16 * vectorCount)
            for number in 0..<2 * vectorCount {
                upper.put(wideWord(number).load(as: UInt64.self), size: 8, at: 8 * number)
            }
            try writeArea(i, upper, 0..<upper.size, from: Legacy.wide)
        }
        try write(i, old & ~asked | inUse & asked, size: 8, plus: UInt64(Legacy.header))
    }

    fileprivate func restoreExtended(_ i: DecodedInstruction) throws(GuestFault) {
        let asked = requestedComponents & control.xcr0
        let size = areaSize(asked)
        try checkAlignment(i, to: 64, size: size, isWrite: false)
        let area = try readArea(i, size: size)
        let present = area.number(Legacy.header, size: 8)
        // The compacted form is not among what CPUID tells of: XCOMP_BV and what follows must be zero.
        let isStandard = area.number(Legacy.header + 8, size: 8) == 0 && area.number(Legacy.header + 16, size: 8) == 0
        guard isStandard, present & ~control.xcr0 == 0 else { throw .protection() }
        let newMXCSR = UInt32(area.number(Legacy.mxcsr.lowerBound, size: 4))
        let loadsMXCSR = asked & (ExtendedComponent.vectors | ExtendedComponent.wide) != 0
        if loadsMXCSR, newMXCSR & ~MXCSR.present != 0 { throw .protection() }

        if asked & ExtendedComponent.x87 != 0 {
            if present & ExtendedComponent.x87 != 0 { takeX87(from: area, isWide: i.isWide) } else { x87.makeInitial() }
        }
        if loadsMXCSR { writeMXCSR(newMXCSR) }
        if asked & ExtendedComponent.vectors != 0 {
            takeVectors(from: present & ExtendedComponent.vectors != 0 ? area : nil)
        }
        guard asked & ExtendedComponent.wide != 0 else { return }
        let isPresent = present & ExtendedComponent.wide != 0
        for number in 0..<2 * vectorCount {
            let word = isPresent ? area.number(Legacy.wide + 8 * number, size: 8) : 0
            wideWord(number).storeBytes(of: word, as: UInt64.self)
        }
    }

    /// The upper halves in words of 8 bytes, as the area has them.
    private func wideWord(_ number: Int) -> UnsafeMutableRawPointer {
        core.vector(VectorRegister.upper(UInt8(number / 2))) + 8 * (number & 1)
    }
}

extension X87State {
    /// XSAVE's initial configuration: as after FNINIT, and the registers are zero.
    var isInitial: Bool {
        guard control == 0x37F, status == 0, used == 0, lastOpcode == 0, lastInstruction == 0, lastOperand == 0 else {
            return false
        }
        for number in 0..<8 where registers[number].significand != 0 || registers[number].signExponent != 0 { return false }
        return true
    }

    mutating func makeInitial() {
        initialize()
        registers = .init(repeating: TraplineExtended())
    }
}
