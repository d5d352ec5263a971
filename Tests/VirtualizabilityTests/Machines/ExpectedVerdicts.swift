import Foundation

@testable import Virtualizability

/// What `ISA/expected/MACHINE.txt` says that a check of the machine must find. The format is described in the README
/// there.
struct ExpectedVerdicts {
    /// What is expected of a check with one set of options.
    struct Part {
        var isNotApplicable = false
        /// "theorem 1 paper best": its verdict.
        var theorems: [String: String] = [:]
        var offenders: [String: [String]] = [:]
        var monitors: [String: String] = [:]
        var policies: [String: String] = [:]
        /// By pattern: the classes.
        var variants: [String: Set<String>] = [:]
        /// By pattern: verdict, manner and whether it is an exception, as one text.
        var squares: [String: String] = [:]
    }

    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    var plain = Part()
    /// With the processor counted among the resources; nil where the file does not speak of that.
    var withProcessor: Part?

    static let folder = Library.root + "/ISA/expected"

    init(machine: String) throws {
        let path = "\(ExpectedVerdicts.folder)/\(machine).txt"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Unreadable(description: "ISA/expected/\(machine).txt is missing: every machine has one")
        }
        try self.init(text: text)
    }

    init(text: String) throws {
        var isPlain = true
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("--") { continue }
            if line == "with processor-is-resource" {
                isPlain = false
                withProcessor = Part()
                continue
            }
            let read = isPlain ? plain.read(line) : withProcessor?.read(line)
            guard read == true else { throw Unreadable(description: "line \(number + 1) cannot be read: \(line)") }
        }
    }
}

extension ExpectedVerdicts.Part {
    fileprivate mutating func read(_ line: Substring) -> Bool {
        if line == "not applicable" {
            isNotApplicable = true
            return true
        }
        // Patterns contain colons, values do not.
        guard let colon = line.ranges(of: ": ").last, let blank = line.firstIndex(of: " ") else { return false }
        let subject = String(line[line.index(after: blank)..<colon.lowerBound])
        let value = String(line[colon.upperBound...])
        if value.isEmpty { return false }
        switch line[..<blank] {
        case "theorem": return theorems.updateValue(value, forKey: subject) == nil
        case "monitor": return monitors.updateValue(value, forKey: subject) == nil
        case "policy": return policies.updateValue(value, forKey: subject) == nil
        case "variant":
            return variants.updateValue(Set(value.split(separator: " ").map(String.init)), forKey: subject) == nil
        case "square": return squares.updateValue(value, forKey: subject) == nil
        case "offenders": return readOffenders(line)
        default: return false
        }
    }

    /// Patterns follow the first colon here, and are divided by a comma and a blank, which no pattern contains.
    private mutating func readOffenders(_ line: Substring) -> Bool {
        guard let colon = line.firstRange(of: ": "), line.hasPrefix("offenders theorem ") else { return false }
        let theorem = String(line[..<colon.lowerBound].dropFirst("offenders theorem ".count))
        let patterns = line[colon.upperBound...].split(separator: ", ").map(String.init)
        return offenders.updateValue(patterns, forKey: theorem) == nil
    }
}

// MARK: What was found, in the same words

extension TheoremVerdict {
    /// "1 extended best".
    var words: String { "\(theorem.rawValue) \(reading.rawValue) \(policy.rawValue)" }
}

extension SquareVerdict {
    /// "holds rereading exception".
    var words: String {
        [verdict.word, manner == .plain ? nil : manner.rawValue, isException ? "exception" : nil].compactMap(\.self)
            .joined(separator: " ")
    }
}

extension Classes {
    /// Every class that the variant is in, and with a question mark those that are not decided; "innocuous" alone if
    /// it is in none.
    var words: Set<String> {
        let members: [(String, Membership)] = [
            (strictlyPrivileged == .yes ? "privileged" : "privileged-under-policy", privileged),
            ("control-sensitive", control), ("location-sensitive", location), ("mode-sensitive", mode),
            ("resource-sensitive", resource), ("joint", joint), ("trap-sensitive", trap), ("user-sensitive", user),
            ("timing-read", timing),
        ]
        let found = members.compactMap { name, member in
            switch member {
            case .yes: name
            case .no: nil
            case .unknown: name + "?"
            }
        }
        return found.isEmpty ? ["innocuous"] : Set(found)
    }
}
