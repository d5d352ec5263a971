import Probing

/// What a probe found, for programs.
struct ProbeJSON {
    var report: ProbeReport
    var machine: String

    var text: String {
        JSONValue.object([
            ("schema", .string("trapline-probe/1")), ("version", .string(traplineVersion)),
            ("machine", .string(machine)),
            (
                "processor",
                .object([
                    ("model", .string(report.processor.model)), ("vendor", .string(report.processor.vendor.rawValue)),
                    ("virtual", .bool(report.processor.isVirtual)),
                    ("kernelAnswersForUMIP", .bool(report.policy.emulatesTables)),
                ])
            ),
            ("seed", .unsigned(report.seed)),
            ("records", .integer(report.records)),
            ("encodings", .integer(report.encodings)),
            ("executions", .integer(report.executions)),
            ("seconds", .number(report.seconds)),
            ("completed", .integer(report.completed)),
            ("traps", counts(report.traps)),
            ("agreed", .integer(report.agreed)),
            ("explained", counts(report.explained)),
            ("absent", .integer(report.absent)),
            ("absentTaken", counts(report.absentTaken)),
            (
                "unbound",
                .array(
                    report.unbound.map { item in
                        .object([
                            ("record", .string(item.record)), ("opcode", .string(item.opcode)),
                            ("reason", .string(item.reason)),
                        ])
                    })
            ),
            ("interrupted", .bool(report.wasInterrupted)),
            ("findings", .array(report.findings.map(finding))),
        ]).pretty
    }

    private func counts(_ values: [String: Int]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
    }

    private func finding(_ finding: ProbeFinding) -> JSONValue {
        .object([
            ("record", .string(finding.record)), ("opcode", .string(finding.opcode)), ("kind", .string(finding.kind)),
            ("file", .string(finding.expected)), ("host", .string(finding.observed)),
            ("count", .integer(finding.count)),
            ("bytes", .array(finding.bytes.map { .integer(Int($0)) })), ("state", .strings(finding.state)),
        ])
    }
}
