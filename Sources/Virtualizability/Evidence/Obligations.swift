import Certificates
import ISALanguage

/// One verdict of a certificate: what it needs of each subject.
struct Obligation {
    var name: String
    /// For an instruction, by index.
    var instruction: (Int) -> [[Property]]
    var machine: [[Property]]
    var interrupt: [[Property]]
}

/// The verdicts that certificates state, and what each takes. Claims and verdicts are listed in one way only, from the
/// description and from what the list itself says about the policy, so that they can be made again and compared.
struct Obligations {
    let description: MachineDescription
    /// Variants of which a monitor in the machine's own code is made; nil where nobody says.
    let footprint: [String]?
    private let likeness: Likeness
    /// The lemmas that were proved. Claims about instructions may rest on them, so every verdict needs them.
    var lemmas: [Property] = []

    /// One of each for each setting.
    var possibleLemmas: [Property] {
        Setting.allCases.map { Property(.translation, $0) } + [Property(.existence, .best)]
    }

    init(description: MachineDescription, footprint: [String]?) {
        self.description = description
        likeness = Likeness(description)
        self.footprint = footprint
    }

    var all: [Obligation] {
        Condition.all.map(theorem) + [
            monitor("monitor/vmm", [.direct]),
            monitor("monitor/vmm-rereading", [.direct, .directRereading]),
            monitor("monitor/vmm-unmoved", [.direct, .directUnmoved], also: [Property(.vectorInside, .best)]),
            hybrid,
        ]
    }

    private func theorem(_ condition: Condition) -> Obligation {
        let name = "theorem-\(condition.theorem.rawValue)/\(condition.reading.rawValue)/\(condition.policy.rawValue)"
        return Obligation(
            name: name,
            instruction: { index in
                guard condition.theorem == .second, isInFootprint(index) else { return condition.alternatives }
                return condition.alternatives.map { $0 + [Property(.timing, .open)] }
            },
            machine: condition.machineAlternatives, interrupt: [[]])
    }

    private func isInFootprint(_ index: Int) -> Bool {
        guard let footprint else { return false }
        return (likeness.members[index] ?? [index]).contains { member in
            let instruction = description.instructions[member]
            return footprint.contains(instruction.name) || footprint.contains(instruction.mnemonic)
        }
    }

    private func monitor(_ name: String, _ squares: [Violation], also: [Property] = []) -> Obligation {
        let never = Condition.shortcuts.map { [$0] } + [[Property(.completes, .best)]]
        let direct = never + squares.map { [Property($0, .best)] }
        return Obligation(
            name: name, instruction: { _ in direct.map { $0 + [Property(.interpreter, .best)] } },
            machine: maps.map { $0 + also },
            interrupt: [[Property(.interpreter, .best), Property(.masked, .best)]])
    }

    private var hybrid: Obligation {
        var obligation = monitor("monitor/hvm", [.direct])
        let plain = obligation.instruction
        obligation.instruction = { plain($0) + [[Property(.direct, .userBest), Property(.interpreter, .best)]] }
        return obligation
    }

    private var maps: [[Property]] {
        Condition(theorem: .first, reading: .extended, policy: .best).machineAlternatives
    }

    // MARK: Subjects

    /// Every subject with the name that it has in certificates. Variants that share a name are numbered; of those that
    /// are alike one speaks for all, and says for how many.
    var subjects: [(name: String, subject: Subject)] {
        var found: [(name: String, subject: Subject)] = [("machine", .machine)]
        var seen: [String: Int] = [:]
        for (index, instruction) in description.instructions.enumerated() {
            let count = (seen[instruction.name] ?? 0) + 1
            seen[instruction.name] = count
            guard let members = likeness.members[index] else { continue }
            var name = count == 1 ? instruction.name : "\(instruction.name) #\(count)"
            if members.count > 1 { name += " and \(members.count - 1) alike" }
            found.append(("instruction \(name)", .instruction(index)))
        }
        for (line, interrupt) in description.interrupts.enumerated() {
            found.append(("interrupt \(interrupt.name)", .interrupt(line)))
        }
        return found
    }

    func alternatives(_ obligation: Obligation, _ subject: Subject) -> [[Property]] {
        switch subject {
        case .instruction(let index): obligation.instruction(index)
        case .interrupt: obligation.interrupt
        case .machine: obligation.machine.map { $0 + lemmas }
        }
    }

    /// Every property that could be claimed of a subject.
    func properties(of subject: Subject) -> [Property] {
        var found: [Property] = []
        for obligation in all {
            for property in alternatives(obligation, subject).joined() where !found.contains(property) {
                found.append(property)
            }
        }
        // Not needed by a verdict, but it says what the other claims are about.
        if subject == .machine { found.append(Property(.anyModeTranslation, .strict)) }
        return found
    }

    func requirements(_ obligation: Obligation) -> [Requirement] {
        subjects.map { name, subject in
            Requirement(
                subject: name, alternatives: alternatives(obligation, subject).map { $0.map(\.name) })
        }
    }
}
