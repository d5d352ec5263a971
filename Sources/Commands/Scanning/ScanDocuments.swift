import Scanning

/// A scan as JSON, CSV and SARIF.
struct ScanDocuments {
    let findings: ScanFindings

    /// Of the JSON and CSV forms; raised when a column changes its meaning.
    static let schema = "trapline-scan/1"
    static let columns = [
        "file", "address", "function", "offset", "variant", "mnemonic", "sensitive", "policy", "certainty", "bytes",
    ]

    var csv: String {
        var text = csvLine(ScanDocuments.columns + ["schema"])
        for function in findings.functions {
            for site in function.sites {
                let variant = findings.variants[site.variant]
                text += csvLine([
                    findings.file, number(site.address), function.name, number(site.offset), variant.name,
                    variant.mnemonic, variant.classes, variant.underPolicy, site.certainty.word, bytes(site),
                    ScanDocuments.schema,
                ])
            }
        }
        return text
    }

    var json: String {
        let scan = findings.scan
        return JSONValue.object([
            ("schema", .string(ScanDocuments.schema)), ("file", .string(findings.file)),
            ("machine", .string(findings.machine)), ("processor", .optional(findings.image.machine?.title)),
            ("remarks", .strings(findings.image.remarks)),
            ("code", .object([
                ("bytes", .integer(scan.size)), ("instructions", .integer(scan.instructions)),
                ("uncertain", .integer(scan.uncertainInstructions)), ("data", .integer(scan.data)),
                ("filling", .integer(scan.filling)),
                ("undescribed", .integer(scan.undescribed)), ("unencodedVariants", .integer(findings.unencoded)),
            ])),
            ("critical", .object([
                ("sites", .integer(findings.siteCount)), ("functions", .integer(findings.functions.count)),
                ("followed", .integer(findings.sites(with: .followed))),
                ("linear", .integer(findings.sites(with: .linear))),
                ("doubtful", .integer(findings.sites(with: .doubtful))),
            ])),
            ("variants", .array(findings.variants.map(value))),
            ("functions", .array(findings.functions.map(value))),
        ]).pretty
    }

    private func value(_ variant: ScanFindings.Variant) -> JSONValue {
        .object([
            ("variant", .string(variant.name)), ("mnemonic", .string(variant.mnemonic)),
            ("location", JSONReport.place(variant.location)), ("sensitive", .string(variant.classes)),
            ("underPolicy", .string(variant.underPolicy)), ("policy", .strings(variant.policy)),
            ("sites", .integer(variant.count.total)), ("uncertain", .integer(variant.count.uncertain)),
        ])
    }

    private func value(_ function: ScanFindings.Function) -> JSONValue {
        .object([
            ("name", .string(function.name)), ("address", .string(number(function.address))),
            ("sites", .array(function.sites.map { site in
                .object([
                    ("address", .string(number(site.address))), ("offset", .integer(Int(clamping: site.offset))),
                    ("variant", .string(findings.variants[site.variant].name)),
                    ("certainty", .string(site.certainty.word)), ("bytes", .string(bytes(site))),
                ])
            })),
        ])
    }

    var sarif: String {
        let rules = findings.variants.map { variant in
            SARIFDocument.Rule(
                id: "TL0100/" + variant.name, name: "CriticalInstruction",
                summary: "\(variant.name) is sensitive and unprivileged on \(findings.machine).",
                help: "'trapline explain \(findings.machine) \(variant.mnemonic)' shows why.")
        }
        let results = findings.functions.flatMap { function in
            function.sites.map { result($0, in: function) }
        }
        return SARIFDocument(rules: rules, results: results, isComplete: true).text
    }

    private func result(_ site: ScanFindings.Site, in function: ScanFindings.Function) -> SARIFDocument.Result {
        let variant = findings.variants[site.variant]
        let isHarmless = variant.isRepaired && !findings.isStrict
        let place = "\(function.name)+\(number(site.offset))"
        let doubt = site.certainty == .followed ? "" : " (uncertain: \(site.certainty.account))"
        let policy = variant.isRepaired ? "; the policy repairs it" : ""
        return SARIFDocument.Result(
            rule: site.variant, level: isHarmless ? .note : site.certainty == .followed ? .error : .warning,
            kind: .fail, message: "\(variant.name) at \(number(site.address)), \(place)\(doubt)\(policy)",
            place: nil, address: .init(file: findings.file, absolute: site.address, name: place),
            fingerprint: "\(place)/\(variant.name)",
            properties: [("certainty", .string(site.certainty.word)), ("policy", .string(variant.underPolicy))])
    }

    private func number(_ value: UInt64) -> String { "0x" + hexadecimal(value).lowercased() }

    private func bytes(_ site: ScanFindings.Site) -> String {
        site.bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined(separator: " ")
    }
}
