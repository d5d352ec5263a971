import Certificates
import Virtualizability

/// Writes the certificates of the machines of one command into one folder, which appears whole at
/// the end or not at all.
final class Certification {
    private let writer: CertificateWriter
    private let destination: String
    private let context: Context
    private var machines: [MachineClaims] = []

    /// Throws at once if nothing can be written there.
    init(destination: String, in context: Context) throws {
        self.destination = destination
        self.context = context
        do {
            writer = try CertificateWriter(destination: destination)
        } catch {
            throw Failure(certificate: error)
        }
    }

    /// Proves the claims of a finished check again, with proofs. Where the theorems do not apply, or
    /// the check did not come to its end, there is nothing to certify.
    func add(_ report: MachineReport, from checker: Checker) throws {
        guard report.notApplicable == nil, !report.wasInterrupted, report.errors.isEmpty else { return }
        let progress = ProgressLine(context)
        defer { progress.erase() }
        do {
            let claims = try checker.certify(into: writer) { written in
                progress.show("\(report.name): \(written) certificates")
                return !self.context.interruption.isRequested
            }
            machines.append(claims)
        } catch {
            writer.abandon()
            throw Failure(certificate: error)
        }
    }

    /// Puts the folder in its place.
    func finish() throws {
        guard !machines.isEmpty else {
            writer.abandon()
            context.note("nothing to certify: \(destination) is not written")
            return
        }
        do {
            try writer.finish(machines)
        } catch {
            throw Failure(certificate: error)
        }
    }
}
