import Devices
import WholeMachine

/// Standard input on its way to the guest's serial line.
///
/// From a terminal every key goes to the guest at once. What is piped in or comes from a file is the guest's whole, and
/// is held back until the guest listens, for a kernel that looks what port it has would throw it away.
final class MachineInput {
    enum Outcome: Hashable {
        case nothing, leave, snapshot, help
    }

    private let stream: InputStream
    private var keys: ConsoleKeys
    private(set) var hasEnded = false

    /// Characters that wait in front of a serial line: the FIFO's worth where the sender can wait, more from somebody
    /// who cannot be told to.
    private static let most = 16
    private static let mostTyped = 4096

    init(_ stream: InputStream, isTerminal: Bool) {
        self.stream = stream
        keys = ConsoleKeys(hasCommands: isTerminal)
    }

    var isTerminal: Bool { keys.hasCommands }
    /// Something may come that is not there yet.
    var isLive: Bool { !hasEnded && stream.isLive }

    private func mayTake(_ serial: SerialPort) -> Bool {
        if hasEnded { return false }
        return isTerminal || serial.isListening && serial.waitingCount < Self.most
    }

    /// Gives the guest what is there, as far as it takes it, up to the next command to Trapline.
    func give(to machine: PCMachine) -> Outcome {
        let serial = machine.board.serial
        while mayTake(serial), stream.isReady {
            guard let byte = stream.next() else {
                hasEnded = true
                break
            }
            switch keys.take(byte) {
            case .byte(let byte): if serial.waitingCount < Self.mostTyped { machine.receive(byte) }
            case .leave: return .leave
            case .snapshot: return .snapshot
            case .help: return .help
            case .nothing: break
            }
        }
        return .nothing
    }

    /// Lets the host's time pass until something can be given to the guest, or so many seconds are over.
    func wait(_ serial: SerialPort, seconds: Double) {
        if mayTake(serial) { _ = stream.wait(seconds: seconds) } else { pause(seconds: seconds) }
    }

    /// The guest, which sleeps for ever, may still be woken.
    func mayWake(_ serial: SerialPort) -> Bool { mayTake(serial) && (isLive || stream.isReady) }
}

/// Holds the guest's time against the host's while the guest is idle: `sleep 5` takes five seconds then. A guest that
/// computes is not hurried, and what it takes longer than its own clock says is not made up for.
struct Pacer {
    private var host: Double?
    private var guest: UInt64 = 0
    /// Seconds that the guest may be late without being given more time: waits are never quite exact.
    private static let tolerance = 0.05

    /// - Returns: seconds that the host has to let pass until the guest's time is `moment`.
    mutating func delay(from now: UInt64, to moment: UInt64) -> Double {
        let clock = monotonicSeconds()
        if host.map({ clock - $0 > Double(now - guest) * 1e-9 + Self.tolerance }) ?? true {
            host = clock
            guest = now
        }
        return Double(moment - guest) * 1e-9 - (clock - (host ?? clock))
    }

    /// The guest's time that the host's clock has come to.
    func time() -> UInt64 { guest + UInt64(max(0, monotonicSeconds() - (host ?? 0)) * 1e9) }
}
