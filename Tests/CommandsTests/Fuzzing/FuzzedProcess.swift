import Foundation
import Testing

/// How much is fuzzed: a little every day, and by `make soak` as much as TRAPLINE_FUZZ says.
struct FuzzRun {
    var count: Int
    var seed: UInt64
    var isLong: Bool
    /// After which no further case is begun: a long run ends when it should, on a slow host too.
    var deadline: Date

    /// - Parameter share: of the mutations that a long run makes, the part that is made here.
    init(usual: Int, share: Double) {
        let environment = ProcessInfo.processInfo.environment
        let asked = environment["TRAPLINE_FUZZ"].flatMap(Double.init)
        seed = environment["TRAPLINE_FUZZ_SEED"].flatMap(UInt64.init) ?? 1974
        count = asked.map { max(1, Int($0 * share)) } ?? usual
        isLong = asked != nil
        let seconds = isLong ? environment["TRAPLINE_FUZZ_SECONDS"].flatMap(Double.init) : nil
        deadline = seconds.map { Date().addingTimeInterval($0) } ?? .distantFuture
    }
}

/// Spoilt input must not crash the program, hang it, or exhaust memory, and gives no verdict where it is not
/// well-formed.
@Suite(.serialized) struct FuzzedProcess {
    @Test func spoiltInputIsRefusedByTheProcess() throws { try fuzz(FuzzRun(usual: 60, share: 0.015), asProcess: true) }

    @Test func spoiltInputIsRefusedInside() throws { try fuzz(FuzzRun(usual: 300, share: 0.06), asProcess: false) }

    private func fuzz(_ run: FuzzRun, asProcess: Bool) throws {
        var fuzzer = try Fuzzer(seed: asProcess ? run.seed : run.seed &+ 1)
        let start = Date()
        let (count, failures) = try fuzzer.run(run, asProcess: asProcess)
        for failure in failures { Issue.record("\(failure)") }
        let seconds = Int(Date().timeIntervalSince(start))
        let place = asProcess ? "as processes" : "inside"
        print("fuzzed commands \(place): \(count) mutations, \(failures.count) failed, \(seconds) s")
    }

    @Test func whatOnceFailedIsCured() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: FuzzCase.fixtures)) ?? []
        for name in names.sorted() where name != "last" {
            let reason = try FuzzCase(keptAs: name).failure(in: try ScratchFolder())
            #expect(reason == nil, "\(name)")
        }
    }
}
