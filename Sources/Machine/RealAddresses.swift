/// How a PC's real addresses are shared out between storage and devices. Loaders, storage and devices go by it.
public enum RealAddresses {
    /// Devices answer in the last GiB below 4 GiB; storage is below it, and goes on above.
    // Computed, so that it is a constant to other modules.
    @inlinable public static var devices: Range<UInt64> { 0xC000_0000..<0x1_0000_0000 }
}
