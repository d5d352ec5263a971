import CHostProbe

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the host's processor did with one instruction.
enum Observation: Hashable, Sendable {
    /// It was executed, and execution came to this address.
    case completed(next: UInt64)
    /// A trap with its vector, error code and (page faults) address.
    case trapped(vector: UInt64, error: UInt64, address: UInt64)
    /// It called the system, which the filter turned into a signal.
    case calledSystem
    /// The child did not come back, or ended.
    case lost(String)

    /// Reads a finished case.
    init(_ record: UnsafeMutablePointer<trapline_probe_case>, here: UInt64, length: Int) {
        let rip = record.pointee.after.rip
        let end = here + UInt64(length)
        switch record.pointee.signal {
        case SIGSYS: self = .calledSystem
        case SIGTRAP where record.pointee.vector == 3 && !(here..<end).contains(rip &- 1):
            // The breakpoint that stands behind every instruction and wherever a branch may lead.
            self = .completed(next: rip &- 1)
        default:
            // A fault at another address is that of fetching the next instruction.
            if rip != here, rip != end || [11, 12, 13, 14].contains(record.pointee.vector),
                !(here..<end).contains(rip) || record.pointee.signal != SIGTRAP
            {
                self = .completed(next: rip)
            } else {
                self = .trapped(
                    vector: record.pointee.vector, error: record.pointee.error, address: record.pointee.fault_address)
            }
        }
    }

    /// Without numbers that differ from state to state: what findings are told apart by.
    var kind: String {
        switch self {
        case .completed: return "completed"
        case .trapped(let vector, _, _): return HostTrap.name(vector)
        case .calledSystem: return "called the system"
        case .lost(let how): return how
        }
    }

    var text: String {
        switch self {
        case .completed(let next): return "completed, next instruction at " + hexadecimal(next)
        case .trapped(let vector, let error, let address):
            var text = HostTrap.name(vector)
            if HostTrap.hasErrorCode(vector) { text += "(" + hexadecimal(error) + ")" }
            if vector == 14 { text += " at " + hexadecimal(address) }
            return text
        case .calledSystem: return "called the system"
        case .lost(let how): return how
        }
    }
}

/// The processor's exceptions.
enum HostTrap {
    private static let names: [UInt64: String] = [
        0: "#DE", 1: "#DB", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 8: "#DF", 10: "#TS", 11: "#NP", 12: "#SS",
        13: "#GP", 14: "#PF", 16: "#MF", 17: "#AC", 18: "#MC", 19: "#XM", 20: "#VE", 21: "#CP",
    ]

    static func name(_ vector: UInt64) -> String { names[vector] ?? "vector \(vector)" }

    static func hasErrorCode(_ vector: UInt64) -> Bool { [8, 10, 11, 12, 13, 14, 17, 21].contains(vector) }
}

/// A number in base 16, with 0x.
func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
