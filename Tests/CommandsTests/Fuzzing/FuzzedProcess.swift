import Foundation
import Testing

/// Spoilt input must not crash the program, hang it, or exhaust memory. A short run here; `make soak`
/// sets TRAPLINE_FUZZ_SECONDS for a long one, and keeps what fails under Fixtures/fuzz.
@Suite(.serialized) struct FuzzedProcess {
    @Test func spoiltInputIsRefusedNotFatal() throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["TRAPLINE_FUZZ_SECONDS"].flatMap(Double.init)
        let seed = environment["TRAPLINE_FUZZ_SEED"].flatMap(UInt64.init) ?? 1974
        var fuzzer = try ProcessFuzzer(seed: seed)
        let result = try fuzzer.run(seconds: seconds ?? 10, seed: seed, keep: seconds != nil)
        for failure in result.failures {
            Issue.record("\(failure)")
        }
        #expect(result.count >= 20)
        if seconds != nil { print("\(result.count) cases, \(result.failures.count) failures, seed \(seed)") }
    }

    @Test func whatOnceFailedIsCured() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: FuzzCase.fixtures)) ?? []
        for name in names.sorted() {
            let reason = try FuzzCase(keptAs: name).failure(in: try ScratchFolder())
            #expect(reason == nil, "\(name)")
        }
    }
}
