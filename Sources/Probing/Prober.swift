import CHostProbe
import ISALanguage
import OpcodeNotation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How a host is probed.
public struct ProbeOptions: Sendable {
    public var seed: UInt64
    /// Executions, about.
    public var count: Int
    /// Mnemonics or whole names; empty: all.
    public var only: Set<String>

    public init(seed: UInt64 = 1, count: Int = 200_000, only: Set<String> = []) {
        self.seed = seed
        self.count = count
        self.only = only
    }
}

/// Asks the host's processor whether it does what a machine's file says.
public final class Prober {
    private let description: MachineDescription
    private let processor: HostProcessor
    private let harness: ProbeHarness
    private let binding: RecordBinding
    private let judgement: Judgement
    private let places: HostPlaces
    private var maker: CaseMaker
    private var report: ProbeReport
    private var findings: [FindingKey: Int] = [:]
    private var next = 0
    private let options: ProbeOptions
    private var batches: [[Pair]]

    private struct FindingKey: Hashable {
        var record: Int
        var kind: String
    }

    /// An instruction in two states.
    private struct Pair {
        var encoding: Int
        var chosen: ChosenInstruction
        var prediction: Prediction
    }

    public init(_ description: MachineDescription, options: ProbeOptions = ProbeOptions()) throws(ProbeError) {
        self.description = description
        self.options = options
        processor = HostProcessor()
        harness = try ProbeHarness(processor)
        let table = try Prober.askTables(harness)
        let policy = HostPolicy(processor, refusesTables: table.refuses, emulatesTables: table.emulates)
        places = HostPlaces(description, policy)
        binding = RecordBinding(description, processor, only: Set(options.only.map { $0.lowercased() }))
        let umip = description.state.firstIndex { $0.name == "umip" }.map(StateID.init)
        judgement = Judgement(
            description: description, places: places, layout: harness.layout,
            expectations: HostExpectations(
                vendor: processor.vendor, policy: policy, usesBases: processor.usesBases, umip: umip))
        maker = CaseMaker(description, processor, seed: options.seed)
        report = ProbeReport(processor: processor, policy: policy, seed: options.seed)
        report.unbound = binding.unbound
        report.encodings = binding.bound.count
        report.records = Set(binding.bound.map(\.instruction)).count
        batches = Array(repeating: [], count: Int(TRAPLINE_PROBE_BATCHES))
    }

    /// SGDT tells how the kernel keeps the descriptor tables' addresses from user code.
    private static func askTables(_ harness: ProbeHarness) throws(ProbeError) -> (refuses: Bool, emulates: Bool) {
        let state = harness.before(0, 0)
        memset(state.base, 0, MemoryLayout<trapline_probe_state>.size)
        state.flags = 0x202
        state.setX87(control: 0x037F, status: 0, tags: 0)
        state.setMXCSR(0x1F80)
        state.setGeneral(0, StateLayout.windowAddress)
        // SGDT (%rax)
        state.rip = harness.place([0x0F, 0x01, 0x00], 0, 0)
        harness.submit(0, 1)
        guard case .done = harness.wait(0) else {
            throw ProbeError(
                cause: "the child process ended at its first instruction",
                remedy: "probe on a host whose kernel delivers signals on an alternate stack")
        }
        let observation = Observation(harness.record(0, 0), here: state.rip, length: 3)
        guard case .completed = observation else { return (true, false) }
        let after = harness.after(0, 0)
        let base = after.window.loadUnaligned(fromByteOffset: 2, as: UInt64.self)
        let limit = after.window.loadUnaligned(fromByteOffset: 0, as: UInt16.self)
        // What Linux stores in its place.
        let isInvented = limit == 0 && base == 0xFFFF_FFFF_FFFE_0000
        return (isInvented, isInvented)
    }

    public func run(
        progress: (_ done: Int) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws(ProbeError) -> ProbeReport {
        guard !binding.bound.isEmpty else { return report }
        let start = seconds()
        // The first batch went to SGDT; the child takes them in turn.
        var batch = 1
        var waiting: [Int] = []
        while report.executions < options.count, !isCancelled() {
            fill(batch)
            harness.submit(batch, batches[batch].count * 2)
            waiting.append(batch)
            if waiting.count == batches.count {
                try finish(waiting.removeFirst())
                progress(report.executions)
            }
            batch = (batch + 1) % batches.count
        }
        for batch in waiting { try finish(batch) }
        report.seconds = seconds() - start
        report.wasInterrupted = report.executions < options.count
        return report
    }

    private func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func fill(_ batch: Int) {
        batches[batch].removeAll(keepingCapacity: true)
        var attempts = 0
        while batches[batch].count < ProbeHarness.pairs {
            let number = next % binding.bound.count
            next += 1
            attempts += 1
            let encoding = binding.bound[number]
            let first = batches[batch].count * 2
            guard let chosen = maker.instruction(encoding, at: harness.address(batch, first)) else {
                if attempts > 10_000 { return }
                continue
            }
            let here = harness.place(chosen.bytes, batch, first)
            let state = harness.before(batch, first)
            maker.fill(state)
            state.rip = here
            setSelectors(state)
            let prediction = predict(encoding, chosen, state, here)
            let other = harness.before(batch, first + 1)
            maker.fillAlike(
                other, state, reads: prediction.reads, isWide: encoding.isWide || prediction.readsAnywhere)
            setSelectors(other)
            batches[batch].append(Pair(encoding: number, chosen: chosen, prediction: prediction))
        }
    }

    /// What the harness gives every instruction.
    private func setSelectors(_ state: HostState) {
        for selector in [0, 3, 4, 5] { state.setSelector(selector, 0) }
        state.setSelector(1, 0x33)
        state.setSelector(2, 0x2B)
    }

    private func predict(_ encoding: BoundEncoding, _ chosen: ChosenInstruction, _ state: HostState, _ here: UInt64)
        -> Prediction
    {
        var meaning = PredictingInterpretation(
            description, places, state: state, fields: chosen.fields, forms: chosen.forms,
            openFields: encoding.openFields, here: here, length: chosen.bytes.count)
        _ = description.instructions[encoding.instruction].program.interpret(by: &meaning)
        return meaning.prediction
    }

    private func finish(_ batch: Int) throws(ProbeError) {
        var lost: [Int: String] = [:]
        while case .lost(let index, let how) = harness.wait(batch) {
            lost[index] = how
            try harness.start(batch: batch, position: index + 1)
        }
        for (number, pair) in batches[batch].enumerated() { judge(pair, batch, number * 2, lost) }
    }

    private func judge(_ pair: Pair, _ batch: Int, _ index: Int, _ lost: [Int: String]) {
        let encoding = binding.bound[pair.encoding]
        let here = harness.address(batch, index)
        let observations = (0..<2).map { offset in
            lost[index + offset].map(Observation.lost)
                ?? Observation(harness.record(batch, index + offset), here: here, length: pair.chosen.bytes.count)
        }
        report.executions += 2
        for observation in observations {
            switch observation {
            case .completed: report.completed += 1
            default: report.traps[observation.kind, default: 0] += 1
            }
        }
        if encoding.isAbsent {
            for observation in observations {
                if case .trapped = observation {
                    report.absent += 1
                } else {
                    report.absentTaken[description.instructions[encoding.instruction].mnemonic, default: 0] += 1
                }
            }
            return
        }
        let before = harness.before(batch, index)
        let after = harness.after(batch, index)
        let otherBefore = harness.before(batch, index + 1)
        let otherAfter = harness.after(batch, index + 1)
        take(
            judgement.verdict(encoding, pair.chosen, pair.prediction, observations[0], before: before, after: after),
            pair,
            before, after)
        // The second state has a prediction of its own, but for what is read: that is the same.
        let otherPrediction = predict(encoding, pair.chosen, otherBefore, here)
        let other = judgement.verdict(
            encoding, pair.chosen, otherPrediction, observations[1], before: otherBefore, after: otherAfter)
        if case .agrees = other, case .lost = observations[0] {
            take(other, pair, otherBefore, otherAfter)
        } else if case .agrees = other {
            var verdict = judgement.verdict(
                encoding, pair.prediction, first: (before, after, observations[0]),
                second: (otherBefore, otherAfter, observations[1]))
            let instruction = description.instructions[encoding.instruction]
            if case .disagrees = verdict, let reason = judgement.expectations.reasonForChange(instruction) {
                verdict = .explained(reason)
            }
            take(verdict, pair, otherBefore, otherAfter)
        } else {
            take(other, pair, otherBefore, otherAfter)
        }
    }

    private func take(_ verdict: Judgement.Verdict, _ pair: Pair, _ before: HostState, _ after: HostState) {
        switch verdict {
        case .agrees: report.agreed += 1
        case .explained(let reason): report.explained[reason, default: 0] += 1
        case .disagrees(let disagreement):
            let encoding = binding.bound[pair.encoding]
            let key = FindingKey(record: encoding.instruction, kind: disagreement.kind)
            if let known = findings[key] {
                report.findings[known].count += 1
                return
            }
            findings[key] = report.findings.count
            report.findings.append(
                ProbeFinding(
                    record: description.instructions[encoding.instruction].name, opcode: encoding.text,
                    kind: disagreement.kind, expected: disagreement.expected, observed: disagreement.observed,
                    bytes: pair.chosen.bytes, state: StateText.lines(before, after), count: 1))
        }
    }
}

/// A state in words, for findings.
enum StateText {
    static func lines(_ before: HostState, _ after: HostState) -> [String] {
        var lines: [String] = []
        for register in 0..<16 {
            let (old, new) = (before.general(register), after.general(register))
            lines.append(
                "\(HostNames.general[register]) \(hexadecimal(old))" + (old == new ? "" : " -> \(hexadecimal(new))"))
        }
        let (old, new) = (before.flags, after.flags)
        lines.append("RFLAGS \(hexadecimal(old))" + (old == new ? "" : " -> \(hexadecimal(new))"))
        lines.append("RIP \(hexadecimal(before.rip)) -> \(hexadecimal(after.rip))")
        return lines
    }
}
