import Machine

/// The PCI bus behind its two ports (PCI Local Bus 3.0, 3.2.2.3.2, "Software Generation of Configuration
/// Transactions"): an address at 0xCF8, which only whole double words reach, and data at 0xCFC. At 0xCF9, in the
/// address's second byte, is the reset control of the chip sets of its time.
public final class PCIBus: StatefulDevice {
    public let name = "PCI bus"
    private let resetMachine: () -> Void
    private var address: UInt32 = 0
    private var resetControl: UInt8 = 0
    /// By slot; all are function 0 of bus 0.
    public private(set) var functions: [Int: any PCIFunction] = [:]
    private(set) var slots: [Int] = []

    public init(resetMachine: @escaping () -> Void) {
        self.resetMachine = resetMachine
        add(HostBridge(), slot: 0)
    }

    public func add(_ function: any PCIFunction, slot: Int) {
        functions[slot] = function
        slots = functions.keys.sorted()
    }

    /// Which interrupt a slot's INTA leads to: neighbours have different ones.
    public static func interrupt(slot: Int, pin: Int = 0) -> Int { (slot + pin) & 1 == 0 ? 10 : 11 }

    public func reset() {
        address = 0
        resetControl = 0
    }

    /// The function whose window an address lies in, and how far.
    func window(_ address: UInt64) -> (function: any PCIFunction, offset: UInt64)? {
        for slot in slots {
            guard let function = functions[slot], function.windowSize > 0, let base = function.configuration.window,
                address >= base, address - base < function.windowSize
            else { continue }
            return (function, address - base)
        }
        return nil
    }

    private var selected: (function: any PCIFunction, register: Int)? {
        // Enabled, bus 0, function 0.
        guard address >> 31 != 0, address >> 16 & 0xFF == 0, address >> 8 & 7 == 0,
            let function = functions[Int(address >> 11 & 31)]
        else { return nil }
        return (function, Int(address & 0xFC))
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        switch offset {
        case 0 where width == 4: return UInt64(address)
        case 1 where width == 1: return UInt64(resetControl)
        case 4...7:
            guard let (function, register) = selected else { return .max }
            return function.configuration.read(register + Int(offset - 4), width: width)
        default: return .max
        }
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        switch offset {
        case 0 where width == 4: address = UInt32(truncatingIfNeeded: value) & 0x80FF_FFFC
        case 1 where width == 1:
            let value = UInt8(truncatingIfNeeded: value)
            let starts = value & ~resetControl & 4 != 0
            resetControl = value & 0x0A
            if starts { resetMachine() }
        case 4...7:
            guard let (function, register) = selected else { return }
            function.writeConfiguration(register + Int(offset - 4), width: width, value: value)
        default: break
        }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&address)
        try state.pass(&resetControl)
    }
}

/// What connects the bus with the processor. Software knows by it that there is a bus; it does nothing.
final class HostBridge: PCIFunction {
    let name = "host bridge"
    /// The identity of Intel's 82441FX, which every system takes for what it is.
    private(set) var configuration = PCIConfiguration(vendor: 0x8086, device: 0x1237, classCode: 0x06_0000, revision: 2)
    let windowSize: UInt64 = 0

    func writeConfiguration(_ offset: Int, width: Int, value: UInt64) {
        configuration.write(offset, width: width, value: value)
    }
    func read(_ offset: UInt64, width: Int) -> UInt64 { .max }
    func write(_ offset: UInt64, width: Int, value: UInt64) {}
    func reset() { configuration = PCIConfiguration(vendor: 0x8086, device: 0x1237, classCode: 0x06_0000, revision: 2) }
    func exchange(_ state: inout StateExchange) throws(SnapshotError) { try configuration.exchange(&state) }
}
