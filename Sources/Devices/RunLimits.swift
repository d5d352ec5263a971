#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import Machine

/// How a run ended.
public enum RunOutcome: Hashable, Sendable {
    /// The machine has stopped for good.
    case shutdown(status: UInt64)
    case instructionLimit
    case timeLimit
    /// Somebody asked for it from outside.
    case interrupted
    /// The machine cannot go on: cause in words.
    case fault(String)
    case deviceFailure(DeviceFailure)
    /// Anything else that the processor gives back: a trap, a breakpoint, sleep with nothing to wake it.
    case exit(Exit)
}

/// When a run ends at the latest.
public struct RunLimits {
    /// Instructions of this run.
    public var instructions: UInt64
    /// Seconds on the clock that only goes forward, as `now` gives them; nil: none.
    public var deadline: Double?
    public var interruption: InterruptionFlag?

    public init(instructions: UInt64 = .max, deadline: Double? = nil, interruption: InterruptionFlag? = nil) {
        self.instructions = instructions
        self.deadline = deadline
        self.interruption = interruption
    }

    /// Instructions between two looks at clock and flag: some hundredths of a second.
    static let slice: UInt64 = 1 << 22

    /// Seconds of the monotonic clock.
    public static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func reached(after done: UInt64) -> RunOutcome? {
        if done >= instructions { return .instructionLimit }
        if let interruption, interruption.isRaised { return .interrupted }
        if let deadline, RunLimits.now >= deadline { return .timeLimit }
        return nil
    }
}

/// A flag that a signal handler may raise.
public final class InterruptionFlag: @unchecked Sendable {
    // Safety: one aligned word, allocated here and freed in `deinit`; it is only ever set to 1 while others
    // read it, which is all that a signal handler is allowed to do.
    public let word: UnsafeMutablePointer<sig_atomic_t>

    public init() {
        word = .allocate(capacity: 1)
        word.initialize(to: 0)
    }

    deinit { word.deallocate() }

    public var isRaised: Bool { word.pointee != 0 }
    public func raise() { word.pointee = 1 }
    public func lower() { word.pointee = 0 }
}
