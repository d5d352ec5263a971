/// Applies an overlay's declarations to those of the machine that it extends. All of this happens
/// before anything is elaborated, so an inherited instruction that uses a replaced function uses the
/// new one.
struct Overlay {
    private let diagnostics: DiagnosticCollector
    private var result: [DeclarationSyntax]
    /// Of each declaration, the assembly patterns of its instructions.
    private var plainTitles: [[String]]

    init(_ diagnostics: DiagnosticCollector, base: [DeclarationSyntax]) {
        self.diagnostics = diagnostics
        result = base
        plainTitles = base.map(Overlay.plainTitles)
    }

    mutating func apply(_ overlay: [DeclarationSyntax]) -> [DeclarationSyntax] {
        for declaration in overlay where !diagnostics.isFull {
            switch (declaration.change, declaration.kind) {
            case (.remove, .removal(let kind, let name)): remove(kind, name, declaration.span)
            case (_, .header(let header)):
                // Of the base's header, what the overlay says anew gives way; sources and scopes add up.
                for index in result.indices.reversed() where Overlay.isReplaced(result[index], by: header) {
                    remove(at: index)
                }
                append(declaration)
            case (.replace, .state), (.replace, .traps):
                diagnostics.report(
                    "this block is not replaced as a whole", at: declaration.span,
                    remedy: "Write 'replace' before the line in it that changes.")
            case (_, .state(let components)): change(components, declaration)
            case (_, .traps(let traps)): change(traps, declaration)
            case (.replace, .instruction(let instruction)): replace(instruction, declaration)
            case (.replace, _): replace(declaration)
            default: append(declaration)
            }
        }
        return result
    }

    private static func isReplaced(_ declaration: DeclarationSyntax, by header: HeaderSyntax) -> Bool {
        guard case .header(let old) = declaration.kind else { return false }
        return switch (old, header) {
        case (.machine, .machine), (.depth, .depth), (.unit, .unit), (.step, .step), (.bits, .bits), (.radix, .radix),
            (.cells, .cells):
            true
        default: false
        }
    }

    /// What kind of declaration it is and its name, as `remove` and messages call it.
    static func identity(_ kind: DeclarationKind) -> (kind: String, name: String)? {
        switch kind {
        case .condition(let name, _, _): (name.text, name.text)
        case .device(let device): ("device", (device.name ?? device.kind).text)
        case .constant(let name, _): ("constant", name.text)
        case .function(let function): (function.result == nil ? "procedure" : "function", function.name.text)
        case .operand(let operand): ("operand", operand.name.text)
        case .translate: ("translate", "translate")
        case .otherwise: ("otherwise", "otherwise")
        case .delivery: ("delivery", "delivery")
        case .interrupt(let interrupt): ("interrupt", interrupt.name.text)
        case .map: ("map", "map")
        case .header, .include, .extends, .state, .traps, .instruction, .removal: nil
        }
    }

    private mutating func replace(_ declaration: DeclarationSyntax) {
        guard let wanted = Overlay.identity(declaration.kind) else {
            diagnostics.report("this cannot be replaced", at: declaration.span)
            return
        }
        guard let index = index(of: wanted) else {
            missing(wanted.kind, wanted.name, declaration.span, remedy: "Leave 'replace' out to add it.")
            return
        }
        result[index] = declaration
        result[index].change = .add
    }

    private func index(of wanted: (kind: String, name: String)) -> Int? {
        result.lastIndex { Overlay.identity($0.kind).map { $0 == wanted } ?? false }
    }

    private func missing(_ kind: String, _ name: String, _ span: SourceSpan, remedy: String? = nil) {
        let known = result.compactMap { Overlay.identity($0.kind) }.filter { $0.kind == kind }.map(\.name)
        diagnostics.report(
            kind == name ? "the machine has no '\(kind)'" : "the machine has no \(kind) '\(name)'", at: span,
            suggestion: Suggestions.nearest(to: name, in: known), remedy: remedy)
    }

    private mutating func remove(_ kind: String, _ name: String, _ span: SourceSpan) {
        if kind == "instruction" {
            _ = takeInstruction(name, span)
        } else if kind == "claims" {
            removeClaims()
        } else if let index = index(of: (kind, name)) {
            remove(at: index)
        } else {
            missing(kind, name, span)
        }
    }

    // MARK: Instructions

    /// What the machine that is extended claims of its instructions need not hold here.
    private mutating func removeClaims() {
        for index in result.indices {
            guard case .instruction(var instruction) = result[index].kind else { continue }
            instruction.claims = []
            result[index].kind = .instruction(instruction)
        }
    }

    private mutating func replace(_ instruction: InstructionSyntax, _ declaration: DeclarationSyntax) {
        var new = declaration
        new.change = .add
        for (position, name) in Overlay.titles(of: instruction).enumerated() {
            guard let (index, family) = takeInstruction(name, declaration.span), position == 0 else { continue }
            // It stands where the old one stood, in the old one's family.
            new.family = family
            insert(new, at: index)
        }
    }

    private static func titles(of instruction: InstructionSyntax) -> [String] {
        if instruction.alternatives.isEmpty { return [instruction.template.text] }
        return instruction.alternatives.map { InstructionElaborator.title(instruction.template.text, $0.name.text) }
    }

    /// Takes an instruction out, by its assembly pattern with or without its notations; of a group only
    /// the one alternative. Returns where it stood.
    private mutating func takeInstruction(_ name: String, _ span: SourceSpan) -> (index: Int, family: String)? {
        let wanted = Overlay.plain(name)
        for index in result.indices {
            guard let which = plainTitles[index].firstIndex(of: wanted),
                case .instruction(var instruction) = result[index].kind
            else { continue }
            let family = result[index].family
            guard instruction.alternatives.count > 1 else {
                remove(at: index)
                return (index, family)
            }
            instruction.removed.append(instruction.alternatives.remove(at: which).name.text)
            set(.instruction(instruction), at: index)
            return (index + 1, family)
        }
        diagnostics.report(
            "the machine has no instruction '\(name)'", at: span,
            suggestion: Suggestions.nearest(to: name, in: plainTitles.joined()),
            remedy: "Name it by its assembly pattern, as it is written in the machine that is extended.")
        return nil
    }

    // MARK: The list, with the titles of its instructions

    private static func plainTitles(of declaration: DeclarationSyntax) -> [String] {
        guard case .instruction(let instruction) = declaration.kind else { return [] }
        return titles(of: instruction).map(plain)
    }

    private mutating func append(_ declaration: DeclarationSyntax) { insert(declaration, at: result.count) }

    private mutating func insert(_ declaration: DeclarationSyntax, at index: Int) {
        result.insert(declaration, at: index)
        plainTitles.insert(Overlay.plainTitles(of: declaration), at: index)
    }

    private mutating func remove(at index: Int) {
        result.remove(at: index)
        plainTitles.remove(at: index)
    }

    private mutating func set(_ kind: DeclarationKind, at index: Int) {
        result[index].kind = kind
        plainTitles[index] = Overlay.plainTitles(of: result[index])
    }

    /// "LPSW {value:signed}(x)" as "LPSW value(x)", with single blanks.
    private static func plain(_ template: String) -> String {
        var result = ""
        var isNotation = false
        var isInside = false
        for character in template {
            switch character {
            case "{": isInside = true
            case "}": (isInside, isNotation) = (false, false)
            case ":" where isInside: isNotation = true
            case " " where result.last == " ": break
            default: if !isNotation { result.append(character) }
            }
        }
        return result
    }

    // MARK: Lines of blocks

    private mutating func change(_ components: [ComponentSyntax], _ declaration: DeclarationSyntax) {
        let added = components.filter { $0.change == .add }
        for var component in components where component.change == .replace {
            component.change = .add
            let wanted = component.name
            var known: [String] = []
            let isFound = result.indices.contains { index in
                guard case .state(var lines) = result[index].kind else { return false }
                known += lines.map(\.name.text)
                guard let position = lines.firstIndex(where: { $0.name.text == wanted.text }) else { return false }
                lines[position] = component
                result[index].kind = .state(lines)
                return true
            }
            if !isFound { missingLine("component", wanted, known) }
        }
        guard !added.isEmpty else { return }
        var new = declaration
        new.kind = .state(added)
        append(new)
    }

    private mutating func change(_ traps: [TrapSyntax], _ declaration: DeclarationSyntax) {
        let added = traps.filter { $0.change == .add }
        for var trap in traps where trap.change == .replace {
            trap.change = .add
            let wanted = trap.name
            var known: [String] = []
            let isFound = result.indices.contains { index in
                guard case .traps(var lines) = result[index].kind else { return false }
                known += lines.map(\.name.text)
                guard let position = lines.firstIndex(where: { $0.name.text == wanted.text }) else { return false }
                lines[position] = trap
                result[index].kind = .traps(lines)
                return true
            }
            if !isFound { missingLine("trap", wanted, known) }
        }
        guard !added.isEmpty else { return }
        var new = declaration
        new.kind = .traps(added)
        append(new)
    }

    private func missingLine(_ kind: String, _ name: Name, _ known: [String]) {
        diagnostics.report(
            "the machine has no \(kind) '\(name.text)'", at: name.span,
            suggestion: Suggestions.nearest(to: name.text, in: known), remedy: "Leave 'replace' out to add it.")
    }
}
