import ISALanguage
import Virtualizability

/// Everything that was found out, as JSON. Every machine's object has the same members, whatever the
/// verdict, so that readers need no special cases.
struct JSONReport {
    static let schema = "trapline-check/1"

    let reports: [MachineReport]
    let answer: CheckAnswer

    var text: String {
        JSONValue.object([
            ("schema", .string(JSONReport.schema)), ("version", .string(traplineVersion)),
            ("question", .object([
                ("theorem", .integer(answer.theorem.rawValue)), ("reading", .string(answer.reading.rawValue)),
                ("policy", .string(answer.policy.rawValue)),
            ])),
            ("machines", .array(reports.map(machine))),
        ]).pretty
    }

    private func machine(_ report: MachineReport) -> JSONValue {
        .object([
            ("name", .string(report.name)), ("title", .string(report.title)), ("depth", .string(report.depth.rawValue)),
            ("location", JSONReport.place(report.location)),
            ("verdict", verdict(answer.verdict(report))),
            ("summary", .string(VerdictLine(report: report, answer: answer).summary)),
            ("notApplicable", .optional(report.notApplicable)), ("interrupted", .bool(report.wasInterrupted)),
            ("errors", .array(report.errors.map(error))),
            ("theorems", .array(report.theorems.map(theorem))),
            ("monitors", .array(report.monitors.map(monitor))),
            ("instructions", .array(report.instructions.map(instruction))),
            ("interrupts", .array(report.interrupts.map(interrupt))),
            ("timingSources", .strings(report.timingSources)),
            ("policy", .array(report.policy.map(policy))),
            ("assumptions", .array(report.assumptions.map { assumption in
                .object([("kind", .string(assumption.kind.rawValue)), ("text", .string(assumption.text))])
            })),
            ("remedies", .array(report.remedies.map(remedy))),
            ("sources", .strings(report.sources)), ("scope", .strings(report.scope)),
            ("statistics", .object([
                ("queries", .integer(report.statistics.queries)), ("proved", .integer(report.statistics.proved)),
                ("witnessed", .integer(report.statistics.witnessed)),
                ("undecided", .integer(report.statistics.undecided)), ("trivial", .integer(report.statistics.trivial)),
            ])),
        ])
    }

    static func place(_ location: SourceLocation) -> JSONValue {
        .object([
            ("file", .string(location.file)), ("line", .integer(location.line)), ("column", .integer(location.column)),
        ])
    }

    private func verdict(_ verdict: Verdict) -> JSONValue {
        .object([("answer", .string(verdict.word)), ("reason", .optional(verdict.reason))])
    }

    private func witness(_ witness: Witness?) -> JSONValue { witness.map { WitnessText($0).json } ?? .null }

    private func error(_ error: ReportedError) -> JSONValue {
        .object([
            ("kind", .string(error.kind.rawValue)), ("cause", .string(error.cause)), ("remedy", .string(error.remedy)),
            ("location", JSONReport.place(error.location)),
            ("contradiction", error.contradiction.map(JSONReport.place) ?? .null), ("witness", witness(error.witness)),
        ])
    }

    private func theorem(_ found: TheoremVerdict) -> JSONValue {
        .object([
            ("theorem", .integer(found.theorem.rawValue)), ("reading", .string(found.reading.rawValue)),
            ("policy", .string(found.policy.rawValue)), ("verdict", verdict(found.verdict)),
            ("offenders", .array(found.offenders.map { offender in
                .object([
                    ("variant", .string(offender.instruction)), ("location", JSONReport.place(offender.location)),
                    ("violation", .string(offender.violation)), ("summary", .string(offender.summary)),
                    ("witness", witness(offender.witness)),
                ])
            })),
            ("undecided", .strings(found.undecided)), ("notes", .strings(found.notes)),
        ])
    }

    private func monitor(_ monitor: MonitorVerdict) -> JSONValue {
        .object([
            ("monitor", .string(monitor.monitor.rawValue)), ("verdict", verdict(monitor.verdict)),
            ("conditions", .strings(monitor.conditions)), ("reason", .string(monitor.reason)),
        ])
    }

    private func square(_ square: SquareVerdict) -> JSONValue {
        .object([
            ("verdict", verdict(square.verdict)), ("manner", .string(square.manner.rawValue)),
            ("exception", .bool(square.isException)), ("witness", witness(square.witness)),
        ])
    }

    private func instruction(_ instruction: InstructionReport) -> JSONValue {
        let classes = instruction.classes
        let members: [(String, Membership)] = [
            ("privileged", classes.privileged), ("strictlyPrivileged", classes.strictlyPrivileged),
            ("control", classes.control), ("location", classes.location), ("mode", classes.mode),
            ("resource", classes.resource), ("joint", classes.joint), ("trap", classes.trap), ("user", classes.user),
            ("timing", classes.timing), ("innocuous", classes.innocuous),
        ]
        return .object([
            ("variant", .string(instruction.name)), ("mnemonic", .string(instruction.mnemonic)),
            ("family", .string(instruction.family)), ("location", JSONReport.place(instruction.location)),
            ("classes", .object(members.map { ($0, .string($1.word)) })),
            ("resources", .strings(classes.resources)), ("verdict", .string(instruction.verdict)),
            ("offending", .bool(instruction.isOffending)),
            ("direct", square(instruction.direct)), ("interpreter", square(instruction.interpreter)),
            ("evidence", .array(instruction.evidence.map { evidence in
                .object([
                    ("identifier", .string(evidence.identifier)), ("outcome", verdict(evidence.outcome)),
                    ("witness", witness(evidence.witness)),
                ])
            })),
        ])
    }

    private func interrupt(_ interrupt: InterruptReport) -> JSONValue {
        .object([
            ("name", .string(interrupt.name)), ("location", JSONReport.place(interrupt.location)),
            ("square", square(interrupt.square)), ("reachesMonitor", square(interrupt.reachesMonitor)),
        ])
    }

    private func policy(_ entry: PolicyEntry) -> JSONValue {
        .object([
            ("component", .string(entry.component)), ("handling", .string(entry.handling.text)),
            ("origin", .string(entry.origin.rawValue)), ("serves", .strings(entry.servesVariants)),
        ])
    }

    private func remedy(_ remedy: Remedy) -> JSONValue {
        .object([
            ("kind", .string(remedy.kind.rawValue)), ("theorem", .integer(remedy.theorem.rawValue)),
            ("reading", .string(remedy.reading.rawValue)), ("policy", .string(remedy.choice.rawValue)),
            ("items", .strings(remedy.items)), ("text", .string(remedy.text)),
        ])
    }
}
