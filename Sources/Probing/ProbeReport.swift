/// One way in which the host and the file disagree about one record, with the first state that showed it.
public struct ProbeFinding: Sendable {
    public var record: String
    public var opcode: String
    public var kind: String
    public var expected: String
    public var observed: String
    public var bytes: [UInt8]
    /// Registers and what else matters before and after, one line each.
    public var state: [String]
    public var count: Int
}

/// What a run found.
public struct ProbeReport: Sendable {
    public var processor: HostProcessor
    public var policy: HostPolicy
    public var seed: UInt64
    public var records = 0
    public var encodings = 0
    /// Native executions.
    public var executions = 0
    public var seconds = 0.0
    public var completed = 0
    /// By exception.
    public var traps: [String: Int] = [:]
    /// Host and file agree in these executions.
    public var agreed = 0
    /// By reason.
    public var explained: [String: Int] = [:]
    /// Executions of instructions that the host has not: those that trapped, and those that were taken for another.
    public var absent = 0
    public var absentTaken: [String: Int] = [:]
    public var unbound: [UnboundEncoding] = []
    public var findings: [ProbeFinding] = []
    public var wasInterrupted = false

    public var rate: Double { seconds > 0 ? Double(executions) / seconds : 0 }
}
