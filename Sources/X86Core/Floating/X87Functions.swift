import CHostArithmetic

/// Roots, remainders and transcendental functions: what works on the top of the stack, alone or with the number
/// under it. Intel SDM volume 1, sections 8.3.3 and 8.3.7.
enum X87Functions {
    typealias Unary = @Sendable (UnsafeMutablePointer<TraplineExtended>, UInt16) -> UInt32
    typealias Binary = @Sendable (
        UnsafeMutablePointer<TraplineExtended>, UnsafePointer<TraplineExtended>, UInt16
    ) -> UInt32
    typealias Popping = @Sendable (
        UnsafePointer<TraplineExtended>, UnsafeMutablePointer<TraplineExtended>, UInt16
    ) -> UInt32
    typealias Pushing = @Sendable (
        UnsafeMutablePointer<TraplineExtended>, UnsafeMutablePointer<TraplineExtended>, UInt16
    ) -> UInt32

    static let table: [String: Emitter] = [
        "FABS": FloatingEmitters.stack { x87, _ in x87.changeSign { $0 & 0x7FFF } },
        "FCHS": FloatingEmitters.stack { x87, _ in x87.changeSign { $0 ^ 0x8000 } },
        "FSQRT": unary { trapline_x87_fsqrt($0, $1) },
        "FRNDINT": unary { trapline_x87_frndint($0, $1) },
        "F2XM1": unary { trapline_x87_f2xm1($0, $1) },
        // C2: the operand is too large, and nothing is done.
        "FSIN": unary(X87Status.c1 | X87Status.c2) { trapline_x87_fsin($0, $1) },
        "FCOS": unary(X87Status.c1 | X87Status.c2) { trapline_x87_fcos($0, $1) },

        "FSCALE": binary(X87Status.c1) { trapline_x87_fscale($0, $1, $2) },
        // C0, C3 and C1 are the quotient's low bits, C2: the reduction is not finished.
        "FPREM": binary(X87Status.codes) { trapline_x87_fprem($0, $1, $2) },
        "FPREM1": binary(X87Status.codes) { trapline_x87_fprem1($0, $1, $2) },

        "FPATAN": popping { trapline_x87_fpatan($0, $1, $2) },
        "FYL2X": popping { trapline_x87_fyl2x($0, $1, $2) },
        "FYL2XP1": popping { trapline_x87_fyl2xp1($0, $1, $2) },

        "FPTAN": pushing(X87Status.c1 | X87Status.c2) { trapline_x87_fptan($0, $1, $2) },
        "FSINCOS": pushing(X87Status.c1 | X87Status.c2) { trapline_x87_fsincos($0, $1, $2) },
        "FXTRACT": pushing(X87Status.c1) { trapline_x87_fxtract($0, $1, $2) },
    ]

    private static func unary(_ codes: UInt16 = X87Status.c1, _ function: @escaping Unary) -> Emitter {
        FloatingEmitters.stack { x87, _ in
            guard x87.has(1) else { return }
            var value = x87[0]
            let outcome = function(&value, x87.control)
            x87[0] = value
            x87.note(outcome, codes: codes)
        }
    }

    private static func binary(_ codes: UInt16, _ function: @escaping Binary) -> Emitter {
        FloatingEmitters.stack { x87, _ in
            guard x87.has(2) else { return }
            var value = x87[0]
            var operand = x87[1]
            let outcome = function(&value, &operand, x87.control)
            x87[0] = value
            x87.note(outcome, codes: codes)
        }
    }

    private static func popping(_ function: @escaping Popping) -> Emitter {
        FloatingEmitters.stack { x87, _ in
            guard !x87.isEmpty(0), !x87.isEmpty(1) else {
                if x87.stackFault(isOverflow: false) {
                    x87.put(.indefinite, at: 1)
                    x87.pop()
                }
                return
            }
            var value = x87[0]
            var result = x87[1]
            let outcome = function(&value, &result, x87.control)
            x87[1] = result
            x87.note(outcome)
            if outcome & TRAPLINE_X87_MOVED != 0 { x87.pop() }
        }
    }

    private static func pushing(_ codes: UInt16, _ function: @escaping Pushing) -> Emitter {
        FloatingEmitters.stack { x87, _ in
            let isUnderflow = x87.isEmpty(0)
            guard !isUnderflow, x87.isEmpty(7) else {
                if x87.stackFault(isOverflow: !isUnderflow) {
                    x87.put(.indefinite, at: 0)
                    x87.push(.indefinite)
                }
                return
            }
            var value = x87[0]
            var pushed = TraplineExtended()
            let outcome = function(&value, &pushed, x87.control)
            x87[0] = value
            if outcome & TRAPLINE_X87_MOVED != 0 { x87.push(pushed) }
            x87.note(outcome, codes: codes)
        }
    }
}

extension X87State {
    /// Whether so many numbers are on the stack; else the stack fault is noted, and its result stands in the top.
    mutating func has(_ count: Int) -> Bool {
        if !isEmpty(0), count < 2 || !isEmpty(1) { return true }
        if stackFault(isOverflow: false) { put(.indefinite, at: 0) }
        return false
    }

    /// FABS and FCHS look at no more than the sign, and raise nothing.
    mutating func changeSign(_ change: (UInt16) -> UInt16) {
        guard has(1) else { return }
        self[0].signExponent = change(self[0].signExponent)
        clearC1()
    }
}
