#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Whether the user has asked to stop. The first Ctrl-C only sets a flag, so that a command can
/// print what it has decided and clean up; the second leaves at once.
public struct Interruption: Sendable {
    private let isRaised: @Sendable () -> Bool

    /// The process's own flag, or a test's.
    public init(_ isRaised: @escaping @Sendable () -> Bool) { self.isRaised = isRaised }

    public static let never = Interruption { false }

    /// Set by SIGINT, once `install` has been called.
    public static let process = Interruption { SignalState.shared.count.pointee > 0 }

    public var isRequested: Bool { isRaised() }

    /// Throws if the user has asked to stop.
    func check() throws {
        if isRequested { throw Failure.interrupted }
    }

    /// Installs the process's handlers: SIGINT sets the flag, SIGPIPE is ignored, so that a write to
    /// a closed pipe fails as any other write does. System calls that wait are not restarted.
    public static func install() {
        _ = SignalState.shared.count
        signal(SIGPIPE, SIG_IGN)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in SignalState.handleInterrupt() }
        sigemptyset(&action.sa_mask)
        action.sa_flags = 0
        sigaction(SIGINT, &action, nil)
        // A parent that starts us from a thread with blocked signals hands its mask down.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        sigaddset(&unblocked, SIGINT)
        sigprocmask(SIG_UNBLOCK, &unblocked, nil)
    }

    /// Names a file that a second Ctrl-C is to remove, because it is only half written; nil: none.
    static func setUnfinishedFile(_ path: String?) {
        let state = SignalState.shared
        state.path.pointee = 0
        guard let path, path.utf8.count < SignalState.pathCapacity else { return }
        for (index, byte) in path.utf8.enumerated() {
            state.path[index] = CChar(bitPattern: byte)
        }
        state.path[path.utf8.count] = 0
    }
}

/// What the handler may touch: plain memory that is allocated once and never freed.
private struct SignalState: @unchecked Sendable {
    // Safety: both point to allocations that live as long as the process; the count is written by
    // the handler and read elsewhere as one aligned word.
    let count: UnsafeMutablePointer<Int32>
    let path: UnsafeMutablePointer<CChar>

    static let pathCapacity = 4096
    static let shared = SignalState()

    private init() {
        count = .allocate(capacity: 1)
        count.initialize(to: 0)
        path = .allocate(capacity: SignalState.pathCapacity)
        path.initialize(repeating: 0, count: SignalState.pathCapacity)
    }

    /// Only calls that POSIX allows in a handler: unlink, write, _exit.
    static func handleInterrupt() {
        shared.count.pointee &+= 1
        guard shared.count.pointee > 1 else { return }
        if shared.path.pointee != 0 { unlink(shared.path) }
        _exit(130)
    }
}
