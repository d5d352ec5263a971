import ISALanguage

// The translation lemmas. Proofs about instructions need little of how a machine translates addresses.
//
// Where both sides execute an instruction: if the real translation, under the monitor, allows an access, the guest's
// own allows it too, its place exists, and the real place is that one moved by the origin (`Violation.translation`).
// Where the monitor's routine does what the bare machine does: what the guest's translation allows exists
// (`Violation.existence`).
//
// Where a file says `map shadow`, the first is what the monitor sees to when it fills its tables, for whatever
// translation the machine has. Elsewhere these are proved once, from the file's own translation, and proofs about
// instructions are about machines whose translation is any function that obeys them. What cannot be proved so is asked
// again of the machine as it is: a lemma only shortens proofs, it never decides against one.

/// What the lemma says of the real side's translation.
struct Placement {
    private let allows: UninterpretedFunction
    private let address: UninterpretedFunction
    /// Which of the allowed accesses the real side allows; nil: all.
    private let realAllows: UninterpretedFunction?
    /// The components on which translation depends, as they are on this side.
    let own: [Term]
    /// The same on the guest's.
    let guest: [Term]
    let origin: Term
    let extent: Term

    init(
        _ machine: MachineDescription, allows: ISALanguage.FunctionID, address: ISALanguage.FunctionID,
        components: [StateID], refusesMore: Bool, _ pair: StatePair
    ) {
        self.allows = machine.functions[allows.index]
        self.address = machine.functions[address.index]
        var refusal = self.allows
        refusal.name = ShadowMap.name(refusal.name)
        realAllows = refusesMore ? refusal : nil
        own = components.map { pair.real[$0] }
        guest = components.map { pair.virtual[$0] }
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
        let place = point(address, asked + guest, in: symbols)
        guard function.purpose == .translationAllows else {
            return symbols.representative(of: graph.add(place, graph.resized(origin, graph.width(of: place))))
        }
        var conditions = [point(allows, asked + guest, in: symbols), symbols.isInside(place, extent)]
        if let realAllows { conditions.append(point(realAllows, arguments, in: symbols)) }
        return graph.conjunction(conditions)
    }

    private func point(_ function: UninterpretedFunction, _ arguments: [Term], in symbols: Symbols) -> Term {
        let declared = symbols.graph.function(
            function.name, argumentWidths: function.argumentWidths, width: function.resultWidth)
        return symbols.graph.apply(declared, arguments)
    }
}
