import ISALanguage

/// Says in plain sentences where a stepper stands: for screen readers, pipes, and the lines of a screen that tell why.
public struct Narrator {
    private let stepper: Stepper
    /// The text of a line of the machine's file; nil where it cannot be had.
    private let sourceLine: (SourceLocation) -> String?

    public init(_ stepper: Stepper, sourceLine: @escaping (SourceLocation) -> String?) {
        self.stepper = stepper
        self.sourceLine = sourceLine
    }

    private var view: GuestView { stepper.view }

    /// Everything about this moment, a sentence a line.
    public func lines() -> [String] {
        var lines = [place]
        guard let account = stepper.account else { return lines + [next] }
        if let opening = stepper.opening {
            lines.append(openingSentence(opening))
        } else {
            lines.append("step \(account.position) was \(happening(account))")
            lines += stages(account).map { "  \($0.part): \($0.sentence)" }
            lines += changes(account).map { "  \($0)" }
        }
        return lines + [next]
    }

    /// "step 12, supervisor mode".
    public var place: String {
        let mode = view.mode.isEmpty ? "" : ", \(view.mode) mode"
        let end = stepper.history.end.map { $0.position == stepper.position ? ", the end" : "" } ?? ""
        return "step \(stepper.position)\(mode)\(end)"
    }

    /// What comes next.
    public var next: String {
        "next: \(view.instruction(at: view.here).text) at \(view.nameInProgram(view.here))"
    }

    private func happening(_ account: StepAccount) -> String {
        if let trap = account.trap { return "a trap: \(view.text(trap))" }
        return "\(account.text) at \(account.place)"
    }

    /// The stages of a step in which somebody else than the guest was at work: whose part, and what it did.
    public func stages(_ account: StepAccount) -> [(part: String, sentence: String)] {
        let text = StageText(view: view, levelCount: stepper.guest.levels.count)
        guard account.isTrap else { return [] }
        return account.stages.map { (text.part($0), text.sentence($0)) }
    }

    /// What is open of a step: a stage, or a line of a routine.
    public func openingSentence(_ index: Int) -> String {
        guard let account = stepper.account, stepper.openings.indices.contains(index) else { return "" }
        let open = stepper.openings[index]
        let text = StageText(view: view, levelCount: stepper.guest.levels.count)
        let number = "\(index + 1) of \(stepper.openings.count)"
        guard let line = open.line else {
            let stage = account.stages[open.stage]
            return "\(number), \(text.part(stage)): \(text.sentence(stage))"
        }
        let source = sourceLine(line.location).map { ": \($0.trimmed)" } ?? ""
        let what = line.isTrap ? "does the virtual state meet this condition? no" : "this is done to the virtual state"
        return "\(number), routine, \(line.location.file):\(line.location.line)\(source) — \(what)"
    }

    /// What is different, and why.
    public func changes(_ account: StepAccount) -> [String] {
        account.changes.map { change in
            let source = change.source.flatMap { location in
                sourceLine(location).map { " (\(location.file.lastPart):\(location.line): \($0.trimmed))" }
            }
            return "\(name(change.place)): \(view.number(change.from)) -> \(view.number(change.to)), "
                + change.why + (source ?? "")
        }
    }

    public func name(_ place: StepAccount.Place) -> String {
        switch place {
        case .guest(let component, let element): view.description.state[component].elementName(element)
        case .real(let component, let element): "real " + view.description.state[component].elementName(element)
        case .cell(let cell): "cell \(view.name(UInt64(cell)))"
        case .realCell(let cell): "real cell \(view.number(UInt64(cell)))"
        }
    }
}

extension String {
    /// Without blanks at both ends.
    public var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Of a path: the file's name.
    var lastPart: String { split(separator: "/").last.map(String.init) ?? self }
}
