// A machine, checked: what the parser and the width checker make of an ISA file,
// and the one thing that every interpretation reads: the concrete evaluator, the
// symbolic one, the micro-op lowering, `virtualise`, the assembler, the printer.

/// A position in an ISA file, for diagnostics and for reports.
public struct SourceLocation: Hashable, Sendable {
    /// The file's path as the user gave it, or as an include or overlay named it.
    public var file: String
    /// One-based.
    public var line: Int
    /// One-based, counted in Unicode scalars.
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// How much of the machine the file describes.
public enum Depth: String, Sendable {
    /// Executable: every instruction has full semantics, the toy core runs it.
    case complete
    /// Ordinary computation is abstracted by what it reads and writes.
    case system
}

/// A whole machine. Immutable once the elaborator has made it.
public struct MachineDescription: Sendable {
    public var name: String
    public var title: String
    public var depth: Depth
    /// Works that the file cites for the machine as a whole.
    public var sources: [String]
    /// Free text that states what the file covers and what it refuses.
    public var scope: [String]
    public var location: SourceLocation
    /// Names of the machines that this one extends, nearest first.
    public var ancestors: [String]

    /// Width of one fetch unit in bits: encodings are sequences of such units.
    public var unitWidth: Int
    /// How many addresses one unit advances the program counter (2 for 16-bit units
    /// on a byte-addressed machine, 1 where a unit is a cell).
    public var addressesPerUnit: Int
    /// Bit 0 is the most significant bit in the file's slices (DEC, IBM).
    public var mostSignificantBitFirst: Bool
    /// The radix in which the disassembler prints numbers, and the assembler reads bare ones.
    public var radix: Int

    public var state: [StateComponent]
    /// Uninterpreted functions that programs of this machine apply.
    public var functions: [UninterpretedFunction]
    public var traps: [TrapKind]
    public var instructions: [Instruction]
    /// Taken for every encoding that no instruction describes, in every mode.
    public var undefinedTrap: TrapID?
    /// Fetches the unit at the address held in its only argument (see `Program.argument`):
    /// translation with access `execute`, its traps, and the load. Result: the unit.
    public var fetch: Program
    /// By `Access`, in the order of its raw values: from a virtual address, the only argument, to the real one, the
    /// only result, with the traps on the way. Empty where the machine does not translate, or by no known rule.
    public var translation: [Program]
    /// Runs after a trap, on the state in which the trap happened.
    /// Arguments: 0 code, 1 detail, 2 the address at which execution is to resume.
    public var delivery: Program?
    public var interrupts: [InterruptLine]
    /// One bit: true where the processor is in its least privileged mode. `nil`: the machine has no modes.
    public var userMode: Program?
    /// One bit: true where the processor is in the mode that a kernel runs in.
    public var supervisorMode: Program?
    /// Writes the real mode and relocation from the virtual ones: the monitor's part of
    /// the virtual machine map. Reads `origin` and `extent`; its reads of state are virtual,
    /// its writes real. `nil` where the file gives none.
    public var map: Program?
    /// The file says that the monitor keeps shadow tables: the real translation is some
    /// restriction of the virtual one, shifted by the origin.
    public var mapIsShadow: Bool
    /// One bit: the processor has stopped for good. Result 1 (if present): exit status.
    public var halted: Program?
    /// One bit: the processor sleeps until an interrupt is accepted.
    public var waiting: Program?
    public var devices: [DeviceBinding]
    /// Roles that disagree with their closure, with the reason why that is right here.
    public var exemptions: [Exemption]
    /// What it was made from.
    var declared: MachineDeclarations?

    public init(name: String, title: String, location: SourceLocation) {
        self.name = name
        self.title = title
        self.location = location
        depth = .complete
        sources = []
        scope = []
        ancestors = []
        unitWidth = 8
        addressesPerUnit = 1
        mostSignificantBitFirst = false
        radix = 10
        state = []
        functions = []
        traps = []
        instructions = []
        fetch = Program(argumentWidths: [])
        translation = []
        interrupts = []
        mapIsShadow = false
        devices = []
        exemptions = []
    }
}

/// A reason that the file gives for treating a component otherwise than its closure says.
public struct Exemption: Sendable, Hashable {
    public var component: StateID
    public var reason: String
    public var location: SourceLocation

    public init(component: StateID, reason: String, location: SourceLocation) {
        self.component = component
        self.reason = reason
        self.location = location
    }
}

/// Ties state components to a device of the board. The core knows nothing of devices: an
/// instruction writes the value register and raises a strobe, and the run loop's owner
/// serves the device and lowers the strobe before the next instruction.
public struct DeviceBinding: Sendable {
    /// The device's kind, as the `Devices` module registers it: "console".
    public var kind: String
    public var name: String
    /// The device's port names ("out", "send", "in", "take") and what they are bound to.
    public var ports: [(port: String, component: StateID)]
    /// Components whose being non-zero asks for service.
    public var strobes: [StateID]
    public var location: SourceLocation

    public init(
        kind: String, name: String, ports: [(port: String, component: StateID)], strobes: [StateID],
        location: SourceLocation
    ) {
        self.kind = kind
        self.name = name
        self.ports = ports
        self.strobes = strobes
        self.location = location
    }
}
