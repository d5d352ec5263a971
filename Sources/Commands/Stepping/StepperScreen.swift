import Classroom

/// What a terminal shows of a stepper, as lines of exactly so many columns. Colour says nothing that a sign does not
/// say, too: `>` is what comes next, `*` what has just changed.
struct StepperScreen {
    let session: SteppingSession
    let columns: Int
    let rows: Int
    let palette: Palette

    private var stepper: Stepper { session.stepper }
    private var view: GuestView { stepper.view }

    static let leastColumns = 60
    static let leastRows = 20

    /// - Parameter bottom: the last two lines: a message or a prompt, and what keys there are.
    func lines(bottom: (message: String, keys: String)) -> [String] {
        let upper = max(6, (rows - 6) * 5 / 9)
        let lower = rows - upper - 5
        var lines = [palette.paint(fitted(title), .strong)]
        lines += beside(listing(upper), pane(upper), rows: upper)
        lines.append(fitted(map))
        lines += happened(lower)
        lines.append(fitted(console))
        lines.append(palette.paint(fitted(bottom.message), .warning))
        lines.append(palette.paint(fitted(bottom.keys), .faint))
        return lines
    }

    private func fitted(_ text: String, to width: Int? = nil) -> String {
        let width = width ?? columns
        let text = printable(text)
        if displayWidth(text) <= width { return padded(text, to: width) }
        var cut = ""
        for character in text where displayWidth(cut) < width - 1 { cut.append(character) }
        return padded(cut + "…", to: width)
    }

    private var title: String {
        let known = stepper.history.end.map { "of \($0.position)" } ?? "seen \(stepper.history.frontier)"
        return " \(session.narrator.place) (\(known)) · \(session.title)"
    }

    // MARK: The upper half

    private var leftWidth: Int { (columns * 9) / 16 }

    private func beside(_ left: [String], _ right: [(text: String, isChanged: Bool)], rows: Int) -> [String] {
        (0..<rows).map { row in
            let start = row < left.count ? left[row] : ""
            let first = fitted(start, to: leftWidth)
            let cell = row < right.count ? right[row] : (text: "", isChanged: false)
            let second = fitted(cell.text, to: columns - leftWidth - 1)
            let isNext = start.hasPrefix("> ")
            return (isNext ? palette.paint(first, .strong) : first) + " "
                + (cell.isChanged ? palette.paint(second, .success) : second)
        }
    }

    /// The instruction that was, and those that come.
    private func listing(_ count: Int) -> [String] {
        var lines: [String] = []
        if let account = stepper.account {
            let what = account.trap.map { "(trap: \(view.trapName($0.kind)))" } ?? account.text
            lines.append("  " + padded(account.place, to: 14) + " " + what)
        } else {
            lines.append("  (the beginning)")
        }
        for line in view.listing(from: view.here, count: count - 1) {
            let sign = line.address == view.here ? "> " : stepper.breakpoints.contains(line.address) ? "k " : "  "
            lines.append(sign + padded(view.nameInProgram(line.address), to: 14) + " " + line.text)
        }
        return lines
    }

    private func pane(_ count: Int) -> [(text: String, isChanged: Bool)] {
        switch stepper.pane {
        case .registers: return registers(count)
        case .storage: return storage(count)
        case .console: return printed(count).map { ($0, false) }
        }
    }

    private func registers(_ count: Int) -> [(text: String, isChanged: Bool)] {
        let isMonitored = !stepper.guest.levels.isEmpty
        var lines: [(text: String, isChanged: Bool)] = []
        let all = stepper.registers
        lines.append((isMonitored ? "  state (real, where it differs)" : "  state", false))
        // What has changed must be seen, however much there is.
        let kept = all.count > count - 1 ? all.filter(\.isChanged) + all.filter { !$0.isChanged } : all
        for register in kept.prefix(all.count > count - 1 ? count - 2 : count - 1) {
            let real = isMonitored && register.real != register.guest ? "  (\(view.number(register.real)))" : ""
            let name = (register.isChanged ? "* " : "  ") + padded(register.name, to: 10) + " "
            lines.append((name + view.number(register.guest) + real, register.isChanged))
        }
        if all.count > count - 1 { lines.append(("  \(all.count - (count - 2)) more: x", false)) }
        return lines
    }

    /// Cells that the step changed, and those around the program counter.
    private func storage(_ count: Int) -> [(text: String, isChanged: Bool)] {
        var lines: [(text: String, isChanged: Bool)] = [("  cells changed by the step", false)]
        for change in stepper.account?.changes ?? [] {
            switch change.place {
            case .cell, .realCell:
                let values = "\(view.number(change.from)) -> \(view.number(change.to))"
                lines.append(("* \(session.narrator.name(change.place)) \(values)", true))
            case .guest, .real: continue
            }
        }
        if lines.count == 1 { lines.append(("  none", false)) }
        for cell in stepper.watched.sorted() where cell < UInt64(view.processor.storage.count) {
            lines.append(("w \(view.name(cell)) \(view.number(view.processor.storage[Int(cell)]))", false))
        }
        return Array(lines.prefix(count))
    }

    private func printed(_ count: Int) -> [String] {
        let text = String(decoding: stepper.guest.output.suffix(4000), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { "  " + $0 }
        return ["  console"] + lines.suffix(count - 1)
    }

    /// The real machine's storage: what is the guest's, and what of it the running program reaches.
    private var map: String {
        let parts = max(columns - 30, 20)
        let cells = stepper.guest.real.storage.count
        let window = stepper.guest.origin..<stepper.guest.origin + view.processor.storage.count
        let reached = GuestView(stepper.guest.real, of: view.description).reached(parts: parts)
        let bar = (0..<parts).map { part -> String in
            let isGuests = window.overlaps(part * cells / parts..<(part + 1) * cells / parts + 1)
            return reached[part] ? "#" : isGuests ? "-" : "."
        }.joined()
        return " 0 [\(bar)] \(view.number(UInt64(cells))) # reached - guest"
    }

    // MARK: The lower half

    private func happened(_ count: Int) -> [String] {
        guard let account = stepper.account else {
            let text = " Nothing has happened yet. Step with s, or to the next trap with n."
            return (0..<count).map { fitted($0 == 0 ? text : "") }
        }
        var lines: [String] = []
        if let opening = stepper.opening {
            lines = hanging(" open: ", session.narrator.openingSentence(opening))
        } else {
            // A line each: what is open has all its words.
            for (number, stage) in session.narrator.stages(account).enumerated() {
                lines.append(" \(number + 1) " + padded(stage.part, to: 11) + stage.sentence)
            }
            for change in session.narrator.changes(account) { lines += hanging(" * ", change) }
        }
        var shown = Array(lines.prefix(count))
        if lines.count > count { shown[count - 1] = "   (\(lines.count - count + 1) lines more)" }
        while shown.count < count { shown.append("") }
        return shown.map { fitted($0) }
    }

    /// Broken at blanks, the later lines indented as far as the first.
    private func hanging(_ start: String, _ text: String) -> [String] {
        let indent = String(repeating: " ", count: displayWidth(start))
        return wrapped(text, columns: columns - displayWidth(start)).enumerated().map { ($0 == 0 ? start : indent) + $1 }
    }

    private var console: String {
        let text = String(decoding: stepper.guest.output.suffix(400), as: UTF8.self)
        let last = text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        return " console: \(last)"
    }
}
