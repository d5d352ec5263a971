import Foundation
import Testing

@testable import Commands

/// Debian's cloud kernel, which `make kernel` fetches, scanned and disassembled: objdump is the oracle.
@Suite struct ScannedKernel {
    private static let kernel = repositoryRoot + "/.cache/kernel/vmlinuz"

    /// What objdump calls the machine's variants, where that is not the mnemonic itself with a letter for the size.
    private static let names: [(variant: String, line: String)] = [
        ("PUSHF", "^pushfw? *$"), ("PUSHFQ", "^pushfq? *$"), ("POPF", "^popfw *$"), ("POPFQ", "^popfq? *$"),
        ("MOV rm,sreg", "^(mov[wlq]?|\\(bad\\)) +%[cdefgs]s,"), ("MOV sreg,rm", "^(rex[.A-Z]* )?mov[wlq]? +.*,%[cdefgs]s( +#.*)?$"),
        ("IN dx", "^in +\\(%dx\\)"), ("IN imm", "^in +\\$"), ("OUT dx", "^out .*\\(%dx\\)"), ("OUT imm", "^out .*,\\$"),
        // One variant has both operand sizes.
        ("INSB", "^(rep )?insb"), ("INSD", "^(rep )?ins[wl]"), ("OUTSB", "^(rep )?outsb"), ("OUTSD", "^(rep )?outs[wl]"),
        ("RETF", "^lret[wlq]?$"), ("RETFQ", "^rex\\.W lret|^lretq"), ("IRETQ", "^iretq"),
    ]

    /// These and their like must be among the sites, whatever else is.
    private static let awaited = ["PUSHFQ", "POPFQ", "SGDT", "SIDT", "SLDT", "STR", "LAR", "LSL", "MOV"]

    @Test func everySiteThatObjdumpSeesIsNamed() throws {
        try #require(
            FileManager.default.fileExists(atPath: Self.kernel), "there is no \(Self.kernel): run 'make kernel'")
        let scratch = try ScratchFolder()
        let unpacked = scratch.path + "/vmlinux"
        let outcome = trapline(["scan", Self.kernel, "--format", "csv", "--unpack-to", unpacked])
        #expect(outcome.status == .refuted, "\(outcome.diagnostics)")
        var sites: [String: Set<UInt64>] = [:]
        var functions: Set<String> = []
        for line in outcome.output.split(separator: "\r\n").dropFirst() {
            let cells = ScannedPrograms.cells(String(line))
            sites[cells[4], default: []].insert(try #require(UInt64(cells[1].dropFirst(2), radix: 16)))
            functions.insert(cells[2])
        }
        let mnemonics = Set(sites.keys.map { String($0.prefix { $0 != " " }) })
        for name in Self.awaited { #expect(mnemonics.contains(name), "no \(name) in \(mnemonics.sorted())") }
        #expect(functions.count > 100)

        let listing = try ScannedKernel.listing(of: unpacked, mnemonics)
        // To objdump what fills the space between functions is code.
        for (variant, found) in sites.sorted(by: { $0.key < $1.key }) where variant != "INT3" {
            let expected = try ScannedKernel.addresses(of: variant, in: listing)
            #expect(found == expected, """
                \(variant): \(found.count) sites, objdump has \(expected.count); \
                ours alone \(ScannedKernel.text(found.subtracting(expected))), \
                objdump's alone \(ScannedKernel.text(expected.subtracting(found)))
                """)
        }
    }

    /// The lines of objdump's listing that can concern some mnemonics: address and text.
    private static func listing(of path: String, _ mnemonics: Set<String>) throws -> [(UInt64, Substring)] {
        let words = mnemonics.map { $0.lowercased() } + ["lret", "iret", "pushf", "popf", "ins[wl]", "outs[wl]"]
        let filter = "\t(rex[.A-Z]* |data16 |rep |repz |lock )?(\(words.sorted().joined(separator: "|")))[a-z]*( |$)"
        let text = try run("/bin/sh", ["-c", "objdump -d --no-show-raw-insn \"$0\" | grep -E \"$1\"", path, filter])
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            guard parts.count == 2, let address = UInt64(parts[0].drop { $0 == " " }.dropLast(), radix: 16) else {
                return nil
            }
            return (address, parts[1])
        }
    }

    private static func addresses(of variant: String, in listing: [(UInt64, Substring)]) throws -> Set<UInt64> {
        let mnemonic = variant.prefix { $0 != " " }.lowercased()
        let line = names.first { $0.variant == variant }?.line ?? "^\(mnemonic)[bwlq]?( |$)"
        let pattern = try NSRegularExpression(pattern: line)
        return Set(listing.compactMap { address, text in
            let text = String(text)
            let range = NSRange(text.startIndex..., in: text)
            return pattern.firstMatch(in: text, range: range) != nil ? address : nil
        })
    }

    private static func text(_ addresses: Set<UInt64>) -> String {
        addresses.sorted().prefix(8).map { String($0, radix: 16) }.joined(separator: " ")
            + (addresses.count > 8 ? " and \(addresses.count - 8) more" : "")
    }
}
