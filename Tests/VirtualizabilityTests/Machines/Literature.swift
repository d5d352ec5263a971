import Testing

@testable import Virtualizability

/// What the suites about published results ask of the library. The answers are facts about the machines and not about
/// this program; the checker has to find them by itself.
protocol Literature {}

extension Literature {
    /// The classes of every variant of a mnemonic, or of one variant.
    func classes(_ machine: String, _ name: String) async throws -> [Classes] {
        let found = try await CheckedLibrary.report(machine).variants(name).map(\.classes)
        #expect(!found.isEmpty, "\(machine) has no \(name)")
        return found
    }

    func verdict(
        _ machine: String, _ theorem: Theorem, _ reading: Reading, _ policy: PolicyChoice = .best
    ) async throws -> Verdict? {
        try await CheckedLibrary.report(machine).verdict(theorem, reading: reading, policy: policy)?.verdict
    }

    /// What stands in Theorem 1's way, in the extended reading, in the file's order.
    func offenders(_ machine: String, _ policy: PolicyChoice) async throws -> [String] {
        let verdict = try await CheckedLibrary.report(machine).verdict(.first, reading: .extended, policy: policy)
        return verdict?.offenders.map(\.instruction) ?? []
    }
}
