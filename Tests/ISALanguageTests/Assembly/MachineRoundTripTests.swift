import Testing

@testable import ISALanguage

/// Every instruction of every machine in ISA/, in every form: encoding and decoding, writing and reading
/// are inverse to one another.
@Suite("Both directions of every encoding")
struct MachineRoundTripTests {
    /// All combinations of forms, or, where there are too many, each form of each operand at least once.
    static func combinations(_ instruction: Instruction) -> [[Int]] {
        let counts = instruction.operands.map { max($0.forms.count, 1) }
        // With as many rounds as the greatest count and one more, pairs of forms vary too.
        let all = counts.reduce(1) { min($0 * $1, 1000) }
        if all <= 40 {
            return counts.reduce([[]]) { prefixes, count in prefixes.flatMap { p in (0..<count).map { p + [$0] } } }
        }
        return (0..<((counts.max() ?? 1) + 1)).map { round in
            counts.enumerated().map { operand, count in (round + operand * (round / count)) % count }
        }
    }

    @Test(arguments: LoadedMachines.names)
    func everyFormOfEveryInstruction(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        var sampler = StateSampler(machine, seed: 42)
        let assembler = Assembler(machine)
        let disassembler = Disassembler(machine)
        let layout = UnitLayout(machine)
        for index in machine.instructions.indices where !machine.instructions[index].isListed {
            let instruction = machine.instructions[index]
            for (round, forms) in Self.combinations(instruction).enumerated() {
                let sample = sampler.instruction(index, forms: forms)
                let decoded = try #require(sample, "\(instruction.name) \(forms) cannot be encoded")
                let units = try sampler.encoder.encode(decoded)
                #expect(sampler.encoder.decoder.decode(units: units).decoded == decoded)
                let address = UInt64(sampler.generator.below(200) * max(2, machine.addressesPerUnit))
                // The statement is one that assembles to these units, or else plain data.
                let text = assembler.statement(of: decoded, at: address)
                #expect(!text.hasPrefix("."), "\(disassembler.text(decoded, at: address)) means something else")
                guard round == 0 else { continue }
                do throws(AssemblyError) {
                    let image = try assembler.assemble(".org \(disassembler.number(Int128(address)))\n\(text)")
                    let cells = units.flatMap(layout.cells(of:))
                    #expect(image.segments.first?.cells == cells, "\(text): \(instruction.name) \(forms)")
                } catch {
                    Issue.record("\(text): \(instruction.name) \(forms): \(error)")
                }
            }
        }
    }

    @Test(arguments: LoadedMachines.names)
    func whateverDecodesComesBack(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        let encoder = Encoder(Decoder(machine))
        let assembler = Assembler(machine)
        let disassembler = Disassembler(machine)
        var generator = SplitMix64(seed: 7)
        let mask = ConcreteArithmetic.mask(machine.unitWidth)
        for _ in 0..<600 {
            let units = (0..<encoder.decoder.longest).map { _ in
                generator.oneIn(3) ? generator.next() & 0xFF & mask : generator.next() & mask
            }
            guard case .instruction(let decoded) = encoder.decoder.decode(units: units) else { continue }
            #expect(decoded.length >= 1)
            #expect(decoded.units == Array(units.prefix(decoded.length)))
            let canonical = try encoder.encode(decoded)
            #expect(canonical.count == decoded.length)
            let again = try #require(encoder.decoder.decode(units: canonical).decoded)
            #expect(again.fields == decoded.fields && again.forms == decoded.forms)
            let text = assembler.statement(of: decoded, at: 0)
            #expect(!text.hasPrefix("."), "\(disassembler.text(decoded, at: 0)) means something else")
            do throws(AssemblyError) {
                let image = try assembler.assemble(text)
                #expect(image.segments.first?.cells == canonical.flatMap(UnitLayout(machine).cells(of:)), "\(text)")
            } catch {
                Issue.record("\(text): \(error)")
            }
        }
    }

    @Test(arguments: LoadedMachines.names)
    func everyInstructionHasAPage(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        for instruction in machine.instructions {
            let page = PrintedPage.text(instruction, in: machine)
            #expect(page.contains("Encoding\n"))
            #expect(page.contains("Effect\n"))
            #expect(!page.contains("?"), "\(page)")
            let widest = page.split(separator: "\n").map(\.count).max() ?? 0
            #expect(widest < 400, "\(page)")
        }
    }
}
