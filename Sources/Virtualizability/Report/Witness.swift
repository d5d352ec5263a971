import ISALanguage

/// A counterexample: two related states, and what one instruction does in each. The concrete evaluator has replayed it.
public struct Witness: Hashable, Sendable {
    /// What it shows: "control/best".
    public var property: String
    /// The variant, or the interrupt line.
    public var subject: String
    /// The encoding that is executed; empty where no instruction is.
    public var units: [UInt64]
    public var decoded: DecodedInstruction?
    /// k and the number of the guest's cells.
    public var origin: UInt64
    public var extent: UInt64
    /// S1: what the guest believes, on a machine of `extent` cells.
    public var virtual: MachineState
    /// S2: the real machine.
    public var real: MachineState
    public var virtualOutcome: WitnessOutcome
    public var realOutcome: WitnessOutcome
    /// Where S1 and S2 differ to begin with, window and its place aside.
    public var differences: [Difference]
    /// Where the outcomes differ, or what changed that must not.
    public var divergences: [Difference]
}

public struct WitnessOutcome: Hashable, Sendable {
    /// The trap's name; nil where the instruction completed.
    public var trap: String?
    public var detail: UInt64
    public var after: MachineState
}

/// One place in two states.
public struct Difference: Hashable, Sendable {
    /// The component's name.
    public var component: String
    /// The element of a register file, or the address of a cell as the guest counts; nil for scalars.
    public var element: UInt64?
    public var virtual: UInt64
    public var real: UInt64

    /// "r3", "e[12]", "base".
    public var place: String { element.map { "\(component)[\($0)]" } ?? component }
}

/// A guest whose run differs between the bare machine and the monitor that lets this instruction run directly: put
/// these states into both, run the steps, compare.
public struct GuestProgram: Hashable, Sendable {
    public var instruction: String
    /// The bare machine: the guest alone with all its cells.
    public var initial: MachineState
    /// The cells that the program occupies, by address, with their contents: the encoded instruction.
    public var cells: [GuestCell]
    /// Where the guest lies in the real machine, and how large that is.
    public var origin: UInt64
    public var realSize: UInt64
    /// What the monitor's own components hold on the real machine.
    public var real: MachineState
    /// Instructions until the difference shows.
    public var steps: Int
    /// What the bare machine has after these steps (as `virtual`), and what the guest has under the monitor.
    public var divergences: [Difference]
    public var summary: String
}

public struct GuestCell: Hashable, Sendable {
    public var address: UInt64
    public var value: UInt64
}
