import Foundation

@testable import Commands

/// The starting machine with few instructions, so that a check of it takes a moment only.
enum TinyMachine {
    /// The file's text; what is cut is named by mnemonics.
    static func text(keeping kept: Set<String> = ["LD", "SVC", "RDM", "HALT"]) -> String {
        StartingMachine.description(name: "tiny").components(separatedBy: "\n\n").filter { block in
            guard let quote = block.range(of: "instruction \""), !block.contains("machine tiny") else { return true }
            guard block.hasPrefix("instruction") else { return true }
            return kept.contains(String(block[quote.upperBound...].prefix { $0.isLetter }))
        }.joined(separator: "\n\n")
    }

    /// Reading the mode does not trap: the machine cannot be virtualised.
    static var flawed: String {
        text().replacingOccurrences(
            of: "  claims   privileged\n  note     \"Reads the mode: harmless only because it traps in user mode.\"\n"
                + "  trap privileged-instruction when user = 1\n", with: "")
    }

    /// The same, still claimed to be privileged.
    static var wronglyClaimed: String {
        flawed.replacingOccurrences(
            of: "  encoding 0x41 0b0 d:3 _:20\n", with: "  encoding 0x41 0b0 d:3 _:20\n  claims   privileged\n")
    }
}
