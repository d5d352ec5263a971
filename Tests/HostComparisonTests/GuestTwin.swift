import Glibc
import ISALanguage
import OpcodeNotation

@testable import Probing
@testable import X86Core

/// What came of a case: the exception or call that ended it, and where.
struct Outcome: Hashable {
    /// `systemCall` for SYSCALL and INT 0x80.
    var vector: Int
    var error: UInt64 = 0
    var address: UInt64 = 0

    static let systemCall = 256
    static let lost = 257
}

/// A state that was reached, from either side.
struct ReachedState {
    var outcome: Outcome
    var general = [UInt64](repeating: 0, count: 16)
    var flags: UInt64 = 0
    var rip: UInt64 = 0
    var selectors = [UInt16](repeating: 0, count: 6)
    var fsBase: UInt64 = 0
    var gsBase: UInt64 = 0
    /// As FXSAVE would store it: 416 bytes.
    var legacy = [UInt8](repeating: 0, count: 416)
    /// The upper halves of YMM0 to YMM15; empty where the host has none.
    var upper: [UInt8] = []
    var window: [UInt8] = []
}

/// The core with the same storage at the same linear addresses as the child process has it, in the same state: level 3,
/// the code segments of Linux. Whatever ends a case enters a handler that stops.
final class GuestTwin {
    // Real addresses; what is the system's is in the upper half of the linear ones, where level 3 has nothing.
    private static let tables: UInt64 = 0x10000, descriptors: UInt64 = 0x20000, gates: UInt64 = 0x21000
    private static let task: UInt64 = 0x23000, handlers: UInt64 = 0x24000, stack: UInt64 = 0x30000
    private static let window: UInt64 = 0x40000, code: UInt64 = 0x50000
    private static let system: UInt64 = 0xFFFF_8000_0000_0000
    private static let codeAddress: UInt64 = 0x2000_0000
    private static let codePages: UInt64 = 4

    let processor: X86Processor
    private let memory: GuestMemory
    private let layout: StateLayout

    init(decoding: Decoding, layout: StateLayout) {
        guard let memory = GuestMemory(size: 1 << 20) else { fatalError("no storage") }
        self.memory = memory
        self.layout = layout
        processor = X86Processor(memory: memory, decoding: decoding)
        makeTables()
        makeDescriptors()
        let control = CR4.pae | CR4.osfxsr | CR4.osxmmexcpt | CR4.osxsave | CR4.fsgsbase | CR4.umip
        processor.control.cr0 = CR0.pe | CR0.et | CR0.ne | CR0.wp | CR0.pg | CR0.mp | CR0.am
        processor.control.cr3 = Self.tables
        processor.control.cr4 = control
        processor.control.efer = EFER.lme | EFER.lma | EFER.nxe | EFER.sce
        processor.control.xcr0 = layout.upper == nil ? 3 : 7
        processor.control.gdtBase = Self.system + Self.descriptors
        processor.control.gdtLimit = 127
        processor.control.idtBase = Self.system + Self.gates
        processor.control.idtLimit = 0xFFF
        processor.control.ldtr = Segment(selector: 0, attributes: 0x82, limit: 0, base: 0, isUnusable: true)
        processor.control.tr = Segment(
            selector: 0x40, attributes: 0x8B, limit: 0x206F, base: Self.system + Self.task)
        processor.control.star = 0x0023_0010 << 32
        processor.control.lstar = handler(Outcome.systemCall)
        // What Linux lets SYSCALL clear.
        processor.control.fmask = 0x25_7FD5
        processor.control.cstar = handler(Outcome.systemCall)
        processor.translations.flush()
        processor.translationChanged()
    }

    private func put(_ value: UInt64, at address: UInt64) { processor.realWrite(address, value) }
    private func handler(_ number: Int) -> UInt64 { Self.system + Self.handlers + 16 * UInt64(number) }

    private func makeTables() {
        let present: UInt64 = 7
        let noExecution: UInt64 = 1 << 63
        var next = Self.tables + 0x1000
        /// Four levels, made as they are needed.
        func map(_ linear: UInt64, _ real: UInt64, _ rights: UInt64) {
            var table = Self.tables
            for level in [UInt64(39), 30, 21] {
                let place = table + (linear >> level & 511) * 8
                if processor.realRead(place, UInt64.self) == 0 {
                    put(next | present, at: place)
                    next += 0x1000
                }
                table = processor.realRead(place, UInt64.self) & ~0xFFF
            }
            put(real | rights, at: table + (linear >> 12 & 511) * 8)
        }
        map(StateLayout.windowAddress, Self.window, present | noExecution)
        for page in 0..<Self.codePages { map(Self.codeAddress + page << 12, Self.code + page << 12, 5) }
        for page in UInt64(0)..<0x40 { map(Self.system + page << 12, page << 12, 3) }
    }

    /// The global descriptor table of Linux: kernel code of 32 and 64 bits and data, the program's code of 32 bits, data,
    /// code of 64 bits, the task state, and at the end a segment whose limit tells the processor's number.
    private func makeDescriptors() {
        let table: [UInt64] = [
            0, 0x00CF_9B00_0000_FFFF, 0x00AF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x00CF_FB00_0000_FFFF,
            0x00CF_F300_0000_FFFF, 0x00AF_FB00_0000_FFFF, 0, 0x8000_8B02_3000_206F, 0xFFFF_8000, 0, 0, 0, 0, 0,
            0x0040_F500_0000_0000,
        ]
        for (index, raw) in table.enumerated() { put(raw, at: Self.descriptors + UInt64(8 * index)) }
        // Programs may raise these with INT.
        let open: Set<Int> = [3, 4, 0x80]
        for vector in 0..<256 {
            let target = handler(vector)
            let level: UInt64 = open.contains(vector) ? 3 : 0
            let raw = target & 0xFFFF | 0x10 << 16 | (0x8E | level << 5) << 40 | (target >> 16 & 0xFFFF) << 48
            put(raw, at: Self.gates + UInt64(16 * vector))
            put(target >> 32, at: Self.gates + UInt64(16 * vector) + 8)
        }
        put(Self.system + Self.stack + 0x1000, at: Self.task + 4)
        // No map of ports: none is open.
        put(0xFFFF << 48, at: Self.task + 0x60)
        memory.write([UInt8](repeating: 0xF4, count: 16 * 258), at: Self.handlers)
    }

    /// The instruction's bytes with what is around them, at the address where the child has them.
    func place(_ bytes: [UInt8], at address: UInt64) {
        memory.write(bytes, at: Self.code + (address - Self.codeAddress))
    }

    // MARK: - A case

    func run(from before: HostState, limit: UInt64) -> ReachedState {
        load(before)
        let stop = processor.run(until: processor.completed + limit)
        guard stop == .halted else { return reached(Outcome(vector: Outcome.lost), nil) }
        let vector = Int((processor.instructionPointer - 1 - handler(0)) / 16)
        return reached(Outcome(vector: vector), Self.stack + 0x1000)
    }

    private func load(_ before: HostState) {
        let core = processor.core
        let state = processor.state
        for number in UInt8(0)..<16 { core[number] = before.general(Int(number)) }
        core.statusFlags = before.flags & Flag.status
        state.pointee.systemFlags = before.flags & Flag.system
        for number in 0..<6 {
            let selector = before.selector(number)
            var segment = Segment(selector: selector, attributes: 0, limit: 0, base: 0, isUnusable: true)
            if selector & 0xFFFC != 0 {
                let raw = processor.realRead(Self.descriptors + UInt64(selector & 0xFFF8), UInt64.self)
                segment = Descriptor(raw: raw, selector: selector).segment(selector)
            }
            if number == SegmentNumber.fs { segment.base = before.fsBase }
            if number == SegmentNumber.gs { segment.base = before.gsBase }
            state.pointee.segments[number] = segment
        }
        loadFloating(before)
        processor.control.cpl = 3
        processor.control.cr2 = 0
        processor.isHalted = false
        processor.shutdown = nil
        processor.debugPending = 0
        processor.shadowEnd = .max
        processor.instructionPointer = before.rip
        (memory.bytes + Int(Self.window)).copyMemory(from: before.window, byteCount: StateLayout.windowSize)
        processor.modeChanged()
    }

    private func loadFloating(_ before: HostState) {
        var x87 = X87State()
        x87.setControl(before.controlWord)
        x87.setStatus(before.statusWord)
        x87.used = before.tags
        for number in 0..<8 {
            let bytes = before.x87(number)
            x87.registers[number] = .init(
                significand: bytes.loadUnaligned(as: UInt64.self),
                signExponent: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
        }
        processor.x87 = x87
        processor.state.pointee.mxcsr = before.mxcsr
        for number in 0..<16 {
            let lower = UInt8(number)
            processor.core.vector(lower).copyMemory(from: before.xstate + 160 + 16 * number, byteCount: 16)
            guard let upper = layout.upper else { continue }
            let half = processor.core.vector(VectorRegister.upper(lower))
            half.copyMemory(from: before.xstate + upper + 16 * number, byteCount: 16)
        }
    }

    private func reached(_ outcome: Outcome, _ frame: UInt64?) -> ReachedState {
        var result = ReachedState(outcome: outcome)
        let core = processor.core
        let state = processor.state
        for number in UInt8(0)..<16 { result.general[Int(number)] = core[number] }
        result.flags = core.flags
        result.rip = processor.instructionPointer
        for number in 0..<6 { result.selectors[number] = state.pointee.segments[number].selector }
        if outcome.vector == Outcome.systemCall {
            result.rip = core[Register.cx]
            result.flags = core[11]
            result.selectors[SegmentNumber.cs] = 0x33
            result.selectors[SegmentNumber.ss] = 0x2B
        } else if let frame {
            func word(_ number: UInt64) -> UInt64 { processor.realRead(frame - 8 * number, UInt64.self) }
            result.selectors[SegmentNumber.ss] = UInt16(truncatingIfNeeded: word(1))
            result.general[4] = word(2)
            result.flags = word(3)
            result.selectors[SegmentNumber.cs] = UInt16(truncatingIfNeeded: word(4))
            result.rip = word(5)
            if HostTrap.hasErrorCode(UInt64(outcome.vector)) { result.outcome.error = word(6) }
            if outcome.vector == 14 { result.outcome.address = processor.control.cr2 }
        }
        if outcome.vector == 0x80 { result.outcome.vector = Outcome.systemCall }
        result.fsBase = state.pointee.segments[SegmentNumber.fs].base
        result.gsBase = state.pointee.segments[SegmentNumber.gs].base
        takeFloating(&result)
        result.window = Array(
            UnsafeRawBufferPointer(start: memory.bytes + Int(Self.window), count: StateLayout.windowSize))
        return result
    }

    private func takeFloating(_ result: inout ReachedState) {
        let x87 = processor.x87
        func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
            result.legacy.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: T.self) }
        }
        put(x87.control, at: 0)
        put(x87.status, at: 2)
        put(x87.used, at: 4)
        put(processor.state.pointee.mxcsr, at: 24)
        for place in 0..<8 {
            put(x87[place].significand, at: 32 + 16 * place)
            put(x87[place].signExponent, at: 40 + 16 * place)
        }
        for number in 0..<16 {
            result.legacy.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[(160 + 16 * number)..<(176 + 16 * number)]).copyBytes(
                    from: UnsafeRawBufferPointer(start: processor.core.vector(UInt8(number)), count: 16))
            }
            guard layout.upper != nil else { continue }
            let half = processor.core.vector(VectorRegister.upper(UInt8(number)))
            result.upper += Array(UnsafeRawBufferPointer(start: half, count: 16))
        }
    }
}

extension ReachedState {
    /// What the child process came to.
    init(_ record: HostCase, _ layout: StateLayout) {
        let after = record.after
        let vector = record.isSystemCall ? Outcome.systemCall : Int(record.vector)
        var outcome = Outcome(vector: vector)
        if HostTrap.hasErrorCode(UInt64(vector)) { outcome.error = record.error }
        if vector == 14 { outcome.address = record.faultAddress }
        self.init(outcome: outcome)
        for number in 0..<16 { general[number] = after.general(number) }
        flags = after.flags
        rip = after.rip
        for number in 0..<6 { selectors[number] = after.selector(number) }
        fsBase = after.fsBase
        gsBase = after.gsBase
        legacy = Array(UnsafeRawBufferPointer(start: after.xstate, count: 416))
        if let place = layout.upper { upper = Self.upper(after, at: place) }
        window = Array(UnsafeRawBufferPointer(start: after.window, count: StateLayout.windowSize))
    }

    /// A component that is as after a reset is not in the area: XSTATE_BV, bit 2.
    private static func upper(_ state: HostState, at place: Int) -> [UInt8] {
        let isPresent = state.xstate.load(fromByteOffset: 512, as: UInt8.self) & 4 != 0
        if !isPresent { return [UInt8](repeating: 0, count: 256) }
        return Array(UnsafeRawBufferPointer(start: state.xstate + place, count: 256))
    }
}

/// A finished case of the harness.
struct HostCase {
    var after: HostState
    var isSystemCall: Bool
    var vector: UInt64
    var error: UInt64
    var faultAddress: UInt64
}
