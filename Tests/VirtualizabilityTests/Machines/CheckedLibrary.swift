import ISALanguage

@testable import Virtualizability

/// Reports about the repository's machines, each made once in a test process however many tests read it.
actor CheckedLibrary {
    private struct Question: Hashable {
        var machine: String
        var processorIsResource: Bool
    }

    private static let shared = CheckedLibrary()
    private var checks: [Question: Task<MachineReport, any Error>] = [:]

    static func report(_ machine: String, processorIsResource: Bool = false) async throws -> MachineReport {
        let question = Question(machine: machine, processorIsResource: processorIsResource)
        return try await shared.check(question).value
    }

    private func check(_ question: Question) -> Task<MachineReport, any Error> {
        if let known = checks[question] { return known }
        let task = Task {
            var options = CheckerOptions()
            options.processorIsResource = question.processorIsResource
            return try Checker(Library.machine(question.machine), options: options).check()
        }
        checks[question] = task
        return task
    }
}

extension MachineReport {
    /// The variants of a mnemonic, or the variant that a pattern names. Empty if there is none.
    func variants(_ name: String) -> [InstructionReport] {
        let exact = instructions.filter { $0.name == name }
        return exact.isEmpty ? instructions.filter { $0.mnemonic == name } : exact
    }
}
