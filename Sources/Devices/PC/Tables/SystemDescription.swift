/// The DSDT's body: the names of the devices that no bus can enumerate, in ACPI's machine language.
enum SystemDescription {
    private typealias ML = MachineLanguage

    /// Between storage and the interrupt controllers: where functions on the bus have their windows.
    static let firstWindow: UInt32 = 0xC000_0000
    static let lastWindow: UInt32 = 0xFEBF_FFFF

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
                    ML.busWindow(0, 0), ML.ports(0xCF8, count: 8), ML.portWindow(0, 0xCF7),
                    ML.portWindow(0xD00, 0xFFFF), ML.memoryWindow(firstWindow, lastWindow),
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
                ML.resources([ML.ports(0x70, count: 2), ML.interrupt(8)]),
            ])
    }

    private static var serialPort: [UInt8] {
        ML.device(
            "COM1",
            [
                ML.named("_HID", ML.plugAndPlay("PNP0501")),
                ML.named("_UID", ML.integer(1)),
                ML.resources([ML.ports(0x3F8, count: 8), ML.interrupt(4)]),
            ])
    }
}
