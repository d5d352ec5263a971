/// A SARIF 2.1.0 log with one run: what code-scanning services read.
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/
struct SARIFDocument {
    struct Rule {
        var id: String
        var name: String
        var summary: String
        var help: String
    }

    enum Level: String {
        case error, warning, note, none
    }

    /// Section 3.27.9: what came of evaluating a rule.
    enum Kind: String {
        case fail, pass, open, notApplicable
    }

    /// Section 3.27.24: how a result compares with the run before.
    enum BaselineState: String {
        case new, unchanged, updated, absent
    }

    struct Place {
        var file: String
        var line: Int
        var column: Int
    }

    /// A place in a program instead of a text: section 3.32.
    struct Address {
        var file: String
        var absolute: UInt64
        /// With the symbol: "main+0x12".
        var name: String
    }

    struct Result {
        var rule: Int
        var level: Level
        var kind: Kind
        var message: String
        var place: Place?
        var address: Address?
        /// What the result is about, for services that compare runs: it does not change when lines move.
        var fingerprint: String
        /// Only where two runs are compared.
        var baseline: BaselineState?
        var properties: [(String, JSONValue)] = []
    }

    var rules: [Rule]
    var results: [Result]
    /// The command was interrupted, or a machine could not be read.
    var isComplete: Bool

    var text: String { document.pretty }

    private var document: JSONValue {
        .object([
            ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            ("version", .string("2.1.0")),
            ("runs", .array([run])),
        ])
    }

    private var run: JSONValue {
        .object([
            ("tool", .object([("driver", driver)])),
            ("invocations", .array([.object([("executionSuccessful", .bool(isComplete))])])),
            ("columnKind", .string("unicodeCodePoints")),
            ("results", .array(results.map(value))),
        ])
    }

    private var driver: JSONValue {
        .object([
            ("name", .string("trapline")),
            ("semanticVersion", .string(traplineVersion)),
            ("rules", .array(rules.map { rule in
                .object([
                    ("id", .string(rule.id)), ("name", .string(rule.name)),
                    ("shortDescription", .object([("text", .string(rule.summary))])),
                    ("help", .object([("text", .string(rule.help))])),
                ])
            })),
        ])
    }

    private func value(of result: Result) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("ruleId", .string(rules[result.rule].id)), ("ruleIndex", .integer(result.rule)),
            ("kind", .string(result.kind.rawValue)),
            // Section 3.27.10: anything but a failure has the level "none".
            ("level", .string(result.kind == .fail ? result.level.rawValue : Level.none.rawValue)),
            ("message", .object([("text", .string(result.message))])),
        ]
        if let baseline = result.baseline { members.append(("baselineState", .string(baseline.rawValue))) }
        if let place = result.place { members.append(("locations", .array([location(place)]))) }
        if let address = result.address { members.append(("locations", .array([location(address)]))) }
        members.append(("partialFingerprints", .object([("trapline/v1", .string(result.fingerprint))])))
        if !result.properties.isEmpty { members.append(("properties", .object(result.properties))) }
        return .object(members)
    }

    private func location(_ address: Address) -> JSONValue {
        let artifact = JSONValue.object([("uri", .string(uriReference(address.file)))])
        // The property's type is a signed number; higher addresses are told by the message and the name alone.
        let absolute = Int(exactly: address.absolute).map { [("absoluteAddress", JSONValue.integer($0))] } ?? []
        return .object([
            ("physicalLocation", .object([
                ("artifactLocation", artifact),
                ("address", .object(absolute + [("fullyQualifiedName", .string(address.name))])),
            ]))
        ])
    }

    private func location(_ place: Place) -> JSONValue {
        let region = JSONValue.object([
            ("startLine", .integer(max(1, place.line))), ("startColumn", .integer(max(1, place.column))),
        ])
        let artifact = JSONValue.object([("uri", .string(uriReference(place.file)))])
        return .object([("physicalLocation", .object([("artifactLocation", artifact), ("region", region)]))])
    }
}

/// A path as a URI reference: what RFC 3986 does not let stand is percent-encoded.
func uriReference(_ path: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    var result = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
        if plain.contains(byte) {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            result += "%" + hexadecimal(UInt64(byte), digits: 2)
        }
    }
    return result
}
