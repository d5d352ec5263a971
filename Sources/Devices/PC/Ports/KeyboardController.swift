import Machine

/// The keyboard controller i8042 at ports 0x60 and 0x64 with no keyboard and no mouse behind it: it passes its self
/// tests, says of its devices that they do not answer, and resets the machine, which is what it is still good for.
public final class KeyboardController: StatefulDevice {
    public let name = "keyboard controller"
    private let line: InterruptLine
    private let resetMachine: () -> Void

    /// Configuration: interrupt enables 0 and 1, system flag 2, clock disables 4 and 5, translation 6.
    private var configuration: UInt8 = 0x45
    private var outputPort: UInt8 = 0x03
    private var memory = [UInt8](repeating: 0, count: 32)
    /// The byte that waits to be read, and the status bits that go with it; above 8 bits: none.
    private var output: UInt16 = .max
    private var outputStatus: UInt8 = 0
    private var lastWasCommand = false
    /// The command whose data byte is awaited; 0: data is for the keyboard.
    private var awaiting: UInt8 = 0
    private var isRaised = false

    private enum Status {
        static let full: UInt8 = 1
        static let system: UInt8 = 4
        static let command: UInt8 = 8
        static let unlocked: UInt8 = 16
        static let timeout: UInt8 = 64
    }

    public init(line: InterruptLine, resetMachine: @escaping () -> Void) {
        self.line = line
        self.resetMachine = resetMachine
    }

    public func reset() {
        configuration = 0x45
        outputPort = 0x03
        memory = [UInt8](repeating: 0, count: 32)
        output = .max
        outputStatus = 0
        lastWasCommand = false
        awaiting = 0
        follow()
    }

    /// The A20 gate: readable and writable, but all address lines are always there.
    var a20: Bool {
        get { outputPort & 2 != 0 }
        set { outputPort = newValue ? outputPort | 2 : outputPort & ~2 }
    }

    private func follow() {
        let level = output <= 0xFF && configuration & 1 != 0
        guard level != isRaised else { return }
        isRaised = level
        line.set(level)
    }

    private func answer(_ byte: UInt8, status: UInt8 = 0) {
        output = UInt16(byte)
        outputStatus = status
        follow()
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        guard offset == 0 else {
            let full = output <= 0xFF
            return UInt64(
                Status.unlocked | configuration & Status.system | (lastWasCommand ? Status.command : 0)
                    | (full ? Status.full | outputStatus : 0))
        }
        guard output <= 0xFF else { return 0 }
        let byte = output
        output = .max
        follow()
        return UInt64(byte)
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        let value = UInt8(truncatingIfNeeded: value)
        lastWasCommand = offset != 0
        if offset != 0 { command(value) } else { data(value) }
    }

    private func command(_ command: UInt8) {
        awaiting = 0
        switch command {
        case 0x20: answer(configuration)
        case 0x21...0x3F: answer(memory[Int(command & 31)])
        case 0x60...0x7F, 0xD1, 0xD2, 0xD3, 0xD4: awaiting = command
        case 0xA7: configuration |= 0x20
        case 0xA8: configuration &= ~0x20
        // The mouse's data line is stuck low: there is none.
        case 0xA9: answer(0x03)
        case 0xAA:
            configuration |= 0x04
            answer(0x55)
        case 0xAB: answer(0x00)
        case 0xAD: configuration |= 0x10
        case 0xAE: configuration &= ~0x10
        case 0xC0: answer(0x80)
        case 0xD0: answer(outputPort)
        // Pulses of the output port's lower lines; line 0 is the processor's reset.
        case 0xF0...0xFF: if command & 1 == 0 { resetMachine() }
        default: break
        }
    }

    private func data(_ value: UInt8) {
        let command = awaiting
        awaiting = 0
        switch command {
        case 0x60:
            configuration = value
            follow()
        case 0x61...0x7F: memory[Int(command & 31)] = value
        case 0xD1:
            outputPort = value
            if value & 1 == 0 { resetMachine() }
        // As from the keyboard; and as from the mouse, which has no port here and so comes as the other.
        case 0xD2, 0xD3: answer(value)
        // Nobody takes the byte: the controller says so in place of an answer.
        default: answer(0xFE, status: Status.timeout)
        }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&configuration)
        try state.pass(&outputPort)
        try state.pass(each: &memory)
        try state.pass(&output)
        try state.pass(&outputStatus)
        try state.pass(&lastWasCommand)
        try state.pass(&awaiting)
        try state.pass(&isRaised)
    }
}

/// Port 0x92, the quicker way to the A20 gate and to a reset.
public final class SystemControlPortA: BusDevice {
    public let name = "system control port A"
    private let keyboard: KeyboardController
    private let resetMachine: () -> Void

    public init(keyboard: KeyboardController, resetMachine: @escaping () -> Void) {
        self.keyboard = keyboard
        self.resetMachine = resetMachine
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 { keyboard.a20 ? 2 : 0 }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        keyboard.a20 = value & 2 != 0
        if value & 1 != 0 { resetMachine() }
    }
}
