import Certificates
import ISALanguage

/// What a certificate says that its verdicts take for granted, in lines from which it can be read back: claims are
/// made again from the description and these lines alone.
struct StatedAssumptions {
    var policy: Policy
    var given: [ComponentAssumption]
    var footprint: [String]?
    var processorIsResource: Bool

    private static let policyWord = "policy "
    private static let givenWord = "assume "
    private static let footprintWord = "monitor-uses "
    private static let resourceLine = "processor-is-resource"

    init(policy: Policy, options: CheckerOptions) {
        self.policy = policy
        given = options.assumptions
        footprint = options.monitorFootprint
        processorIsResource = options.processorIsResource
    }

    func lines(_ description: MachineDescription) -> [String] {
        var lines = policy.text(in: description).map { StatedAssumptions.policyWord + $0 }
        lines += given.map { StatedAssumptions.givenWord + $0.text }
        lines += (footprint ?? []).map { StatedAssumptions.footprintWord + $0 }
        if processorIsResource { lines.append(StatedAssumptions.resourceLine) }
        lines += description.exemptions.map {
            "exempt \(description.state[$0.component.index].name): \($0.reason)"
        }
        return lines
    }

    /// Reads the lines of a verdict; nil if they are not about this machine.
    init?(_ lines: [String], _ description: MachineDescription) {
        policy = Policy()
        given = []
        processorIsResource = false
        for line in lines {
            if let rest = line.dropping(StatedAssumptions.policyWord) {
                guard policy.read(rest, in: description) else { return nil }
            } else if let rest = line.dropping(StatedAssumptions.givenWord) {
                guard let assumption = try? ComponentAssumption(rest, in: description) else { return nil }
                given.append(assumption)
            } else if let rest = line.dropping(StatedAssumptions.footprintWord) {
                footprint = (footprint ?? []) + [rest]
            } else if line == StatedAssumptions.resourceLine {
                processorIsResource = true
            } else if !line.hasPrefix("exempt ") {
                return nil
            }
        }
    }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
