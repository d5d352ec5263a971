/// Makes one program of statements and expressions: gives names their meaning, checks widths,
/// expands functions and translations, and turns conditions into guards.
final class ProgramElaborator {
    let machine: MachineTables
    let builder: ProgramBuilder
    var context: ProgramContext
    var frames: [Frame] = [Frame()]
    /// The condition under which the current statement happens; `nil`: always.
    var path: ValueID?
    /// `e.as(user = 1)[a]`: components read as if they had these values.
    var assumed: [StateID: ValueID] = [:]
    /// Translations already made on a path.
    var translations: [TranslationKey: ValueID] = [:]
    private var depth = 0

    struct TranslationKey: Hashable {
        var address: ValueID
        var access: Access
        var path: ValueID?
        var assumed: [StateID: ValueID]
    }

    init(_ machine: MachineTables, context: ProgramContext, argumentWidths: [Int] = []) {
        self.machine = machine
        self.context = context
        builder = ProgramBuilder(argumentWidths: argumentWidths)
    }

    @discardableResult
    func error(
        _ message: String, at span: SourceSpan, note: (message: String, span: SourceSpan)? = nil,
        suggestion: String? = nil, remedy: String? = nil
    ) -> Reported {
        machine.error(message, at: span, note: note, suggestion: suggestion, remedy: remedy)
    }

    /// One level deeper: an expression in an expression, a statement in a statement, a function's body.
    func deeper<Result>(_ span: SourceSpan, _ body: () throws(Reported) -> Result) throws(Reported) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.elaborationDepth else {
            throw error(
                "this is nested deeper than \(Limits.elaborationDepth) once functions are expanded", at: span,
                remedy: "Name parts of it with 'let', or use fewer levels of functions.")
        }
        try step(span)
        return try body()
    }

    /// Counts the work, so that functions that double at each level end in an error, not in a hang.
    func step(_ span: SourceSpan) throws(Reported) {
        machine.steps += 1
        guard machine.steps <= Limits.expansionSteps else {
            // Said once: everything after it would fail for the same reason.
            guard machine.steps == Limits.expansionSteps + 1 else { throw Reported() }
            throw error(
                "expanding this machine takes more than \(Limits.expansionSteps) steps", at: span,
                remedy: "Functions are expanded where they are used; use fewer levels of them.")
        }
        guard !builder.isTooLarge else { throw tooLarge(span) }
    }

    private func tooLarge(_ span: SourceSpan) -> Reported {
        error(
            "'\(context.title)' needs more than \(Limits.operations) operations", at: span,
            remedy: "Split the instruction into variants.")
    }

    /// Puts the writes at the end, and gives the finished program.
    func finish(
        pc: (id: StateID, width: Int, next: ValueID)? = nil, results: [ValueID] = [], at span: SourceSpan
    ) -> Program {
        builder.placeWrites(pc: pc)
        if builder.isTooLarge { _ = tooLarge(span) }
        return builder.finish(results: results)
    }

    // MARK: Scopes

    func lookup(_ name: String) -> Frame.Binding? {
        let binding = frames[frames.count - 1].lookup(name)
        if case .alternative = binding?.meaning { machine.usesAlternative = true }
        return binding
    }

    func define(_ name: Name, _ meaning: Meaning) {
        if let earlier = lookup(name.text) {
            error("'\(name.text)' has a meaning already", at: name.span, note: ("given here", earlier.span))
        } else if let id = machine.states[name.text], !machine.component(id).isArray {
            error(
                "'\(name.text)' is a component of the state", at: name.span,
                note: ("declared here", machine.span(of: id)), remedy: "Choose another name here.")
        }
        let last = frames.count - 1
        frames[last].scopes[frames[last].scopes.count - 1][name.text] = Frame.Binding(meaning: meaning, span: name.span)
    }

    func inScope<Result>(_ body: () throws(Reported) -> Result) throws(Reported) -> Result {
        let last = frames.count - 1
        frames[last].scopes.append([:])
        defer { frames[last].scopes.removeLast() }
        return try body()
    }

    func inFrame<Result>(_ function: Name, _ body: () throws(Reported) -> Result) throws(Reported) -> Result {
        guard frames.count <= Limits.callDepth else {
            throw error("functions are nested deeper than \(Limits.callDepth)", at: function.span)
        }
        frames.append(Frame(function: function))
        defer { frames.removeLast() }
        return try body()
    }

    /// Everything inside happens only if `condition` holds, too.
    func under<Result>(_ condition: ValueID?, _ body: () throws(Reported) -> Result) throws(Reported) -> Result {
        let outer = path
        path = builder.both(outer, condition)
        defer { path = outer }
        return try body()
    }

    /// The program is in a place that can never be reached.
    var isDead: Bool { path.map { builder.constantValue($0) == 0 } ?? false }
}
