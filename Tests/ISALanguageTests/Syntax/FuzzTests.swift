import Glibc
import Testing

@testable import ISALanguage

/// No file, however malformed, crashes the reader or keeps it busy for long: either there is a
/// machine, or there are errors, each with its place. `TRAPLINE_FUZZ=N` asks for more mutations.
@Suite("Malformed files")
struct FuzzTests {
    static let mutations = FuzzTests.share(0.6, usual: 1_200)

    /// How many mutations to make: `usual` ones, or a share of the TRAPLINE_FUZZ that a long run asks for.
    static func share(_ share: Double, usual: Int) -> Int {
        getenv("TRAPLINE_FUZZ").flatMap { Double(String(cString: $0)) }.map { max(1, Int($0 * share)) } ?? usual
    }

    /// Another seed for another long run.
    static func seed(_ usual: UInt64) -> UInt64 {
        usual &+ (getenv("TRAPLINE_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) } ?? 0)
    }

    static let small = ["dec", "eight-bit", "ibm", "motorola", "risc", "x86"].flatMap { family in
        FileSourceLoader(folders: ["\(HardRecordTests.folder)/\(family)"]).machineNames.map { "\(family)/\($0).isa" }
    }

    static func source(_ path: String) throws -> [UInt8] {
        try FileSourceLoader(folders: []).load(path: path, relativeTo: nil).bytes
    }

    /// Loads, and looks at what came of it.
    static func check(_ bytes: [UInt8]) {
        do {
            let machine = try MachineLoader.load("a", from: MapLoader(bytes: ["a": bytes]))
            #expect(machine.instructions.allSatisfy { $0.program.isWellFormed })
        } catch {
            #expect(!error.diagnostics.isEmpty && error.diagnostics.count <= Limits.diagnostics)
            #expect(!error.description.isEmpty)
        }
    }

    @Test("Mutations of the hard records")
    func mutations() throws {
        var random = SplitMix64(seed: FuzzTests.seed(1974))
        let seeds = try FuzzTests.small.map { try FuzzTests.source("\(HardRecordTests.folder)/\($0)") }
        for round in 0..<FuzzTests.mutations {
            var mutant = Mutant(bytes: seeds[round % seeds.count])
            for _ in 0...Int(random.next() % 3) { mutant.mutate(&random) }
            FuzzTests.check(mutant.bytes)
        }
    }

    @Test("Mutations of the library")
    func library() throws {
        var random = SplitMix64(seed: FuzzTests.seed(17))
        let names = ["third-generation", "mos-6502", "pdp-10", "m68000", "system-360-67"]
        for round in 0..<max(5, FuzzTests.mutations / 60) {
            let folder = "\(Library.root)/ISA/\(names[round % names.count])"
            let loader = MutatingLoader(folder: folder, seed: random.next())
            _ = try? MachineLoader.load("machine.isa", from: loader)
        }
    }

    @Test("Bytes and words at random")
    func noise() {
        var random = SplitMix64(seed: FuzzTests.seed(4))
        for _ in 0..<FuzzTests.mutations / 4 {
            FuzzTests.check((0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            var text = "machine a \"A\"\n"
            for _ in 0..<Int(random.next() % 80) {
                text += Mutant.words[Int(random.next() % UInt64(Mutant.words.count))]
            }
            FuzzTests.check(Array(text.utf8))
        }
    }

    @Test("Depth and size are bounded")
    func depth() {
        let brackets = String(repeating: "(", count: 900) + "1" + String(repeating: ")", count: 900)
        let header = TestMachine.header
        let lines = [
            "constant c = " + brackets,
            "constant c = " + String(repeating: "- ", count: 900) + "1",
            "constant c = 1" + String(repeating: " + 1", count: 450),
            "constant c = " + String(repeating: "not ", count: 450) + "1",
            "constant c = " + String(repeating: "if 1 = 1 then 1 else ", count: 90) + "1",
            "function f(a : 8) : 8\n" + (1...200).map { String(repeating: " ", count: $0) + "if on\n" }.joined(),
            (0...100).map { "function f\($0)(a : 8) : 8 = \($0 == 100 ? "a" : "f\($0 + 1)(a)")\n" }.joined()
                + "instruction \"T a\"\n  encoding a:8\n  x <- f0(a)\n",
            "instruction \"T a\"\n  encoding a:8\n  for i in 0..255\n    for j in 0..255\n      r[a[1..0]][0] <- on\n",
            "instruction \"T a\"\n  encoding a:8\n  for i in 0..255\n    for j in 0..255\n      e[a[3..0]] <- a\n",
            "operand o\n" + (0...300).map { "  form f\($0) \"\($0){n}\" n:8\n" }.joined(),
            (0...20).map { "operand o\($0)\n  form a \"p q\" p:o\($0 + 1) q:o\($0 + 1)\n  form b \"\"\n" }.joined()
                + "operand o21\n  form a \"{n}\" n:8\ninstruction \"T a\"\n  encoding a:o0\n  nothing\n",
            "state\n  register q[2^40] : 8\n", "state\n  register q[2^19] : 64\n",
        ]
        for line in lines { FuzzTests.check(Array((header + line).utf8)) }
    }
}

extension Program {
    /// Every operation uses only earlier results, and writes come last.
    var isWellFormed: Bool {
        var isWriting = false
        for (index, operation) in operations.enumerated() {
            guard operation.uses.allSatisfy({ $0.index < index && widths[$0.index] > 0 }) else { return false }
            switch operation {
            case .write, .writeElement, .store: isWriting = true
            default: if isWriting { return false }
            }
        }
        return results.allSatisfy { $0.index < operations.count }
    }
}
