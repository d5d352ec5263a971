import Machine
import Monitor

/// The teaching ABI: what a guest that knows of its monitor asks for, instead of executing an instruction
/// that would not trap. One table, made from the machine's description and the list of its critical
/// instructions; nothing else says what a number means.
///
/// A hypercall is the machine's own supervisor call with a number at the top of what that can express
/// (`CallInstruction`). The monitor performs the virtualised routine of the row's instruction as if it stood
/// where the call stands, with its fields taken from registers. So the number says which instruction,
/// registers say with which operands, and the machine's file says what it does.
public struct HypercallTable: Sendable {
    /// One line of the table.
    public struct Row: Sendable {
        /// Counted from the first reserved number.
        public var number: Int
        /// The last operand of the call instruction.
        public var operand: UInt64
        /// The call instruction as it is written in assembly.
        public var call: String
        /// What the call trap carries.
        public var detail: UInt64
        public var name: String
        /// The instruction whose routine is performed, by its assembly pattern.
        public var instruction: String
        /// By name, where its operands have several: the forms that they take.
        public var forms: [String]
        /// Fields of that instruction, and the registers that hold them.
        public var arguments: [(field: String, register: String)]
        public var hypercall: Hypercall

        /// A field's name without the operands that it stands in, as far as that is clear within the row.
        func shortName(of field: String) -> String {
            func end(_ name: String) -> Substring? { name.split(separator: ".").last }
            let isClear = arguments.filter { end($0.field) == end(field) }.count == 1
            return isClear ? end(field).map(String.init) ?? field : field
        }
    }

    public let rows: [Row]
    /// Ways of instructions that found no number left, by pattern and forms.
    public let omitted: [String]

    /// - Parameters:
    ///   - catalogue: the machine.
    ///   - critical: the instructions to be had by hypercall, as indices of the description.
    /// - Throws: `MonitorError` where the machine has no call instruction or too few registers.
    public init(for catalogue: InstructionCatalogue, critical: Set<Int>) throws(MonitorError) {
        guard let call = catalogue.call else {
            throw MonitorError(
                "machine '\(catalogue.machineName)' has no supervisor call with a number to make hypercalls with",
                remedy: "use --monitor interpret or patch")
        }
        // Plain forms come first, so that every instruction has a number before any has a second.
        let variants = critical.sorted().flatMap { catalogue.variants(of: $0) }
        let ordered = variants.filter(\.isPlain) + variants.filter { !$0.isPlain }
        var rows: [Row] = []
        var omitted: [String] = []
        for variant in ordered {
            let number = rows.count
            let name = ([variant.mnemonic] + variant.formNames).joined(separator: ".")
            // The first register stays out: on many machines it cannot index, or holds a result.
            let registers = catalogue.registers.dropFirst()
            guard let detail = call.detail(ofCall: number), let text = call.text(ofCall: number),
                registers.count >= variant.fields.count else {
                omitted.append("\(variant.pattern) \(variant.formNames.joined(separator: ","))")
                continue
            }
            let pairs = zip(variant.fields, registers)
            rows.append(Row(
                number: number, operand: call.firstReserved &+ UInt64(number), call: text, detail: detail, name: name,
                instruction: variant.pattern, forms: variant.formNames, arguments: pairs.map { ($0.name, $1.name) },
                hypercall: Hypercall(
                    instruction: variant.instruction, forms: variant.forms,
                    arguments: pairs.map {
                        Hypercall.Argument(field: $0.index, component: $1.component, element: $1.element)
                    })))
        }
        self.rows = rows
        self.omitted = omitted
    }

    /// What the dispatcher looks calls up in: by the detail of the call trap.
    public var hypercalls: [UInt64: Hypercall] {
        Dictionary(rows.map { ($0.detail, $0.hypercall) }, uniquingKeysWith: { first, _ in first })
    }

    /// The row for an instruction in its plainest form, by its assembly pattern.
    public func row(for pattern: String) -> Row? { rows.first { $0.instruction == pattern } }

    /// The table for people, in Markdown: the call, what it performs, where its fields come from.
    public func lines() -> [String] {
        ["| call | performs | fields |", "|---|---|---|"] + rows.map { row in
            let arguments = row.arguments.map { "\(row.shortName(of: $0.field)) in \($0.register)" }
                .joined(separator: ", ")
            let forms = row.forms.isEmpty ? "" : " (\(row.forms.joined(separator: ", ")))"
            return "| `\(row.call)` | `\(row.instruction)`\(forms) | \(arguments.isEmpty ? "none" : arguments) |"
        }
    }
}
