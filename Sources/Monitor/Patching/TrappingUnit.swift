import ISALanguage

/// A unit that traps to the monitor whatever follows it: what a critical instruction's first unit is
/// overwritten with. It is derived from the machine's encodings.
enum TrappingUnit {
    /// An encoding that the first unit alone shows to be undescribed; failing that, a whole unit that the
    /// decoder takes for an instruction which always traps. `nil` if the machine has neither.
    static func find(for decoder: Decoder) -> UInt64? {
        let width = decoder.description.unitWidth
        let few = candidates(unitWidth: width, leading: 12)
        let all = candidates(unitWidth: width, leading: 16)
        let trapsWhenUndefined = decoder.description.undefinedTrap.map {
            decoder.description.traps[$0.index].reachesMonitor
        } ?? false
        if trapsWhenUndefined, let unit = few.first(where: { isUndefined($0, decoder) }) { return unit }
        if let unit = few.first(where: { alwaysTraps($0, decoder) }) { return unit }
        return all.first { trapsWhenUndefined && isUndefined($0, decoder) || alwaysTraps($0, decoder) }
    }

    /// Patterns over the leading bits, where operation codes stand, with the rest 0.
    private static func candidates(unitWidth: Int, leading: Int) -> LazyMapSequence<Range<UInt64>, UInt64> {
        let leading = min(unitWidth, leading)
        let shift = UInt64(unitWidth - leading)
        return (UInt64(0)..<(1 << UInt64(leading))).lazy.map { $0 << shift }
    }

    /// Decodes the unit; nil where further units would have a say.
    private static func decode(_ unit: UInt64, _ decoder: Decoder) -> DecodeResult? {
        var wantsMore = false
        let result = decoder.decode { index in
            if index == 0 { return .unit(unit) }
            wantsMore = true
            return .end
        }
        return wantsMore ? nil : result
    }

    private static func isUndefined(_ unit: UInt64, _ decoder: Decoder) -> Bool {
        if case .undefined? = decode(unit, decoder) { return true }
        return false
    }

    private static func alwaysTraps(_ unit: UInt64, _ decoder: Decoder) -> Bool {
        guard case .instruction(let decoded)? = decode(unit, decoder) else { return false }
        let program = decoder.description.instructions[decoded.instruction].program
        return program.operations.contains { operation in
            guard case .trap(let kind, let condition, _) = operation,
                decoder.description.traps[kind.index].reachesMonitor
            else { return false }
            return program[condition] == .constant(1)
        }
    }
}
