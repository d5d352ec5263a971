import Foundation

/// The built executable, run as users run it.
struct TraplineProcess {
    struct Outcome {
        /// The exit code; a signal's number with 128 added, as shells say it.
        var code: Int32
        var wasKilled: Bool
        var output: String
        var diagnostics: String
    }

    /// Beside the test bundle, where the package manager puts both.
    static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("trapline").path

    /// Runs to the end; kills it after `limit` seconds, which shows as `wasKilled`.
    static func run(
        _ arguments: [String], input: String = "", folder: String? = nil, limit: Double = 60
    ) throws -> Outcome {
        let running = try RunningTrapline(arguments, folder: folder)
        running.send(input)
        return running.finish(limit: limit)
    }

    /// Runs a shell script in which `$TRAPLINE` is the executable.
    static func shell(_ script: String, folder: String? = nil, limit: Double = 60) throws -> Outcome {
        let running = try RunningTrapline(["-c", script], program: "/bin/bash", folder: folder)
        running.send("")
        return running.finish(limit: limit)
    }
}

/// A process that is still going.
final class RunningTrapline {
    let process = Process()
    private let input = Pipe()
    private let output: URL
    private let diagnostics: URL
    private let scratch: ScratchFolder

    init(_ arguments: [String], program: String = TraplineProcess.executable, folder: String? = nil) throws {
        scratch = try ScratchFolder()
        output = URL(fileURLWithPath: try scratch.file("out", ""))
        diagnostics = URL(fileURLWithPath: try scratch.file("err", ""))
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "TRAPLINE": TraplineProcess.executable, "TRAPLINE_ISA": repositoryRoot + "/ISA",
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: folder ?? repositoryRoot)
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: diagnostics)
        try process.run()
    }

    /// Writes to the process's input and closes it. A process that has ended by then is no harm: the signal that comes
    /// of it is taken from this thread, and the process's children inherit nothing.
    func send(_ text: String) {
        var pipeSignal = sigset_t()
        var before = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
        try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try? input.fileHandleForWriting.close()
        var now = timespec()
        sigtimedwait(&pipeSignal, nil, &now)
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    /// What has been printed so far.
    var printed: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    func interrupt() { kill(process.processIdentifier, SIGINT) }

    /// Waits until the process catches SIGINT itself: an earlier one would end it as it ends any
    /// program. The kernel shows the mask of caught signals, bit 0 for signal 1.
    func waitUntilItListens(limit: Double = 20) {
        let deadline = Date().addingTimeInterval(limit)
        while process.isRunning, Date() < deadline {
            let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
            let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
            if let caught, let mask = UInt64(caught, radix: 16), mask >> UInt64(SIGINT - 1) & 1 == 1 { return }
            usleep(2000)
        }
    }

    func finish(limit: Double) -> TraplineProcess.Outcome {
        let deadline = Date().addingTimeInterval(limit)
        while process.isRunning, Date() < deadline { usleep(5000) }
        let isLate = process.isRunning
        if isLate { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return TraplineProcess.Outcome(
            code: process.terminationStatus + (isSignal ? 128 : 0), wasKilled: isLate,
            output: String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self),
            diagnostics: String(decoding: (try? Data(contentsOf: diagnostics)) ?? Data(), as: UTF8.self))
    }
}
