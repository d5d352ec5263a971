#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The terminal in the guest's hands: every key goes to the guest at once, unseen. What was there before comes back on
/// every way out, also by a signal.
struct RawTerminal {
    /// Nil where standard input is no terminal.
    init?() {
        guard isatty(0) == 1 else { return nil }
        let saved = SavedTerminal.shared
        guard tcgetattr(0, saved.settings) == 0 else { return nil }
        var raw = saved.settings.pointee
        cfmakeraw(&raw)
        // What the guest prints ends its lines itself, but Trapline's own messages do not.
        raw.c_oflag |= tcflag_t(OPOST | ONLCR)
        saved.isChanged.pointee = 1
        tcsetattr(0, TCSANOW, &raw)
        atexit { RawTerminal.restore() }
        for number in [SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGILL, SIGTRAP] {
            signal(number) { caught in
                RawTerminal.restore()
                signal(caught, SIG_DFL)
                raise(caught)
            }
        }
    }

    /// May be called from a signal's handler, and more than once.
    static func restore() {
        let saved = SavedTerminal.shared
        guard saved.isChanged.pointee != 0 else { return }
        saved.isChanged.pointee = 0
        tcsetattr(0, TCSANOW, saved.settings)
    }
}

/// What a handler may touch: plain memory that is never freed.
private struct SavedTerminal: @unchecked Sendable {
    // Safety: allocated once for the life of the process; written before the handlers are installed.
    let settings: UnsafeMutablePointer<termios>
    let isChanged: UnsafeMutablePointer<Int32>

    static let shared = SavedTerminal()

    private init() {
        settings = .allocate(capacity: 1)
        settings.initialize(to: termios())
        isChanged = .allocate(capacity: 1)
        isChanged.initialize(to: 0)
    }
}
