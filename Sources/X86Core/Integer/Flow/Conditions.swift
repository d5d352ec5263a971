// SETcc and CMOVcc: each condition has handlers of its own, so that none is looked up while running.

/// A condition by itself, and whether it is asked for or its opposite.
protocol Condition {
    static func holds(_ core: Core) -> Bool
}

enum Overflow: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.of } }
enum NoOverflow: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { !core.of } }
enum Below: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.cf } }
enum NotBelow: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { !core.cf } }
enum Equal: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.zf } }
enum NotEqual: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { !core.zf } }
enum NotAbove: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.cf || core.zf } }
enum Above: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { !(core.cf || core.zf) } }
enum Sign: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.sf } }
enum NoSign: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { !core.sf } }
enum ParityEven: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.pf } }
enum ParityOdd: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { !core.pf } }
enum Less: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.sf != core.of } }
enum NotLess: Condition { @inline(__always) static func holds(_ core: Core) -> Bool { core.sf == core.of } }
enum NotGreater: Condition {
    @inline(__always) static func holds(_ core: Core) -> Bool { core.zf || core.sf != core.of }
}
enum Greater: Condition {
    @inline(__always) static func holds(_ core: Core) -> Bool { !(core.zf || core.sf != core.of) }
}

enum Conditional {
    /// The byte in register `a` becomes 1 or 0.
    @inline(__always)
    static func set<Asked: Condition>(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Asked.Type) {
        Core(c).set(Op(o).a, Asked.holds(Core(c)) ? 1 as UInt8 : 0)
    }

    /// Register `a` gets the low part of `b`, or keeps its own: of 32 bits the upper half is cleared in both cases.
    @inline(__always)
    static func move<Asked: Condition, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Asked.Type, _: Word.Type
    ) {
        let core = Core(c)
        let old = core.get(Op(o).a, Word.self)
        let new = core.get(Op(o).b, Word.self)
        core.set(Op(o).a, Asked.holds(core) ? new : old)
    }
}

/// As they follow in mnemonics' lists and in opcodes.
enum ConditionNames {
    static let all = ["O", "NO", "B", "AE", "E", "NE", "BE", "A", "S", "NS", "P", "NP", "L", "GE", "LE", "G"]
}
