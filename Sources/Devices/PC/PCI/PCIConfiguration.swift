import Machine

/// A function's 256 bytes of configuration (PCI Local Bus 3.0, chapter 6): what is in them, and which bits of them
/// software may change. A base address register that keeps only the bits above its window's size answers the
/// question for its size without anybody being asked.
public struct PCIConfiguration: Sendable {
    private var bytes = [UInt8](repeating: 0, count: 256)
    private var writable = [UInt8](repeating: 0, count: 256)
    private var lastCapability = 0x34

    /// - Parameter classCode: class, subclass and interface in 24 bits.
    public init(vendor: UInt16, device: UInt16, classCode: UInt32, revision: UInt8 = 0) {
        put(0x00, UInt64(vendor), width: 2)
        put(0x02, UInt64(device), width: 2)
        put(0x08, UInt64(classCode) << 8 | UInt64(revision), width: 4)
        // Command: ports, memory, master, parity, system error, interrupt off; cache line, latency; interrupt line.
        put(0x04, 0, width: 2, writable: 0x0547)
        put(0x0C, 0, width: 2, writable: 0xFFFF)
        put(0x3C, 0, width: 1, writable: 0xFF)
    }

    public mutating func put(_ offset: Int, _ value: UInt64, width: Int, writable mask: UInt64 = 0) {
        for index in 0..<width {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
            writable[offset + index] = UInt8(truncatingIfNeeded: mask >> UInt64(8 * index))
        }
    }

    /// Base address registers 0 and 1 as one of 64 bits.
    /// - Parameter size: of the window, a power of two.
    public mutating func addWindow(size: UInt64, at address: UInt64) {
        put(0x10, address | 0x4, width: 8, writable: ~(size - 1))
        // As firmware leaves it: memory accesses answered, and allowed to be a master.
        put(0x04, 0x0006, width: 2, writable: 0x0547)
    }

    /// - Parameter pin: 1 to 4 for INTA to INTD.
    public mutating func addInterrupt(pin: UInt8, line: UInt8) {
        put(0x3C, UInt64(line), width: 1, writable: 0xFF)
        put(0x3D, UInt64(pin), width: 1)
    }

    /// Hangs a capability into the list; the caller fills what follows its two bytes.
    public mutating func addCapability(_ identifier: UInt8, at offset: Int) {
        put(offset, UInt64(identifier), width: 2)
        bytes[lastCapability == 0x34 ? 0x34 : lastCapability + 1] = UInt8(offset)
        lastCapability = offset
        bytes[0x06] |= 0x10
    }

    public func read(_ offset: Int, width: Int) -> UInt64 {
        (0..<width).reduce(0) { value, index in
            offset + index < 256 ? value | UInt64(bytes[offset + index]) << UInt64(8 * index) : value
        }
    }

    public mutating func write(_ offset: Int, width: Int, value: UInt64) {
        for index in 0..<width where offset + index < 256 {
            let mask = writable[offset + index]
            let byte = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
            bytes[offset + index] = bytes[offset + index] & ~mask | byte & mask
        }
    }

    /// Where the window is; nil: memory accesses are off.
    public var window: UInt64? { bytes[4] & 2 != 0 ? read(0x10, width: 8) & ~0xF : nil }
    public var isMaster: Bool { bytes[4] & 4 != 0 }
    public var hasInterruptDisabled: Bool { bytes[5] & 4 != 0 }
    /// The status bit that says that the function asks for its interrupt.
    mutating func showInterrupt(_ isRaised: Bool) { bytes[6] = isRaised ? bytes[6] | 8 : bytes[6] & ~8 }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) { try state.pass(each: &bytes) }
}

/// A function on the bus. As a bus device it is its window.
public protocol PCIFunction: StatefulDevice {
    var configuration: PCIConfiguration { get }
    var windowSize: UInt64 { get }
    func writeConfiguration(_ offset: Int, width: Int, value: UInt64)
}
