#if canImport(Glibc)
import Glibc
#endif
import ISALanguage

@testable import Virtualizability

/// How many machines a run looks at, and the machines themselves.
enum RandomRun {
    /// `TRAPLINE_RANDOM_MACHINES` asks for another number; a debug build does less.
    static func count(_ usual: Int) -> Int {
        #if canImport(Glibc)
        if let text = getenv("TRAPLINE_RANDOM_MACHINES"), let count = Int(String(cString: text)), count > 0 {
            return max(count * usual / 500, 1)
        }
        #endif
        #if DEBUG
        return max(usual / 10, 1)
        #else
        return usual
        #endif
    }

    struct Made {
        var text: String
        var description: MachineDescription
    }

    static func machine(_ seed: UInt64, _ scale: MachineGenerator.Scale = .small) throws -> Made {
        var generator = MachineGenerator(seed: seed, scale: scale)
        let text = generator.text()
        do {
            return Made(text: text, description: try MachineLoader.load(text: text, path: "random-\(seed).isa"))
        } catch {
            throw Unloadable(text: text, reason: "\(error)")
        }
    }

    struct Unloadable: Error, CustomStringConvertible {
        var text: String
        var reason: String
        var description: String { reason + "\n" + text }
    }

    /// The policy of a report, by component.
    static func policy(_ report: MachineReport, _ description: MachineDescription) -> [StateID: Handling] {
        var policy: [StateID: Handling] = [:]
        for entry in report.policy {
            guard let index = description.state.firstIndex(where: { $0.name == entry.component }) else { continue }
            policy[StateID(index)] = entry.handling
        }
        return policy
    }
}
