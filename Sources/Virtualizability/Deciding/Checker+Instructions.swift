import ISALanguage

extension Checker {
    /// Everything about one variant.
    func instruction(_ index: Int) -> InstructionReport {
        let instruction = description.instructions[index]
        let (classes, asked) =
            options.wantsClasses ? Classifier(checker: conditions).classes(of: index) : (Classes(), [])
        let conditionVerdicts = Condition.all.map {
            InstructionCondition(
                theorem: $0.theorem, reading: $0.reading, policy: $0.policy,
                verdict: conditions.verdict(index, condition($0.theorem, $0.reading, $0.policy)))
        }
        let first = conditions.verdict(index, condition(.first, .extended, .best))
        let direct = options.wantsSquares ? directSquare(index, meetsCondition: first == .holds) : .notAsked
        let interpreter = options.wantsSquares ? interpreterSquare(index) : .notAsked
        return InstructionReport(
            name: instruction.name, mnemonic: instruction.mnemonic, family: instruction.family,
            location: instruction.location, sources: instruction.sources, notes: instruction.notes, classes: classes,
            conditions: conditionVerdicts, direct: direct, interpreter: interpreter,
            evidence: asked.map(evidence), isOffending: first == .refuted, verdict: account(classes, first))
    }

    private func evidence(_ asked: (property: String, query: Query, answer: Answer)) -> Evidence {
        var found: Witness?
        if case .found(let example) = asked.answer { found = witness(asked.query, asked.property, example) }
        return Evidence(property: asked.property, outcome: asked.answer.verdict, witness: found)
    }

    private func account(_ classes: Classes, _ condition: Verdict) -> String {
        switch condition {
        case .undecided(let reason): return "undecided: \(reason)"
        case .refuted: return "sensitive and unprivileged"
        default: break
        }
        guard options.wantsClasses else { return "harmless to a monitor" }
        if classes.privileged == .yes {
            return classes.strictlyPrivileged == .yes ? "privileged" : "privileged under the policy"
        }
        if classes.innocuous == .yes { return "innocuous" }
        return classes.sensitive == .yes ? "sensitive, but never so under a monitor" : "harmless to a monitor"
    }

    /// Variants of one mnemonic together.
    func mnemonics(_ instructions: [InstructionReport]) -> [MnemonicReport] {
        var order: [String] = []
        var groups: [String: [InstructionReport]] = [:]
        for instruction in instructions {
            if groups[instruction.mnemonic] == nil { order.append(instruction.mnemonic) }
            groups[instruction.mnemonic, default: []].append(instruction)
        }
        return order.map { mnemonic in
            let variants = groups[mnemonic] ?? []
            func some(_ path: KeyPath<Classes, Membership>) -> Membership {
                let all = variants.map { $0.classes[keyPath: path] }
                return all.first { $0 == .yes } ?? all.first { $0 != .no } ?? .no
            }
            func every(_ path: KeyPath<Classes, Membership>) -> Membership {
                let all = variants.map { $0.classes[keyPath: path] }
                return all.first { $0 == .no } ?? all.first { $0 != .yes } ?? .yes
            }
            var classes = Classes()
            classes.privileged = every(\.privileged)
            classes.strictlyPrivileged = every(\.strictlyPrivileged)
            classes.control = some(\.control)
            classes.location = some(\.location)
            classes.mode = some(\.mode)
            classes.resource = some(\.resource)
            classes.joint = some(\.joint)
            classes.trap = some(\.trap)
            classes.user = some(\.user)
            classes.timing = some(\.timing)
            classes.resources = Array(Set(variants.flatMap(\.classes.resources))).sorted()
            return MnemonicReport(
                mnemonic: mnemonic, variants: variants.map(\.name), classes: classes,
                isOffending: variants.contains(where: \.isOffending))
        }
    }
}
