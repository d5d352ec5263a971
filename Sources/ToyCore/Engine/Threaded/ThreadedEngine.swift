import ISALanguage

/// A micro-op's handler: slots, the micro-op, cells, marks, what is left of the budget. Returns the latter
/// at the end of the run.
typealias Handler = @convention(c) (
    _ slots: Raw, _ operation: RawOp, _ cells: Raw, _ marks: Raw, _ left: Int
) -> Int
// C function types cannot name Swift structs.
typealias Raw = UnsafeMutableRawPointer
typealias RawOp = UnsafeRawPointer

/// Executes micro-ops through handlers that end in a call of the next one's. An optimised build makes
/// jumps of those calls (`DispatchTests` looks at the machine code), so each handler has an indirect jump
/// of its own to predict, and what they all need stays in registers.
///
/// Handlers are global functions inlined into their C entry points. A closure would not be: its entry point
/// would be a jump to it, one more for every micro-op.
enum ThreadedEngine {
    /// Handlers by opcode, as they stand in micro-ops.
    static let handlers: [UInt] = Opcode.allCases.map { unsafeBitCast(handler($0), to: UInt.self) }

    static func run(_ start: Operations, _ s: Slots, _ cells: Cells, _ marks: Marks, budget: Int) -> Int {
        go(start, UnsafeMutableRawPointer(s), UnsafeMutableRawPointer(cells), UnsafeMutableRawPointer(marks), budget)
    }
}

// Safety: a micro-op's first word is the address of a handler (`Engine.code`), and the raw pointers are
// those that `run` was given.

/// Calls the handler of a micro-op. It must be the last thing that a handler does, with nothing to clean up.
@inline(__always) func go(_ o: Operations, _ s: Raw, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let handler = unsafeBitCast(o.pointee.code, to: Handler.self)
    return handler(s, RawOp(o), c, m, left)
}

@inline(__always) func straightOn(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    go(operation(op) + 1, s, c, m, left)
}

/// To the cold path.
@inline(__always) func aside(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    go(operation(op).cold, s, c, m, left)
}

@inline(__always) func slots(_ raw: Raw) -> Slots { raw.assumingMemoryBound(to: UInt64.self) }
@inline(__always) func marked(_ raw: Raw) -> Marks { raw.assumingMemoryBound(to: UInt8.self) }
@inline(__always) func operation(_ raw: RawOp) -> Operations { raw.assumingMemoryBound(to: MicroOp.self) }
