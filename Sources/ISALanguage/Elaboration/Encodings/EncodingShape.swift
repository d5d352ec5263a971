/// Checks that groups fill whole units, whatever forms their operands take.
struct EncodingShape {
    let machine: MachineTables
    let operands: [Operand]

    init(_ machine: MachineTables, operands: [Operand]) {
        self.machine = machine
        self.operands = operands
    }

    func check(_ groups: [PieceGroup], _ pattern: PatternSyntax) throws(Reported) {
        for (index, group) in groups.enumerated() {
            guard !group.pieces.isEmpty else {
                throw machine.error("an empty group in this encoding", at: pattern.span)
            }
            try check(group, place(pattern, index), "this group")
        }
        if widths(groups.flatMap(\.pieces), depth: 0).contains(0) {
            throw machine.error(
                "this encoding may have no bits at all", at: pattern.span,
                remedy: "Give it a piece that is always there.")
        }
        try checkExtensions()
    }

    /// The extensions of all operands.
    func checkExtensions() throws(Reported) {
        for operand in operands {
            guard let declared = machine.operands[operand.kind] else { continue }
            for (form, syntax) in zip(operand.forms, declared.forms) {
                for (index, group) in form.extensions.enumerated() {
                    guard !group.pieces.isEmpty else {
                        throw machine.error("an empty group in this form", at: syntax.pattern.span)
                    }
                    try check(group, place(syntax.pattern, index + 1), "this extension")
                }
            }
        }
    }

    private func place(_ pattern: PatternSyntax, _ group: Int) -> SourceSpan {
        guard group < pattern.groups.count, let first = pattern.groups[group].first,
            let last = pattern.groups[group].last
        else { return pattern.span }
        return first.span.joined(to: last.span)
    }

    private func check(_ group: PieceGroup, _ span: SourceSpan, _ what: String) throws(Reported) {
        let unit = machine.description.unitWidth
        for width in widths(group.pieces, depth: 0).sorted() where width % unit != 0 {
            throw machine.error(
                "\(what) has \(width) bits, which do not fill units of \(unit)", at: span,
                remedy:
                    "Add \(unit - width % unit) bits, or write _:\(unit - width % unit) for bits that do not matter.")
        }
    }

    /// All widths that these pieces can have.
    private func widths(_ pieces: [Piece], depth: Int) -> Set<Int> {
        var widths: Set<Int> = [0]
        for piece in pieces {
            let possible: Set<Int>
            switch piece {
            case .literal(_, let width), .any(let width): possible = [width]
            case .field(_, let high, let low): possible = [high - low + 1]
            case .operand(let id): possible = headWidths(id, depth: depth + 1)
            }
            widths = distinct(widths.flatMap { sum in possible.map { sum + $0 } })
        }
        return widths
    }

    /// One width for each remainder, and 0: what the checks ask about, however many forms there are.
    private func distinct(_ widths: [Int]) -> Set<Int> {
        var least: [Int: Int] = [:]
        for width in widths where width != 0 {
            let remainder = width % machine.description.unitWidth
            least[remainder] = min(least[remainder] ?? width, width)
        }
        return Set(least.values).union(widths.contains(0) ? [0] : [])
    }

    private func headWidths(_ id: OperandID, depth: Int) -> Set<Int> {
        guard depth <= Limits.operands else { return [0] }
        return operands[id.index].forms.reduce(into: []) { $0.formUnion(widths($1.head, depth: depth)) }
    }
}
