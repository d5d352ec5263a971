import CHostProbe
import ISALanguage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why the host cannot be probed.
public struct ProbeError: Error, Sendable {
    public var cause: String
    public var remedy: String
}

/// The child process and the memory shared with it; batches go through it in turn.
final class ProbeHarness {
    // Safety: owned, freed in deinit.
    private let probe: OpaquePointer
    let layout: StateLayout
    let usesBases: Bool
    static let pairs = Int(TRAPLINE_PROBE_CASES) / 2

    init(_ processor: HostProcessor) throws(ProbeError) {
        guard trapline_probe_is_supported() != 0 else {
            throw ProbeError(
                cause: "this program runs neither on Linux nor on an x86-64 processor",
                remedy: "probe on a host with Linux on x86-64: its processor is what is asked")
        }
        guard let probe = trapline_probe_new() else {
            throw ProbeError(
                cause: "the system gives no memory to share: \(ProbeHarness.systemText(errno))",
                remedy: "free some memory")
        }
        self.probe = probe
        layout = StateLayout(processor)
        usesBases = processor.usesBases
        try start(batch: 0, position: 0)
    }

    deinit { trapline_probe_free(probe) }

    static func systemText(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }

    func start(batch: Int, position: Int) throws(ProbeError) {
        let code = trapline_probe_start(probe, usesBases ? 1 : 0, Int32(batch), Int32(position))
        guard code != 0 else { return }
        let what = String(cString: trapline_probe_failure(probe))
        let remedies = [
            "seccomp":
                "allow programs to filter their own system calls (a container may refuse it: seccomp=unconfined)",
            "executable memory": "allow memory that is shared and executable (SELinux: execmem)",
            "fork": "allow more processes (ulimit -u)",
        ]
        throw ProbeError(
            cause: "the child process cannot be set up: \(what): \(ProbeHarness.systemText(code))",
            remedy: remedies[what] ?? "probe on a host that allows it")
    }

    func record(_ batch: Int, _ index: Int) -> UnsafeMutablePointer<trapline_probe_case> {
        trapline_probe_cases(probe, Int32(batch)) + index
    }

    func before(_ batch: Int, _ index: Int) -> HostState {
        HostState(base: UnsafeMutableRawPointer(record(batch, index)), layout: layout)
    }

    func after(_ batch: Int, _ index: Int) -> HostState {
        HostState(
            base: UnsafeMutableRawPointer(record(batch, index)) + MemoryLayout<trapline_probe_case>.offset(
                of: \.after)!,
            layout: layout)
    }

    /// Puts an instruction into its place, with breakpoints around it, and gives its address.
    func place(_ bytes: [UInt8], _ batch: Int, _ index: Int) -> UInt64 {
        let code = trapline_probe_code(probe, Int32(batch), Int32(index))!
        memset(code, 0xCC, Int(TRAPLINE_PROBE_CODE))
        for (offset, byte) in bytes.enumerated() { code[Int(TRAPLINE_PROBE_START) + offset] = byte }
        return address(batch, index)
    }

    func address(_ batch: Int, _ index: Int) -> UInt64 {
        trapline_probe_code_address(Int32(batch), Int32(index)) + UInt64(TRAPLINE_PROBE_START)
    }

    func submit(_ batch: Int, _ count: Int) { trapline_probe_submit(probe, Int32(batch), Int32(count)) }

    enum Waiting {
        case done
        case lost(index: Int, how: String)
    }

    /// Waits for a batch; a child that has died, or does not come on, is ended. Its own processor time counts: on a
    /// busy host it may have to wait.
    func wait(_ batch: Int) -> Waiting {
        var last = (-1, -1)
        var since = 0.0
        var rounds = 0
        while true {
            switch trapline_probe_wait(probe, Int32(batch), 20) {
            case 1: return .done
            case 0:
                let now = (Int(trapline_probe_batch(probe)), Int(trapline_probe_position(probe)))
                let seconds = trapline_probe_seconds(probe)
                rounds += 1
                if now != last { (last, since, rounds) = (now, seconds, 0) }
                // The second limit is for a child that sleeps.
                if seconds - since < 0.5, rounds < 1500 { continue }
                trapline_probe_stop(probe)
                return .lost(index: now.1, how: "does not come back")
            default:
                let end = trapline_probe_end(probe)
                let how =
                    end & 0x7F == 0
                    ? "ends the process with status \(end >> 8 & 0xFF)" : "kills the process (signal \(end & 0x7F))"
                return .lost(index: Int(trapline_probe_position(probe)), how: how)
            }
        }
    }
}
