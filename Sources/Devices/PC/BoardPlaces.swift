/// Where on the board is what of which both the wiring and the ACPI tables speak: ports, interrupts, real addresses.
enum BoardPlaces {
    static let clockPorts: UInt16 = 0x70
    static let clockInterrupt = 8
    static let serialPorts: UInt16 = 0x3F8
    static let serialInterrupt = 4
    static let pciPorts: UInt16 = 0xCF8
    static let powerInterrupt = 9
    static let ioAPIC: UInt64 = 0xFEC0_0000
    /// One window for all of them: each processor sees its own.
    static let localAPICs: UInt64 = 0xFEE0_0000
}
