import ISALanguage
import Testing

@testable import Virtualizability

/// Verdicts follow what a file says, not what it calls things.
@Suite("Random machines: names and mutations")
struct RandomMachinesNameTests {
    /// Names that the checker uses itself, for things of its own.
    private static let awkward = ["address", "detail", "resume", "cell", "place", "inside", "other"]

    private func renamed(_ description: MachineDescription) -> MachineDescription {
        var copy = description
        copy.name = "somebody-else"
        copy.title = "Another"
        for index in copy.state.indices {
            copy.state[index].name = index < Self.awkward.count ? Self.awkward[index] : "c\(99 - index)"
        }
        for index in copy.instructions.indices {
            copy.instructions[index].name = "X\(99 - index)"
            copy.instructions[index].mnemonic = "X\(99 - index)"
        }
        for index in copy.traps.indices { copy.traps[index].name = "t\(99 - index)" }
        return copy
    }

    @Test("The same machine under other names gets the same verdicts")
    func names() throws {
        for seed in 20_000..<20_000 + UInt64(RandomRun.count(40)) {
            let made = try RandomRun.machine(seed)
            let first = Checker(made.description).check()
            let second = Checker(renamed(made.description)).check()
            #expect(first.theorems.map(\.verdict) == second.theorems.map(\.verdict), "\(made.text)")
            #expect(first.policy.map(\.handling) == second.policy.map(\.handling), "\(made.text)")
            #expect(first.monitors.map(\.verdict) == second.monitors.map(\.verdict), "\(made.text)")
            for (a, b) in zip(first.instructions, second.instructions) {
                var (left, right) = (a.classes, b.classes)
                #expect(left.resources.count == right.resources.count)
                (left.resources, right.resources) = ([], [])
                #expect(left == right, "\(a.name)\n\(made.text)")
                #expect(a.direct.verdict == b.direct.verdict && a.direct.manner == b.direct.manner, "\(made.text)")
            }
        }
    }
}
