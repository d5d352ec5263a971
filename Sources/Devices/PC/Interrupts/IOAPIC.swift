import Machine

/// The I/O APIC (Intel 82093AA data sheet, with the directed end of interrupt of its successors) at 0xFEC00000:
/// twenty-four pins, each with an entry that says what becomes of it.
public final class IOAPIC: StatefulDevice {
    public let name = "I/O APIC"
    public static let pinCount = 24
    private static let masked: UInt64 = 0x1_0000
    private static let remote: UInt64 = 0x4000
    private static let level: UInt64 = 0x8000

    private weak var bus: (any APICBus)?
    private var index: UInt8 = 0
    private var identifier: UInt32 = 0
    private var inputs: UInt32 = 0
    private var entries = [UInt64](repeating: IOAPIC.masked, count: IOAPIC.pinCount)

    public init(bus: any APICBus) { self.bus = bus }

    public func reset() {
        index = 0
        identifier = 0
        inputs = 0
        entries = [UInt64](repeating: Self.masked, count: Self.pinCount)
    }

    // MARK: Pins

    /// - Parameter isRaised: the request is there. Polarity is the board's wiring, which follows the tables.
    public func set(_ pin: Int, _ isRaised: Bool) {
        guard entries.indices.contains(pin) else { return }
        let bit = UInt32(1) << UInt32(pin)
        let wasRaised = inputs & bit != 0
        inputs = isRaised ? inputs | bit : inputs & ~bit
        guard isRaised else { return }
        if entries[pin] & Self.level != 0 {
            deliverLevel(pin)
        } else if !wasRaised, entries[pin] & Self.masked == 0 {
            // An edge at a masked pin is lost (data sheet, 3.2.4, "Interrupt Mask").
            deliver(pin)
        }
    }

    private func deliverLevel(_ pin: Int) {
        guard entries[pin] & (Self.masked | Self.remote) == 0, inputs >> UInt32(pin) & 1 != 0 else { return }
        // Before the message, for the answer may come at once.
        entries[pin] |= Self.remote
        deliver(pin)
    }

    private func deliver(_ pin: Int) {
        let entry = entries[pin]
        guard let mode = DeliveryMode(rawValue: UInt8(entry >> 8 & 7)) else { return }
        let message = InterruptMessage(
            mode: mode, vector: UInt8(entry & 0xFF), shortDestination: UInt8(entry >> 56),
            isLogical: entry & 0x800 != 0, isLevel: entry & Self.level != 0)
        bus?.deliver(message, to: .addressed)
    }

    /// A level interrupt was served; if the request is still there, it comes again.
    public func endOfInterrupt(vector: UInt8) {
        for pin in entries.indices where UInt8(entries[pin] & 0xFF) == vector && entries[pin] & Self.level != 0 {
            guard entries[pin] & Self.remote != 0 else { continue }
            entries[pin] &= ~Self.remote
            deliverLevel(pin)
        }
    }

    // MARK: Registers

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        switch offset {
        case 0x00: return UInt64(index)
        case 0x10: return UInt64(readRegister(index))
        default: return 0
        }
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        switch offset {
        case 0x00: index = UInt8(truncatingIfNeeded: value)
        case 0x10: writeRegister(index, UInt32(truncatingIfNeeded: value))
        case 0x40: endOfInterrupt(vector: UInt8(truncatingIfNeeded: value))
        default: break
        }
    }

    private func readRegister(_ index: UInt8) -> UInt32 {
        switch index {
        case 0, 2: return identifier
        // Version 0x20 has the register for a directed end of interrupt.
        case 1: return UInt32(Self.pinCount - 1) << 16 | 0x20
        case 0x10..<UInt8(0x10 + 2 * Self.pinCount):
            let entry = entries[Int(index - 0x10) / 2]
            return UInt32(truncatingIfNeeded: index & 1 == 0 ? entry : entry >> 32)
        default: return 0
        }
    }

    private func writeRegister(_ index: UInt8, _ value: UInt32) {
        if index == 0 { identifier = value & 0x0F00_0000 }
        guard index >= 0x10, Int(index) < 0x10 + 2 * Self.pinCount else { return }
        let pin = Int(index - 0x10) / 2
        if index & 1 == 0 {
            // Delivery status and remote IRR are not the guest's to write; an edge has no remote IRR.
            let kept = UInt64(value) & Self.level != 0 ? entries[pin] & Self.remote : 0
            entries[pin] = entries[pin] & 0xFFFF_FFFF_0000_0000 | UInt64(value & 0x1_AFFF) | kept
        } else {
            entries[pin] = entries[pin] & 0xFFFF_FFFF | UInt64(value & 0xFF00_0000) << 32
        }
        if entries[pin] & Self.level != 0 { deliverLevel(pin) }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&index)
        try state.pass(&identifier)
        try state.pass(&inputs)
        try state.pass(each: &entries)
    }
}
