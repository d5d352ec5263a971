/// Everything of a machine that is a program and no instruction: fetch, delivery, modes, stopping,
/// interrupts and the monitor's map; and its devices.
struct SystemElaborator {
    let machine: MachineTables

    // MARK: Names that programs use

    func functions(_ declarations: [DeclarationSyntax]) {
        for declaration in declarations {
            do {
                switch declaration.kind {
                case .function(let function): try declare(function)
                case .operand(let operand): try declare(operand)
                case .translate(let translate): try declare(translate)
                default: break
                }
            } catch {}
        }
    }

    private func declare(_ function: FunctionSyntax) throws(Reported) {
        machine.functions[function.name.text] = function
        guard function.body == nil, let result = function.result else { return }
        guard machine.description.depth == .system else {
            throw machine.error(
                "an uninterpreted function in a machine of depth complete", at: function.name.span,
                remedy: "Say what it computes, or declare 'depth system'.")
        }
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: function.name.text))
        var widths: [Int] = []
        for parameter in function.parameters {
            guard let type = parameter.type else {
                throw machine.error("the parameter '\(parameter.name.text)' has no width", at: parameter.name.span)
            }
            widths.append(try elaborator.parameterWidth(type, []))
        }
        machine.uninterpreted[function.name.text] = machine.newFunction(
            UninterpretedFunction(
                name: function.name.text, argumentWidths: widths,
                resultWidth: try machine.constantInteger(result, "the width", in: 1...Limits.width)))
    }

    private func declare(_ operand: OperandSyntax) throws(Reported) {
        guard (1...Limits.forms).contains(operand.forms.count) else {
            throw machine.error(
                "operand '\(operand.name.text)' has \(operand.forms.count) forms", at: operand.name.span,
                remedy: "It has 1 to \(Limits.forms).")
        }
        var seen: [String: SourceSpan] = [:]
        for form in operand.forms {
            if let earlier = seen.updateValue(form.name.span, forKey: form.name.text) {
                throw machine.error(
                    "operand '\(operand.name.text)' has two forms '\(form.name.text)'", at: form.name.span,
                    note: ("the first one is here", earlier))
            }
            if let word = form.pattern.order.first {
                throw machine.error("'order' belongs to an instruction", at: word.span)
            }
        }
        machine.operands[operand.name.text] = operand
    }

    private func declare(_ translate: TranslateSyntax) throws(Reported) {
        guard translate.parameters.count == 2, let type = translate.parameters[0].type else {
            let place = translate.parameters.first?.name.span
            throw machine.error(
                "'translate' has two parameters", at: place, remedy: "Write translate(ADDRESS : WIDTH, access).")
        }
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: "translate"))
        let width = try elaborator.parameterWidth(type, [])
        machine.translate = (translate, width)
        guard let reads = translate.reads else { return }
        guard machine.description.depth == .system else {
            throw machine.error(
                "an abstract translation in a machine of depth complete", at: translate.parameters[0].name.span,
                remedy: "Say how addresses are translated, or declare 'depth system'.")
        }
        var components: [StateID] = []
        for name in reads {
            guard let id = machine.states[name.text], !machine.component(id).isArray else {
                throw machine.error(
                    "'\(name.text)' is no component", at: name.span,
                    suggestion: Suggestions.nearest(to: name.text, in: machine.states.keys))
            }
            components.append(id)
        }
        machine.abstractTranslation(reading: components, addressWidth: width)
    }

    // MARK: Programs

    func fetch() {
        do {
            try fetchUnit()
        } catch {}
    }

    /// What a virtual address comes to, for each kind of access.
    func translation() {
        guard let translate = machine.translate, machine.abstractTranslation == nil else { return }
        let place = translate.syntax.parameters[0].name.span
        for access in Access.allCases {
            let elaborator = ProgramElaborator(
                machine, context: ProgramContext(title: "translate"), argumentWidths: [translate.addressWidth])
            elaborator.builder.at(place.location)
            let address = elaborator.builder.pure(.argument(0), width: translate.addressWidth)
            guard let real = try? elaborator.translated(address, access, [:], place) else { return }
            machine.description.translation.append(elaborator.builder.finish(results: [real]))
        }
    }

    func system(_ declarations: [DeclarationSyntax]) {
        for declaration in declarations {
            do {
                try program(declaration)
            } catch {}
        }
        checkModes(declarations)
    }

    private func checkModes(_ declarations: [DeclarationSyntax]) {
        let modes = declarations.filter { declaration in
            if case .condition(let name, _, _) = declaration.kind { name.text.hasSuffix("-mode") } else { false }
        }
        guard modes.count == 1, let only = modes.first else { return }
        machine.error(
            "a machine with modes has both 'user-mode' and 'supervisor-mode'", at: only.span,
            remedy: "Add the other one.")
    }

    private func program(_ declaration: DeclarationSyntax) throws(Reported) {
        switch declaration.kind {
        case .condition(let name, let condition, let status): try self.condition(name, condition, status)
        case .otherwise(let name): machine.description.undefinedTrap = try trap(name)
        case .delivery(let parameters, let body): try delivery(parameters, body, declaration.span)
        case .interrupt(let interrupt): try self.interrupt(interrupt)
        case .map(let body, let shadow):
            machine.description.mapIsShadow = shadow
            machine.description.map =
                shadow ? nil : effects("map", body, parameters: ProgramContext.mapParameters, at: declaration.span)
        case .device(let device): try self.device(device)
        default: break
        }
    }

    private func trap(_ name: Name) throws(Reported) -> TrapID {
        if let id = machine.traps[name.text] { return id }
        throw machine.error(
            "there is no trap '\(name.text)'", at: name.span,
            suggestion: Suggestions.nearest(to: name.text, in: machine.traps.keys))
    }

    /// One bit, over the state.
    private func test(_ title: String, _ expression: ExpressionSyntax) throws(Reported) -> Program {
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: title))
        elaborator.builder.at(expression.span.location)
        return elaborator.builder.finish(results: [try elaborator.condition(expression)])
    }

    private func effects(
        _ title: String, _ body: [StatementSyntax], parameters: Set<String> = ["size"], at span: SourceSpan
    ) -> Program {
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: title, parameters: parameters))
        elaborator.statements(body)
        return elaborator.finish(at: span)
    }

    private func condition(
        _ name: Name, _ condition: ExpressionSyntax, _ status: ExpressionSyntax?
    ) throws(Reported) {
        let title = name.text
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: title))
        elaborator.builder.at(condition.span.location)
        var results = [try elaborator.condition(condition)]
        if let status {
            guard name.text == "halted" else {
                throw machine.error("only 'halted' has a status", at: status.span)
            }
            results.append(try elaborator.bits(status, for: "as a status"))
        }
        let program = elaborator.builder.finish(results: results)
        switch name.text {
        case "user-mode": machine.description.userMode = program
        case "supervisor-mode": machine.description.supervisorMode = program
        case "halted": machine.description.halted = program
        default: machine.description.waiting = program
        }
    }

    /// Fetches one unit: translation with access `execute`, its traps, and the load of its cells.
    private func fetchUnit() throws(Reported) {
        guard let storage = machine.storage else { return }
        let place = machine.span(of: storage)
        let cells = try cellsOfUnit(storage, place)
        let elaborator = ProgramElaborator(
            machine, context: ProgramContext(title: "fetch"), argumentWidths: [machine.pcWidth])
        let builder = elaborator.builder
        builder.at(place.location)
        let argument = builder.pure(.argument(0), width: machine.pcWidth)
        var unit: ValueID?
        for index in 0..<cells {
            let at = builder.binary(.add, argument, builder.constant(UInt64(index), width: machine.pcWidth))
            let address = builder.extend(at, to: machine.addressWidth, signed: false)
            let real = try elaborator.translated(address, .execute, [:], place)
            let value = builder.load(storage, real, guarded: nil, width: machine.component(storage).width)
            guard let before = unit else {
                unit = value
                continue
            }
            let isMostFirst = machine.cellsMostFirst == true
            unit = builder.binary(.concatenate, isMostFirst ? before : value, isMostFirst ? value : before)
        }
        if let unit { machine.description.fetch = builder.finish(results: [unit]) }
    }

    /// How many cells a unit has.
    private func cellsOfUnit(_ storage: StateID, _ place: SourceSpan) throws(Reported) -> Int {
        let cell = machine.component(storage).width
        let unit = machine.description.unitWidth
        guard unit % cell == 0 else {
            throw machine.error(
                "a unit of \(unit) bits is not made of cells of \(cell) bits", at: place,
                remedy: "Declare 'unit \(cell)' or a multiple of it.")
        }
        guard unit == cell || machine.cellsMostFirst != nil else {
            throw machine.error(
                "a unit is \(unit / cell) cells, and which comes first is not said", at: place,
                remedy: "Declare 'cells most-first' or 'cells least-first'.")
        }
        guard machine.pcWidth <= machine.addressWidth else {
            throw machine.error(
                "the program counter has \(machine.pcWidth) bits, an address \(machine.addressWidth)",
                at: machine.pc.map(machine.span(of:)), note: ("the storage is here", place),
                remedy: "Declare a 'translate' whose address is as wide as the program counter.")
        }
        return unit / cell
    }

    private func delivery(
        _ parameters: [ParameterSyntax], _ body: [StatementSyntax], _ span: SourceSpan
    ) throws(Reported) {
        guard parameters.count == 3 else {
            throw machine.error(
                "'delivery' has \(parameters.count) parameters", at: parameters.first?.name.span ?? span,
                remedy: "Write delivery(code : WIDTH, detail : WIDTH, resume : WIDTH).")
        }
        let elaborator = ProgramElaborator(machine, context: ProgramContext(title: "delivery"))
        var widths: [Int] = []
        for parameter in parameters {
            guard let type = parameter.type else {
                throw machine.error("the parameter '\(parameter.name.text)' has no width", at: parameter.name.span)
            }
            widths.append(try elaborator.parameterWidth(type, []))
        }
        let delivering = ProgramElaborator(
            machine, context: ProgramContext(title: "delivery"), argumentWidths: widths)
        for (index, parameter) in parameters.enumerated() {
            delivering.define(parameter.name, .bits(delivering.builder.pure(.argument(index), width: widths[index])))
        }
        delivering.statements(body)
        machine.description.delivery = delivering.finish(at: span)
        try checkDelivery(widths, parameters)
    }

    /// Every code and the program counter must fit what delivery takes; details are cut.
    private func checkDelivery(_ widths: [Int], _ parameters: [ParameterSyntax]) throws(Reported) {
        for trap in machine.description.traps where trap.code & ~ConcreteArithmetic.mask(widths[0]) != 0 {
            let declared = SourceSpan(trap.location, length: trap.name.count)
            throw machine.error(
                "the code \(trap.code) of '\(trap.name)' does not fit \(widths[0]) bits",
                at: parameters[0].name.span, note: ("the trap is here", declared))
        }
        guard widths[2] >= machine.pcWidth else {
            throw machine.error(
                "'\(parameters[2].name.text)' has \(widths[2]) bits, the program counter \(machine.pcWidth)",
                at: parameters[2].name.span)
        }
    }

    private func interrupt(_ syntax: InterruptSyntax) throws(Reported) {
        guard let pending = syntax.pending else {
            throw machine.error(
                "interrupt '\(syntax.name.text)' is never pending", at: syntax.name.span,
                remedy: "Add a line 'pending when CONDITION'.")
        }
        let always = ExpressionSyntax(
            kind: .binary(
                .equal, ExpressionSyntax(kind: .number(0), span: syntax.name.span, depth: 1),
                ExpressionSyntax(kind: .number(0), span: syntax.name.span, depth: 1)), span: syntax.name.span, depth: 2)
        let title = "interrupt \(syntax.name.text)"
        var line = InterruptLine(
            name: syntax.name.text, trap: try trap(syntax.trap), pending: try test(title, pending),
            enabled: try test(title, syntax.enabled ?? always), location: syntax.name.span.location)
        if !syntax.accept.isEmpty { line.acknowledge = effects(title, syntax.accept, at: syntax.name.span) }
        machine.description.interrupts.append(line)
    }

    private func device(_ syntax: DeviceSyntax) throws(Reported) {
        var ports: [(port: String, component: StateID)] = []
        for (port, component) in syntax.ports { ports.append((port.text, try scalar(component))) }
        var strobes: [StateID] = []
        for name in syntax.strobes { strobes.append(try scalar(name)) }
        machine.description.devices.append(
            DeviceBinding(
                kind: syntax.kind.text, name: (syntax.name ?? syntax.kind).text, ports: ports, strobes: strobes,
                location: syntax.kind.span.location))
    }

    private func scalar(_ name: Name) throws(Reported) -> StateID {
        guard let id = machine.states[name.text], !machine.component(id).isArray else {
            throw machine.error(
                "'\(name.text)' is no component", at: name.span,
                suggestion: Suggestions.nearest(to: name.text, in: machine.states.keys))
        }
        return id
    }
}
