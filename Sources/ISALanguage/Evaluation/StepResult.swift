/// A trap of the reference machine; the same facts as the processor contract's `Trap`.
public struct TrapEvent: Hashable, Sendable {
    public var kind: TrapID
    /// 0 where the kind has none.
    public var detail: UInt64
    /// Address of the trapping instruction, or of the one before which an interrupt was accepted.
    public var address: UInt64
    /// Where execution goes on if the trap is simply returned from.
    public var resume: UInt64
    /// Index of the interrupt line, where an accepted interrupt is the cause.
    public var interrupt: Int?

    public init(kind: TrapID, detail: UInt64, address: UInt64, resume: UInt64, interrupt: Int? = nil) {
        self.kind = kind
        self.detail = detail
        self.address = address
        self.resume = resume
        self.interrupt = interrupt
    }
}

/// Why a machine cannot go on.
public enum FaultCause: Hashable, Sendable {
    /// The file declares no delivery.
    case noDelivery(TrapEvent)
    /// Delivery itself trapped.
    case deliveryTrapped(TrapEvent, with: TrapID, detail: UInt64)
    /// Delivery loads or stores cells that this machine's storage does not have.
    case deliveryOutsideStorage(TrapEvent)
    /// An encoding that no instruction describes, and the file says nothing about those.
    case undefinedEncoding(address: UInt64, units: [UInt64])
    /// Accepting an interrupt trapped.
    case acknowledgeTrapped(interrupt: Int, with: TrapID)
    /// The machine has no program counter to fetch from.
    case noProgramCounter

    /// One line for people.
    public func text(in machine: MachineDescription) -> String {
        func name(_ trap: TrapID) -> String {
            machine.traps.indices.contains(trap.index) ? machine.traps[trap.index].name : "trap \(trap.index)"
        }
        func at(_ event: TrapEvent) -> String { "\(name(event.kind)) at \(hexadecimal(event.address))" }
        switch self {
        case .noDelivery(let event):
            return "\(at(event)), and the machine delivers no traps"
        case .deliveryTrapped(let event, let second, let detail):
            return "\(at(event)), and its delivery trapped: \(name(second)) (\(hexadecimal(detail)))"
        case .deliveryOutsideStorage(let event):
            return "\(at(event)), and its delivery needs cells outside the storage"
        case .undefinedEncoding(let address, let units):
            let bits = units.map(hexadecimal).joined(separator: " ")
            return "no instruction is encoded as \(bits) at \(hexadecimal(address))"
        case .acknowledgeTrapped(let line, let trap):
            return "accepting interrupt '\(machine.interrupts[line].name)' trapped: \(name(trap))"
        case .noProgramCounter:
            return "the machine has no program counter"
        }
    }

    private func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16, uppercase: true) }
}

/// What one step of the reference machine was.
public enum StepResult: Hashable, Sendable {
    /// An instruction was completed. The devices, by index, whose strobes are now raised: they are to be served,
    /// and the strobes cleared, before the next step.
    case completed(DecodedInstruction, address: UInt64, devices: [Int])
    /// A trap, delivered into the machine's vector or, if traps exit, left to the caller. The instruction
    /// is nil where fetching or decoding trapped, or an interrupt was accepted. Delivery may raise strobes
    /// (a board's registers may stand behind a trap), so there are devices to be served here too.
    case trapped(TrapEvent, DecodedInstruction?, delivered: Bool, devices: [Int] = [])
    /// Asleep, and no interrupt is pending and enabled.
    case waiting
    /// Stopped for good.
    case halted(status: UInt64)
    case fault(FaultCause)
}
