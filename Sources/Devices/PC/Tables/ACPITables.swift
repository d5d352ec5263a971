/// The tables by which a kernel finds what it cannot probe (ACPI 6.4, chapter 5): processors, interrupt wiring,
/// power, and the devices that are on no bus. They are put into storage at `base`, where kernels look for them.
public struct ACPITables: Sendable {
    /// Where the root pointer is.
    public let base: UInt64
    public let bytes: [UInt8]
    /// Signature and bytes, in the order in which they lie.
    public let tables: [(signature: String, bytes: [UInt8])]

    /// - Parameter base: a multiple of 64; within 0xE0000 to 0xFFFFF kernels find the pointer by themselves.
    public init(processors: Int, base: UInt64 = 0xE_0000) {
        self.base = base
        // The pointer's 36 bytes, then the tables, each on a multiple of 64.
        var image = [UInt8](repeating: 0, count: 64)
        var made: [(signature: String, bytes: [UInt8])] = []
        func place(_ signature: String, _ table: [UInt8]) -> UInt64 {
            let address = base + UInt64(image.count)
            image += table
            image += [UInt8](repeating: 0, count: (64 - image.count % 64) % 64)
            made.append((signature, table))
            return address
        }
        let control = place("FACS", Self.firmwareControl)
        let description = place("DSDT", Self.table("DSDT", revision: 2, SystemDescription.bytes))
        let fixed = place("FACP", Self.fixedDescription(control: control, description: description))
        let interrupts = place("APIC", Self.interruptDescription(processors: processors))
        let short = place("RSDT", Self.table("RSDT", revision: 1, Self.numbers([fixed, interrupts], width: 4)))
        let long = place("XSDT", Self.table("XSDT", revision: 1, Self.numbers([fixed, interrupts], width: 8)))
        image.replaceSubrange(0..<36, with: Self.pointer(short: short, long: long))
        bytes = image
        tables = made
    }

    private static func numbers(_ values: [UInt64], width: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: values.count * width)
        for (index, value) in values.enumerated() { bytes.put(value, at: index * width, width: width) }
        return bytes
    }

    /// What makes the bytes' sum zero.
    private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt8 { 0 &- bytes.reduce(0, &+) }

    /// A header of 36 bytes and the body (5.2.6).
    private static func table(_ signature: String, revision: UInt8, _ body: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 36) + body
        bytes.put(signature, at: 0, width: 4)
        bytes.put(UInt64(bytes.count), at: 4, width: 4)
        bytes[8] = revision
        bytes.put("TRAPLN", at: 10, width: 6)
        bytes.put("TRAPLNPC", at: 16, width: 8)
        bytes.put(1, at: 24, width: 4)
        bytes.put("TRAP", at: 28, width: 4)
        bytes.put(1, at: 32, width: 4)
        bytes[9] = checksum(bytes)
        return bytes
    }

    /// 5.2.5.3.
    private static func pointer(short: UInt64, long: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 36)
        bytes.put("RSD PTR ", at: 0, width: 8)
        bytes.put("TRAPLN", at: 9, width: 6)
        bytes[15] = 2
        bytes.put(short, at: 16, width: 4)
        bytes.put(36, at: 20, width: 4)
        bytes.put(long, at: 24, width: 8)
        bytes[8] = checksum(bytes[..<20])
        bytes[32] = checksum(bytes)
        return bytes
    }

    /// 5.2.10: where a sleeping machine wakes; this one does not sleep, but systems want the table.
    private static var firmwareControl: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes.put("FACS", at: 0, width: 4)
        bytes.put(64, at: 4, width: 4)
        bytes[32] = 2
        return bytes
    }

    /// 5.2.9: the ports of the fixed hardware.
    private static func fixedDescription(control: UInt64, description: UInt64) -> [UInt8] {
        let event = UInt64(PowerControl.ports + PowerControl.eventOffset)
        let power = UInt64(PowerControl.ports + PowerControl.controlOffset)
        let timer = UInt64(PowerControl.ports + PowerControl.timerOffset)
        var bytes = [UInt8](repeating: 0, count: 276)
        bytes.put(control, at: 36, width: 4)
        bytes.put(description, at: 40, width: 4)
        bytes.put(UInt64(BoardPlaces.powerInterrupt), at: 46, width: 2)
        bytes.put(event, at: 56, width: 4)
        bytes.put(power, at: 64, width: 4)
        bytes.put(timer, at: 76, width: 4)
        bytes[88] = 4
        bytes[89] = 2
        bytes[91] = 4
        // No processor states deeper than halting.
        bytes.put(0xFFFF, at: 96, width: 2)
        bytes.put(0xFFFF, at: 98, width: 2)
        bytes[108] = 0x32
        // Devices of old are there; of these no keyboard controller that would be worth a probe, and no VGA.
        bytes.put(0x0005, at: 109, width: 2)
        // WBINVD works, halting is C1, no sleep button, the clock wakes nobody, timer of 32 bits, reset register.
        bytes.put(1 << 0 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 10, at: 112, width: 4)
        bytes.putPort(UInt64(BoardPlaces.pciPorts) + 1, at: 116, bits: 8)
        bytes[128] = 0x06
        bytes.put(description, at: 140, width: 8)
        bytes.putPort(event, at: 148, bits: 32, access: 2)
        bytes.putPort(power, at: 172, bits: 16)
        bytes.putPort(timer, at: 208, bits: 32)
        return table("FACP", revision: 6, Array(bytes[36...]))
    }

    /// 5.2.12: processors and interrupt controllers.
    private static func interruptDescription(processors: Int) -> [UInt8] {
        // The local APICs' window; there are two 8259A too.
        var body = numbers([BoardPlaces.localAPICs, 1], width: 4)
        for number in 0..<processors {
            body += [0, 8, UInt8(number), UInt8(number), 1, 0, 0, 0]
        }
        body += [1, 12, 0, 0] + numbers([BoardPlaces.ioAPIC, 0], width: 4)
        let power = BoardPlaces.powerInterrupt
        // Source, pin, and polarity and trigger: 0 as the bus has it, 0xD high and level, 0xF low and level.
        let overrides: [(source: UInt8, pin: UInt32, flags: UInt8)] = [
            (0, 2, 0), (UInt8(power), UInt32(power), 0xD), (10, 10, 0xF), (11, 11, 0xF),
        ]
        for (source, pin, flags) in overrides {
            body += [2, 10, 0, source] + numbers([UInt64(pin)], width: 4) + [flags, 0]
        }
        // The NMI is at every processor's LINT1.
        body += [4, 6, 0xFF, 0, 0, 1]
        return table("APIC", revision: 4, body)
    }
}

extension [UInt8] {
    /// A generic address of a port (5.2.3.2). The unit of access: 1 a byte, 2 a word, 3 a double word.
    fileprivate mutating func putPort(_ port: UInt64, at offset: Int, bits: UInt8, access: UInt8? = nil) {
        self[offset] = 1
        self[offset + 1] = bits
        self[offset + 3] = access ?? (bits == 8 ? 1 : bits == 16 ? 2 : 3)
        put(port, at: offset + 4, width: 8)
    }
}
