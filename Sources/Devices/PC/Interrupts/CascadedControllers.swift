import Machine

/// The two 8259A of a PC: the second one's output is the first one's input 2, which makes fifteen interrupts.
public final class CascadedControllers {
    public let first = InterruptController8259(name: "first interrupt controller", cascade: 2)
    public let second = InterruptController8259(name: "second interrupt controller", cascade: nil)
    /// The registers at 0x4D0 and 0x4D1, which say what is edge and what is level.
    public let edgeLevel: BusDevice
    /// The output of the first one, the processor's INTR.
    public private(set) var isRaised = false
    var output: InterruptLine

    public init(output: InterruptLine = .open) {
        self.output = output
        edgeLevel = EdgeLevelControl(first, second)
        first.changed = { [unowned self] in
            let level = first.pending != nil
            guard level != isRaised else { return }
            isRaised = level
            self.output.set(level)
        }
        second.changed = { [unowned self] in first.set(2, second.pending != nil) }
    }

    public func set(_ interrupt: Int, _ isRaised: Bool) {
        switch interrupt {
        case 2: break
        case 0..<8: first.set(UInt8(interrupt), isRaised)
        case 8..<16: second.set(UInt8(interrupt - 8), isRaised)
        default: break
        }
    }

    /// The processor's acknowledgement: the vector, of the second chip where the first passes the request on.
    public func acknowledge() -> UInt8 {
        let (input, vector) = first.acknowledge()
        return input == 2 ? second.acknowledge().vector : vector
    }

    /// After a snapshot: the output is what the chips' state makes it.
    func settle() { isRaised = first.pending != nil }
}

/// One bit an interrupt: set, it is level-triggered. The timer's, the keyboard's, the cascade's and those of clock
/// and coprocessor are edges for ever.
private final class EdgeLevelControl: BusDevice {
    let name = "edge/level control"
    private let first: InterruptController8259
    private let second: InterruptController8259

    init(_ first: InterruptController8259, _ second: InterruptController8259) {
        self.first = first
        self.second = second
    }

    func read(_ offset: UInt64, width: Int) -> UInt64 { UInt64(offset == 0 ? first.levelInputs : second.levelInputs) }

    func write(_ offset: UInt64, width: Int, value: UInt64) {
        let value = UInt8(truncatingIfNeeded: value)
        if offset == 0 { first.levelInputs = value & 0xF8 } else { second.levelInputs = value & 0xDE }
    }
}
