#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Writes a certificate folder, claim by claim, beside its destination, and moves it there when it is complete.
///
/// A folder at the destination is either the earlier one or the finished new one; a writer that is abandoned, by
/// `abandon()` or because it goes away, leaves nothing behind.
public final class CertificateWriter {
    private let destination: String
    private var folder: Directory?
    private var manifest = Manifest()
    private var records: [ClaimIdentifier: ClaimRecord] = [:]

    /// Throws when something other than an earlier certificate folder or an empty one stands at the destination.
    public init(destination: String) throws(CertificateError) {
        var trimmed = destination[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.destination = String(trimmed)
        try CertificateWriter.checkReplaceable(self.destination)
        folder = try Directory.make("\(self.destination).partial-\(getpid())")
    }

    deinit { abandon() }

    /// Writes the files of one claim. The formula is written with the claim's identifier at its head.
    public func add(
        _ claim: ClaimIdentifier, formula: CNF, proof: Proof, map: VariableMap
    ) throws(CertificateError) {
        guard let folder else { throw closed }
        guard records[claim] == nil else {
            throw CertificateError(.malformed, file: destination, "claim \(claim) is added twice")
        }
        let files = ClaimFiles(claim, formula: formula, map: map)
        let proofBytes = ClaimFiles.proofBytes(claim, proof)
        let record = ClaimRecord(
            number: records.count + 1, formula: SHA256.digest(of: files.formula), map: SHA256.digest(of: files.map))
        for (name, bytes) in [
            (record.formulaFile, files.formula), (record.proofFile, proofBytes), (record.mapFile, files.map),
        ] {
            try folder.store(bytes, as: name)
            manifest.record(name, bytes)
        }
        records[claim] = record
    }

    /// Writes the claim list and the manifest and moves the folder to its destination.
    ///
    /// The claims added must be exactly those that the machines name as proved; machines, subjects, properties and
    /// verdicts are put into byte order here.
    public func finish(_ machines: [MachineClaims]) throws(CertificateError) {
        guard let folder else { throw closed }
        let ordered = machines.map(\.sorted).sorted { $0.name.utf8.precedes($1.name.utf8) }
        let list = ClaimList(machines: ordered, records: records)
        let named = list.machines.flatMap(\.identifiers)
        for claim in named where records[claim] == nil {
            throw CertificateError(.missingClaim, file: destination, "claim \(claim) is named but has no proof")
        }
        guard Set(named).count == records.count else {
            throw CertificateError(.missingClaim, file: destination, "a proved claim is named by no machine")
        }
        let text = list.text
        _ = try ClaimList(text: text)
        try folder.store(text, as: ClaimList.fileName)
        manifest.record(ClaimList.fileName, text)
        try folder.store(manifest.text, as: Manifest.fileName)
        try install(folder)
        self.folder = nil
    }

    /// Removes what was written so far.
    public func abandon() {
        folder?.remove()
        folder = nil
    }

    private var closed: CertificateError {
        CertificateError(.unwritable, file: destination, "the folder is already finished or abandoned")
    }

    private func install(_ folder: Directory) throws(CertificateError) {
        guard Directory.content(of: destination) == .directory else {
            _ = try folder.move(to: destination)
            return
        }
        try CertificateWriter.checkReplaceable(destination)
        let earlier = try Directory(path: destination).move(to: "\(destination).earlier-\(getpid())")
        do {
            _ = try folder.move(to: destination)
        } catch {
            _ = try earlier.move(to: destination)
            throw error
        }
        earlier.remove()
    }

    private static func checkReplaceable(_ path: String) throws(CertificateError) {
        switch Directory.content(of: path) {
        case .absent: return
        case .other: throw CertificateError(.unwritable, file: path, "not a folder", remedy: "Name another place.")
        case .directory:
            let names = try Directory(path: path).names(limit: Manifest.countLimit)
            if names.isEmpty { return }
            guard names.contains(Manifest.fileName),
                let stranger = names.first(where: { $0 != Manifest.fileName && !Manifest.isKnown($0) })
            else {
                if names.contains(Manifest.fileName) { return }
                throw CertificateError(
                    .notCertificates, file: path, "the folder holds '\(names[0])' and no certificates",
                    remedy: "Name a new folder; only an earlier certificate folder is replaced.")
            }
            throw CertificateError(
                .notCertificates, file: path, "the folder holds '\(stranger)' beside certificates",
                remedy: "Move that file away, or name a new folder.")
        }
    }
}

extension MachineClaims {
    /// The same claims in byte order, the order of the claim list.
    var sorted: MachineClaims {
        var copy = self
        for index in copy.subjects.indices { copy.subjects[index].proved.sort { $0.utf8.precedes($1.utf8) } }
        copy.subjects.sort { $0.name.utf8.precedes($1.name.utf8) }
        for index in copy.verdicts.indices {
            copy.verdicts[index].requirements.sort { $0.subject.utf8.precedes($1.subject.utf8) }
        }
        copy.verdicts.sort { $0.name.utf8.precedes($1.name.utf8) }
        return copy
    }
}
