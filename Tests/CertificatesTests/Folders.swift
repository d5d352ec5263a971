import Foundation
import Testing

@testable import Certificates

/// A certificate folder in a temporary place, whole or damaged as a test wants it.
final class Folders {
    let root: String
    var folder: String { root + "/certificates" }

    init() throws {
        root = NSTemporaryDirectory() + "/certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    static let machine = "toy"

    static func identifier(_ subject: String, _ property: String) -> ClaimIdentifier {
        ClaimIdentifier(machine: machine, subject: subject, property: property)
    }

    /// Each claim's formula; the last two are refuted by propagation and by their empty clause alone.
    static let formulas: [ClaimIdentifier: CNF] = {
        var trivial = CNF()
        trivial.append([])
        var units = CNF()
        units.append([1, 2])
        units.append([-1])
        units.append([-2])
        return [
            identifier("ADD r,r", "control"): Formulas.pigeons(3),
            identifier("ADD r,r", "behaviour"): Formulas.pigeons(4),
            identifier("HALT", "never-done-in-user"): Formulas.unequalSums(2),
            identifier("machine", "stable"): units,
            identifier("HALT", "control"): trivial,
        ]
    }()

    static let map = VariableMap([.init(variable: 1, name: "e[0]", bit: 0), .init(variable: 2, name: "pc", bit: 7)])

    static func map(of formula: CNF) -> VariableMap { formula.variableCount < 2 ? VariableMap() : map }

    static var machines: [MachineClaims] {
        [
            MachineClaims(
                name: machine,
                subjects: [
                    SubjectClaims(name: "HALT", proved: ["never-done-in-user", "control"]),
                    SubjectClaims(name: "ADD r,r", proved: ["control", "behaviour"]),
                    SubjectClaims(name: "machine", proved: ["stable"]),
                ],
                verdicts: [
                    VerdictFormula(
                        name: "theorem-1", stated: .holds, assumptions: ["iopl = 0"],
                        requirements: [
                            Requirement(subject: "ADD r,r", alternatives: [["privileged"], ["control", "behaviour"]]),
                            Requirement(subject: "HALT", alternatives: [["never-done-in-user"]]),
                            Requirement(subject: "machine", alternatives: [["stable"]]),
                        ]),
                    VerdictFormula(
                        name: "theorem-3", stated: .refuted, assumptions: [],
                        requirements: [
                            Requirement(subject: "ADD r,r", alternatives: [[]]),
                            Requirement(subject: "HALT", alternatives: [["absent"], ["never-done-in-user", "absent"]]),
                            Requirement(subject: "machine", alternatives: []),
                        ]),
                ])
        ]
    }

    static var list: ClaimList {
        var records: [ClaimIdentifier: ClaimRecord] = [:]
        for (place, claim) in formulas.keys.sorted().enumerated() {
            let digest = SHA256.digest(of: [UInt8(place)])
            records[claim] = ClaimRecord(number: place + 1, formula: digest, map: digest)
        }
        return ClaimList(machines: machines.map(\.sorted), records: records)
    }

    func write() throws {
        let writer = try CertificateWriter(destination: folder)
        for claim in Folders.formulas.keys.sorted() {
            guard let formula = Folders.formulas[claim] else { continue }
            let proof = try #require(solverProof(of: formula).proof)
            try writer.add(claim, formula: formula, proof: proof, map: Folders.map(of: formula))
        }
        try writer.finish(Folders.machines)
    }

    static var regeneration: ClaimRegeneration {
        ClaimRegeneration { list throws(CertificateError) in
            machines
        } instances: { claim throws(CertificateError) in
            // Of several spellings one must fit.
            [{ nil }, { formulas[claim].map { ($0, map(of: $0)) } }]
        }
    }

    // MARK: Files

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }

    func replace(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder + "/" + name) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    /// Recomputes every hash, in the claim list and in the manifest, as somebody would who wants to deceive.
    func recomputeHashes() throws {
        var list = try ClaimList(text: try bytes("CLAIMS"))
        for (claim, record) in list.records {
            guard names.contains(record.formulaFile), names.contains(record.mapFile) else { continue }
            list.records[claim]?.formula = SHA256.digest(of: try bytes(record.formulaFile))
            list.records[claim]?.map = SHA256.digest(of: try bytes(record.mapFile))
        }
        try replace("CLAIMS", list.text)
        try recomputeManifest()
    }

    func recomputeManifest() throws {
        var manifest = Manifest()
        for name in names where name != Manifest.fileName { manifest.record(name, try bytes(name)) }
        try replace(Manifest.fileName, manifest.text)
    }

    func record(_ subject: String, _ property: String) throws -> ClaimRecord {
        let list = try ClaimList(text: try bytes("CLAIMS"))
        return try #require(list.records[Folders.identifier(subject, property)])
    }
}
