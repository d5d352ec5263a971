import ISALanguage
import OpcodeNotation

/// Where a host may differ from the file, and why that is no fault of the file: the vendor's choice, or what the
/// kernel does between the processor and user code.
struct HostExpectations: Sendable {
    let vendor: HostProcessor.Vendor
    let policy: HostPolicy
    let usesBases: Bool

    /// `traps`: what the file allows.
    func reason(_ traps: [TrapKind], _ prediction: Prediction, _ observation: Observation) -> String? {
        let codes = Set(traps.map(\.code))
        switch observation {
        case .trapped(13, let error, _) where codes.contains(33) && error & 7 == 2:
            return "INT n: the kernel's gate is closed to level 3, #GP with the gate's number"
        case .calledSystem where codes.contains(33): return "INT n: the kernel's gate for calls of 32-bit programs"
        case .trapped(let vector, _, _) where codes.contains(33) && [1, 3, 4].contains(vector):
            return "INT n: the kernel's gate is open, and its signal tells the vector"
        case .trapped(6, _, _) where codes.contains(35) && vendor != .intel:
            return "SYSENTER: processors of AMD refuse it in long mode"
        case _ where codes.contains(35) && vendor == .intel:
            return "SYSENTER: the kernel answers it as a call of a 32-bit program"
        case .completed where codes.contains(13) && policy.emulatesTables && asksUMIP(prediction):
            return "UMIP: the processor refuses, and the kernel answers in its place"
        case .trapped(13, 0, _) where prediction.transfersAnywhere:
            return "transfers: a target that is not canonical gives #GP before it is fetched from"
        default: return nil
        }
    }

    /// Why a trap may leave something changed.
    func reasonForPart(_ prediction: Prediction, _ observation: Observation) -> String? {
        guard case .trapped(14, _, _) = observation, vendor == .amd, prediction.writes.scalars.contains(.tags) else {
            return nil
        }
        return "MASKMOVQ: a processor of AMD has made x87 ready for MMX when storage refuses"
    }

    /// Why what it writes may differ between two states that agree in what it reads.
    func reasonForChange(_ instruction: Instruction) -> String? {
        ["RDRAND", "RDSEED", "XSTORE"].contains(instruction.mnemonic) ? "random numbers are no part of the state" : nil
    }

    /// Flags that the manuals leave undefined: they are written, and nobody says from what.
    func undefinedFlags(_ instruction: Instruction) -> UInt64 {
        UndefinedFlags.of(instruction.mnemonic)
    }

    private func asksUMIP(_ prediction: Prediction) -> Bool {
        !prediction.policy.isEmpty && umip.map(prediction.policy.contains) ?? false
    }

    /// The component called umip, where the machine has one.
    let umip: StateID?
}
