/// What an interrupt does where it arrives (Intel SDM volume 3, 11.6.1, "Delivery Mode").
public enum DeliveryMode: UInt8, Sendable {
    case fixed = 0
    case lowestPriority = 1
    case systemManagement = 2
    case nonMaskable = 4
    case initialise = 5
    case startUp = 6
    case external = 7
}

/// What goes over the wires between local APICs, I/O APIC and devices that write their interrupts.
public struct InterruptMessage: Hashable, Sendable {
    /// Everybody, in a physical destination.
    public static let everybody: UInt32 = .max

    public var mode: DeliveryMode
    public var vector: UInt8
    public var destination: UInt32
    /// A set of processors by their logical addresses, not one by its number.
    public var isLogical: Bool
    public var isLevel: Bool

    public init(mode: DeliveryMode, vector: UInt8, destination: UInt32, isLogical: Bool, isLevel: Bool) {
        self.mode = mode
        self.vector = vector
        self.destination = destination
        self.isLogical = isLogical
        self.isLevel = isLevel
    }

    /// A message signalled interrupt: a write of `data` to 0xFEEx_xxxx (SDM volume 3, 11.11). Nil: not one.
    public init?(address: UInt64, data: UInt32) {
        guard address >> 20 == 0xFEE, let mode = DeliveryMode(rawValue: UInt8(data >> 8 & 7)) else { return nil }
        self.init(
            mode: mode, vector: UInt8(data & 0xFF), shortDestination: UInt8(address >> 12 & 0xFF),
            // A redirection hint, or logical mode, asks for the destination as a set.
            isLogical: address >> 2 & 1 != 0, isLevel: data >> 15 & 1 != 0)
    }

    /// With a destination of eight bits, as all but x2APICs send it.
    init(mode: DeliveryMode, vector: UInt8, shortDestination: UInt8, isLogical: Bool, isLevel: Bool) {
        let everybody = shortDestination == 0xFF && !isLogical
        self.init(
            mode: mode, vector: vector, destination: everybody ? Self.everybody : UInt32(shortDestination),
            isLogical: isLogical, isLevel: isLevel)
    }
}

/// Whom a message is for: those it addresses, or a shorthand of the command register.
public enum InterruptTargets: Hashable, Sendable {
    case addressed
    case only(UInt32)
    case all
    case allExcept(UInt32)
}

/// The wires between APICs.
public protocol APICBus: AnyObject {
    func deliver(_ message: InterruptMessage, to targets: InterruptTargets)
    /// A local APIC ended a level interrupt, which the I/O APIC waits for.
    func endOfInterrupt(vector: UInt8)
}

/// The wires of one board.
public final class APICWires: APICBus {
    public var localAPICs: [LocalAPIC] = []
    public weak var ioAPIC: IOAPIC?

    public init() {}

    public func deliver(_ message: InterruptMessage, to targets: InterruptTargets) {
        let receivers = localAPICs.filter { apic in
            guard apic.isEnabled else { return false }
            switch targets {
            case .addressed: return apic.answers(to: message)
            case .only(let identifier): return apic.identifier == identifier
            case .all: return true
            case .allExcept(let identifier): return apic.identifier != identifier
            }
        }
        guard message.mode == .lowestPriority, targets == .addressed else {
            for receiver in receivers { receiver.receive(message) }
            return
        }
        // One of those with the lowest priority; of several, always the first: a run must be repeatable.
        receivers.filter(\.isSoftwareEnabled).min { $0.processorPriority < $1.processorPriority }?.receive(message)
    }

    public func endOfInterrupt(vector: UInt8) { ioAPIC?.endOfInterrupt(vector: vector) }
}
