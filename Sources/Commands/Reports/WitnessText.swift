import ISALanguage
import Virtualizability

/// A witness for people: the two states side by side, what the instruction does in each, and where
/// the outcomes part.
struct WitnessText {
    let witness: Witness
    let description: MachineDescription?

    init(_ witness: Witness, of description: MachineDescription? = nil) {
        self.witness = witness
        self.description = description
    }

    /// What is executed: "JRST 1,5 = 254040000005".
    var instruction: String {
        let units = witness.units.map { description?.digits($0) ?? hexadecimal($0) }.joined(separator: " ")
        guard let decoded = witness.decoded, let description else {
            return units.isEmpty ? witness.subject : "\(witness.subject) = \(units)"
        }
        let text = Disassembler(description).text(decoded, at: here)
        return units.isEmpty ? text + fields(decoded, description) : "\(text) = \(units)"
    }

    /// Of a listed instruction, what it was executed with: " (d = 3)".
    private func fields(_ decoded: DecodedInstruction, _ description: MachineDescription) -> String {
        let instruction = description.instructions[decoded.instruction]
        let list = zip(instruction.fields, decoded.fields).filter { !$0.0.name.contains(".") }
            .map { "\($0.0.name) = \(value($0.1))" }
        return list.isEmpty ? "" : " (\(list.joined(separator: ", ")))"
    }

    private var here: UInt64 {
        witness.virtual.shape.programCounter.map { witness.virtual.read($0) } ?? 0
    }

    func lines(indent: Int) -> [String] {
        var lines = ["\(instruction), guest of \(witness.extent) cells at real address \(witness.origin)"]
        var table = TextTable(["before", "the guest's", "the real machine's"])
        for difference in witness.differences { table.append(row(difference)) }
        for place in sharedPlaces() { table.append(place) }
        lines += table.lines(indent: 2)
        var after = TextTable(["after", "the guest's", "the real machine's"])
        after.append(["outcome", outcome(witness.virtualOutcome), outcome(witness.realOutcome)])
        for difference in witness.divergences { after.append(row(difference)) }
        if witness.divergences.isEmpty { for place in changedPlaces() { after.append(place) } }
        lines += after.lines(indent: 2)
        return lines.map { String(repeating: " ", count: indent) + $0 }
    }

    /// The same in at most nine lines: what differs before, and what differs or changed after.
    func screen() -> [String] {
        var table = TextTable(["", "the guest's", "the real machine's"])
        for difference in witness.differences.prefix(3) { table.append(row(difference)) }
        table.append(["outcome", outcome(witness.virtualOutcome), outcome(witness.realOutcome)])
        let after = witness.divergences.isEmpty ? changedPlaces() : witness.divergences.map(row)
        for place in after.prefix(3) { table.append(["then \(place[0])"] + place.dropFirst()) }
        return [instruction] + table.lines(indent: 0)
    }

    private func row(_ difference: Difference) -> [String] {
        [difference.place, value(difference.virtual), value(difference.real)]
    }

    private func outcome(_ outcome: WitnessOutcome) -> String {
        guard let trap = outcome.trap else { return "completes" }
        return outcome.detail == 0 ? "traps: \(trap)" : "traps: \(trap) (\(value(outcome.detail)))"
    }

    private func value(_ value: UInt64) -> String {
        description?.number(value) ?? (value < 10 ? String(value) : "0x" + hexadecimal(value))
    }

    /// What both states have besides: scalars and registers that are not zero; enough to set them up.
    private func sharedPlaces() -> [[String]] {
        guard let description else { return [] }
        let differing = Set(witness.differences.map(\.place))
        var rows: [[String]] = []
        for (index, component) in description.state.enumerated() where component.role != .storage {
            for element in 0..<min(component.count, 64) {
                let place = component.isArray ? "\(component.name)[\(element)]" : component.name
                let both = witness.virtual.read(StateID(index), element: UInt64(element))
                guard both != 0, !differing.contains(place), rows.count < 12 else { continue }
                guard both == witness.real.read(StateID(index), element: UInt64(element)) else { continue }
                rows.append([place, value(both), value(both)])
            }
        }
        return rows
    }

    /// What the instruction changed, where the changes alone are the fault: old and new value on each side.
    private func changedPlaces() -> [[String]] {
        guard let description else { return [] }
        let (before, after) = (witness.virtual, witness.virtualOutcome.after)
        let (realBefore, realAfter) = (witness.real, witness.realOutcome.after)
        var rows: [[String]] = []
        for (index, component) in description.state.enumerated() where component.role != .storage {
            for element in 0..<UInt64(max(0, min(component.count, 64))) where rows.count < 12 {
                let id = StateID(index)
                let virtual = (before.read(id, element: element), after.read(id, element: element))
                let real = (realBefore.read(id, element: element), realAfter.read(id, element: element))
                guard component.role != .pc, virtual.0 != virtual.1 || real.0 != real.1 else { continue }
                let place = component.isArray ? "\(component.name)[\(element)]" : component.name
                rows.append([place, change(virtual), change(real)])
            }
        }
        return rows
    }

    private func change(_ values: (UInt64, UInt64)) -> String {
        values.0 == values.1 ? value(values.0) : "\(value(values.0)) -> \(value(values.1))"
    }

    /// For JSON: the same facts.
    var json: JSONValue {
        func differences(_ list: [Difference]) -> JSONValue {
            .array(list.map { difference in
                .object([
                    ("place", .string(difference.place)), ("virtual", .unsigned(difference.virtual)),
                    ("real", .unsigned(difference.real)),
                ])
            })
        }
        func outcome(_ outcome: WitnessOutcome) -> JSONValue {
            .object([("trap", .optional(outcome.trap)), ("detail", .unsigned(outcome.detail))])
        }
        return .object([
            ("property", .string(witness.property)), ("subject", .string(witness.subject)),
            ("units", .array(witness.units.map { .unsigned($0) })), ("origin", .unsigned(witness.origin)),
            ("extent", .unsigned(witness.extent)), ("differences", differences(witness.differences)),
            ("virtualOutcome", outcome(witness.virtualOutcome)), ("realOutcome", outcome(witness.realOutcome)),
            ("divergences", differences(witness.divergences)),
        ])
    }
}
