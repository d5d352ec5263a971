import Testing

/// Suites that execute instructions on the host's processor within the test process. Each catches signals in its own
/// way, and a process has one handler for a signal: they run one after the other.
@Suite("Natively", .serialized) enum NativeTests {}
