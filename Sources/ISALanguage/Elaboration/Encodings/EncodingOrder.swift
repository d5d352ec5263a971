/// Puts the instructions into the order in which a decoder may try them: where two encodings overlap,
/// the one that fixes more bits itself comes first; of two with equally many the one whose operands'
/// forms fix more, then the one with a condition. Otherwise the order is the file's. An overlap that
/// this does not decide is an error.
struct EncodingOrder {
    let machine: MachineTables

    private struct Candidate {
        var cubes: [EncodingCube]
        /// The bits that the instruction's own pattern fixes, without its operands' forms.
        var ownBits: Int
        /// What all cubes fix in their first 64 bits: most pairs are told apart by it.
        var mask: UInt64
        var value: UInt64
    }

    func arrange() {
        let instructions = machine.description.instructions
        let candidates = instructions.map(candidate)
        // before[i]: those that must be tried before instruction i.
        var before = Array(repeating: [Int](), count: instructions.count)
        // What is only listed has no pattern, and overlaps with nothing.
        let encoded = instructions.indices.filter { !candidates[$0].cubes.isEmpty }
        for (count, second) in encoded.enumerated() where !machine.diagnostics.isFull {
            guard spend(count, at: instructions[second]) else { return }
            for first in encoded[..<count] {
                let (a, b) = (candidates[first], candidates[second])
                if (a.value ^ b.value) & a.mask & b.mask != 0 { continue }
                switch relation(first, a, second, b) {
                case .disjoint: break
                case .firstWins: before[second].append(first)
                case .secondWins: before[first].append(second)
                case .ambiguous(let reason): report(instructions[first], instructions[second], reason)
                }
            }
        }
        guard !machine.diagnostics.hasErrors else { return }
        place(instructions, before)
    }

    private func candidate(_ instruction: Instruction) -> Candidate {
        let none = Candidate(cubes: [], ownBits: 0, mask: 0, value: 0)
        guard !instruction.isListed, machine.comparisons <= Limits.comparisons else { return none }
        let cubes = EncodingExpansion(instruction).cubes
        guard spend((cubes?.count ?? EncodingExpansion.wayLimit) * 16, at: instruction) else { return none }
        guard let cubes else {
            machine.error(
                "'\(instruction.name)' has more than \(EncodingExpansion.wayLimit) ways through its operands' forms",
                at: span(instruction), remedy: "Split it into variants.")
            return none
        }
        var mask = UInt64.max
        let value = cubes.first?.value.first ?? 0
        for cube in cubes { mask &= (cube.mask.first ?? 0) & ~((cube.value.first ?? 0) ^ value) }
        let ownBits = instruction.encoding.groups.flatMap(\.pieces).reduce(0) { sum, piece in
            if case .literal(_, let width) = piece { sum + width } else { sum }
        }
        return Candidate(cubes: cubes, ownBits: ownBits, mask: mask, value: value)
    }

    // MARK: Two instructions

    private enum Relation {
        case disjoint, firstWins, secondWins
        case ambiguous(String)
    }

    private func relation(_ first: Int, _ a: Candidate, _ second: Int, _ b: Candidate) -> Relation {
        var firstWins = false
        var secondWins = false
        guard spend(a.cubes.count * b.cubes.count, at: machine.description.instructions[second]) else {
            return .disjoint
        }
        for left in a.cubes {
            for right in b.cubes where left.overlaps(right) {
                let conditions = OverlapConditions(machine.description)
                let excluded = conditions.exclude(first, left, second, right)
                guard spend(conditions.cost(first, left, second, right), at: machine.description.instructions[second])
                else { return .disjoint }
                if excluded == true { continue }
                let leftRank = (a.ownBits, left.fixedBits, isConditional(first, left) ? 1 : 0)
                let rightRank = (b.ownBits, right.fixedBits, isConditional(second, right) ? 1 : 0)
                if leftRank == rightRank {
                    return .ambiguous(
                        excluded == nil
                            ? "their conditions are about too many bits to be compared"
                            : "both fix \(left.fixedBits) bits")
                }
                if leftRank > rightRank { firstWins = true } else { secondWins = true }
            }
        }
        if firstWins && secondWins { return .ambiguous("each fixes more bits in some of its forms") }
        return firstWins ? .firstWins : secondWins ? .secondWins : .disjoint
    }

    /// Counts comparisons; false, with an error, when there are too many.
    private func spend(_ count: Int, at instruction: Instruction) -> Bool {
        machine.comparisons += count
        guard machine.comparisons > Limits.comparisons else { return true }
        machine.error(
            "comparing all encodings takes more than \(Limits.comparisons) steps", at: span(instruction),
            remedy: "Use fewer forms, or conditions about fewer bits.")
        return false
    }

    private func isConditional(_ instruction: Int, _ cube: EncodingCube) -> Bool {
        machine.description.instructions[instruction].encoding.condition != nil || !cube.conditionalOperands.isEmpty
    }

    private func report(_ first: Instruction, _ second: Instruction, _ reason: String) {
        machine.error(
            "the encodings of '\(first.name)' and '\(second.name)' overlap: \(reason)", at: span(second),
            note: ("'\(first.name)' is here", span(first)),
            remedy: "Fix more bits in one of them, or restrict it with 'where'.")
    }

    private func span(_ instruction: Instruction) -> SourceSpan {
        machine.instructionSpans[instruction.name] ?? SourceSpan(instruction.location, length: 1)
    }

    // MARK: The order

    /// The file's order, with what must come earlier pulled up. More fixed bits, or a condition, go
    /// first, so there is no circle.
    private func place(_ instructions: [Instruction], _ before: [[Int]]) {
        var order: [Int] = []
        var isPlaced = [Bool](repeating: false, count: instructions.count)
        for start in instructions.indices {
            var stack = [start]
            while let index = stack.last {
                let missing = before[index].filter { !isPlaced[$0] && !stack.contains($0) }
                if let next = missing.first {
                    stack.append(next)
                    continue
                }
                stack.removeLast()
                if !isPlaced[index] { order.append(index) }
                isPlaced[index] = true
            }
        }
        machine.description.instructions = order.map { instructions[$0] }
    }
}
