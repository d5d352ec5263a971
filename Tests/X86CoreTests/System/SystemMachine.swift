import Machine

@testable import X86Core

/// A processor with descriptor tables, a task state and handlers that stop: what tests of the system's side need.
final class SystemMachine {
    static let gdt: UInt64 = 0x50000
    static let idt: UInt64 = 0x51000
    static let task: UInt64 = 0x53000
    static let handlers: UInt64 = 0x60000
    /// Of level 0, in the task state.
    static let innerStack: UInt64 = 0x70000
    static let interruptStack: UInt64 = 0x74000

    // Selectors.
    static let code64: UInt16 = 0x08, data: UInt16 = 0x10, userCode32: UInt16 = 0x1B, userData: UInt16 = 0x23
    static let userCode64: UInt16 = 0x2B, taskState: UInt16 = 0x30, code32: UInt16 = 0x40, code16: UInt16 = 0x48
    static let data16: UInt16 = 0x50, gate: UInt16 = 0x58, small: UInt16 = 0x68, downward: UInt16 = 0x70
    static let readOnly: UInt16 = 0x78, absent: UInt16 = 0x80, conforming: UInt16 = 0x88

    let machine = TestMachine(level: 0)
    var processor: X86Processor { machine.processor }
    var core: Core { machine.core }
    /// Eight bytes in long mode, four or eight of a gate otherwise.
    let isLong: Bool

    /// - Parameter isLong: false: protected mode of 32 bits without paging.
    init(isLong: Bool = true) {
        self.isLong = isLong
        let descriptors: [UInt64] = [
            0, 0x00AF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x00CF_FB00_0000_FFFF, 0x00CF_F300_0000_FFFF,
            0x00AF_FB00_0000_FFFF, 0x0000_8905_3000_0FFF, 0, 0x00CF_9B00_0000_FFFF, 0x0000_9B01_0000_FFFF,
            0x0000_9300_0000_FFFF, 0, 0, 0x0040_9300_0000_00FF, 0x0040_9700_0000_0FFF, 0x00CF_9100_0000_FFFF,
            0x00CF_1300_0000_FFFF, 0x00CF_9F00_0000_FFFF,
        ]
        for (index, raw) in descriptors.enumerated() { put(raw, at: Self.gdt + UInt64(8 * index)) }
        processor.control.gdtBase = Self.gdt
        processor.control.gdtLimit = UInt32(descriptors.count * 8 - 1)
        processor.control.idtBase = Self.idt
        processor.control.idtLimit = isLong ? 0xFFF : 0x7FF
        processor.control.tr = Segment(
            selector: Self.taskState, attributes: 0x8B, limit: 0xFFF, base: Self.task)
        for vector in UInt64(0)..<64 { setGate(UInt8(vector)) }
        // No handler does anything: an exception in one would have no end.
        for vector in UInt8(0)...255 { machine.load([UInt8](repeating: 0x90, count: 16), at: handler(vector)) }
        machine.core[Register.sp] = TestMachine.stack
        setGate(0x80, level: 3)
        setGate(3, level: 3)
        if isLong {
            put(Self.innerStack, at: Self.task + 4)
            put(Self.interruptStack, at: Self.task + 0x24)
        } else {
            put(UInt64(Self.data) << 32 | Self.innerStack, at: Self.task + 4)
            processor.control.efer = 0
            processor.control.cr0 = CR0.pe | CR0.et
            processor.control.cr4 = 0
            load(Self.code32, Self.data)
        }
        processor.flushAll()
        processor.modeChanged()
    }

    func put(_ value: UInt64, at address: UInt64) { processor.realWrite(address, value) }
    func quad(_ address: UInt64) -> UInt64 { processor.realRead(address, UInt64.self) }
    func long(_ address: UInt64) -> UInt64 { UInt64(processor.realRead(address, UInt32.self)) }

    /// An interrupt gate to a handler of its own: `handlers` + 16 times the vector.
    func setGate(_ vector: UInt8, level: UInt64 = 0, stack: UInt64 = 0, type: UInt64 = 14) {
        let target = Self.handlers + 16 * UInt64(vector)
        let selector = UInt64(isLong ? Self.code64 : Self.code32)
        let raw = target & 0xFFFF | selector << 16 | stack << 32 | (0x80 | level << 5 | type) << 40 | (target >> 16) << 48
        put(raw, at: Self.idt + UInt64(vector) * (isLong ? 16 : 8))
    }

    func handler(_ vector: UInt8) -> UInt64 { Self.handlers + 16 * UInt64(vector) }

    /// CS and SS as descriptors of the table say; the level follows.
    func load(_ code: UInt16, _ stack: UInt16) {
        let segments = processor.state
        for (number, selector) in [(SegmentNumber.cs, code), (SegmentNumber.ss, stack), (SegmentNumber.ds, stack),
            (SegmentNumber.es, stack)]
        {
            let raw = quad(Self.gdt + UInt64(selector & 0xFFF8))
            segments.pointee.segments[number] = Descriptor(raw: raw, selector: selector).segment(selector)
        }
        processor.control.cpl = Int(code & 3)
        processor.modeChanged()
    }

    func enterUser() { load(isLong ? Self.userCode64 : Self.userCode32, Self.userData) }

    func segment(_ number: Int) -> Segment { processor.state.pointee.segments[number] }

    @discardableResult
    func run(_ bytes: [UInt8], count: Int = 1, at address: UInt64 = TestMachine.code) -> ProcessorStop {
        machine.run(bytes, count: count, at: address)
    }

    /// Goes on where the processor is.
    @discardableResult
    func go(_ count: Int = 1) -> ProcessorStop { processor.run(until: processor.completed + UInt64(count)) }

    /// Runs an instruction that raises an exception, and the first one of its handler.
    func fault(_ bytes: [UInt8]) -> ExceptionHistory.Entry? {
        let before = processor.history.entries.count
        run(bytes)
        return processor.history.entries.count > before ? processor.history.entries.last : nil
    }
}
