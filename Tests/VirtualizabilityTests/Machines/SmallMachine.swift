import ISALanguage

/// A complete third generation machine with everything tiny, so that thousands of its variants can be decided, and
/// sampled densely.
enum SmallMachine {
    /// The machine with further instructions, each the lines of its body; opcodes count from 8.
    static func source(_ bodies: [[String]], name: String = "small") -> String {
        var text = """
            machine \(name) "A small machine"
            unit 8

            state
              pc          pc : 3
              mode        user : 1
              relocation  base : 3
              relocation  bound : 4      initially 8
              register    r[2] : 8
              register    cc : 1
              control     ie : 1         handled own 1
              control     guard : 1      policy
              control     key : 2
              control     seg : 2
              control     pending : 1
              storage     e[2^3] : 8     at-least 4

            user-mode        when user = 1
            supervisor-mode  when user = 0

            traps
              illegal     = 1
              privileged  = 2
              violation(address : 8) = 3  storage
              service     = 4  call, resumes-after
              clock       = 5

            otherwise illegal

            translate(a : 8, access)
              trap violation(a) when a >= zext(bound, 8)
              let real = zext(base, 8) + a
              trap violation(a) when real >= zext(size, 8)
              = real[2..0]

            delivery(code : 3, detail : 8, resume : 3)
              e.real[0] <- user ++ ie ++ code ++ resume
              e.real[1] <- base ++ 0:1 ++ bound
              user  <- 0
              ie    <- 0
              pc    <- e.real[2][2..0]
              base  <- 0
              bound <- 8

            interrupt line takes clock
              pending  when pending = 1
              enabled  when ie = 1
              accept
                pending <- 0

            map
              user  <- 1
              base  <- origin + base
              bound <- if zext(base, 4) >= extent then 0 else min(bound, extent - zext(base, 4))

            instruction "LD d,a"
              encoding 0b00001 d:1 a:2
              r[d] <- e[zext(a, 8)]

            instruction "ST d,a"
              encoding 0b00010 d:1 a:2
              e[zext(a, 8)] <- r[d]

            instruction "ADD d,s"
              encoding 0b00011 d:1 s:1 _:1
              r[d] <- r[d] + r[s]
              cc   <- (r[d] + r[s])[7]

            instruction "SVC"
              encoding 0b00100 _:3
              trap service

            instruction "LPS d"
              encoding 0b00101 d:1 _:2
              trap privileged when user = 1
              user <- r[d][0]
              ie   <- r[d][1]
              base <- r[d][7..5]

            """
        for (index, body) in bodies.enumerated() {
            let opcode = String(8 + index, radix: 2)
            let padded = String(repeating: "0", count: max(0, 5 - opcode.count)) + opcode
            text += "\ninstruction \"X\(index) d,a\"\n  encoding 0b\(padded) d:1 a:2\n"
            text += body.map { "  \($0)\n" }.joined()
        }
        return text
    }

    static func load(_ bodies: [[String]], name: String = "small") throws -> MachineDescription {
        try MachineLoader.load(text: source(bodies, name: name))
    }
}

/// Makes instruction bodies at random: what they read, write and check is drawn from everything that a machine has.
struct BodyGenerator {
    var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    private mutating func pick(_ choices: [String]) -> String { choices[generator.below(choices.count)] }

    private mutating func condition() -> String {
        pick([
            "user = 1", "user = 0", "guard = 1", "guard = 0", "ie = 1", "key = 2", "seg = r[d][1..0]", "cc = 1",
            "r[d] = 0", "base = 0", "bound > 4", "guard = 1 and user = 1", "key = 3 and seg = 1",
            "user = 1 and r[0] = 1", "pending = 1",
        ])
    }

    /// Eight bits.
    private mutating func value() -> String {
        pick([
            "r[d]", "r[1]", "r[0] + 1", "zext(user, 8)", "zext(guard, 8)", "zext(key, 8)", "zext(seg, 8)", "zext(ie, 8)",
            "zext(base, 8)", "zext(bound, 8)", "e[zext(a, 8)]", "e[zext(seg ++ a[0], 8)]", "e.real[3]", "zext(next, 8)",
            "zext(cc, 8)", "(if \(condition()) then r[0] else r[1])", "zext(key & seg, 8)", "0x5A:8",
        ])
    }

    private mutating func write() -> [String] {
        let value = "let v = \(value())"
        switch generator.below(14) {
        case 0...3: return [value, "r[d] <- v"]
        case 4: return [value, "cc <- v[0]"]
        case 5: return [value, "pc <- v[2..0]"]
        case 6: return [value, "e[zext(a, 8)] <- v"]
        case 7: return [value, "e.real[\(generator.below(8))] <- v"]
        case 8: return [value, "user <- v[0]"]
        case 9: return [value, "\(pick(["ie", "guard", "pending"])) <- v[0]"]
        case 10: return [value, "\(pick(["key", "seg"])) <- v[1..0]"]
        case 11: return [value, "base <- v[2..0]"]
        case 12: return [value, "bound <- min(bound, v[3..0])"]
        default: return ["nothing"]
        }
    }

    mutating func body() -> [String] {
        var lines: [String] = []
        if generator.below(2) == 0 { lines.append("trap privileged when \(condition())") }
        if generator.below(5) == 0 { lines.append("trap service when \(condition())") }
        let count = 1 + generator.below(2)
        for _ in 0..<count {
            lines.append("if \(generator.below(3) == 0 ? condition() : "0:1 = 0")")
            lines += write().map { "  \($0)" }
            if generator.below(3) == 0 { lines += ["else"] + write().map { "  \($0)" } }
        }
        return lines
    }
}
