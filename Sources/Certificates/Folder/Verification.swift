/// What a certificate folder proves, after everything in it was checked again.
public struct VerificationReport: Equatable, Sendable {
    public struct Verdict: Equatable, Sendable {
        public var name: String
        /// As stated; `holds` only where it also follows from the proved claims.
        public var outcome: VerdictOutcome
        public var assumptions: [String]
        /// What keeps a verdict that does not hold from following; empty exactly when it holds.
        public var unmet: [Requirement]
    }

    public struct Machine: Equatable, Sendable {
        public var name: String
        public var subjectCount: Int
        public var claimCount: Int
        public var verdicts: [Verdict]
    }

    public var machines: [Machine] = []
    public var claimCount = 0
    /// Steps of all proofs together.
    public var stepCount = 0
    public var byteCount = 0

    public init() {}
}

/// How a description gives its claims again, to be compared with those in a folder.
public struct ClaimRegeneration {
    /// For the claims that a folder states, what the description has to say: every subject with every property that
    /// could be claimed of it, and the verdicts with their requirements. The stated outcomes are not compared.
    public var machines: (ClaimList) throws(CertificateError) -> [MachineClaims]
    /// The ways in which the description puts one claim, each as formula and map; none when it gives no such claim.
    public var instances: (ClaimIdentifier) throws(CertificateError) -> [() -> Instance?]

    public typealias Instance = (formula: CNF, map: VariableMap)

    public init(
        machines: @escaping (ClaimList) throws(CertificateError) -> [MachineClaims],
        instances: @escaping (ClaimIdentifier) throws(CertificateError) -> [() -> Instance?]
    ) {
        self.machines = machines
        self.instances = instances
    }
}

extension VerificationReport {
    /// Checks a folder: hashes, that every claim's files are that claim's own, every proof, and that the stated
    /// verdicts follow from the claims. With `regeneration` also that claims, formulas and maps are those of a
    /// description, byte for byte.
    ///
    /// `progress` is called after each claim with the number done and the number of all; false ends the verification
    /// with an error of kind `interrupted`.
    public static func verify(
        folder path: String, regeneration: ClaimRegeneration? = nil,
        progress: (_ done: Int, _ all: Int) -> Bool = { _, _ in true }
    ) throws(CertificateError) -> VerificationReport {
        var verification = try Verification(path)
        // First, for the list also says under which policy the description has to give its claims again.
        var outline: [MachineClaims]?
        if let regeneration { outline = try regeneration.machines(verification.list) }
        try verification.checkClaims(regeneration, progress)
        try verification.checkVerdicts()
        if let outline { try verification.compareOutline(with: outline) }
        return verification.report
    }
}

/// One verification in progress.
private struct Verification {
    let folder: Directory
    let manifest: Manifest
    let list: ClaimList
    var report = VerificationReport()

    /// Reads manifest and claim list, and checks that the folder holds exactly the files that they name.
    init(_ path: String) throws(CertificateError) {
        folder = Directory(path: path)
        let names = try folder.names(limit: Manifest.countLimit)
        guard !names.isEmpty else { throw CertificateError(.emptyFolder, file: path, "the folder is empty") }
        guard names.contains(Manifest.fileName) else {
            throw CertificateError(.notCertificates, file: path, "the folder holds no file \(Manifest.fileName)")
        }
        let manifestBytes = try folder.bytes(of: Manifest.fileName, limit: Manifest.sizeLimit)
        manifest = try Manifest(text: manifestBytes)
        report.byteCount = manifestBytes.count
        for name in names where name != Manifest.fileName && manifest.entries[name] == nil {
            throw CertificateError(.extraFile, file: name, "the manifest names no such file")
        }
        let present = Set(names)
        for name in manifest.names where !present.contains(name) {
            throw CertificateError(.missingFile, file: name, "the manifest names this file, the folder lacks it")
        }
        let text = try Verification.read(ClaimList.fileName, folder, manifest)
        report.byteCount += text.count
        list = try ClaimList(text: text)
        // Reading accepts one spelling; should it ever accept a second, this comparison does not.
        guard list.text == text else {
            throw CertificateError(.malformed, file: ClaimList.fileName, "the list is not in its one spelling")
        }
        try checkNames()
    }

    private func checkNames() throws(CertificateError) {
        var named: Set<String> = [ClaimList.fileName]
        for record in list.records.values { named.formUnion([record.formulaFile, record.proofFile, record.mapFile]) }
        for name in manifest.names where !named.contains(name) {
            throw CertificateError(.extraFile, file: name, "the claim list names no such file")
        }
        for name in named.sorted() where manifest.entries[name] == nil {
            throw CertificateError(.missingFile, file: name, "the claim list names this file, the manifest does not")
        }
    }

    private static func read(
        _ name: String, _ folder: Directory, _ manifest: Manifest
    ) throws(CertificateError) -> [UInt8] {
        guard let entry = manifest.entries[name] else {
            throw CertificateError(.missingFile, file: name, "the manifest names no such file")
        }
        let bytes = try folder.bytes(of: name, limit: Manifest.sizeLimit)
        guard bytes.count == entry.size else {
            throw CertificateError(
                .hashMismatch, file: name, "\(bytes.count) bytes, the manifest says \(entry.size)")
        }
        let digest = SHA256.digest(of: bytes)
        guard digest == entry.digest else {
            throw CertificateError(.hashMismatch, file: name, "hash \(digest), the manifest says \(entry.digest)")
        }
        return bytes
    }

    mutating func checkClaims(
        _ regeneration: ClaimRegeneration?, _ progress: (Int, Int) -> Bool
    ) throws(CertificateError) {
        for machine in list.machines {
            for claim in machine.identifiers {
                guard let record = list.records[claim] else {
                    throw CertificateError(.missingClaim, file: ClaimList.fileName, "claim \(claim) has no record")
                }
                try check(claim, record, regeneration, progress)
                report.claimCount += 1
                guard progress(report.claimCount, list.records.count) else { throw interrupted }
            }
        }
    }

    private var interrupted: CertificateError {
        CertificateError(
            .interrupted, file: folder.path,
            "interrupted after \(report.claimCount) of \(list.records.count) claims")
    }

    private mutating func check(
        _ claim: ClaimIdentifier, _ record: ClaimRecord, _ regeneration: ClaimRegeneration?,
        _ progress: (Int, Int) -> Bool
    ) throws(CertificateError) {
        let formulaBytes = try Verification.read(record.formulaFile, folder, manifest)
        let mapBytes = try Verification.read(record.mapFile, folder, manifest)
        let proofBytes = try Verification.read(record.proofFile, folder, manifest)
        report.byteCount += formulaBytes.count + mapBytes.count + proofBytes.count
        guard SHA256.digest(of: formulaBytes) == record.formula, SHA256.digest(of: mapBytes) == record.map else {
            throw CertificateError(
                .wrongClaim, file: record.formulaFile,
                "formula or map is not the one that the claim list names for claim \(claim)")
        }
        let formula = try CNF(dimacs: formulaBytes, file: record.formulaFile)
        try check(header: formula.comments.joined(separator: "\n"), of: claim, file: record.formulaFile)
        let (header, _) = try VariableMap.read(
            mapBytes, variableLimit: formula.variableCount, file: record.mapFile)
        try check(header: header, of: claim, file: record.mapFile)
        if let regeneration {
            try compare(claim, record, formulaBytes, mapBytes, with: try regeneration.instances(claim))
        }
        let proof = try readProof(proofBytes, claim, record, formula)
        do {
            let (done, all) = (report.claimCount, list.records.count)
            try RUPChecker.check(proof, refutes: formula) { !progress(done, all) }
        } catch .interrupted {
            throw interrupted
        } catch {
            throw CertificateError(.proofRejected, file: record.proofFile, "claim \(claim): \(error)")
        }
        report.stepCount += proof.stepCount
    }

    private func readProof(
        _ bytes: [UInt8], _ claim: ClaimIdentifier, _ record: ClaimRecord, _ formula: CNF
    ) throws(CertificateError) -> Proof {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), bytes.starts(with: "c ".utf8) else {
            throw CertificateError(
                .proofRejected, file: record.proofFile, "the proof of claim \(claim) is empty or lacks its first line")
        }
        try check(header: String(decoding: bytes[2..<end], as: UTF8.self), of: claim, file: record.proofFile)
        return try Proof(
            binary: bytes, from: end + 1, variableLimit: formula.variableCount, file: record.proofFile)
    }

    private func check(header: String, of claim: ClaimIdentifier, file: String) throws(CertificateError) {
        guard header.utf8.elementsEqual(claim.header.utf8) else {
            throw CertificateError(
                .wrongClaim, file: file, at: .line(1), "expected '\(claim.header)', found '\(header.prefix(200))'")
        }
    }

    private func compare(
        _ claim: ClaimIdentifier, _ record: ClaimRecord, _ formula: [UInt8], _ map: [UInt8],
        with instances: [() -> ClaimRegeneration.Instance?]
    ) throws(CertificateError) {
        var nearest: (file: String, offset: Int)?
        for instance in instances {
            guard let instance = instance() else { continue }
            let expected = ClaimFiles(claim, formula: instance.formula, map: instance.map)
            guard let difference = difference(of: formula, from: expected.formula, in: record.formulaFile)
                ?? difference(of: map, from: expected.map, in: record.mapFile)
            else { return }
            if difference.offset >= nearest?.offset ?? 0 { nearest = difference }
        }
        guard let nearest else {
            throw CertificateError(
                .differsFromDescription, file: ClaimList.fileName, "the description gives no claim \(claim)")
        }
        throw CertificateError(
            .differsFromDescription, file: nearest.file, at: .offset(nearest.offset),
            "the description gives another file for claim \(claim)")
    }

    /// The first byte at which a file differs; nil where it does not.
    private func difference(of found: [UInt8], from wanted: [UInt8], in file: String) -> (file: String, offset: Int)? {
        guard found != wanted else { return nil }
        let offset = zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        return (file, offset ?? min(found.count, wanted.count))
    }

    mutating func checkVerdicts() throws(CertificateError) {
        for machine in list.machines {
            var verdicts: [VerificationReport.Verdict] = []
            for verdict in machine.verdicts {
                let unmet = machine.unmet(verdict)
                try check(verdict, unmet, of: machine.name)
                verdicts.append(
                    .init(
                        name: verdict.name, outcome: verdict.stated, assumptions: verdict.assumptions, unmet: unmet))
            }
            report.machines.append(
                .init(
                    name: machine.name, subjectCount: machine.subjects.count,
                    claimCount: machine.identifiers.count, verdicts: verdicts))
        }
    }

    private func check(
        _ verdict: VerdictFormula, _ unmet: [Requirement], of machine: String
    ) throws(CertificateError) {
        if verdict.stated == .holds, let first = unmet.first {
            throw CertificateError(
                .missingClaim, file: ClaimList.fileName,
                "'\(verdict.name)' of '\(machine)' is stated to hold, but what it needs of '\(first.subject)' "
                    + "is not proved")
        }
        if verdict.stated != .holds, unmet.isEmpty {
            throw CertificateError(
                .verdictMismatch, file: ClaimList.fileName,
                "'\(verdict.name)' of '\(machine)' is stated as \(verdict.stated.rawValue), but the claims prove it")
        }
    }

    /// Subjects and verdict formulas must be the description's, and every claim one that it could make.
    func compareOutline(with expected: [MachineClaims]) throws(CertificateError) {
        func differs(_ what: String) -> CertificateError {
            CertificateError(.differsFromDescription, file: ClaimList.fileName, what)
        }
        let byName = Dictionary(expected.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        guard byName.count == list.machines.count else {
            throw differs("\(list.machines.count) machines, the description has \(byName.count)")
        }
        for machine in list.machines {
            guard let wanted = byName[machine.name]?.sorted else {
                throw differs("the description knows no machine '\(machine.name)'")
            }
            guard machine.subjects.map(\.name) == wanted.subjects.map(\.name) else {
                throw differs("the subjects of '\(machine.name)' are not those of the description")
            }
            for (subject, possible) in zip(machine.subjects, wanted.subjects) {
                for property in subject.proved where !possible.proved.contains(property) {
                    throw differs("the description gives no claim '\(property)' about '\(subject.name)'")
                }
            }
            guard machine.verdicts.map(\.withoutOutcome) == wanted.verdicts.map(\.withoutOutcome) else {
                throw differs("the verdicts of '\(machine.name)' do not need what the description makes them need")
            }
        }
    }
}

extension VerdictFormula {
    fileprivate var withoutOutcome: VerdictFormula {
        var copy = self
        copy.stated = .undecided
        return copy
    }
}
