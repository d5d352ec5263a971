/// The state that a processor starts from where no firmware prepares it: what a boot protocol promises.
public struct StartState: Sendable {
    public struct Segment: Sendable {
        public var selector: UInt16
        public var base: UInt64
        public var limit: UInt32
        /// As `Segment.attributes`.
        public var attributes: UInt16

        public init(selector: UInt16, base: UInt64, limit: UInt32, attributes: UInt16) {
            self.selector = selector
            self.base = base
            self.limit = limit
            self.attributes = attributes
        }
    }

    /// AX, CX, DX, BX, SP, BP, SI, DI, R8 to R15.
    public var general = [UInt64](repeating: 0, count: 16)
    public var instructionPointer: UInt64 = 0
    public var flags: UInt64 = 2
    public var cr0: UInt64 = 0
    public var cr3: UInt64 = 0
    public var cr4: UInt64 = 0
    public var efer: UInt64 = 0
    public var gdt: (base: UInt64, limit: UInt32) = (0, 0xFFFF)
    public var idt: (base: UInt64, limit: UInt32) = (0, 0xFFFF)
    /// ES, CS, SS, DS, FS, GS, LDTR, TR.
    public var segments: [Segment] = []

    public init() {}
}

extension X86Processor {
    /// Puts the processor into a state; what the state does not say is as after power-on.
    public func start(from start: StartState) {
        reset()
        for (number, value) in start.general.prefix(16).enumerated() { core[UInt8(number)] = value }
        instructionPointer = start.instructionPointer
        core.statusFlags = start.flags & Flag.status
        state.pointee.systemFlags = start.flags & Flag.system
        control.cr0 = start.cr0
        control.cr3 = start.cr3
        control.cr4 = start.cr4
        control.efer = start.efer
        control.gdtBase = start.gdt.base
        control.gdtLimit = start.gdt.limit
        control.idtBase = start.idt.base
        control.idtLimit = start.idt.limit
        for (number, segment) in start.segments.enumerated() {
            let value = Segment(
                selector: segment.selector, attributes: segment.attributes, limit: segment.limit, base: segment.base)
            switch number {
            case 0..<6: state.pointee.segments[number] = value
            case 6: control.ldtr = value
            default: control.tr = value
            }
        }
        translations.flush()
        translationChanged()
        modeChanged()
    }

    /// INIT: as after power-on, but that the caches and what the machine's clock is at stay. The processor waits for a
    /// start-up interrupt unless it is the first.
    public func initialise(waits: Bool) {
        let feedback = control.tscOffset
        reset()
        control.tscOffset = feedback
        isWaitingForStartUp = waits
        lookUp()
    }

    /// A start-up interrupt: a waiting processor begins at the beginning of a page below 1 MiB.
    public func startUp(page: UInt8) {
        guard isWaitingForStartUp else { return }
        isWaitingForStartUp = false
        state.pointee.segments[SegmentNumber.cs] = Segment(
            selector: UInt16(page) << 8, attributes: 0x9B, limit: 0xFFFF, base: UInt64(page) << 12)
        instructionPointer = 0
        modeChanged()
    }
}
