/// The state's components and the kinds of trap.
struct StateElaborator {
    let machine: MachineTables

    func state(_ declarations: [DeclarationSyntax]) {
        var components: [ComponentSyntax] = []
        for declaration in declarations {
            if case .state(let list) = declaration.kind { components += list }
        }
        for component in components {
            do {
                try declare(component)
            } catch {}
        }
        // Attributes may name components declared later.
        for component in components {
            guard let id = machine.states[component.name.text] else { continue }
            for attribute in component.attributes {
                do {
                    try apply(attribute, to: id)
                } catch {}
            }
        }
        checkComplete(Set(components.map(\.role.text)))
    }

    /// `declared`: the roles that the file speaks of; what is wrong with them has been said.
    private func checkComplete(_ declared: Set<String>) {
        let place = SourceSpan(machine.description.location, length: machine.description.name.count)
        if !declared.contains("pc") {
            machine.error("the machine has no program counter", at: place, remedy: "Add to its state: pc NAME : WIDTH")
        }
        if !declared.contains("storage") {
            machine.error(
                "the machine has no storage", at: place, remedy: "Add to its state: storage NAME[COUNT] : WIDTH")
        }
    }

    private func declare(_ syntax: ComponentSyntax) throws(Reported) {
        guard let role = Role(rawValue: syntax.role.text) else { return }
        guard machine.description.state.count < Limits.components else {
            throw machine.error("more than \(Limits.components) components", at: syntax.name.span)
        }
        if let earlier = machine.states[syntax.name.text] {
            throw machine.error(
                "'\(syntax.name.text)' is declared twice", at: syntax.name.span,
                note: ("the first one is here", machine.span(of: earlier)),
                remedy: "In an overlay, write 'replace' before it.")
        }
        if ["size", "here", "next", "length", "origin", "extent"].contains(syntax.name.text) {
            throw machine.error(
                "'\(syntax.name.text)' has a meaning in every machine", at: syntax.name.span,
                remedy: "Choose another name.")
        }
        if let constant = machine.constants[syntax.name.text] {
            throw machine.error(
                "'\(syntax.name.text)' is a constant already", at: syntax.name.span,
                note: ("declared here", constant.span), remedy: "Choose another name.")
        }
        let width = try machine.constantInteger(syntax.width, "the width", in: 1...Limits.width)
        var component = StateComponent(
            name: syntax.name.text, role: role, width: width, location: syntax.name.span.location)
        try count(syntax, &component)
        let id = StateID(machine.description.state.count)
        try claimSingle(role, id, syntax)
        machine.description.state.append(component)
        machine.states[syntax.name.text] = id
    }

    private func count(_ syntax: ComponentSyntax, _ component: inout StateComponent) throws(Reported) {
        let isStorage = component.role == .storage
        guard let expression = syntax.count else {
            if isStorage {
                throw machine.error(
                    "the storage '\(component.name)' has no count", at: syntax.name.span,
                    remedy: "Write its greatest size: \(component.name)[2^15].")
            }
            return
        }
        let limit = isStorage ? Limits.storageCells : Limits.arrayElements
        let count = try machine.constantInteger(expression, "the count", in: 1...Int(limit))
        component.isArray = true
        component.count = count
        component.indexWidth = max(1, Int.bitWidth - (count - 1).leadingZeroBitCount)
        if isStorage {
            guard count >= 2, count & (count - 1) == 0 else {
                throw machine.error(
                    "a storage of \(count) cells", at: expression.span,
                    remedy: "The greatest size is a power of two; a real address has log2 of it bits.")
            }
        }
        if component.role == .pc || component.role == .time {
            throw machine.error("'\(component.role.rawValue)' is no array", at: syntax.name.span)
        }
    }

    private func claimSingle(_ role: Role, _ id: StateID, _ syntax: ComponentSyntax) throws(Reported) {
        let earlier = role == .pc ? machine.pc : role == .storage ? machine.storage : nil
        if let earlier {
            throw machine.error(
                "a second '\(role.rawValue)'", at: syntax.name.span,
                note: ("the first one is here", machine.span(of: earlier)),
                remedy: "A machine has one; other arrays are registers or control.")
        }
        if role == .pc { machine.pc = id }
        if role == .storage { machine.storage = id }
    }

    // MARK: Attributes

    private func apply(_ attribute: AttributeSyntax, to id: StateID) throws(Reported) {
        let component = machine.component(id)
        switch attribute.kind {
        case .initially(let value):
            change(id) { [number = try bits(value, component.width)] in $0.initialValue = number }
        case .policy: change(id) { $0.isPolicy = true }
        case .handled(let word, let value): try handle(id, word, value)
        case .names(let names): try name(id, names, attribute.span)
        case .fields(let fields):
            for field in fields { try part(id, field) }
        case .expires(let target): try expire(id, target, attribute.span)
        case .atLeast(let value):
            guard component.role == .storage else {
                throw machine.error("only a storage has a least size", at: attribute.span)
            }
            let least = try machine.constantInteger(value, "the least size", in: 1...component.count)
            change(id) { $0.minimumCount = least }
        case .exempt(let reason):
            machine.description.exemptions.append(
                Exemption(component: id, reason: reason, location: attribute.span.location))
        }
    }

    private func change(_ id: StateID, _ change: (inout StateComponent) -> Void) {
        change(&machine.description.state[id.index])
    }

    private func bits(_ expression: ExpressionSyntax, _ width: Int) throws(Reported) -> UInt64 {
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: "the state"))
        let value = try machine.constantNumber(expression, "this value")
        let id = try elaborator.coerced(.number(value), width, expression.span, "here")
        return elaborator.builder.constantValue(id) ?? 0
    }

    private func handle(_ id: StateID, _ word: Name, _ value: ExpressionSyntax?) throws(Reported) {
        let handling: Handling
        switch word.text {
        case "own":
            guard let value else { return }
            handling = .own(try bits(value, machine.component(id).width))
        case "any": handling = .ownAny
        case "mirror": handling = .mirror
        case "constant": handling = .constant
        default:
            throw machine.error(
                "'\(word.text)' is no handling", at: word.span,
                suggestion: Suggestions.nearest(to: word.text, in: ["own", "mirror", "constant"]),
                remedy: "Write own N, own any, mirror or constant.")
        }
        change(id) { $0.declaredHandling = handling }
    }

    private func name(_ id: StateID, _ names: [Name], _ span: SourceSpan) throws(Reported) {
        let component = machine.component(id)
        guard component.isArray, names.count == component.count else {
            throw machine.error(
                "\(names.count) names for \(component.count) elements of '\(component.name)'", at: span)
        }
        var seen: [String: SourceSpan] = [:]
        for name in names {
            if let earlier = seen.updateValue(name.span, forKey: name.text) {
                throw machine.error(
                    "the name '\(name.text)' stands twice", at: name.span, note: ("it is here", earlier))
            }
        }
        change(id) { $0.elementNames = names.map(\.text) }
    }

    private func part(
        _ id: StateID, _ field: (name: Name, first: ExpressionSyntax, last: ExpressionSyntax?)
    ) throws(Reported) {
        let component = machine.component(id)
        if component.subFields.contains(where: { $0.name == field.name.text }) {
            throw machine.error("'\(component.name)' has two parts '\(field.name.text)'", at: field.name.span)
        }
        guard field.name.text != "real" && field.name.text != "as" else {
            throw machine.error("a part cannot be called '\(field.name.text)'", at: field.name.span)
        }
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: "the state"))
        let (low, width) = try elaborator.range(field.first, field.last, width: component.width)
        change(id) { $0.subFields.append(SubField(name: field.name.text, high: low + width - 1, low: low)) }
    }

    private func expire(_ id: StateID, _ target: Name, _ span: SourceSpan) throws(Reported) {
        guard machine.component(id).role == .time else {
            throw machine.error("only a 'time' component expires", at: span)
        }
        guard let expired = machine.states[target.text], !machine.component(expired).isArray else {
            throw machine.error(
                "'\(target.text)' is no component", at: target.span,
                suggestion: Suggestions.nearest(to: target.text, in: machine.states.keys))
        }
        change(id) { $0.expires = expired }
    }

    // MARK: Traps

    func traps(_ declarations: [DeclarationSyntax]) {
        for declaration in declarations {
            guard case .traps(let list) = declaration.kind else { continue }
            for trap in list {
                do {
                    try declare(trap)
                } catch {}
            }
        }
    }

    private func declare(_ syntax: TrapSyntax) throws(Reported) {
        if let earlier = machine.traps[syntax.name.text] {
            let location = machine.description.traps[earlier.index].location
            throw machine.error(
                "the trap '\(syntax.name.text)' is declared twice", at: syntax.name.span,
                note: ("the first one is here", SourceSpan(location, length: syntax.name.text.count)))
        }
        guard machine.traps.count < Limits.traps else {
            throw machine.error("more than \(Limits.traps) traps", at: syntax.name.span)
        }
        let code = try machine.constantInteger(syntax.code, "the code", in: 0...Int(Int64.max))
        var trap = TrapKind(name: syntax.name.text, code: UInt64(code), location: syntax.name.span.location)
        if let detail = syntax.detail {
            trap.detailName = detail.name.text
            trap.detailWidth = try machine.constantInteger(detail.width, "the width", in: 1...Limits.width)
        }
        for attribute in syntax.attributes {
            switch attribute.text {
            case "storage": trap.isStorageTrap = true
            case "call": trap.isCall = true
            case "resumes-after": trap.resumesAfter = true
            case "elsewhere": trap.reachesMonitor = false
            default:
                let known = ["storage", "call", "resumes-after", "elsewhere"]
                throw machine.error(
                    "'\(attribute.text)' is no attribute of a trap", at: attribute.span,
                    suggestion: Suggestions.nearest(to: attribute.text, in: known),
                    remedy: "Attributes are \(known.joined(separator: ", ")).")
            }
        }
        machine.traps[syntax.name.text] = TrapID(machine.description.traps.count)
        machine.description.traps.append(trap)
    }
}
