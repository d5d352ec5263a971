import Foundation

@testable import Commands

/// One execution that the fuzzer made: files in a folder, and the command line that reads them.
struct FuzzCase {
    /// Name and content of each file, written into an empty folder.
    var files: [(name: String, bytes: [UInt8])]
    /// Arguments, relative to that folder.
    var arguments: [String]
    /// Interrupt the process after so many seconds: what still runs then is working, not hanging.
    var patience: Double?

    /// What went wrong with the program as a process, or nil if it behaved.
    func failure(in scratch: ScratchFolder) throws -> String? {
        try write(into: scratch.path)
        // 3 GB of address space, and 20 seconds of processor time: what needs more has run away.
        let limits = "ulimit -v 3000000; ulimit -t 20; exec \"$TRAPLINE\" \"$@\""
        let running = try RunningTrapline(
            ["-c", limits, "trapline"] + arguments, program: "/bin/sh", folder: scratch.path)
        running.send("input\n")
        if let patience {
            let deadline = Date().addingTimeInterval(patience)
            while running.process.isRunning, Date() < deadline { usleep(2000) }
            if running.process.isRunning { running.interrupt() }
        }
        return judge(running.finish(limit: 25))
    }

    /// The same inside this process, which is quicker; a crash takes the test run with it. `log` then still tells what
    /// was being done, as a fixture of the name "last".
    func failureInside(_ scratch: ScratchFolder, log: Bool) throws -> String? {
        try write(into: scratch.path)
        if log { try keep(as: "last", because: "the process ended here") }
        let start = Date()
        let deadline = start.addingTimeInterval(patience ?? 60)
        let outcome = trapline(
            arguments, input: "input\n", folder: scratch.path, interruption: Interruption { Date() > deadline })
        return judge(
            TraplineProcess.Outcome(
                code: outcome.status.code, wasKilled: Date().timeIntervalSince(start) > 60, output: outcome.output,
                diagnostics: outcome.diagnostics))
    }

    private func write(into folder: String) throws {
        for file in files {
            let path = folder + "/" + file.name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(file.bytes).write(to: URL(fileURLWithPath: path))
        }
    }

    private func judge(_ outcome: TraplineProcess.Outcome) -> String? {
        if outcome.wasKilled { return "did not end" }
        if outcome.code > 128, outcome.code != 130 {
            return "died of signal \(outcome.code - 128): \(outcome.diagnostics.prefix(300))"
        }
        if outcome.code == 70 { return "internal fault: \(outcome.diagnostics.prefix(300))" }
        let known: Set<Int32> = [0, 1, 3, 64, 65, 66, 74, 124, 125, 130]
        // `run` passes the guest's own status through; nobody else may invent one.
        if !known.contains(outcome.code), arguments.first != "run" { return "exit code \(outcome.code)" }
        if [64, 65, 66].contains(outcome.code) {
            if outcome.diagnostics.isEmpty { return "exit code \(outcome.code) without a word" }
            if arguments.first != "run", !outcome.output.isEmpty, arguments.first != "check" {
                return "exit code \(outcome.code), yet it answered: \(outcome.output.prefix(200))"
            }
        }
        return nil
    }

    /// Keeps the case as a fixture: its files, and its arguments one a line.
    func keep(as name: String, because reason: String) throws {
        let folder = FuzzCase.fixtures + "/" + name
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(into: folder)
        try arguments.joined(separator: "\n").write(toFile: folder + "/ARGUMENTS", atomically: true, encoding: .utf8)
        try (reason + "\n").write(toFile: folder + "/REASON", atomically: true, encoding: .utf8)
    }

    static let fixtures = repositoryRoot + "/Tests/CommandsTests/Fixtures/fuzz"

    /// A case that was kept.
    init(keptAs name: String) throws {
        let folder = FuzzCase.fixtures + "/" + name
        arguments = try String(contentsOfFile: folder + "/ARGUMENTS", encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        files = []
        for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            guard path != "ARGUMENTS", path != "REASON" else { continue }
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder)
            if !isThere || isFolder.boolValue { continue }
            files.append((path, Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path)))))
        }
        patience = 5
    }

    init(files: [(name: String, bytes: [UInt8])], arguments: [String], patience: Double? = nil) {
        self.files = files
        self.arguments = arguments
        self.patience = patience
    }
}
