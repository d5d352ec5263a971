import ISALanguage

/// Writes the statements of one random instruction: sound ones, sound ones with one mistake, and anything at all.
struct BodyWriter {
    typealias Place = MachineGenerator.Place

    var random: SplitMix64
    private let addressWidth: Int
    private let cellWidth: Int
    private let registers: [Place]
    private let controls: [Place]
    private let others: [Place]
    private let immediate: Place?
    private let least: Int

    init(_ machine: MachineGenerator, immediate: Place?) {
        random = machine.random
        addressWidth = machine.addressWidth
        cellWidth = machine.cellWidth
        registers = machine.registers
        controls = machine.controls
        others = machine.others
        self.immediate = immediate
        least = machine.least
    }

    /// - Parameter elsewhere: there is a trap that does not reach the monitor.
    mutating func lines(elsewhere: Bool) -> [String] {
        switch random.below(10) {
        case 0, 1, 2: return ["trap denied when user = 1"] + effects { $0.anyEffect() }
        case 3, 4: return effects { $0.ordinaryEffect() }
        case 5, 6: return mutated()
        case 7: return ["trap service(\(value(cellWidth, depth: 1)))"]
        default:
            var lines: [String] = []
            if random.oneIn(2) {
                let trap = elsewhere && random.oneIn(2) ? "delegated" : random.oneIn(3) ? "refused" : "denied"
                lines.append("trap \(trap) when \(condition(depth: 2))")
            }
            return lines + effects { $0.random.oneIn(2) ? $0.anyEffect() : $0.ordinaryEffect() }
        }
    }

    /// A privileged instruction with a mistake in it.
    private mutating func mutated() -> [String] {
        let body = effects { $0.anyEffect() }
        switch random.below(6) {
        // It lost its trap, or has it the wrong way round.
        case 0: return body
        case 1: return ["trap denied when user = 0"] + body
        // The trap depends on control state as well, or on that alone.
        case 2: return ["trap denied when user = 1 and (\(condition(depth: 1)))"] + body
        case 3: return ["trap denied when \(condition(depth: 1))"] + body
        // User mode skips the effect silently.
        case 4: return ["if user = 0"] + body.map { "  " + $0 }
        default:
            return ["trap denied when \(policyCondition()) and user = 1"] + body
        }
    }

    private mutating func effects(_ one: (inout BodyWriter) -> String) -> [String] {
        var lines: [String] = []
        for _ in 0...random.below(2) {
            let line = one(&self)
            if random.oneIn(5) {
                lines += ["if \(condition(depth: 1))", "  " + line]
            } else {
                lines.append(line)
            }
        }
        return lines
    }

    // MARK: Effects

    /// What user code may do: registers, its own storage, the program counter, from these.
    private mutating func ordinaryEffect() -> String {
        switch random.below(5) {
        case 0: return "e[\(ordinary(addressWidth))] <- \(ordinary(cellWidth))"
        case 1: return "pc <- \(ordinary(addressWidth))"
        default: return "\(pick(registers).name) <- \(ordinary(cellWidth))"
        }
    }

    private mutating func anyEffect() -> String {
        switch random.below(11) {
        case 0: return "user <- \(value(1, depth: 1))"
        case 1: return "base <- \(value(addressWidth, depth: 1))"
        case 2: return "bound <- \(value(addressWidth + 1, depth: 1))"
        case 3: return random.oneIn(2) ? "bound <- min(bound, \(value(addressWidth + 1, depth: 0)))" : "base <- base + 1"
        case 4, 5:
            let target = pick(controls)
            return "\(target.name) <- \(value(target.width, depth: 1))"
        case 6: return "e[\(value(addressWidth, depth: 0))] <- \(value(cellWidth, depth: 1))"
        case 7: return "e.real[\(value(addressWidth, depth: 0))] <- \(value(cellWidth, depth: 1))"
        case 8: return "pc <- \(value(addressWidth, depth: 1))"
        default: return "\(pick(registers).name) <- \(value(cellWidth, depth: 2))"
        }
    }

    // MARK: Values

    private mutating func pick(_ places: [Place]) -> Place { places[random.below(places.count)] }

    private mutating func ordinary(_ width: Int) -> String {
        let known = pick(registers + [immediate].compactMap { $0 } + [Place(name: "next", width: addressWidth)])
        let first = fit(known.name, known.width, to: width)
        switch random.below(4) {
        case 0: return "\(first) + \(constant(width))"
        case 1: return fit("e[\(fit(known.name, known.width, to: addressWidth))]", cellWidth, to: width)
        case 2: return "\(first) xor \(fit(pick(registers).name, cellWidth, to: width))"
        default: return first
        }
    }

    private mutating func constant(_ width: Int) -> String { "\(random.below(1 << width))" }

    /// Anything of this width.
    private mutating func value(_ width: Int, depth: Int) -> String {
        if depth > 0, random.oneIn(2) {
            let (a, b) = (value(width, depth: depth - 1), value(width, depth: depth - 1))
            let operation = ["+", "-", "&", "|", "xor", "if"][random.below(6)]
            if operation == "if" { return "(if \(condition(depth: 0)) then \(a) else \(b))" }
            return "(\(a) \(operation) \(b))"
        }
        return atom(width)
    }

    private mutating func atom(_ width: Int) -> String {
        switch random.below(12) {
        case 0: return constant(width)
        case 1: return fit("user", 1, to: width)
        case 2: return fit("base", addressWidth, to: width)
        case 3: return fit("bound", addressWidth + 1, to: width)
        case 4, 5: let place = pick(controls); return fit(place.name, place.width, to: width)
        case 6: return fit("e[\(fit(pick(registers).name, cellWidth, to: addressWidth))]", cellWidth, to: width)
        // A cell that is always there; seldom one that a small machine has not.
        case 7: return fit("e.real[\(random.below(random.oneIn(20) ? 1 << addressWidth : least))]", cellWidth, to: width)
        case 8: return random.oneIn(3) ? fit("size", addressWidth + 1, to: width) : fit("next", addressWidth, to: width)
        case 9: if let immediate { return fit(immediate.name, immediate.width, to: width) }
        case 10: if !others.isEmpty { let place = pick(others); return fit(place.name, place.width, to: width) }
        default: break
        }
        return fit(pick(registers).name, cellWidth, to: width)
    }

    // MARK: Conditions

    private mutating func condition(depth: Int) -> String {
        if depth > 0, random.oneIn(3) {
            let joint = random.oneIn(2) ? "and" : "or"
            return "(\(condition(depth: depth - 1)) \(joint) \(condition(depth: depth - 1)))"
        }
        switch random.below(8) {
        case 0, 1: return "user = \(random.below(2))"
        case 2, 3: return policyCondition()
        case 4:
            // Joint dependence: either alone shows nothing of the other.
            let (a, b) = (pick(controls + [Place(name: "user", width: 1)]), pick(controls))
            let width = max(a.width, b.width)
            return "(\(fit(a.name, a.width, to: width)) xor \(fit(b.name, b.width, to: width))) = \(random.below(2))"
        case 5: return "bound < \(constant(addressWidth + 1))"
        case 6: return "base = \(constant(addressWidth))"
        default: let place = pick(registers); return "\(place.name) = \(constant(place.width))"
        }
    }

    private mutating func policyCondition() -> String {
        let place = pick(controls)
        return "\(place.name) = \(constant(place.width))"
    }
}
