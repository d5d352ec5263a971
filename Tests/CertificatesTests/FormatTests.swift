import Testing

@testable import Certificates

@Suite struct FormatTests {
    /// FIPS 180-4's own examples, and lengths around the padding's edges.
    @Test func hashesAsTheStandardSays() {
        let digest = { (text: String) in SHA256.digest(of: Array(text.utf8)).description }
        #expect(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        let lengths = (0...130).map { SHA256.digest(of: [UInt8](repeating: 0x61, count: $0)) }
        #expect(Set(lengths).count == lengths.count)
        #expect(
            lengths[64].description == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb")
        #expect(SHA256.Digest(lengths[5].description.utf8) == lengths[5])
        #expect(SHA256.Digest(lengths[5].description.uppercased().utf8) == nil)
    }

    @Test func formulasComeBack() throws {
        var formula = Formulas.pigeons(3)
        formula.append([])
        formula.comments = ["claim a b c"]
        #expect(try CNF(dimacs: formula.dimacs) == formula)
    }

    @Test(arguments: [
        ("", 1), ("p cnf 1 1\n1 0", 2), ("p cnf 1 1\n 1 0\n", 2), ("p cnf 1 1\n01 0\n", 2), ("p cnf 1 1\n2 0\n", 2),
        ("p cnf 1 2\n1 0\n", 3), ("p cnf 1 1\n1 0\n1 0\n", 3), ("p cnf 99999999999999999999 1\n", 1),
        ("p cnf 60000000 0\n", 1), ("c x\np  cnf 1 1\n", 2), ("p cnf 1 1\n-0\n", 2), ("p cnf 1 1\n1 \n0\n", 2),
        ("p cnf 1 1\r\n1 0\n", 1),
    ])
    func malformedFormulasNameTheirLine(_ text: String, _ line: Int) {
        #expect {
            _ = try CNF(dimacs: Array(text.utf8), file: "x.cnf")
        } throws: { error in
            guard let error = error as? CertificateError else { return false }
            return error.kind == .malformed && error.position == .line(line) && error.description.hasPrefix("x.cnf:")
        }
    }

    @Test func proofsComeBack() throws {
        let proof = try #require(solverProof(of: Formulas.pigeons(4)).proof)
        #expect(try Proof(binary: proof.binary) == proof)
        #expect(try Proof(text: proof.text) == proof)
        #expect(String(decoding: Proof.emptyClauseOnly.text, as: UTF8.self) == "0\n")
        #expect(Proof.emptyClauseOnly.binary == [0x61, 0])
    }

    @Test(arguments: [
        [0x62, 0], [0x61], [0x61, 1, 0], [0x61, 0x80, 0], [0x61, 0x82, 0x00, 0], [0x61, 200], [0x64, 40, 0],
    ])
    func malformedProofsAreRefused(_ bytes: [UInt8]) {
        #expect(throws: CertificateError.self) { try Proof(binary: bytes, variableLimit: 10) }
    }

    @Test(arguments: ["", "plain", "JRST 1,addr", "a\"b\\c", "line\nend\t\u{7f}", "é|", "-", "!", "never"])
    func namesHaveOneSpelling(_ name: String) throws {
        var scanner = ByteScanner(Array(Token.spelled(name).utf8), file: "x")
        #expect(try Token.take(&scanner) == name)
        #expect(scanner.isAtEnd)
    }

    @Test func claimListsComeBack() throws {
        let list = Folders.list
        #expect(try ClaimList(text: list.text) == list)
    }

    /// Whatever happens to a file, its reader ends with a value that is written as read, or with an error of ours.
    @Test func damagedFilesNeverTrap() throws {
        var random = SeededGenerator(seed: 7)
        var headed = Formulas.pigeons(3)
        headed.comments = ["claim a b c"]
        let proof = try #require(solverProof(of: Formulas.pigeons(3)).proof)
        let map = VariableMap([.init(variable: 1, name: "pc", bit: 3), .init(variable: 4, name: "e [0]", bit: 0)])
        var manifest = Manifest()
        manifest.record("CLAIMS", [1, 2, 3])
        manifest.record("claim-1.cnf", [])
        let samples: [(bytes: [UInt8], again: ([UInt8]) throws -> [UInt8])] = [
            (headed.dimacs, { try CNF(dimacs: $0).dimacs }),
            (proof.binary, { try Proof(binary: $0).binary }),
            (proof.text, { try Proof(text: $0).text }),
            (Folders.list.text, { try ClaimList(text: $0).text }),
            (manifest.text, { try Manifest(text: $0).text }),
            (
                map.text(header: "claim a b c"),
                {
                    let (header, map) = try VariableMap.read($0)
                    return map.text(header: header)
                }
            ),
        ]
        for (index, sample) in samples.enumerated() {
            for _ in 0..<1500 {
                let damaged = mutated(sample.bytes, &random)
                guard let again = try? sample.again(damaged) else { continue }
                // Comments of text proofs are dropped, and bytes that are no UTF-8 in free text are replaced.
                if index == 2 || String(validating: damaged, as: UTF8.self) == nil && index != 1 { continue }
                #expect(again == damaged, "sample \(index)")
            }
        }
    }

    private func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var copy = bytes
        for _ in 0...random.below(3) where !copy.isEmpty {
            let place = random.below(copy.count)
            switch random.below(5) {
            case 0: copy[place] ^= 1 << UInt8(random.below(8))
            case 1: copy.remove(at: place)
            case 2: copy.insert(copy[random.below(copy.count)], at: place)
            case 3: copy.removeSubrange(place..<min(copy.count, place + random.below(20)))
            default: copy[place] = UInt8(random.below(256))
            }
        }
        return copy
    }
}
