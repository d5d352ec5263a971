/// Why an image cannot be booted: two lines for people.
public struct BootError: Error, Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
        /// The file is not what can be booted, or is damaged.
        case image
        /// The file is good; what was asked does not go with it: too little storage, a protocol that it does not have.
        case request
    }

    public var fault: Fault
    /// What is wrong, with the place and the value seen. A sentence's rest after "FILE: ".
    public var cause: String
    /// What to do.
    public var remedy: String

    public init(_ fault: Fault, _ cause: String, remedy: String) {
        self.fault = fault
        self.cause = cause
        self.remedy = remedy
    }

    init(_ error: ProgramImageError) {
        self.init(.image, error.cause, remedy: error.remedy)
    }
}

/// Runs what reads a file, and says its errors in this module's words for booting.
func reading<Value>(_ body: () throws(ProgramImageError) -> Value) throws(BootError) -> Value {
    do {
        return try body()
    } catch {
        throw BootError(error)
    }
}

/// "0x9FC00".
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16, uppercase: true) }

/// Storage sizes as `-m` takes them, rounded up to a MiB.
func mebibytes(_ bytes: UInt64) -> String { "\(bytes / (1 << 20) + (bytes % (1 << 20) == 0 ? 0 : 1))M" }
