import Machine

/// The port at which a test ends the machine with a status: whoever writes `v` ends it with `v * 2 + 1`, which is
/// never 0, so that it cannot be taken for a power-off.
public final class DebugExit: BusDevice {
    public let name = "debug exit"
    private let exit: (UInt32) -> Void

    public init(exit: @escaping (UInt32) -> Void) { self.exit = exit }

    public func read(_ offset: UInt64, width: Int) -> UInt64 { 0 }
    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        guard offset == 0 else { return }
        exit(UInt32(truncatingIfNeeded: value & .allOnes(width: width)) << 1 | 1)
    }
}

/// Port 0x80, where firmware shows how far it has come, and kernels write to wait for a moment: a byte that is kept.
public final class DelayPort: StatefulDevice {
    public let name = "delay port"
    public private(set) var shown: UInt8 = 0

    public init() {}

    public func reset() { shown = 0 }
    public func read(_ offset: UInt64, width: Int) -> UInt64 { UInt64(shown) }
    public func write(_ offset: UInt64, width: Int, value: UInt64) { shown = UInt8(truncatingIfNeeded: value) }
    public func exchange(_ state: inout StateExchange) throws(SnapshotError) { try state.pass(&shown) }
}
