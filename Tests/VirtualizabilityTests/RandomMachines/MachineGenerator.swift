import ISALanguage

/// Writes small random machines in the ISA language, so that whatever a test finds is a file that can be read.
///
/// Storage, map, translation and delivery follow a few sound plans; control state, its handlings and the instructions
/// are random. The same seed gives the same text.
struct MachineGenerator {
    /// How large the machines are.
    enum Scale {
        /// Two cells of two bits, one register: all states can be gone through.
        case tiny
        /// Four or eight cells of three to five bits.
        case small
    }

    /// A component that expressions can name.
    struct Place {
        var name: String
        var width: Int
    }

    let seed: UInt64
    let scale: Scale
    var random: SplitMix64
    /// Bits of a real and of a virtual address.
    let addressWidth: Int
    let cellWidth: Int
    private(set) var registers: [Place] = []
    private(set) var controls: [Place] = []
    /// What only can be read.
    private(set) var others: [Place] = []
    private var stateLines: [String] = []
    private var translation = Translation.always
    private var hasInterrupt = false
    private var hasElsewhere = false

    /// When addresses are relocated.
    private enum Translation: CaseIterable {
        case always
        /// In user mode only: the kernel sees real addresses.
        case userOnly
        /// As a control bit says, which the monitor keeps at 1.
        case switched
        /// A mirrored offset is added before the bound is checked.
        case offset
        /// A mirrored offset is added after it, so that the map must allow for the offset.
        case banked
    }

    init(seed: UInt64, scale: Scale = .small) {
        self.seed = seed
        self.scale = scale
        random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 17)
        addressWidth = scale == .tiny ? 1 : 2 + random.below(2)
        cellWidth = scale == .tiny ? 2 : 3 + random.below(3)
    }

    /// The whole file.
    mutating func text() -> String {
        chooseState()
        var parts = [header, traps, translate, delivery]
        if hasInterrupt { parts.append(interrupt) }
        parts.append(map)
        let count = 1 + random.below(3)
        for index in 0..<count { parts.append(instruction(index)) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    // MARK: State

    private mutating func chooseState() {
        for name in ["r", "s"].prefix(scale == .tiny ? 1 : 1 + random.below(2)) {
            registers.append(Place(name: name, width: cellWidth))
            stateLines.append("register \(name) : \(cellWidth)")
        }
        if random.oneIn(2) {
            translation = Translation.allCases[random.below(Translation.allCases.count)]
        }
        hasInterrupt = scale == .small && random.oneIn(4)
        hasElsewhere = random.oneIn(10)
        for name in ["x", "y", "z"].prefix(scale == .tiny ? 1 + random.below(2) : 1 + random.below(3)) {
            declareControl(name)
        }
        if hasInterrupt {
            let handling = random.oneIn(4) ? "policy  initially 1" : "handled own 1"
            stateLines.append("control ie : 1  \(handling)")
            controls.append(Place(name: "ie", width: 1))
        }
        if scale == .small, random.oneIn(6) { declareClock() }
        if scale == .small, random.oneIn(8) {
            stateLines.append("constant model : 2  initially 1")
            others.append(Place(name: "model", width: 2))
        }
    }

    private mutating func declareControl(_ name: String) {
        let isNarrow = scale == .tiny || random.below(3) > 0
        let width = isNarrow ? 1 : 2
        let top = (1 << width) - 1
        var handling = switch random.below(10) {
        case 0, 1: "handled own \(random.below(top + 1))"
        case 2: "handled own any"
        case 3, 4: "handled mirror"
        case 5, 6, 7: "policy"
        default: random.oneIn(2) ? "initially \(top)" : ""
        }
        if name == "x" {
            // What translation and interrupts lean on is handled as a sound monitor handles it.
            switch translation {
            case .switched: handling = "handled own \(top)"
            case .offset, .banked: handling = "handled mirror"
            case .always, .userOnly: break
            }
        }
        stateLines.append("control \(name) : \(width)  \(handling)")
        controls.append(Place(name: name, width: width))
    }

    private mutating func declareClock() {
        stateLines.append("control due : 1  handled own 0")
        stateLines.append("time clock : 2  expires due")
        others.append(Place(name: "clock", width: 2))
        controls.append(Place(name: "due", width: 1))
    }

    // MARK: The parts that every machine has

    private var wide: Int { addressWidth + 1 }

    private var header: String {
        let lines = [
            "pc pc : \(addressWidth)", "mode user : 1", "relocation base : \(addressWidth)",
            "relocation bound : \(wide)  initially \(1 << addressWidth)",
        ] + stateLines + ["storage e[2^\(addressWidth)] : \(cellWidth)  at-least \(least)"]
        return """
            machine random-\(seed) "A random machine"
            unit \(cellWidth)

            state
            \(lines.map { "  " + $0 }.joined(separator: "\n"))

            user-mode        when user = 1
            supervisor-mode  when user = 0
            """
    }

    private var traps: String {
        """
        traps
          refused = 1
          denied = 2
          beyond(address : \(addressWidth)) = 3  storage
          service(number : \(cellWidth)) = 4  call, resumes-after
          clocked = 5\(hasElsewhere ? "\n  delegated = 6  elsewhere" : "")

        otherwise refused
        """
    }

    /// When translation relocates, as a condition.
    private var relocates: String? {
        switch translation {
        case .userOnly: "user = 1"
        case .switched: "x != 0"
        case .always, .offset, .banked: nil
        }
    }

    private var translate: String {
        let offset = " + zext(x, \(wide + 1))"
        let before = translation == .offset ? offset : ""
        let after = translation == .banked ? offset : ""
        let guarded = relocates.map { "(\($0)) and " } ?? ""
        let placed = "zext(base, \(wide + 1)) + v\(after)"
        let real = relocates.map { "if \($0) then \(placed) else v" } ?? placed
        return """
            translate(a : \(addressWidth), access)
              let v = zext(a, \(wide + 1))\(before)
              trap beyond(a) when \(guarded)v >= zext(bound, \(wide + 1))
              let real = \(real)
              trap beyond(a) when real >= zext(size, \(wide + 1))
              = real[\(addressWidth - 1)..0]
            """
    }

    private var map: String {
        // All in one bit more than a size has, so that no sum wraps.
        let wider = wide + 1
        let shift = translation == .banked ? " + zext(x, \(wider))" : ""
        let start = "zext(base, \(wider))\(shift)"
        let cut =
            "if \(start) >= zext(extent, \(wider)) then 0 else "
            + "min(bound, (zext(extent, \(wider)) - (\(start)))[\(wide - 1)..0])"
        guard let relocates else {
            return "map\n  user  <- 1\n  base  <- origin + base\n  bound <- \(cut)"
        }
        return """
            map
              user  <- 1
              base  <- if \(relocates) then origin + base else origin
              bound <- if not (\(relocates)) then extent else \(cut)
            """
    }

    private var usesVector: Bool { seed % 3 == 0 }

    /// Cells that every machine of this kind has.
    var least: Int { usesVector || scale == .small ? 2 : 1 }

    private var delivery: String {
        var lines = ["user  <- 0", "base  <- 0", "bound <- \(1 << addressWidth)"]
        if usesVector {
            lines.append("e.real[0] <- \(fit("code", 3, to: cellWidth))")
            lines.append("pc <- \(fit("e.real[1]", cellWidth, to: addressWidth))")
        } else {
            lines.append("pc <- 0")
        }
        if let first = registers.first, seed % 5 == 0 {
            lines.append("\(first.name) <- \(fit("resume", addressWidth, to: cellWidth))")
        }
        if translation == .switched { lines.append("x <- 0") }
        if hasInterrupt { lines.append("ie <- 0") }
        return """
            delivery(code : 3, detail : \(cellWidth), resume : \(addressWidth))
            \(lines.map { "  " + $0 }.joined(separator: "\n"))
            """
    }

    private var interrupt: String {
        let pending = controls.last { !["x", "ie"].contains($0.name) }?.name
        return """
            interrupt line takes clocked
              pending  when \(pending.map { "\($0) != 0" } ?? "r = 0")
              enabled  when ie = 1\(pending.map { "\n  accept\n    \($0) <- 0" } ?? "")
            """
    }

    // MARK: Instructions

    private mutating func instruction(_ index: Int) -> String {
        let immediate = cellWidth - 2
        let opcode = ["0b00", "0b01", "0b10"][index]
        let isLong = scale == .small && random.oneIn(8)
        let fields = (immediate > 0 ? " n:\(immediate)" : "") + (isLong ? " | m:\(cellWidth)" : "")
        var body = BodyWriter(self, immediate: immediate > 0 ? Place(name: "n", width: immediate) : nil)
        let lines = body.lines(elsewhere: hasElsewhere)
        random = body.random
        let operands = [immediate > 0 ? "n" : nil, isLong ? "m" : nil].compactMap { $0 }.joined(separator: ",")
        return """
            instruction "OP\(index)\(operands.isEmpty ? "" : " " + operands)"
              encoding \(opcode)\(fields)
            \(lines.map { "  " + $0 }.joined(separator: "\n"))
            """
    }
}

/// An expression of one width as one of another.
func fit(_ expression: String, _ from: Int, to width: Int) -> String {
    if from == width { return expression }
    return from < width ? "zext(\(expression), \(width))" : "(\(expression))[\(width - 1)..0]"
}

