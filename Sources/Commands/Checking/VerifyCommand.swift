import ArgumentParser
import Certificates
import Virtualizability

struct VerifyCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Re-check certificates without a solver.",
        discussion: """
            Every proof is checked step by step by a small checker that shares no code with the solver \
            or the encoder, and the verdict is recomputed from the list of claims. With --isa the claims \
            are generated again from the ISA file and compared byte for byte.

            Exit codes:
              0    every certificate holds
              1    a certificate is rejected, or one is missing
              64   usage             70   internal
              65   not a folder      74   input or output failed
              66   no such folder
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("The folder that 'check --certificates' wrote.", valueName: "dir"))
    var folder: String

    @Option(
        name: .long,
        help: "Compare the claims with this machine's: a path, or a name in ISA/; may be repeated.")
    var isa: [String] = []
}

extension VerifyCommand {
    func perform(in context: Context) throws -> CommandStatus {
        switch kind(ofPath: folder) {
        case .folder: break
        case .nothing:
            throw Failure(.noInput, "no folder \(quoted(folder))",
                remedy: "give the folder that 'trapline check --certificates' wrote")
        case .file, .other:
            throw Failure(.badInput, "\(quoted(folder)) is not a folder",
                remedy: "give the folder that 'trapline check --certificates' wrote")
        }
        let descriptions = try isa.map { try loadMachine($0, in: context) }
        let regeneration = isa.isEmpty ? nil : Checker.regeneration(of: descriptions)
        let progress = ProgressLine(context)
        let report: VerificationReport
        do {
            report = try VerificationReport.verify(folder: folder, regeneration: regeneration) { done, all in
                progress.show("verifying: \(done) of \(all) claims")
                return !context.interruption.isRequested
            }
        } catch {
            progress.erase()
            throw Failure(certificate: error)
        }
        progress.erase()
        try print(report, in: context)
        return .holds
    }

    private func print(_ report: VerificationReport, in context: Context) throws {
        let palette = context.terminal.outputPalette
        for machine in report.machines {
            try context.output.line(
                palette.paint("\(machine.name):", .strong) + " \(machine.claimCount) claims about "
                    + "\(machine.subjectCount) subjects, every one proved")
            for verdict in machine.verdicts {
                // A refutation rests on its witness, which needs no certificate.
                let isProved = verdict.outcome == .holds
                try context.output.line(
                    "  \(verdict.name): " + palette.paint(verdict.outcome.rawValue, isProved ? .success : .warning)
                        + (isProved ? "" : ", as stated; only what holds is proved"))
            }
            let assumptions = distinct(machine.verdicts.flatMap(\.assumptions))
            for line in wrapped("assuming " + assumptions.joined(separator: "; "), columns: context.terminal.columns - 4)
            where !assumptions.isEmpty {
                try context.output.line("  " + line)
            }
        }
        try context.output.line(
            "\(report.claimCount) claims, \(report.stepCount) proof steps, \(report.byteCount) bytes: "
                + palette.paint("accepted", .success))
    }
}

extension Failure {
    /// What a rejected, unreadable or unwritable certificate folder means to the user.
    init(certificate error: CertificateError) {
        let status: CommandStatus
        switch error.kind {
        case .unreadable: status = .noInput
        case .unwritable: status = .inputOutput
        case .interrupted: status = .interrupted
        case .emptyFolder, .notCertificates, .malformed, .tooLarge, .missingFile, .extraFile, .hashMismatch,
            .wrongClaim, .missingClaim, .proofRejected, .verdictMismatch, .differsFromDescription:
            status = .refuted
        }
        let place: String
        switch error.position {
        case .whole: place = error.file
        case .line(let line): place = "\(error.file):\(line)"
        case .offset(let offset): place = "\(error.file): at byte \(offset)"
        }
        let verdict = status == .refuted ? "certificates rejected: " : ""
        self.init(status, "\(verdict)\(place): \(error.cause)", remedy: error.remedy)
    }
}
