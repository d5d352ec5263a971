import CHostProbe
import ISALanguage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A place where the host and the file disagree.
struct Disagreement: Hashable {
    /// What is wrong, without numbers: findings with the same one are one.
    var kind: String
    /// What the file says and what was seen, with numbers.
    var expected: String
    var observed: String
}

/// Compares what the host did with what the file says.
struct Judgement {
    let description: MachineDescription
    let places: HostPlaces
    let layout: StateLayout
    let expectations: HostExpectations

    enum Verdict {
        case agrees
        /// The host differs for a reason that is no fault of the file.
        case explained(String)
        case disagrees(Disagreement)
    }

    // MARK: one execution

    func verdict(
        _ encoding: BoundEncoding, _ chosen: ChosenInstruction, _ prediction: Prediction, _ observation: Observation,
        before: HostState, after: HostState
    ) -> Verdict {
        switch observation {
        case .lost(let how):
            return explain(prediction, observation, fallback: how)
        case .calledSystem:
            if traps(prediction).contains(where: { [34, 35].contains($0.code) }) { return .agrees }
            return explain(prediction, observation, fallback: "calls the system")
        case .trapped(let vector, let error, _):
            let fitting = allowed(prediction).filter { description.traps[$0.trap.index].code == vector }
            if !fitting.isEmpty {
                let details = fitting.compactMap(\.detail)
                if details.count == fitting.count, HostTrap.hasErrorCode(vector), vector != 14, !details.contains(error) {
                    return .disagrees(
                        Disagreement(
                            kind: "\(HostTrap.name(vector)) with another error code",
                            expected: details.map(hexadecimal).joined(separator: " or "), observed: hexadecimal(error)))
                }
                // A gather or scatter that is refused has done what came before.
                let isPartial = encoding.pattern.isVectorIndexed && vector == 14
                let verdict = unchanged(before, after, except: isPartial ? (prediction, encoding) : nil)
                if case .disagrees = verdict,
                    let reason = expectations.reasonForPart(prediction, observation)
                {
                    return .explained(reason)
                }
                return verdict
            }
            // An access that may leave the window is refused in one of these ways.
            if prediction.leavesWindow || encoding.isWide, [12, 13, 14, 17].contains(vector) { return .agrees }
            return explain(prediction, observation, fallback: "traps with \(HostTrap.name(vector))")
        case .completed(let next):
            if let certain = prediction.certain {
                if prediction.leavesWindow, isStorage(certain) { return .agrees }
                return explain(prediction, observation, fallback: "does not trap: \(name(certain))")
            }
            if let expected = prediction.next, expected != next {
                return explain(
                    prediction, observation, fallback: "goes on elsewhere", expected: hexadecimal(expected))
            }
            if case .disagrees(let difference) = unchanged(before, after, except: (prediction, encoding)) {
                return .disagrees(difference)
            }
            return values(encoding, chosen, prediction, after)
        }
    }

    private func explain(
        _ prediction: Prediction, _ observation: Observation, fallback: String,
        expected: String? = nil
    ) -> Verdict {
        if let reason = expectations.reason(traps(prediction), prediction, observation) { return .explained(reason) }
        return .disagrees(
            Disagreement(kind: fallback, expected: expected ?? outcome(prediction), observed: observation.text))
    }

    private func name(_ trap: PredictedTrap) -> String { description.traps[trap.trap.index].name }

    private func isStorage(_ trap: PredictedTrap) -> Bool { description.traps[trap.trap.index].isStorageTrap }

    /// Those that the file allows, the certain one first.
    private func allowed(_ prediction: Prediction) -> [PredictedTrap] {
        [prediction.certain].compactMap { $0 } + prediction.possible
    }

    private func traps(_ prediction: Prediction) -> [TrapKind] {
        allowed(prediction).map { description.traps[$0.trap.index] }
    }

    func outcome(_ prediction: Prediction) -> String {
        var parts = prediction.possible.map { "perhaps " + name($0) }
        if let certain = prediction.certain {
            parts.append(name(certain) + (certain.detail.map { "(" + hexadecimal($0) + ")" } ?? ""))
        } else {
            parts.append("completes" + (prediction.next.map { ", next instruction at " + hexadecimal($0) } ?? ""))
        }
        return parts.joined(separator: ", or else ")
    }

    // MARK: what must stay

    /// `except` nil: nothing at all may have changed, as after a trap.
    private func unchanged(
        _ before: HostState, _ after: HostState, except: (prediction: Prediction, encoding: BoundEncoding)?
    ) -> Verdict {
        let writes = except?.prediction.writes ?? Footprint()
        func differs(_ what: String, _ old: UInt64, _ new: UInt64) -> Verdict {
            .disagrees(
                Disagreement(
                    kind: (except == nil ? "a trap changes " : "changes ") + HostNames.kind(what),
                    expected: "\(what) stays \(hexadecimal(old))", observed: hexadecimal(new)))
        }
        for register in 0..<16 where writes.general >> UInt16(register) & 1 == 0 {
            if before.general(register) != after.general(register) {
                return differs(HostNames.general[register], before.general(register), after.general(register))
            }
        }
        // RF belongs to how faults are delivered; a breakpoint and a system call have their own.
        let compared = 0x24_4DD5 & ~writes.flags
        let changed = (before.flags ^ after.flags) & compared
        if changed != 0 {
            return differs("flags " + HostNames.flags(changed), before.flags & compared, after.flags & compared)
        }
        if !writes.scalars.contains(.fsBase), before.fsBase != after.fsBase, expectations.usesBases,
            writes.selectors & 0x10 == 0
        {
            return differs("FS base", before.fsBase, after.fsBase)
        }
        if !writes.scalars.contains(.gsBase), before.gsBase != after.gsBase, expectations.usesBases,
            writes.selectors & 0x20 == 0
        {
            return differs("GS base", before.gsBase, after.gsBase)
        }
        for selector in 0..<6 where writes.selectors >> UInt8(selector) & 1 == 0 {
            if before.selector(selector) != after.selector(selector) {
                return differs(
                    HostNames.selectors[selector], UInt64(before.selector(selector)), UInt64(after.selector(selector)))
            }
        }
        if let difference = vectors(before, after, writes, differs) { return difference }
        if let difference = x87(before, after, writes, differs) { return difference }
        if !writes.scalars.contains(.mxcsr), before.mxcsr != after.mxcsr {
            return differs("MXCSR", UInt64(before.mxcsr), UInt64(after.mxcsr))
        }
        if !writes.scalars.contains(.keys), before.keys != after.keys {
            return differs("PKRU", UInt64(before.keys), UInt64(after.keys))
        }
        if except?.prediction.writesAnywhere == true { return .agrees }
        return storage(before, after, writes, isWide: except?.encoding.isWide ?? false, isTrap: except == nil)
    }

    private func vectors(
        _ before: HostState, _ after: HostState, _ writes: Footprint, _ differs: (String, UInt64, UInt64) -> Verdict
    ) -> Verdict? {
        // Most instructions change none; the header at 512 says only which are in use.
        if memcmp(before.xstate + 160, after.xstate + 160, 256) == 0,
            memcmp(before.xstate + 576, after.xstate + 576, layout.size - 576) == 0
        {
            return nil
        }
        for register in 0..<layout.vectorCount where writes.vectors >> UInt32(register) & 1 == 0 {
            for part in layout.vectorParts[register] {
                if memcmp(before.xstate + part.offset, after.xstate + part.offset, part.count) != 0 {
                    return differs("vector register \(register)", 0, 0)
                }
            }
        }
        for register in 0..<8 where writes.masks >> UInt8(register) & 1 == 0 {
            if before.mask(register) != after.mask(register) {
                return differs("k\(register)", before.mask(register), after.mask(register))
            }
        }
        return nil
    }

    private func x87(
        _ before: HostState, _ after: HostState, _ writes: Footprint, _ differs: (String, UInt64, UInt64) -> Verdict
    ) -> Verdict? {
        if !writes.scalars.contains(.controlWord), before.controlWord != after.controlWord {
            return differs("the x87 control word", UInt64(before.controlWord), UInt64(after.controlWord))
        }
        if !writes.scalars.contains(.statusWord), before.statusWord != after.statusWord {
            return differs("the x87 status word", UInt64(before.statusWord), UInt64(after.statusWord))
        }
        if !writes.scalars.contains(.tags), before.tags != after.tags {
            return differs("the x87 tags", UInt64(before.tags), UInt64(after.tags))
        }
        for register in 0..<8 where writes.x87 >> UInt8(register) & 1 == 0 {
            if memcmp(before.x87(register), after.x87(register), 10) != 0 {
                return differs("x87 register \(register)", 0, 0)
            }
        }
        return nil
    }

    private func storage(
        _ before: HostState, _ after: HostState, _ writes: Footprint, isWide: Bool, isTrap: Bool
    ) -> Verdict {
        if memcmp(before.window, after.window, StateLayout.windowSize) == 0 { return .agrees }
        let allowed = writes.addresses.map { layout.range(at: $0, isWide: isWide) }
        for offset in 0..<StateLayout.windowSize
        where before.window.load(fromByteOffset: offset, as: UInt8.self)
            != after.window.load(fromByteOffset: offset, as: UInt8.self)
        {
            if allowed.contains(where: { $0.contains(offset) }) { continue }
            return .disagrees(
                Disagreement(
                    kind: isTrap ? "a trap changes storage" : "changes storage",
                    expected: "the byte at \(hexadecimal(StateLayout.windowAddress + UInt64(offset))) stays "
                        + hexadecimal(UInt64(before.window.load(fromByteOffset: offset, as: UInt8.self))),
                    observed: hexadecimal(UInt64(after.window.load(fromByteOffset: offset, as: UInt8.self)))))
        }
        return .agrees
    }

    // MARK: values

    /// The values that the record itself says.
    private func values(
        _ encoding: BoundEncoding, _ chosen: ChosenInstruction, _ prediction: Prediction, _ after: HostState
    ) -> Verdict {
        for predicted in prediction.values {
            let mask = ConcreteArithmetic.mask(predicted.width)
            let seen: UInt64
            let what: String
            var compared = mask
            switch predicted.place {
            case .general:
                // A record stands for operands of several sizes: how much of the register changes, the size says.
                let isShort = chosen.choices.operandSize == .word || encoding.pattern.mandatory == .operandSize
                if encoding.hasByteRegisters || isShort && encoding.pattern.scheme == .legacy { continue }
                (seen, what) = (after.general(predicted.element), HostNames.general[predicted.element])
                if isDoubleword(encoding, chosen, seen) { compared = 0xFFFF_FFFF }
            case .flags(let low):
                compared = places.bits(low: low, width: predicted.width) >> UInt64(low)
                (seen, what) = (after.flags >> UInt64(low), "flags " + HostNames.flags(compared << UInt64(low)))
            case .fsBase, .gsBase:
                let isFS = predicted.place == .fsBase
                (seen, what) = isFS ? (after.fsBase, "FS base") : (after.gsBase, "GS base")
                if isDoubleword(encoding, chosen, seen) { compared = 0xFFFF_FFFF }
            case .mxcsr: (seen, what) = (UInt64(after.mxcsr), "MXCSR")
            case .controlWord: (seen, what) = (UInt64(after.controlWord), "the x87 control word")
            case .keys: (seen, what) = (UInt64(after.keys), "PKRU")
            default: continue
            }
            if (seen ^ predicted.value) & compared & mask != 0 {
                return .disagrees(
                    Disagreement(
                        kind: "another value in \(HostNames.kind(what))",
                        expected: what + " " + hexadecimal(predicted.value & compared),
                        observed: hexadecimal(seen & compared)))
            }
        }
        return .agrees
    }

    /// Operands of 32 bits: the rest has become 0.
    private func isDoubleword(_ encoding: BoundEncoding, _ chosen: ChosenInstruction, _ seen: UInt64) -> Bool {
        chosen.choices.operandSize == .standard && encoding.pattern.longMode != .defaults64
            && encoding.pattern.width != .one && seen >> 32 == 0
    }

    // MARK: two executions

    /// Two states that agree in what the record reads: the same must come out, or stay as it was.
    func verdict(
        _ encoding: BoundEncoding, _ prediction: Prediction, first: (HostState, HostState, Observation),
        second: (HostState, HostState, Observation)
    ) -> Verdict {
        if prediction.isChoiceHidden || prediction.leavesWindow { return .agrees }
        let (before, after, observation) = first
        let (otherBefore, otherAfter, otherObservation) = second
        guard case .completed(let next) = observation, case .completed(let otherNext) = otherObservation else {
            if observation.kind == otherObservation.kind { return .agrees }
            if encoding.isWide { return .agrees }
            return depends("whether it traps", observation.text, otherObservation.text)
        }
        if next != otherNext, !prediction.hidden.scalars.contains(.programCounter) {
            return depends("where it goes on", hexadecimal(next), hexadecimal(otherNext))
        }
        let writes = prediction.writes
        let hidden = prediction.hidden
        for register in 0..<16 where (writes.general & ~hidden.general) >> UInt16(register) & 1 == 1 {
            let (a, b) = (after.general(register), otherAfter.general(register))
            if isDetermined(before.general(register), a, otherBefore.general(register), b) { continue }
            return depends(HostNames.general[register], hexadecimal(a), hexadecimal(b))
        }
        let flags =
            writes.flags & ~hidden.flags & ~expectations.undefinedFlags(description.instructions[encoding.instruction])
        let kept = ~(before.flags ^ after.flags) & ~(otherBefore.flags ^ otherAfter.flags)
        if (after.flags ^ otherAfter.flags) & flags & ~kept != 0 {
            let bits = (after.flags ^ otherAfter.flags) & flags & ~kept
            return depends(
                "flags " + HostNames.flags(bits), hexadecimal(after.flags & flags),
                hexadecimal(otherAfter.flags & flags))
        }
        for register in 0..<layout.vectorCount where (writes.vectors & ~hidden.vectors) >> UInt32(register) & 1 == 1 {
            for part in layout.vectorParts[register] {
                if areDetermined(
                    before.xstate, after.xstate, otherBefore.xstate, otherAfter.xstate, part.offset, part.count)
                {
                    continue
                }
                return depends("vector register \(register)", "one value", "another")
            }
        }
        for register in 0..<8 where (writes.masks & ~hidden.masks) >> UInt8(register) & 1 == 1 {
            if isDetermined(
                before.mask(register), after.mask(register), otherBefore.mask(register), otherAfter.mask(register))
            {
                continue
            }
            return depends("k\(register)", hexadecimal(after.mask(register)), hexadecimal(otherAfter.mask(register)))
        }
        for register in 0..<8 where (writes.x87 & ~hidden.x87) >> UInt8(register) & 1 == 1 {
            if areDetermined(
                before.x87(register), after.x87(register), otherBefore.x87(register), otherAfter.x87(register), 0, 10)
            {
                continue
            }
            return depends("x87 register \(register)", "one value", "another")
        }
        if let difference = scalars(writes.scalars.subtracting(hidden.scalars), before, after, otherBefore, otherAfter)
        {
            return difference
        }
        return storage(encoding, prediction, (before, after), (otherBefore, otherAfter))
    }

    private func scalars(
        _ written: Footprint.Scalars, _ before: HostState, _ after: HostState, _ otherBefore: HostState,
        _ otherAfter: HostState
    ) -> Verdict? {
        let words: [(Footprint.Scalars, String, (HostState) -> UInt64)] = [
            (.mxcsr, "MXCSR", { UInt64($0.mxcsr) }), (.controlWord, "the x87 control word", { UInt64($0.controlWord) }),
            (.statusWord, "the x87 status word", { UInt64($0.statusWord) }),
            (.tags, "the x87 tags", { UInt64($0.tags) }),
            (.keys, "PKRU", { UInt64($0.keys) }), (.fsBase, "FS base", { $0.fsBase }),
            (.gsBase, "GS base", { $0.gsBase }),
        ]
        for (scalar, name, value) in words where written.contains(scalar) {
            if isDetermined(value(before), value(after), value(otherBefore), value(otherAfter)) { continue }
            return depends(name, hexadecimal(value(after)), hexadecimal(value(otherAfter)))
        }
        return nil
    }

    private func storage(
        _ encoding: BoundEncoding, _ prediction: Prediction, _ first: (HostState, HostState),
        _ second: (HostState, HostState)
    ) -> Verdict {
        // What is saved where, and how much of it, a byte does not say.
        if encoding.isWide { return .agrees }
        for address in prediction.writes.addresses where !prediction.hidden.addresses.contains(address) {
            let range = layout.range(at: address, isWide: false)
            if areDetermined(
                first.0.window, first.1.window, second.0.window, second.1.window, range.lowerBound, range.count)
            {
                continue
            }
            return depends("what it stores", "one value", "another")
        }
        return .agrees
    }

    private func depends(_ what: String, _ first: String, _ second: String) -> Verdict {
        .disagrees(
            Disagreement(
                kind: "\(HostNames.kind(what)) depends on something that is not read",
                expected: "\(what) the same after two states that agree in what is read: \(first)", observed: second))
    }

    /// Equal after both, or kept in both: bit by bit.
    private func isDetermined(_ before: UInt64, _ after: UInt64, _ otherBefore: UInt64, _ otherAfter: UInt64) -> Bool {
        (after ^ otherAfter) & ((before ^ after) | (otherBefore ^ otherAfter)) == 0
    }

    private func areDetermined(
        _ before: UnsafeRawPointer, _ after: UnsafeRawPointer, _ otherBefore: UnsafeRawPointer,
        _ otherAfter: UnsafeRawPointer, _ offset: Int, _ count: Int
    ) -> Bool {
        if memcmp(after + offset, otherAfter + offset, count) == 0 { return true }
        for index in offset..<offset + count {
            let (a, b) = (
                after.load(fromByteOffset: index, as: UInt8.self),
                otherAfter.load(fromByteOffset: index, as: UInt8.self)
            )
            if a == b { continue }
            let old = before.load(fromByteOffset: index, as: UInt8.self)
            let otherOld = otherBefore.load(fromByteOffset: index, as: UInt8.self)
            if (a ^ b) & ((old ^ a) | (otherOld ^ b)) != 0 { return false }
        }
        return true
    }
}

/// What people call the places.
enum HostNames {
    static let general = [
        "RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
    ]
    static let selectors = ["ES", "CS", "SS", "DS", "FS", "GS"]

    /// One word for all registers of a kind: findings about several of them are one.
    static func kind(_ place: String) -> String {
        if general.contains(place) { return "a general register" }
        if place.hasPrefix("vector register") { return "a vector register" }
        if place.hasPrefix("x87 register") { return "an x87 register" }
        if place.first == "k", place.count == 2 { return "a mask register" }
        return place
    }

    static func flags(_ bits: UInt64) -> String {
        let names: [(UInt64, String)] = [
            (0, "CF"), (2, "PF"), (4, "AF"), (6, "ZF"), (7, "SF"), (8, "TF"), (9, "IF"), (10, "DF"), (11, "OF"),
            (12, "IOPL"), (14, "NT"), (16, "RF"), (18, "AC"), (21, "ID"),
        ]
        return names.filter { bits >> $0.0 & 1 == 1 }.map(\.1).joined(separator: " ")
    }
}
