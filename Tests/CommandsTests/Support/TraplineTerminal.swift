import Foundation

/// The built executable under a pseudo-terminal, as somebody who sits in front of it has it.
final class TraplineTerminal {
    struct NoTerminal: Error {}

    private let process = Process()
    private let terminal: Int32
    private let scratch: ScratchFolder
    private let diagnosticsPath: String
    /// What has come on the screen so far; `look` brings it up to date.
    private(set) var screen = ""

    init(_ arguments: [String]) throws {
        // Linux, ioctl_tty(2): TIOCSPTLCK and TIOCGPTN.
        terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        var lock: Int32 = 0
        var number: UInt32 = 0
        guard terminal >= 0, ioctl(terminal, 0x4004_5431, &lock) == 0, ioctl(terminal, 0x8004_5430, &number) == 0 else {
            throw NoTerminal()
        }
        let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard other >= 0 else { throw NoTerminal() }
        scratch = try ScratchFolder()
        diagnosticsPath = try scratch.file("err", "")
        let handle = FileHandle(fileDescriptor: other, closeOnDealloc: true)
        process.executableURL = URL(fileURLWithPath: TraplineProcess.executable)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "TRAPLINE_ISA": repositoryRoot + "/ISA"]
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: diagnosticsPath))
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(terminal)
    }

    var diagnostics: String { (try? String(contentsOfFile: diagnosticsPath, encoding: .utf8)) ?? "" }

    private func look() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(terminal, &bytes, bytes.count)
            guard count > 0 else { return }
            screen += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    /// The terminal gives every key as it is: the program has taken it over.
    func waitUntilItListens(limit: Double = 30) -> Bool {
        wait(limit: limit) { [terminal] in
            var settings = termios()
            return tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ICANON) == 0
        }
    }

    func type(_ keys: [UInt8]) { _ = keys.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) } }

    /// False: it has not come in time.
    func wait(limit: Double = 30, until isDone: () -> Bool) -> Bool {
        let deadline = Date().addingTimeInterval(limit)
        repeat {
            look()
            if isDone() { return true }
            usleep(5000)
        } while Date() < deadline
        return false
    }

    /// The exit code; nil: it goes on.
    func end(limit: Double = 30) -> Int32? {
        guard wait(limit: limit, until: { [process] in !process.isRunning }) else { return nil }
        look()
        return process.terminationStatus
    }

    /// Keys are as they were before the program began.
    var isRestored: Bool {
        var settings = termios()
        return tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO)
    }
}
