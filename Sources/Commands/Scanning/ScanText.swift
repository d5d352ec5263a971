import Scanning

/// A scan for a terminal: the totals, then every function with its sites.
struct ScanText {
    let findings: ScanFindings
    let palette: Palette

    func write(withSites: Bool, _ line: (String) throws -> Void) throws {
        for text in heading() { try line(text) }
        if findings.variants.isEmpty { return }
        try line("")
        for text in totals() { try line(text) }
        guard withSites else { return }
        for function in findings.functions {
            try line("")
            let name = function.name.isEmpty ? ScanText.address(function.address) : function.name
            try line(palette.paint("\(printable(name)): \(counted(function.sites.count, "site"))", .strong))
            for text in sites(function) { try line(text) }
        }
    }

    private func heading() -> [String] {
        let scan = findings.scan
        var facts = [findings.image.machine.map { $0.title } ?? "no ELF file", "machine \(findings.machine)"]
        facts += findings.image.remarks
        var counts = ["\(scan.size) bytes of code", "\(scan.instructions) instructions"]
        if scan.uncertainInstructions > 0 { counts.append("\(scan.uncertainInstructions) of them uncertain") }
        if scan.filling > 0 { counts.append("\(scan.filling) bytes of filling") }
        if scan.data > 0 { counts.append("\(scan.data) bytes of data") }
        if scan.undescribed > 0 { counts.append("\(scan.undescribed) bytes not described") }
        let critical = findings.siteCount
        let uncertain = critical - findings.sites(with: .followed)
        var summary = counted(critical, "critical instruction")
        if critical > 0 { summary += " in \(counted(findings.functions.count, "function"))" }
        if uncertain > 0 { summary += ", \(uncertain) uncertain" }
        let emphasis: Emphasis = findings.status == .holds ? .success : .failure
        var lines = [
            palette.paint("\(printable(findings.file)): \(summary)", emphasis), "  " + facts.joined(separator: ", "),
            "  " + counts.joined(separator: ", "),
        ]
        if findings.unencoded > 0 {
            lines.append("  not looked for, because the machine's file gives no encoding: "
                + counted(findings.unencoded, "variant"))
        }
        return lines
    }

    private func totals() -> [String] {
        var table = TextTable(["variant", "sites", "uncertain", "sensitive", "under the best policy"], right: [1, 2])
        for variant in findings.variants {
            let settings = variant.policy.isEmpty ? "" : ": " + variant.policy.joined(separator: ", ")
            table.append([
                variant.name, String(variant.count.total), String(variant.count.uncertain), variant.classes,
                variant.underPolicy + settings,
            ])
        }
        return table.lines(palette: palette, indent: 2)
    }

    private func sites(_ function: ScanFindings.Function) -> [String] {
        var table = TextTable(["", "", "", "", ""])
        for site in function.sites {
            let variant = findings.variants[site.variant]
            let mark = site.certainty == .followed ? "" : "uncertain: \(site.certainty.account)"
            table.append([
                ScanText.address(site.address), "+0x" + hexadecimal(site.offset), variant.name,
                variant.isRepaired ? "repaired" : variant.underPolicy, mark,
            ])
        }
        return table.lines(indent: 2)
    }

    static func address(_ address: UInt64) -> String {
        hexadecimal(address, digits: address >> 32 == 0 ? 8 : 16)
    }
}

extension Certainty {
    /// One word, for machines.
    var word: String {
        switch self {
        case .followed: return "followed"
        case .linear: return "linear"
        case .doubtful: return "doubtful"
        }
    }

    /// Why it is not certain.
    var account: String {
        switch self {
        case .followed: return ""
        case .linear: return "nothing is seen to lead there"
        case .doubtful: return "bytes before it make no sense"
        }
    }
}
