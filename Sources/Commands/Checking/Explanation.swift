import ISALanguage
import Virtualizability

/// An instruction's page and its classes, definition by definition, with the states that decide them.
struct Explanation {
    let instruction: InstructionReport
    let record: Instruction
    let report: MachineReport
    let description: MachineDescription
    let palette: Palette
    let columns: Int

    /// One definition, and which evidence speaks for or against it.
    private struct Definition {
        var name: String
        var member: Membership
        var words: String
        /// Beginnings of the properties that evidence carries.
        var properties: [String]
    }

    private var definitions: [Definition] {
        let classes = instruction.classes
        return [
            Definition(
                name: "privileged", member: classes.privileged,
                words: "every state in user mode traps to the monitor, and some state completes in supervisor mode "
                    + "only", properties: ["privilege/best", "completes/best"]),
            Definition(
                name: "control-sensitive", member: classes.control,
                words: "some state completes and changes mode, relocation, owned control state or a cell outside the "
                    + "window", properties: ["control/columns", "control/best"]),
            Definition(
                name: "location-sensitive", member: classes.location,
                words: "the result depends on where in storage the program lies", properties: ["behaviour/location"]),
            Definition(
                name: "mode-sensitive", member: classes.mode, words: "the result depends on the mode",
                properties: ["behaviour/mode"]),
            Definition(
                name: "resource-sensitive", member: classes.resource,
                words: "the result depends on owned control state"
                    + (classes.resources.isEmpty ? "" : ": \(classes.resources.joined(separator: ", "))"),
                properties: ["behaviour/resource"] + (classes.resource == .no ? ["behaviour/unmoved"] : [])),
            Definition(
                name: "jointly sensitive", member: classes.joint,
                words: "the result depends on several of these at once, and on none alone",
                properties: ["behaviour/columns"]),
            Definition(
                name: "trap-sensitive", member: classes.trap,
                words: "it completes on the real machine where the guest's own would have trapped",
                properties: ["lost-trap"]),
            Definition(
                name: "user-sensitive", member: classes.user, words: "sensitive with both states in user mode",
                properties: ["control/user-best", "behaviour/user-best"]),
            Definition(
                name: "timing-read", member: classes.timing, words: "the result depends on a clock", properties: []),
        ]
    }

    /// Everything, definition by definition.
    func wholeText() -> [String] {
        var lines = heading
        lines.append("")
        lines += page()
        lines.append("")
        lines.append(palette.paint("What it is, under the best policy", .strong))
        for definition in definitions { lines += text(of: definition) }
        lines += theorems()
        lines += witnesses()
        return lines
    }

    /// One screen of 24 lines: what it does, what it is and by which definition, one witness, what follows, the source.
    func screen() -> [String] {
        let program = ProgramText(record.program, in: description, instruction: record)
        var lines = heading
        lines += item("traps", program.trapLines, limit: 3) + item("does", program.effectLines, limit: 5)
        let classes = definitions.filter { $0.member == .yes }
        for definition in classes { lines += item("is", ["\(definition.name): \(definition.words)"], limit: 2) }
        let others = definitions.filter { $0.member != .yes }
        lines += item("is not", [others.map { $0.member == .no ? $0.name : "\($0.name)?" }.joined(separator: ", ")], limit: 2)
        if let definition = classes.first(where: { $0.name != "privileged" && evidence(for: $0)?.witness != nil }),
            let witness = evidence(for: definition)?.witness
        {
            lines += item("witness", WitnessText(witness, of: description).screen(), limit: 9)
        }
        lines += item("so it", [summary], limit: 2)
        let sources = record.sources + record.notes
        return lines + item("source", sources.isEmpty ? Array(report.sources.prefix(1)) : sources, limit: 2)
    }

    private var heading: [String] {
        let place = instruction.location
        return [
            palette.paint("\(report.name): \(instruction.name): \(instruction.verdict)", .strong),
            "\(place.file):\(place.line):\(place.column)",
        ]
    }

    /// "  is not   ...", what does not fit in a line below it; what is cut says where the rest is.
    private func item(_ title: String, _ texts: [String], limit: Int) -> [String] {
        let room = max(30, columns - 12)
        let all = texts.flatMap { $0.count <= room ? [$0] : wrapped($0, columns: room) }.filter { !$0.isEmpty }
        guard !all.isEmpty else { return [] }
        var shown = Array(all.prefix(limit))
        if all.count > limit { shown[limit - 1] = "... \(all.count - limit + 1) more lines with --long" }
        return shown.enumerated().map { index, line in
            "  " + (index == 0 ? palette.paint(padded(title, to: 9), .faint) : padded("", to: 9)) + line
        }
    }

    private var summary: String {
        let answers = Theorem.allCases.filter { $0 != .second }.map { theorem -> String in
            let answer = CheckAnswer(theorem: theorem)
            let verdict = instruction.condition(theorem, reading: answer.reading, policy: answer.policy)
            let word = verdict == .holds ? "meets" : verdict == .refuted ? "fails" : "leaves open"
            return "\(word) \(theorem.title) (\(answer.reading.title))"
        }
        return answers.joined(separator: ", ") + "; its squares: direct \(instruction.direct.verdict.word), interpreter "
            + instruction.interpreter.verdict.word
    }

    /// The printed page, whose title and place stand above already.
    private func page() -> [String] {
        var lines = PrintedPage.text(record, in: description).split(separator: "\n", omittingEmptySubsequences: true)
            .map(String.init)
        if !lines.isEmpty { lines.removeFirst() }
        if let index = lines.firstIndex(of: "Defined at") { lines.removeSubrange(index..<min(index + 2, lines.count)) }
        return lines
    }

    private func text(of definition: Definition) -> [String] {
        let mark = definition.member.word
        let emphasis: Emphasis = mark == "?" ? .warning : mark == "yes" ? .strong : .faint
        let head = "  " + padded(definition.name, to: 19) + palette.paint(padded(mark, to: 5), emphasis)
        var words = definition.words
        if case .unknown(let reason) = definition.member { words += " (not decided: \(reason))" }
        let evidence = evidence(for: definition).map { " [\($0.identifier)]" } ?? ""
        let body = wrapped(words + evidence, columns: max(30, columns - 28))
        return body.enumerated().map { ($0.offset == 0 ? head : String(repeating: " ", count: 26)) + $0.element }
    }

    /// The first piece of evidence that says what the answer says.
    private func evidence(for definition: Definition) -> Evidence? {
        let found = instruction.evidence.filter { evidence in
            definition.properties.contains { evidence.property.hasPrefix($0) }
        }
        let wanted: Verdict = definition.member == .yes ? .refuted : .holds
        return found.first { $0.outcome == wanted } ?? found.first ?? instruction.evidence.first {
            definition.member == .no && $0.property.hasPrefix("sensitive/") && $0.outcome == .holds
                && definition.name != "privileged"
        }
    }

    private func theorems() -> [String] {
        var lines = ["", palette.paint("What that means", .strong)]
        for theorem in Theorem.allCases where theorem != .second {
            let answer = CheckAnswer(theorem: theorem)
            let verdict = instruction.condition(theorem, reading: answer.reading, policy: answer.policy)
            let word = verdict.map { $0 == .holds ? "meets" : $0 == .refuted ? "fails" : "undecided:" } ?? "undecided:"
            lines.append(
                "  \(word) the condition of \(theorem.title) (\(answer.reading.title), \(answer.policy.title))")
        }
        let squares = [("direct", instruction.direct), ("interpreter", instruction.interpreter)]
        for (kind, square) in squares {
            let reason = square.verdict.reason.map { ": \($0)" } ?? ""
            let manner = square.manner == .plain ? "" : " (\(square.manner.rawValue))"
            lines.append("  the \(kind) square: \(square.verdict.word)\(manner)\(reason)")
        }
        return lines
    }

    /// The states behind what is sensitive; each once.
    private func witnesses() -> [String] {
        var lines: [String] = []
        for definition in definitions where definition.member == .yes && definition.name != "privileged" {
            guard let witness = evidence(for: definition)?.witness else { continue }
            lines += ["", palette.paint("\(definition.name), for example", .strong)]
            lines += WitnessText(witness, of: description).lines(indent: 2)
        }
        if let witness = instruction.direct.witness {
            lines += ["", palette.paint("the direct square fails, for example", .strong)]
            lines += WitnessText(witness, of: description).lines(indent: 2)
        }
        return lines
    }
}
