import ISALanguage

/// What the real machine holds in each control component while a guest runs.
///
/// A policy constrains the real state only; what the guest believes stays free. Fixing both would make an instruction
/// look harmless that reads a fixed bit, and the guest would read the monitor's value.
public struct Policy: Hashable, Sendable {
    public var handlings: [StateID: Handling]

    public init(_ handlings: [StateID: Handling] = [:]) { self.handlings = handlings }

    /// What the file declares, and for the rest what a monitor does by default.
    public init(defaultsOf description: MachineDescription) { handlings = description.defaultHandlings }

    /// Components in the file's order.
    public func text(in description: MachineDescription) -> [String] {
        handlings.sorted { $0.key < $1.key }.map { "\(description.state[$0.key.index].name) \($0.value.text)" }
    }

    /// Reads one line that `text(in:)` wrote.
    mutating func read(_ line: String, in description: MachineDescription) -> Bool {
        let words = line.split(separator: " ")
        guard words.count >= 2, let index = description.state.firstIndex(where: { $0.name == words[0] }),
            let handling = Handling(words: words.dropFirst().map(String.init))
        else { return false }
        handlings[StateID(index)] = handling
        return true
    }
}

extension Handling {
    /// As the ISA file spells it.
    public var text: String {
        switch self {
        case .own(let value): "own \(value)"
        case .ownAny: "own any"
        case .mirror: "mirror"
        case .constant: "constant"
        }
    }

    init?(words: [String]) {
        switch words {
        case ["own", "any"]: self = .ownAny
        case ["mirror"]: self = .mirror
        case ["constant"]: self = .constant
        default:
            guard words.count == 2, words[0] == "own", let value = UInt64(words[1]) else { return nil }
            self = .own(value)
        }
    }
}

/// A value that the user takes for granted: `--assume COMPONENT[.field]=V`.
public struct ComponentAssumption: Hashable, Sendable {
    public var component: StateID
    /// Which bits, and what they are.
    public var mask: UInt64
    public var value: UInt64
    /// As the user wrote it.
    public var text: String

    public init(component: StateID, mask: UInt64, value: UInt64, text: String) {
        self.component = component
        self.mask = mask
        self.value = value
        self.text = text
    }

    /// Reads `umip=1` or `cr4.umip=1`.
    public init(_ text: String, in description: MachineDescription) throws(CheckerError) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard sides.count == 2, let value = ComponentAssumption.number(sides[1]) else {
            throw CheckerError(
                "'\(text)' is not an assumption", remedy: "Write COMPONENT=VALUE or COMPONENT.FIELD=VALUE.")
        }
        let known = description.state.map(\.name)
        let whole = known.firstIndex(of: sides[0])
        let parts = sides[0].split(separator: ".", maxSplits: 1).map(String.init)
        guard let index = whole ?? parts.first.flatMap({ known.firstIndex(of: $0) }),
            description.state[index].role != .storage, !description.state[index].isArray
        else {
            throw CheckerError(
                "'\(description.name)' has no scalar component '\(sides[0])'",
                remedy: "Known are: \(description.state.filter { !$0.isArray }.map(\.name).joined(separator: ", ")).")
        }
        let component = description.state[index]
        var (high, low) = (component.width - 1, 0)
        if whole == nil {
            guard parts.count == 2, let field = component.subFields.first(where: { $0.name == parts[1] }) else {
                throw CheckerError(
                    "'\(component.name)' has no field '\(parts.dropFirst().first ?? "")'",
                    remedy: "Known are: \(component.subFields.map(\.name).joined(separator: ", ")).")
            }
            (high, low) = (field.high, field.low)
        }
        let width = high - low + 1
        guard value <= WordArithmetic.mask(width) else {
            throw CheckerError(
                "\(value) does not fit the \(width) bits of '\(sides[0])'", remedy: "Give a smaller value.")
        }
        self.init(
            component: StateID(index), mask: WordArithmetic.mask(width) << UInt64(low), value: value << UInt64(low),
            text: text)
    }

    private static func number(_ text: String) -> UInt64? {
        if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return UInt64(text.dropFirst(2), radix: 8) }
        if text.hasPrefix("0b") { return UInt64(text.dropFirst(2), radix: 2) }
        return UInt64(text)
    }
}

/// What is wrong with what the user asked for.
public struct CheckerError: Error, Hashable, Sendable, CustomStringConvertible {
    public var cause: String
    public var remedy: String

    public init(_ cause: String, remedy: String) {
        self.cause = cause
        self.remedy = remedy
    }

    public var description: String { "\(cause)\n\(remedy)" }
}
