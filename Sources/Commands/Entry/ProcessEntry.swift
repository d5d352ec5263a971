#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The process's whole life: signals, arguments, command, exit code.
public func traplineMain() -> Never {
    Interruption.install()
    let context = Context.process(environment: processEnvironment())
    let status = runTrapline(arguments: Array(CommandLine.arguments.dropFirst()), in: context)
    // `_exit` after an explicit flush: the memory of a large machine need not be taken apart first.
    _exit(status.code)
}

/// The variables that commands look at.
private func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    let ours = [
        "TRAPLINE_ISA", "TRAPLINE_LESSONS", "TRAPLINE_LESSONS_WORK", "NO_COLOR", "TERM", "COLUMNS", "PATH", "HOME", "XDG_CACHE_HOME",
    ]
    // What programs that we start look at: apt.
    let theirs = ["TMPDIR", "APT_CONFIG", "http_proxy", "https_proxy", "no_proxy", "all_proxy"]
    for name in ours + theirs {
        if let value = getenv(name) { result[name] = String(cString: value) }
    }
    return result
}
