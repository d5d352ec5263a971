import ISALanguage

/// How micro-ops are dispatched.
public enum EngineKind: Sendable, CaseIterable {
    /// One loop around a switch.
    case switched
    /// Handlers that call each other in tail position. Only optimised builds turn those calls into
    /// jumps; without that the stack would overflow.
    case threaded

    /// The faster one of those that work in this build.
    public static var best: EngineKind {
        #if DEBUG
            .switched
        #else
            .threaded
        #endif
    }
}

/// The memory of one core, in one allocation: the engine's words, the slots, and marks for the cells.
struct Engine {
    let kind: EngineKind
    // Safety: both point into allocations that `ToyProcessor` makes and frees, sized by the plan.
    let slots: Slots
    let cells: Cells
    let marks: Marks
    let size: UInt64

    /// Runs from a micro-op until a `leave`. Returns what is left of the budget.
    @inline(__always)
    func run(_ start: Operations, budget: Int) -> Int {
        switch kind {
        case .switched: return SwitchEngine.run(start, slots, cells, marks, budget: budget)
        case .threaded: return ThreadedEngine.run(start, slots, cells, marks, budget: budget)
        }
    }

    /// What stands in a micro-op's first word for this engine.
    func code(of opcode: Opcode) -> UInt {
        switch kind {
        case .switched: return UInt(opcode.rawValue)
        case .threaded: return ThreadedEngine.handlers[Int(opcode.rawValue)]
        }
    }

    /// The micro-op that ended the last run.
    var left: Operations { linked(slots[EngineWord.left]) }
}
