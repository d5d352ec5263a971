/// A bit-vector expression: a handle into the `TermGraph` that made it.
///
/// Within one graph equal handles mean equal expressions, and expressions that the simplifier brings to the same form
/// have equal handles.
public struct Term: Hashable, Sendable {
    let index: Int32
}

/// An uninterpreted function declared in a `TermGraph`.
public struct FunctionID: Hashable, Sendable {
    let index: Int32
}

/// The operations that nodes carry. All others (or, less or equal, zero extension, ...) are written with these.
enum TermOperation: UInt8, CaseIterable {
    case constant, variable
    case not, and, xor
    case add, sub
    case mul, umulHigh, smulHigh, udiv, urem, sdiv, srem
    case shl, lshr, ashr, rotl, rotr
    case eq, ult, slt
    case concat, extract, sext, ite
    case countLeadingZeros, popcount, parity
    case apply

    /// Products and quotients: exact in the evaluator, uninterpreted functions in the circuit. Circuits for them
    /// would drown the solver, and a claim about an instruction compares the same product on both sides.
    var isAbstracted: Bool {
        switch self {
        case .mul, .umulHigh, .smulHigh, .udiv, .urem, .sdiv, .srem: true
        default: false
        }
    }

    var isCommutative: Bool {
        switch self {
        case .and, .xor, .add, .mul, .umulHigh, .smulHigh, .eq: true
        default: false
        }
    }
}

/// One node of the graph. `a`, `b` and `c` are operands, unused ones 0, except:
/// a variable's `a` is its name's number; an application's `a` is the function, its operands are `b ..< b + c` of the
/// graph's argument pool. `value` is a constant's value or an extract's lowest bit.
struct TermNode: Equatable {
    var operation: TermOperation
    /// 1...64 bits.
    var width: UInt8
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    var value: UInt64 = 0

    var first: Term { Term(index: a) }
    var second: Term { Term(index: b) }
    var third: Term { Term(index: c) }
}
