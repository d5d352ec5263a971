import Foundation
#if canImport(FoundationXML)
import FoundationXML
#endif

@testable import Commands

/// Checks documents against the schemas of the formats that they claim to be.
enum SchemaChecks {
    /// What a JSON Schema validator and the object model made from the published schema say against a document; empty
    /// if it conforms. The validator's schema is ours, and strict about values; the object model knows every property
    /// that SARIF has, and which of them there must be.
    static func sarif(_ text: String) throws -> String {
        let scratch = try ScratchFolder()
        let document = try scratch.file("report.sarif", text)
        let schemas = repositoryRoot + "/Tests/CommandsTests/Schemas"
        let process = Process()
        let output = Pipe()
        // Debian's own, which the packages that `make test` installs are for.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [schemas + "/check-sarif.py", schemas + "/sarif-2.1.0-subset.json", document]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let messages = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: messages, as: UTF8.self)
    }

    /// What is wrong with a JUnit document; empty if it has the structure of the published schema.
    static func junit(_ text: String) -> [String] {
        let structure = JUnitStructure()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = structure
        if !parser.parse() { structure.problems.append("not well-formed: line \(parser.lineNumber)") }
        return structure.problems
    }
}

/// The structure of JUnit XML as its schemas have it: what may stand in what, which attributes there
/// must be, and that the counts are right.
private final class JUnitStructure: NSObject, XMLParserDelegate {
    var problems: [String] = []
    private var path: [String] = []
    private var found: [[String: Int]] = []
    private var declared: [[String: Int]] = []

    private static let parents: [String: [String]] = [
        "testsuites": [""], "testsuite": ["testsuites", ""], "testcase": ["testsuite"], "failure": ["testcase"],
        "skipped": ["testcase"], "system-out": ["testsuite", "testcase"],
    ]
    private static let attributes: [String: (needed: Set<String>, possible: Set<String>)] = [
        "testsuites": (["tests", "failures"], ["name", "errors", "skipped", "time"]),
        "testsuite": (["name", "tests", "failures", "errors"], ["skipped", "time", "timestamp"]),
        "testcase": (["name", "classname", "time"], ["file", "line"]), "failure": (["message", "type"], []),
        "skipped": ([], ["message"]), "system-out": ([], []),
    ]

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let parent = path.last ?? ""
        if JUnitStructure.parents[name]?.contains(parent) != true { problems.append("<\(name)> in <\(parent)>") }
        if let rule = JUnitStructure.attributes[name] {
            let present = Set(attributes.keys)
            let missing = rule.needed.subtracting(present)
            if !missing.isEmpty { problems.append("<\(name)> lacks \(missing)") }
            let extra = present.subtracting(rule.needed).subtracting(rule.possible)
            if !extra.isEmpty { problems.append("<\(name)> has \(extra)") }
        }
        for key in ["tests", "failures", "errors", "skipped", "line"] {
            if let value = attributes[key], Int(value) == nil { problems.append("\(key)=\(value)") }
        }
        path.append(name)
        if name == "testsuites" || name == "testsuite" {
            found.append([:])
            declared.append(attributes.compactMapValues { Int($0) })
        }
        let counted = ["testcase": "tests", "failure": "failures", "skipped": "skipped"][name]
        if let counted { for index in found.indices { found[index][counted, default: 0] += 1 } }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        path.removeLast()
        guard name == "testsuites" || name == "testsuite", let counts = found.popLast(), let said = declared.popLast()
        else { return }
        for key in ["tests", "failures", "skipped"] where counts[key, default: 0] != said[key, default: 0] {
            problems.append("<\(name)> says \(said[key, default: 0]) \(key), there are \(counts[key, default: 0])")
        }
    }
}
