import ISALanguage
import Testing

@testable import Virtualizability

/// The theorem as a property: wherever the condition holds, the squares hold. The naive extension of the 1974
/// definitions fails this test within a few hundred instructions.
@Suite("Random small machines")
struct RandomMachineTests {
    static let condition = Condition(theorem: .first, reading: .extended, policy: .best)

    /// Sixteen instructions on a machine.
    private func checker(_ seed: UInt64, options: CheckerOptions = CheckerOptions()) throws -> Checker {
        var bodies = BodyGenerator(seed: seed)
        let checker = Checker(
            try SmallMachine.load((0..<16).map { _ in bodies.body() }), options: options)
        checker.conditions.context.relocatesInAnyMode = checker.relocatesInAnyMode()
        return checker
    }

    @Test("The condition implies the direct square, and no sampled state contradicts it", arguments: 0..<60)
    func conditionImpliesSquares(_ seed: Int) throws {
        let checker = try checker(UInt64(seed) &* 7919 &+ 1)
        var holding = 0
        for index in checker.description.instructions.indices {
            let verdict = checker.conditions.verdict(index, Self.condition)
            guard verdict == .holds else {
                #expect(verdict == .refuted, "\(checker.description.instructions[index].name): \(verdict)")
                continue
            }
            holding += 1
            let query = checker.conditions.query(.instruction(index), Property(.direct, .best))
            #expect(checker.decider.answer(query).verdict == .holds, "\(describe(checker, index))")
            let sampled = sampledCounterexample(checker, query, index, seed: UInt64(seed))
            #expect(sampled == nil, "\(describe(checker, index))")
        }
        // The five fixed instructions always meet it.
        #expect(holding >= 5)
    }

    @Test("The interpreter routines of random instructions commute with the map", arguments: 0..<12)
    func interpreterSquares(_ seed: Int) throws {
        let checker = try checker(UInt64(seed) &* 104_729 &+ 5)
        for index in checker.description.instructions.indices {
            let answer = checker.conditions.answer(.instruction(index), Property(.interpreter, .best))
            #expect(answer.verdict == .holds, "\(describe(checker, index))")
        }
    }

    /// What is refuted is refuted in numbers: every answer with a counterexample has been confirmed by the reference
    /// evaluator, and where the direct square fails so does the condition.
    @Test("A refuted square means a refuted condition", arguments: 100..<120)
    func refutedSquares(_ seed: Int) throws {
        let checker = try checker(UInt64(seed) &* 7919 &+ 1)
        for index in checker.description.instructions.indices {
            let square = checker.conditions.verdict(.instruction(index), Property(.direct, .best))
            #expect(square == .holds || square == .refuted)
            if square == .refuted {
                #expect(checker.conditions.verdict(index, Self.condition) == .refuted, "\(describe(checker, index))")
            }
        }
    }

    private func describe(_ checker: Checker, _ index: Int) -> String {
        let instruction = checker.description.instructions[index]
        return "\(instruction.name), line \(instruction.location.line)"
    }

    /// Brute force: random related states, without any term or solver.
    private func sampledCounterexample(
        _ checker: Checker, _ query: Query, _ index: Int, seed: UInt64
    ) -> ConcreteCase? {
        let replay = checker.decider.replay(query)
        var pairs = RandomPairs(checker.description, replay: replay, seed: seed &+ UInt64(index))
        for _ in 0..<60 {
            if let pair = pairs.pair(executing: index), replay.confirms(pair) { return pair }
        }
        return nil
    }
}

/// Random pairs in the relation, by construction.
struct RandomPairs {
    let description: MachineDescription
    let replay: Replay
    var sampler: StateSampler
    var generator: SplitMix64

    init(_ description: MachineDescription, replay: Replay, seed: UInt64) {
        self.description = description
        self.replay = replay
        sampler = StateSampler(description, seed: seed, size: 8)
        generator = SplitMix64(seed: seed ^ 0x5eed)
    }

    mutating func pair(executing index: Int) -> ConcreteCase? {
        let extent = 4 + generator.below(5)
        let origin = generator.below(8 - extent + 1)
        var virtual = sampler.state()
        virtual.cells = Array(virtual.cells.prefix(extent))
        guard let decoded = sampler.instruction(index), sampler.place(decoded.units, in: &virtual) else { return nil }
        var concrete = ConcreteCase(virtual: virtual, real: sampler.state(), origin: UInt64(origin))
        guard let image = replay.mapped(virtual, concrete, replay.machine(concrete)) else { return nil }
        for index in description.state.indices where description.state[index].role != .storage {
            let id = StateID(index)
            for element in replay.elements(id) {
                let value: UInt64
                switch replay.query.kind.handling(of: id, in: description) {
                case .mirror, .constant: value = virtual.read(id, element: element)
                case .own(let fixed): value = fixed
                case .ownAny:
                    let role = description.state[index].role
                    guard role == .mode || role == .relocation else { continue }
                    value = image.read(id, element: element)
                }
                concrete.real.write(id, element: element, value: value)
            }
        }
        concrete.real.cells.replaceSubrange(origin..<origin + extent, with: virtual.cells)
        return concrete
    }
}
