#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Another program, run to its end. What it prints goes into files, so that it never waits for us to read.
struct ChildProcess {
    struct Outcome {
        /// Its exit code; a signal's number with 128 added, as shells say it.
        var code: Int32
        var output: String
        var diagnostics: String
    }

    /// The program's path.
    let program: String
    let arguments: [String]
    /// Where it works, and where `stdout` and `stderr` are kept while it runs.
    let folder: String
    let environment: [String: String]

    /// Waits for the program's end, and calls `meanwhile` twenty times a second. A first Ctrl-C ends the program, too.
    func run(meanwhile: () -> Void = {}, interruption: Interruption) throws -> Outcome {
        let output = Path.join(folder, ".stdout-\(getpid())")
        let diagnostics = Path.join(folder, ".stderr-\(getpid())")
        defer {
            removeFile(output)
            removeFile(diagnostics)
        }
        let child = try start(output: output, diagnostics: diagnostics)
        var status: Int32 = 0
        while true {
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child { break }
            if ended < 0, errno != EINTR {
                throw Failure(.internalFault, "cannot wait for \(Path.lastName(program)): \(systemMessage(errno))")
            }
            if interruption.isRequested {
                kill(child, SIGTERM)
                while waitpid(child, &status, 0) < 0, errno == EINTR {}
                throw Failure.interrupted
            }
            meanwhile()
            usleep(50_000)
        }
        // The macros of sys/wait.h: the low seven bits are the signal, the next byte the exit code.
        let signal = status & 0x7F
        func text(_ path: String) -> String {
            String(decoding: (try? readFile(path, what: "the program's output")) ?? [], as: UTF8.self)
        }
        return Outcome(
            code: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: text(output),
            diagnostics: text(diagnostics))
    }

    private func start(output: String, diagnostics: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, diagnostics, flags, 0o600)
        // The shell changes the folder in the child only, and is gone once the program runs.
        let shell = ["/bin/sh", "-c", "cd -- \"$0\" && exec \"$@\"", folder, program]
        var words: [UnsafeMutablePointer<CChar>?] = (shell + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for word in words + variables { free(word) }
        }
        var child = pid_t()
        let code = posix_spawn(&child, shell[0], &actions, nil, &words, &variables)
        guard code == 0 else {
            throw Failure(
                .inputOutput, "cannot run \(quoted(program)) in \(quoted(folder)): \(systemMessage(code))",
                remedy: "check that the program may be executed, and that the folder may be written to")
        }
        return child
    }
}
