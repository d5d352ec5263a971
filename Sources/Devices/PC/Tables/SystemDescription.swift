import Machine

/// The DSDT's body: the names of the devices that no bus can enumerate, in ACPI's machine language.
enum SystemDescription {
    private typealias ML = MachineLanguage

    /// Between storage and the interrupt controllers: where functions on the bus have their windows.
    private static let window = UInt32(RealAddresses.devices.lowerBound)...UInt32(BoardPlaces.ioAPIC - 1)

    static var bytes: [UInt8] {
        // The values for PM1a and PM1b that switch the machine off.
        let off = ML.integer(UInt64(PowerControl.offType))
        return ML.named("_S5", ML.package([off, off, ML.integer(0), ML.integer(0)]))
            + ML.scope("_SB", [rootBridge, clock, serialPort])
    }

    private static var rootBridge: [UInt8] {
        ML.device(
            "PCI0",
            [
                ML.named("_HID", ML.plugAndPlay("PNP0A03")),
                ML.named("_UID", ML.integer(0)),
                ML.named("_BBN", ML.integer(0)),
                // One bus, its own ports, and everything that is nobody else's.
                ML.resources([
                    ML.busWindow(0, 0), ML.ports(BoardPlaces.pciPorts, count: 8),
                    ML.portWindow(0, BoardPlaces.pciPorts - 1), ML.portWindow(BoardPlaces.pciPorts + 8, 0xFFFF),
                    ML.memoryWindow(window.lowerBound, window.upperBound),
                ]),
                ML.named("_PRT", ML.package((0..<32).flatMap(routes))),
            ])
    }

    /// Each pin of a slot has its interrupt, which is the same for the 8259A and for the I/O APIC.
    private static func routes(_ slot: Int) -> [[UInt8]] {
        (0..<4).map { pin in
            ML.package([
                ML.integer(UInt64(slot) << 16 | 0xFFFF), ML.integer(UInt64(pin)), ML.integer(0),
                ML.integer(UInt64(PCIBus.interrupt(slot: slot, pin: pin))),
            ])
        }
    }

    private static var clock: [UInt8] {
        ML.device(
            "RTC0",
            [
                ML.named("_HID", ML.plugAndPlay("PNP0B00")),
                ML.resources([
                    ML.ports(BoardPlaces.clockPorts, count: 2), ML.interrupt(UInt16(BoardPlaces.clockInterrupt)),
                ]),
            ])
    }

    private static var serialPort: [UInt8] {
        ML.device(
            "COM1",
            [
                ML.named("_HID", ML.plugAndPlay("PNP0501")),
                ML.named("_UID", ML.integer(1)),
                ML.resources([
                    ML.ports(BoardPlaces.serialPorts, count: 8), ML.interrupt(UInt16(BoardPlaces.serialInterrupt)),
                ]),
            ])
    }
}
