import Foundation
import ISALanguage
import Testing

@testable import Probing

/// Why this host cannot be asked, or nil. Not every container allows a process to filter its own system calls.
private let refusal: String? = {
    do throws(ProbeError) {
        _ = try ProbeHarness(HostProcessor())
        return nil
    } catch {
        return error.cause
    }
}()

@Suite("The host's processor against a file", .enabled(if: refusal == nil, "this host cannot be probed"))
struct ProbingTests {
    private func probe(
        _ description: MachineDescription, count: Int, seed: UInt64 = 7, only: Set<String> = []
    ) throws -> ProbeReport {
        try Prober(description, options: ProbeOptions(seed: seed, count: count, only: only)).run()
    }

    private func text(_ findings: [ProbeFinding]) -> String {
        findings.map {
            "\($0.record) (\($0.opcode)): \($0.kind) x \($0.count), \($0.bytes): \($0.expected); \($0.observed)"
        }
        .joined(separator: "\n")
    }

    @Test func theHostDoesWhatTheFileSays() throws {
        let report = try probe(MiniMachine.description(), count: 4000)
        #expect(report.findings.isEmpty, "\(text(report.findings))")
        #expect(report.unbound.isEmpty)
        #expect(report.executions >= 4000)
        #expect(report.completed > 1500)
        #expect(report.traps["#GP", default: 0] > 300)
        #expect(report.traps["#UD", default: 0] > 0)
        #expect(report.traps["called the system", default: 0] > 0)
        #expect(report.absent > 0)
    }

    /// A file that is wrong in one place, and how that is found out.
    struct Mistake: Sendable, CustomStringConvertible {
        var record: String
        var from: String
        var to: String
        var kind: String

        var description: String { "\(record): \(kind)" }
    }

    static let mistakes = [
        Mistake(record: "RDTSC", from: "when tsd = 1 and cpl != 0", to: "when cpl != 0", kind: "does not trap"),
        Mistake(
            record: "POPFQ", from: "abstract flags, tf, df, nt, ac, id from e[r[rsp]]", to: "nothing",
            kind: "changes flags"),
        Mistake(
            record: "POPFQ", from: "abstract flags, tf, df, nt, ac, id from e[r[rsp]]",
            to: "abstract flags, tf, df, nt, ac, id from nothing", kind: "depends on something that is not read"),
        Mistake(
            record: "LAHF", from: "(flags[7..0] | 2)", to: "flags[7..0]",
            kind: "another value in a general register"),
        Mistake(
            record: "HLT", from: "when cpl != 0\n\ninstructions", to: "when cpl = 0\n\ninstructions",
            kind: "traps with #GP"),
        Mistake(
            record: "ADC8 reg8,rm8", from: "r[byte-register(reg8)], y, flags", to: "r[byte-register(reg8)], y",
            kind: "depends on something that is not read"),
        Mistake(
            record: "ADD rm,reg", from: "abstract e[address(rm)], flags from e[address(rm)], r[reg]",
            to: "abstract flags from e[address(rm)], r[reg]", kind: "changes storage"),
        Mistake(
            record: "ADDPS xmm,xmm/m", from: "v[d], vector(rm), mxcsr\n\ninstruction \"LDMXCSR",
            to: "v[d], mxcsr\n\ninstruction \"LDMXCSR",
            kind: "vector register depends"),
        Mistake(record: "VZEROALL", from: "for i in 0..15", to: "for i in 0..14", kind: "changes a vector register"),
        Mistake(
            record: "JZ target", from: "rip <- next + sext(target, 64)\n\ninstruction \"CALL",
            to: "rip <- next + sext(target, 64) + 1\n\ninstruction \"CALL", kind: "goes on elsewhere"),
        Mistake(
            record: "SYSCALL", from: "trap system-call", to: "trap invalid-opcode", kind: "calls the system"),
        Mistake(
            record: "FLD1", from: "abstract st[top - 1], fpsw", to: "abstract st[top], fpsw",
            kind: "changes an x87 register"),
    ]

    @Test("A wrong file is found out", arguments: mistakes)
    func mistake(_ mistake: Mistake) throws {
        let description = try MiniMachine.description(replacing: [(mistake.from, mistake.to)])
        let record = try #require(description.instructions.first { $0.name == mistake.record })
        let features = HostProcessor().features
        guard record.requirements.allSatisfy(features.contains) else { return }
        let report = try probe(description, count: 1200, only: [mistake.record])
        #expect(
            report.findings.contains { $0.record == mistake.record && $0.kind.contains(mistake.kind) },
            "\(text(report.findings))")
    }

    @Test func theSameSeedFindsTheSame() throws {
        let wrong = try MiniMachine.description(replacing: [
            ("abstract flags, tf, df, nt, ac, id from e[r[rsp]]", "nothing")
        ])
        let reports = try (0..<2).map { _ in try probe(wrong, count: 600, seed: 5, only: ["popfq"]) }
        #expect(reports[0].findings.map(\.bytes) == reports[1].findings.map(\.bytes))
        #expect(reports[0].findings.map(\.state) == reports[1].findings.map(\.state))
        #expect(!reports[0].findings.isEmpty)
    }

    /// Whatever the instruction does to the child, the next one is executed as if nothing had been.
    @Test func theHarnessOutlivesItsChild() throws {
        let harness = try ProbeHarness(HostProcessor())
        func prepare(_ index: Int, _ bytes: [UInt8]) -> UInt64 {
            let state = harness.before(0, index)
            memset(state.base, 0, MemoryLayout.size(ofValue: harness.record(0, index).pointee.before))
            state.flags = 0x202
            state.setX87(control: 0x037F, status: 0, tags: 0)
            state.setMXCSR(0x1F80)
            // exit_group(9), were it let through
            state.setGeneral(0, 231)
            state.setGeneral(7, 9)
            state.rip = harness.place(bytes, 0, index)
            return state.rip
        }
        // A loop, a system call, and nothing.
        let loop = prepare(0, [0xEB, 0xFE])
        let call = prepare(1, [0x0F, 0x05])
        let nothing = prepare(2, [0x90])
        #expect(loop < call)
        harness.submit(0, 3)
        guard case .lost(let index, let how) = harness.wait(0) else {
            Issue.record("a loop came back")
            return
        }
        #expect(index == 0)
        #expect(how == "does not come back")
        try harness.start(batch: 0, position: 1)
        guard case .done = harness.wait(0) else {
            Issue.record("the child did not come back")
            return
        }
        #expect(Observation(harness.record(0, 1), here: call, length: 2) == .calledSystem)
        #expect(Observation(harness.record(0, 2), here: nothing, length: 1) == .completed(next: nothing + 1))
    }
}
