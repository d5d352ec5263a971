import ISALanguage

/// The monitor's shadow tables, where a file says `map shadow`.
///
/// The virtual translation is an unknown function of the address and of some components; the shadow tables are another
/// one, and all that is known of them is what the monitor sees to: where they give an address, so does the guest's
/// translation, and the same one but for the origin. The real side may refuse more, never less.
struct ShadowMap {
    let description: MachineDescription
    let allows: ISALanguage.FunctionID
    let address: ISALanguage.FunctionID
    /// On what the translation depends, in the order of the functions' further arguments.
    let components: [StateID]

    /// What the shadow tables' function is called in formulas.
    static func name(_ function: String) -> String { "real.\(function)" }

    /// Nil where the machine translates by its own programs.
    init?(_ description: MachineDescription) {
        func index(_ purpose: UninterpretedFunction.Purpose) -> ISALanguage.FunctionID? {
            description.functions.firstIndex { $0.purpose == purpose }.map { ISALanguage.FunctionID($0) }
        }
        guard description.mapIsShadow, let allows = index(.translationAllows), let address = index(.translationAddress)
        else { return nil }
        self.description = description
        self.allows = allows
        self.address = address
        var read: [StateID] = []
        for case .apply(allows, let arguments) in description.fetch.operations {
            read = arguments.dropFirst(2).compactMap {
                if case .read(let id) = description.fetch[$0] { return id }
                return nil
            }
            break
        }
        components = read
    }

    /// The guest's translation is the same in every mode.
    var isSameInEveryMode: Bool { Set(components).isDisjoint(with: description.components(.mode)) }

    /// What is known of translation at every address that was asked for; `bothWays`: they refuse nothing that
    /// the guest's own translation allows.
    func knowledge(_ pair: StatePair, _ symbols: Symbols, bothWays: Bool) -> [Term] {
        let graph = symbols.graph
        return symbols.translated.map { asked in
            let own = apply(allows, asked, pair.virtual, isReal: false, symbols)
            let place = apply(address, asked, pair.virtual, isReal: false, symbols)
            let real = apply(allows, asked, pair.real, isReal: true, symbols)
            let realPlace = apply(address, asked, pair.real, isReal: true, symbols)
            let origin = graph.resized(pair.origin, graph.width(of: place))
            let exists = graph.ult(graph.resized(place, graph.width(of: pair.extent)), pair.extent)
            let agrees = graph.and(own, graph.eq(realPlace, graph.add(place, origin)))
            // What is translated exists, on the other side too where that is not shadowed but another bare machine.
            let known = graph.conjunction([
                graph.implies(own, exists), graph.implies(real, agrees), otherExists(asked, pair, symbols),
            ])
            return bothWays ? graph.and(known, graph.implies(own, real)) : known
        }
    }

    private func otherExists(
        _ asked: (address: Term, access: Term), _ pair: StatePair, _ symbols: Symbols
    ) -> Term {
        let graph = symbols.graph
        guard !pair.real.isShadowed else { return graph.bool(true) }
        let place = apply(address, asked, pair.real, isReal: false, symbols)
        return graph.implies(
            apply(allows, asked, pair.real, isReal: false, symbols),
            graph.ult(graph.resized(place, graph.width(of: pair.size)), pair.size))
    }

    private func apply(
        _ function: ISALanguage.FunctionID, _ asked: (address: Term, access: Term), _ state: SymbolicState,
        isReal: Bool, _ symbols: Symbols
    ) -> Term {
        let declared = description.functions[function.index]
        let arguments = [asked.address, asked.access] + components.map { state[$0] }
        let applied = symbols.graph.function(
            isReal ? ShadowMap.name(declared.name) : declared.name,
            argumentWidths: arguments.map(symbols.graph.width(of:)), width: declared.resultWidth)
        return symbols.graph.apply(applied, arguments)
    }

    /// The same in numbers: every point of the shadow tables that is known to give an address.
    func agrees(_ concrete: ConcreteCase, bothWays: Bool) -> Bool {
        let (allowsName, addressName) = (
            description.functions[allows.index].name, description.functions[address.index].name
        )
        let virtual = components.map { concrete.virtual[$0] }
        let real = components.map { concrete.real[$0] }
        for (point, value) in concrete.functions where point.name == ShadowMap.name(allowsName) {
            guard Array(point.arguments.dropFirst(2)) == real else { continue }
            let asked = Array(point.arguments.prefix(2))
            let own = concrete.functions[FunctionPoint(name: allowsName, arguments: asked + virtual)] ?? 0
            if value != 1 {
                if bothWays, own == 1 { return false }
                continue
            }
            let place = concrete.functions[FunctionPoint(name: addressName, arguments: asked + virtual)] ?? 0
            let realName = ShadowMap.name(addressName)
            let realPlace = concrete.functions[FunctionPoint(name: realName, arguments: asked + real)] ?? 0
            guard own == 1, place < concrete.extent, realPlace == place &+ concrete.origin else { return false }
        }
        return true
    }
}
