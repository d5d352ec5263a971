import CHostProbe

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where things lie in a state that the harness exchanges, and in its XSAVE area.
struct StateLayout: Sendable {
    static let general = MemoryLayout<trapline_probe_state>.offset(of: \.general)!
    static let flags = MemoryLayout<trapline_probe_state>.offset(of: \.flags)!
    static let rip = MemoryLayout<trapline_probe_state>.offset(of: \.rip)!
    static let fsBase = MemoryLayout<trapline_probe_state>.offset(of: \.fs_base)!
    static let gsBase = MemoryLayout<trapline_probe_state>.offset(of: \.gs_base)!
    static let selectors = MemoryLayout<trapline_probe_state>.offset(of: \.cs)!
    static let xstate = MemoryLayout<trapline_probe_state>.offset(of: \.xstate)!
    static let window = MemoryLayout<trapline_probe_state>.offset(of: \.window)!
    static let windowSize = Int(TRAPLINE_PROBE_WINDOW)
    static let windowAddress: UInt64 = 0x1000_1000

    /// The upper halves of YMM0 to YMM15, the mask registers, the upper halves of ZMM0 to ZMM15, ZMM16 to ZMM31.
    let upper: Int?
    let masks: Int?
    let wide: Int?
    let high: Int?
    let keys: Int?
    /// Bytes of the XSAVE area that are in use.
    let size: Int
    /// The parts of the XSAVE area that each vector register's bytes lie in, low ones first.
    let vectorParts: [[(offset: Int, count: Int)]]
    /// XSTATE_BV of a state in which everything that user code can use has been written.
    let components: UInt64

    init(_ processor: HostProcessor) {
        upper = processor.offset(ofComponent: 2)
        masks = processor.offset(ofComponent: 5)
        wide = processor.offset(ofComponent: 6)
        high = processor.offset(ofComponent: 7)
        keys = processor.offset(ofComponent: 9)
        components = processor.xcr0 & 0x2E7
        let ends = [
            576, (upper ?? 0) + 256, (masks ?? 0) + 64, (wide ?? 0) + 512, (high ?? 0) + 1024, (keys ?? 0) + 8,
        ]
        let (upper, wide, high) = (upper, wide, high)
        vectorParts = (0..<32).map { register in
            if register >= 16 { return high.map { [($0 + 64 * (register - 16), 64)] } ?? [] }
            var parts = [(offset: 160 + 16 * register, count: 16)]
            if let upper { parts.append((upper + 16 * register, 16)) }
            if let wide { parts.append((wide + 32 * register, 32)) }
            return parts
        }
        size = min(ends.max() ?? 576, Int(TRAPLINE_PROBE_XSTATE))
    }

    var vectorCount: Int { high == nil ? 16 : 32 }

    /// What an access to a byte stands for in the window.
    func range(at address: UInt64, isWide: Bool) -> Range<Int> {
        if isWide { return 0..<StateLayout.windowSize }
        guard address >= StateLayout.windowAddress, address < StateLayout.windowAddress + UInt64(StateLayout.windowSize)
        else { return 0..<0 }
        let start = Int(address - StateLayout.windowAddress)
        return start..<min(start + 64, StateLayout.windowSize)
    }
}

/// A state in the shared memory.
struct HostState {
    // Safety: points into the memory of a harness, which outlives every view of it.
    let base: UnsafeMutableRawPointer
    let layout: StateLayout

    private func word(_ offset: Int) -> UInt64 { base.load(fromByteOffset: offset, as: UInt64.self) }
    private func set(_ offset: Int, _ value: UInt64) {
        base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    func general(_ index: Int) -> UInt64 { word(StateLayout.general + 8 * index) }
    func setGeneral(_ index: Int, _ value: UInt64) { set(StateLayout.general + 8 * index, value) }

    var flags: UInt64 {
        get { word(StateLayout.flags) }
        nonmutating set { set(StateLayout.flags, newValue) }
    }
    var rip: UInt64 {
        get { word(StateLayout.rip) }
        nonmutating set { set(StateLayout.rip, newValue) }
    }
    var fsBase: UInt64 {
        get { word(StateLayout.fsBase) }
        nonmutating set { set(StateLayout.fsBase, newValue) }
    }
    var gsBase: UInt64 {
        get { word(StateLayout.gsBase) }
        nonmutating set { set(StateLayout.gsBase, newValue) }
    }

    /// In the order of their numbers: ES CS SS DS FS GS.
    func selector(_ index: Int) -> UInt16 {
        // The harness keeps CS SS DS ES FS GS.
        let place = [3, 0, 1, 2, 4, 5][index]
        return base.load(fromByteOffset: StateLayout.selectors + 2 * place, as: UInt16.self)
    }
    func setSelector(_ index: Int, _ value: UInt16) {
        let place = [3, 0, 1, 2, 4, 5][index]
        base.storeBytes(of: value, toByteOffset: StateLayout.selectors + 2 * place, as: UInt16.self)
    }

    // MARK: the XSAVE area

    var xstate: UnsafeMutableRawPointer { base + StateLayout.xstate }
    var window: UnsafeMutableRawPointer { base + StateLayout.window }

    private func half(_ offset: Int) -> UInt16 { xstate.load(fromByteOffset: offset, as: UInt16.self) }

    var controlWord: UInt16 { half(0) }
    var statusWord: UInt16 { half(2) }
    var tags: UInt8 { xstate.load(fromByteOffset: 4, as: UInt8.self) }
    var mxcsr: UInt32 { xstate.load(fromByteOffset: 24, as: UInt32.self) }
    func setX87(control: UInt16, status: UInt16, tags: UInt8) {
        xstate.storeBytes(of: control, toByteOffset: 0, as: UInt16.self)
        xstate.storeBytes(of: status, toByteOffset: 2, as: UInt16.self)
        xstate.storeBytes(of: tags, toByteOffset: 4, as: UInt8.self)
    }
    func setMXCSR(_ value: UInt32) { xstate.storeBytes(of: value, toByteOffset: 24, as: UInt32.self) }
    var keys: UInt32 { layout.keys.map { xstate.load(fromByteOffset: $0, as: UInt32.self) } ?? 0 }
    func setKeys(_ value: UInt32) {
        if let place = layout.keys { xstate.storeBytes(of: value, toByteOffset: place, as: UInt32.self) }
    }

    /// Ten bytes of a floating-point register, by its own number and not by its place on the stack.
    func x87(_ register: Int) -> UnsafeMutableRawPointer {
        let top = Int(statusWord >> 11) & 7
        return xstate + 32 + 16 * ((register - top) & 7)
    }

    func mask(_ register: Int) -> UInt64 {
        layout.masks.map { xstate.load(fromByteOffset: $0 + 8 * register, as: UInt64.self) } ?? 0
    }
    func setMask(_ register: Int, _ value: UInt64) {
        if let place = layout.masks {
            xstate.storeBytes(of: value, toByteOffset: place + 8 * register, as: UInt64.self)
        }
    }
}
