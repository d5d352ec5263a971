import ISALanguage

// The translation lemma. Proofs about instructions need little of how a machine translates addresses: where the real
// translation, under the monitor, allows an access, the guest's own allows it too, its place exists, and the real place
// is that one moved by the origin. So that is proved once (`Violation.translation`), from the file's own translation,
// and proofs about instructions are about machines whose translation is any function that obeys it. What cannot be
// proved so is asked again of the machine as it is: a lemma only shortens proofs, it never decides against one.

/// What the lemma says of the real side's translation.
struct Placement {
    let names: TranslationNames
    /// The components on which translation depends, as they are on this side.
    let own: [Term]
    /// The same on the guest's.
    let guest: [Term]
    let origin: Term
    let extent: Term

    init(_ abstraction: TranslationAbstraction, _ pair: StatePair) {
        names = TranslationNames(abstraction)
        own = abstraction.components.map { pair.real[$0] }
        guest = abstraction.components.map { pair.virtual[$0] }
        origin = pair.origin
        extent = pair.extent
    }

    /// The translation of this very state: with other values in its components' places (an access as if in another
    /// mode) nothing is known.
    func speaks(of arguments: [Term], of function: UninterpretedFunction) -> Bool {
        function.purpose != .computation && arguments.dropFirst(2).elementsEqual(own)
    }

    /// One of the two functions, in terms of the guest's. Where an access is refused its address is of no account: the
    /// instruction ends in a trap, or the access was not on its path.
    func apply(_ function: UninterpretedFunction, _ arguments: [Term], in symbols: Symbols) -> Term {
        let graph = symbols.graph
        let asked = Array(arguments.prefix(2))
        let place = point(names.address, asked + guest, in: symbols)
        guard function.purpose == .translationAllows else {
            return symbols.representative(of: graph.add(place, graph.resized(origin, graph.width(of: place))))
        }
        return graph.conjunction([
            point(names.allows, asked + guest, in: symbols), symbols.isInside(place, extent),
            point(names.realAllows, arguments, in: symbols),
        ])
    }

    private func point(_ function: UninterpretedFunction, _ arguments: [Term], in symbols: Symbols) -> Term {
        let declared = symbols.graph.function(
            function.name, argumentWidths: function.argumentWidths, width: function.resultWidth)
        return symbols.graph.apply(declared, arguments)
    }
}

/// The functions that stand for a translation, as formulas call them.
struct TranslationNames {
    let allows: UninterpretedFunction
    let address: UninterpretedFunction
    /// Which of the allowed accesses the real side allows: it may refuse more.
    let realAllows: UninterpretedFunction

    init(_ abstraction: TranslationAbstraction) {
        allows = abstraction.machine.functions[abstraction.allows.index]
        address = abstraction.machine.functions[abstraction.address.index]
        var real = allows
        real.name = ShadowMap.name(allows.name)
        realAllows = real
    }
}
