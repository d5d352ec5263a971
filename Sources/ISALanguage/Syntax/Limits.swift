/// Bounds on what a file may ask for, so that no file, however malformed, exhausts the machine that
/// reads it. Each bound has an error of its own; none is near what a real machine needs.
public enum Limits {
    /// Bytes in one file.
    public static let fileSize = 1 << 20
    /// Bytes of all files of one machine.
    public static let totalSize = 4 << 20
    /// Characters in one line.
    public static let lineLength = 2_000
    /// Files that one machine may include or extend.
    public static let files = 256
    /// Files open at once through `include` and `extends`.
    public static let includeDepth = 16
    /// Blocks, brackets, selections and operators within one another.
    public static let nesting = 64
    /// Operators in one expression: a chain without brackets is a tree just as deep.
    public static let expressionDepth = 128
    /// Bits in any value.
    public static let width = 64
    /// Cells of a storage.
    public static let storageCells: UInt64 = 1 << 32
    /// Elements of a register file.
    public static let arrayElements: UInt64 = 1 << 20
    /// Components of the state.
    public static let components = 1_024
    public static let traps = 256
    public static let instructions = 8_192
    /// Forms of one operand kind.
    public static let forms = 256
    /// Operands of one instruction, nested ones included.
    public static let operands = 64
    /// Pieces in one encoding pattern.
    public static let pieces = 256
    /// Operations of one program, before those that nobody uses are dropped.
    public static let operations = 65_536
    /// Functions and procedures within one another.
    public static let callDepth = 32
    /// Expressions and statements that the expansion of one whole machine may visit.
    public static let expansionSteps = 2_000_000
    /// Expressions, statements and functions within one another while a program is made.
    public static let elaborationDepth = 384
    /// Writes of one program that wait for its end.
    public static let pendingWrites = 4_096
    /// Comparisons of encodings over the whole machine.
    public static let comparisons = 20_000_000
    /// Rounds of one `for`.
    public static let rounds = 256
    /// Diagnostics kept in one run.
    public static let diagnostics = 20
}
