/// An instruction as a page of a reference manual: everything that the file says about it, in the order in which
/// a reader asks for it.
public enum PrintedPage {
    /// The page, lines separated by newlines and ended by one.
    public static func text(_ instruction: Instruction, in description: MachineDescription) -> String {
        var page = [title(instruction, description), ""]
        page += section("Assembly", [assembly(instruction.assembly, instruction, description)])
        page += section("Encoding", encoding(instruction, description))
        page += section("Operands", operands(instruction, description))
        let program = ProgramText(instruction.program, in: description, instruction: instruction)
        page += section("Traps, the first that applies", program.trapLines)
        page += section("Effect", program.effectLines.isEmpty ? ["nothing"] : program.effectLines)
        page += section("Claims", claims(instruction))
        page += section("Sources", instruction.sources)
        page += section("Notes", instruction.notes)
        let place = instruction.location
        page += section("Defined at", ["\(place.file):\(place.line)"])
        while page.last == "" { page.removeLast() }
        return page.joined(separator: "\n") + "\n"
    }

    /// Parts of pages that other programs of a machine need too: its delivery, its fetch.
    /// - Parameter arguments: names of the program's arguments: code, detail and resume of a delivery.
    public static func lines(
        of program: Program, in description: MachineDescription, arguments: [String] = []
    ) -> [String] {
        let text = ProgramText(program, in: description, arguments: arguments)
        return text.trapLines + text.effectLines + text.results.map { "= \($0)" }
    }

    private static func title(_ instruction: Instruction, _ description: MachineDescription) -> String {
        let family = instruction.family.isEmpty ? "" : ", \(instruction.family)"
        return "\(instruction.mnemonic)  (\(description.name)\(family))"
    }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [title] + lines.map { $0.isEmpty ? "" : "  " + $0 } + [""]
    }

    private static func claims(_ instruction: Instruction) -> [String] {
        instruction.claims.isEmpty ? [] : [instruction.claims.map(\.claim.rawValue).joined(separator: ", ")]
    }

    /// A template with names in the places of values.
    private static func assembly(
        _ template: AssemblyTemplate, _ instruction: Instruction, _ description: MachineDescription
    ) -> String {
        var text = template.mnemonic
        for (index, part) in template.parts.enumerated() {
            if index == 0, !text.isEmpty { text += " " }
            switch part {
            case .text(let literal): text += text.hasSuffix(" ") ? String(literal.drop { $0 == " " }) : literal
            case .field(let field, _):
                guard instruction.fields.indices.contains(field.index) else { continue }
                let name = instruction.fields[field.index].name
                text += name.split(separator: ".").last.map(String.init) ?? name
            case .operand(let operand):
                text += lastPart(of: operand, instruction)
            }
        }
        return text
    }

    private static func lastPart(of operand: OperandID, _ instruction: Instruction) -> String {
        guard instruction.operands.indices.contains(operand.index) else { return "" }
        let name = instruction.operands[operand.index].name
        return name.split(separator: ".").last.map(String.init) ?? name
    }

    private static func encoding(_ instruction: Instruction, _ description: MachineDescription) -> [String] {
        if instruction.isListed { return listing(instruction) }
        var lines = EncodingDiagram(description: description, instruction: instruction).lines
        if let condition = instruction.encoding.condition {
            let text = ProgramText(condition, in: description, instruction: instruction)
            lines += text.effectLines + ["where " + text.results.joined(separator: ", ")]
        }
        if !instruction.encoding.extensionOrder.isEmpty {
            let names = instruction.encoding.extensionOrder.compactMap { operand in
                instruction.operands.indices.contains(operand.index) ? instruction.operands[operand.index].name : nil
            }
            lines.append("extensions of " + names.joined(separator: ", then ") + " follow")
        }
        return lines
    }

    /// Of a listed instruction: its fields, and the manual's notation where the file has it.
    private static func listing(_ instruction: Instruction) -> [String] {
        var lines = instruction.opcodes
        if lines.isEmpty { lines.append("not described: the instruction is listed by what it reads and writes") }
        let fields = instruction.fields.filter { !$0.name.contains(".") }.map { "\($0.name):\($0.width)" }
        if !fields.isEmpty { lines.append("fields " + fields.joined(separator: " ")) }
        if !instruction.requirements.isEmpty {
            lines.append("requires " + instruction.requirements.joined(separator: ", "))
        }
        return lines
    }

    /// Every operand with its forms: how each is written, and how it is encoded.
    private static func operands(_ instruction: Instruction, _ description: MachineDescription) -> [String] {
        let diagram = EncodingDiagram(description: description, instruction: instruction)
        var lines = fields(instruction, description)
        let names = ShortNames(instruction)
        for (index, operand) in instruction.operands.enumerated() {
            let name = names.operand(OperandID(index))
            lines.append(name == operand.kind ? name : "\(name): \(operand.kind)")
            let rows = operand.forms.map { form in
                var pattern = ([diagram.pattern(form.head)] + form.extensions.map { diagram.pattern($0.pieces) })
                    .filter { !$0.isEmpty }.joined(separator: " | ")
                if let condition = form.condition {
                    let text = ProgramText(condition, in: description, instruction: instruction)
                    pattern += "  where " + (text.results.first ?? "")
                }
                return (form.name, assembly(form.assembly, instruction, description), pattern)
            }
            let first = rows.map(\.0.count).max() ?? 0
            let second = rows.map(\.1.count).max() ?? 0
            lines += rows.map { "  \(padded($0.0, first))  \(padded($0.1, second))  \($0.2)" }
        }
        return lines
    }

    /// Fields that are written other than as plain numbers.
    private static func fields(_ instruction: Instruction, _ description: MachineDescription) -> [String] {
        let names = ShortNames(instruction)
        return instruction.assembly.parts.compactMap { part in
            guard case .field(let field, let notation) = part, instruction.fields.indices.contains(field.index) else {
                return nil
            }
            let known = instruction.fields[field.index]
            let kind: String
            switch notation {
            case .unsigned: kind = "0...\(ConcreteArithmetic.mask(known.width))"
            case .signed: kind = "\(known.width) bits, signed"
            case .register(let file): kind = "a register of \(description.state[file.index].name)"
            case .relative: kind = "an address, encoded as the distance from here"
            case .scaled(let scale): kind = "a multiple of \(scale)"
            }
            return "\(names.field(field)): \(kind)"
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
