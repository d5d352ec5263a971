import CHostProbe
import Glibc
import ISALanguage
import OpcodeNotation

@testable import Probing
@testable import X86Core

/// One way in which core and host differ, with the first case that showed it.
struct Finding: CustomStringConvertible {
    var name: String
    var parts: String
    var text: String
    var count = 1

    var description: String { "\(count)× \(name): \(parts)\n\(text)" }
}

/// What a comparison came to.
struct ComparisonReport {
    var cases = 0
    var kinds: [ComparedCode.Kind: Int] = [:]
    /// Encodings of records that were executed as they are written.
    var encodings: Set<Int> = []
    /// By the exception that ended the case; a breakpoint stands behind every one.
    var outcomes: [Int: Int] = [:]
    var equal = 0
    /// By reason.
    var explained: [String: Int] = [:]
    var findings: [String: Finding] = [:]
    var seconds = 0.0

    var differences: Int { findings.values.reduce(0) { $0 + $1.count } }

    var summary: String {
        var lines = [
            "\(cases) cases, \(encodings.count) encodings, \(equal) equal, \(differences) different, "
                + "\(Int(Double(cases) / max(seconds, 0.001))) a second"
        ]
        for kind in ComparedCode.Kind.allCases { lines.append("  \(kind.rawValue): \(kinds[kind] ?? 0)") }
        for (vector, count) in outcomes.sorted(by: { $0.key < $1.key }) {
            lines.append("  ended by \(Allowances.name(vector)): \(count)")
        }
        for (reason, count) in explained.sorted(by: { $0.key < $1.key }) { lines.append("  \(reason): \(count)") }
        for finding in findings.values.sorted(by: { $0.count > $1.count }) { lines.append(finding.description) }
        return lines.joined(separator: "\n")
    }
}

/// The same instructions in the same state, on the host's processor and on the core.
final class HostComparison {
    let harness: ProbeHarness
    let processor: HostProcessor
    private let twin: GuestTwin
    private let decoding: Decoding
    private(set) var source: CaseSource
    private var report = ComparisonReport()
    private var batches: [[ComparedCode]]
    private var random: SplitMix64
    private var doubtful: [DoubtfulCase] = []
    private var isRepeating = false
    let unbound: [UnboundEncoding]

    /// - Parameter only: mnemonics; empty: all.
    init(_ description: MachineDescription, _ decoding: Decoding, seed: UInt64, only: Set<String> = []) throws {
        processor = HostProcessor()
        harness = try ProbeHarness(processor)
        self.decoding = decoding
        let binding = RecordBinding(description, processor, only: only)
        unbound = binding.unbound
        source = CaseSource(
            description, processor, decoding, bound: binding.bound, leftOut: Allowances.answeredByKernel,
            layout: harness.layout, seed: seed)
        twin = GuestTwin(decoding: decoding, layout: harness.layout)
        random = SplitMix64(seed: seed &+ 3)
        batches = Array(repeating: [], count: Int(TRAPLINE_PROBE_BATCHES))
    }

    func run(count: Int) throws -> ComparisonReport {
        let start = Self.seconds()
        var batch = 0
        var waiting: [Int] = []
        while report.cases < count {
            fill(batch)
            harness.submit(batch, Int(TRAPLINE_PROBE_CASES))
            waiting.append(batch)
            if waiting.count == batches.count { try finish(waiting.removeFirst()) }
            batch = (batch + 1) % batches.count
        }
        for batch in waiting { try finish(batch) }
        try repeatDoubtful(from: batch)
        report.seconds = Self.seconds() - start
        return report
    }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func fill(_ batch: Int) {
        batches[batch].removeAll(keepingCapacity: true)
        for index in 0..<Int(TRAPLINE_PROBE_CASES) {
            let code = source.code(at: harness.address(batch, index))
            let state = harness.before(batch, index)
            state.rip = harness.place(code.bytes, batch, index)
            source.fill(state, code)
            batches[batch].append(code)
        }
    }

    private func finish(_ batch: Int) throws {
        var lost: [Int: String] = [:]
        while case .lost(let index, let how) = harness.wait(batch) {
            lost[index] = how
            try harness.start(batch: batch, position: index + 1)
        }
        for (index, code) in batches[batch].enumerated() { place(code.bytes, batch, index) }
        for (index, code) in batches[batch].enumerated() {
            compare(code, batch, index, lost[index], isSingle: random.oneIn(2))
        }
    }

    /// A case that differed, to be executed once more with nothing beside it: some see what stands in other places, or
    /// are disturbed by a task switch.
    private struct DoubtfulCase {
        var code: ComparedCode
        var batch: Int
        var index: Int
        var before: [UInt8]
        var isSingle: Bool
    }

    private func repeatDoubtful(from next: Int) throws {
        let cases = doubtful
        doubtful = []
        isRepeating = true
        var turn = next
        let breakpoints = [UInt8](repeating: 0xCC, count: 1)
        for batch in 0..<batches.count {
            for index in 0..<Int(TRAPLINE_PROBE_CASES) {
                harness.before(batch, index).rip = harness.place(breakpoints, batch, index)
                place(breakpoints, batch, index)
            }
        }
        for one in cases {
            while turn != one.batch {
                harness.submit(turn, 1)
                guard case .done = harness.wait(turn) else { return }
                turn = (turn + 1) % batches.count
            }
            _ = harness.place(one.code.bytes, one.batch, one.index)
            place(one.code.bytes, one.batch, one.index)
            let before = harness.before(one.batch, one.index)
            one.before.withUnsafeBytes { _ = memcpy(before.base, $0.baseAddress!, $0.count) }
            harness.submit(one.batch, one.index + 1)
            var lost: String?
            while case .lost(let index, let how) = harness.wait(one.batch) {
                lost = how
                try harness.start(batch: one.batch, position: index + 1)
            }
            compare(one.code, one.batch, one.index, lost, isSingle: one.isSingle)
            before.rip = harness.place(breakpoints, one.batch, one.index)
            place(breakpoints, one.batch, one.index)
            turn = (turn + 1) % batches.count
        }
    }

    /// The same bytes at the same address for the core.
    private func place(_ bytes: [UInt8], _ batch: Int, _ index: Int) {
        var whole = [UInt8](repeating: 0xCC, count: Int(TRAPLINE_PROBE_CODE))
        whole.replaceSubrange(Int(TRAPLINE_PROBE_START)..<Int(TRAPLINE_PROBE_START) + bytes.count, with: bytes)
        twin.place(whole, at: harness.address(batch, index) - UInt64(TRAPLINE_PROBE_START))
    }

    private func compare(_ code: ComparedCode, _ batch: Int, _ index: Int, _ lost: String?, isSingle: Bool) {
        let before = harness.before(batch, index)
        // Both ways of running: blocks, and one instruction at a time.
        twin.processor.blockLimit = isSingle ? 1 : 48
        let guest = twin.run(from: before, limit: 20_000)
        let record = harness.record(batch, index)
        let host = ReachedState(
            HostCase(
                after: harness.after(batch, index), isSystemCall: record.pointee.signal == SIGSYS,
                vector: record.pointee.vector, error: record.pointee.error,
                faultAddress: record.pointee.fault_address), harness.layout)
        if !isRepeating {
            report.cases += 1
            report.kinds[code.kind, default: 0] += 1
            if let made = code.made { report.encodings.insert(made) }
            report.outcomes[host.outcome.vector, default: 0] += 1
        }
        if let lost { return note(code, ["the host: \(lost)"], before, host, guest) }
        let allowances = Allowances(code, decoding, processor, before: before, host: host, guest: guest)
        let parts = allowances.differences()
        if parts.isEmpty {
            report.equal += 1
        } else if let reason = allowances.reason(parts) {
            report.explained[reason, default: 0] += 1
        } else if !isRepeating {
            let bytes = [UInt8](
                UnsafeRawBufferPointer(start: before.base, count: MemoryLayout<trapline_probe_state>.size))
            doubtful.append(DoubtfulCase(code: code, batch: batch, index: index, before: bytes, isSingle: isSingle))
        } else {
            note(code, parts, before, host, guest, isSingle: isSingle)
        }
    }

    private func note(
        _ code: ComparedCode, _ parts: [String], _ before: HostState, _ host: ReachedState, _ guest: ReachedState,
        isSingle: Bool = false
    ) {
        let kinds = Set(parts.map { $0.split(separator: " ").first.map(String.init) ?? $0 }).sorted().joined(separator: ",")
        func hex(_ value: UInt64) -> String { String(value, radix: 16) }
        var name = code.kind == .sequence ? code.mnemonics.last ?? "" : code.name
        if code.mnemonics.isEmpty { name += " " + code.bytes.prefix(3).map { hex(UInt64($0)) }.joined(separator: " ") }
        let key = name + kinds + (code.isNarrow ? "n" : "")
        if report.findings[key] != nil {
            report.findings[key]?.count += 1
            return
        }
        var text = "    \(code.kind.rawValue): \(code.name) [\(code.bytes.map { hex(UInt64($0)) }.joined(separator: " "))]"
        text += isSingle ? ", one by one" : ""
        text += "\n    host \(host.outcome) rip \(hex(host.rip)) flags \(hex(host.flags))"
        text += "\n    core \(guest.outcome) rip \(hex(guest.rip)) flags \(hex(guest.flags))"
        text += "\n    from rip \(hex(before.rip)) flags \(hex(before.flags)) cw \(hex(UInt64(before.controlWord)))"
        text += " sw \(hex(UInt64(before.statusWord))) tags \(hex(UInt64(before.tags))) mxcsr \(hex(UInt64(before.mxcsr)))\n    "
        text += (0..<16).map { hex(before.general($0)) }.joined(separator: " ")
        for part in parts.prefix(6) { text += "\n    " + part }
        report.findings[key] = Finding(name: name, parts: kinds, text: text)
    }
}
