/// How a command ended. Scripts rely on these numbers, so the list is closed: a new way to end
/// needs a case here, and a line in the help of the commands that use it.
public enum CommandStatus: Hashable, Sendable {
    /// The answer is yes, or there was nothing to answer: 0.
    case holds
    /// A theorem is refuted, a revision broke something, a certificate is rejected: 1.
    case refuted
    /// Undecided, or the question does not apply to the machine: 3.
    case undecided
    /// The command line does not make sense: 64.
    case usage
    /// An input is there but is not what it should be: 65.
    case badInput
    /// An input is not there or cannot be opened: 66.
    case noInput
    /// Trapline contradicts itself: 70.
    case internalFault
    /// Reading or writing failed: 74.
    case inputOutput
    /// A limit on steps or time ended the run: 124.
    case limit
    /// The guest crashed: 125.
    case crashed
    /// The user interrupted: 130.
    case interrupted
    /// The guest's own status, where it gives one.
    case guest(UInt8)

    /// The number that the process exits with.
    public var code: Int32 {
        switch self {
        case .holds: return 0
        case .refuted: return 1
        case .undecided: return 3
        case .usage: return 64
        case .badInput: return 65
        case .noInput: return 66
        case .internalFault: return 70
        case .inputOutput: return 74
        case .limit: return 124
        case .crashed: return 125
        case .interrupted: return 130
        case .guest(let status): return Int32(status)
        }
    }
}
