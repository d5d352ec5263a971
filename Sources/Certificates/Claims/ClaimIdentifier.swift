/// Which claim: about which machine, about what on it, and what is claimed.
///
/// Every claim says that a formula is unsatisfiable: no state is a counterexample to the property.
public struct ClaimIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var machine: String
    /// An instruction variant, or "machine" for what no single instruction carries.
    public var subject: String
    public var property: String

    public init(machine: String, subject: String, property: String) {
        self.machine = machine
        self.subject = subject
        self.property = property
    }

    /// The three names, each spelled as in the claim list.
    public var description: String {
        "\(Token.spelled(machine)) \(Token.spelled(subject)) \(Token.spelled(property))"
    }

    /// The first line of the claim's files, without "c " and line end: it binds them to this claim.
    var header: String { "claim \(description)" }

    public static func < (left: ClaimIdentifier, right: ClaimIdentifier) -> Bool {
        if left.machine != right.machine { return left.machine.utf8.precedes(right.machine.utf8) }
        if left.subject != right.subject { return left.subject.utf8.precedes(right.subject.utf8) }
        return left.property.utf8.precedes(right.property.utf8)
    }
}

extension String.UTF8View {
    /// Byte order, which unlike `String`'s own order depends on no Unicode table.
    func precedes(_ other: String.UTF8View) -> Bool { lexicographicallyPrecedes(other) }
}
