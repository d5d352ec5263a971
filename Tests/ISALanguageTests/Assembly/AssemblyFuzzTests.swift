import Testing

@testable import ISALanguage

/// Thousands of broken sources and images: each ends with a result or an error, none with a crash.
struct AssemblyFuzzTests {
    static let source = """
        .machine fixture
        count = 3 + (4 << 1)
        start: ADD r1, #-2 ; x
          ADD sp,5(r2)
          ADD r0,@data + 1
          BR start
          .word 1, -1, 'A', data, ~0
        data: .ascii "hello \\n"
          .align 4
          .space count
          .long 0x12345678
          .entry start
          SVC 12
        """
    static let pieces = [
        "(", ")", "((((", "-", "--", ".", ":", "=", ",", "'", "\"", "\\", "<<", "r1", "@", "#", "\t", "\r", "\u{0}",
        "é", "!", "!2",
        "99999999999999999999", "0x", ".org 1023", ".space 4096", ".align 0", "data", "ADD", "\n", "9", "start:",
    ]

    private func mutate(_ text: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = text
        for _ in 0...generator.below(4) {
            let at = generator.below(bytes.count + 1)
            switch generator.below(5) {
            case 0 where !bytes.isEmpty: bytes[min(at, bytes.count - 1)] = UInt8(truncatingIfNeeded: generator.next())
            case 1: bytes.removeSubrange(at..<min(at + generator.below(20), bytes.count))
            case 2: bytes.insert(contentsOf: bytes[at..<min(at + generator.below(40), bytes.count)], at: at)
            default: bytes.insert(contentsOf: Array(Self.pieces[generator.below(Self.pieces.count)].utf8), at: at)
            }
        }
        return bytes
    }

    @Test func brokenSources() {
        var generator = SplitMix64(seed: FuzzTests.seed(1))
        let assembler = Assembler(FixtureMachine.make())
        var assembled = 0
        for _ in 0..<FuzzTests.share(0.05, usual: 2000) {
            let bytes = mutate(Array(Self.source.utf8), &generator)
            do throws(AssemblyError) {
                let image = try assembler.assemble(String(decoding: bytes, as: UTF8.self))
                #expect(image.misfit(in: assembler.description, size: 1024) == nil)
                assembled += 1
            } catch {
                #expect(!error.diagnostics.isEmpty)
                #expect(error.diagnostics.count <= Limits.diagnostics)
            }
        }
        #expect(assembled > 20)
    }

    /// The machines' own templates, on lines that nearly fit them.
    @Test(arguments: LoadedMachines.names) func brokenInstructions(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        let assembler = Assembler(machine)
        var sampler = StateSampler(machine, seed: 4)
        for _ in 0..<150 {
            guard let decoded = sampler.instruction() else { break }
            let line = mutate(Array(assembler.statement(of: decoded, at: 0).utf8), &sampler.generator)
            do throws(AssemblyError) {
                let image = try assembler.assemble(String(decoding: line, as: UTF8.self))
                #expect(image.cellCount <= Image.cellLimit)
            } catch {
                #expect(!error.diagnostics.isEmpty)
            }
        }
    }

    @Test func brokenImages() throws {
        var generator = SplitMix64(seed: FuzzTests.seed(2))
        let text = Array(try Assembler(FixtureMachine.make()).assemble(Self.source).text.utf8)
        var read = 0
        for _ in 0..<FuzzTests.share(0.05, usual: 2000) {
            do throws(ImageError) {
                let image = try Image(text: mutate(text, &generator))
                #expect(try Image(text: Array(image.text.utf8)) == image)
                read += 1
            } catch {
                #expect(!error.diagnostic.message.isEmpty)
            }
        }
        #expect(read > 10)
    }

    @Test func longChainsOfSignsCostNoRecursion() throws {
        let image = try Assembler(FixtureMachine.make()).assemble(".word " + String(repeating: "-~", count: 900) + "1")
        #expect(image.segments[0].cells == [901])
    }

    @Test(.timeLimit(.minutes(5))) func hugeLinesAndDepthsAreRefusedQuickly() {
        let assembler = Assembler(FixtureMachine.make())
        let sources = [
            ".word " + String(repeating: "(", count: 1900) + "1",
            String(repeating: ".word 1,", count: 100_000), String(repeating: "x", count: 5_000_000),
            String(repeating: ".space 1024\n.org 0\n", count: 20_000),
            (0..<1000).map { "a\($0) = a\($0 + 1) + 1" }.joined(separator: "\n") + "\na1000 = 1",
        ]
        for source in sources {
            #expect(throws: AssemblyError.self, "\(source.prefix(40))") { try assembler.assemble(source) }
        }
    }
}
