import Testing

@testable import ISALanguage

/// The records for which the language was made as it is: each must parse and width-check.
@Suite("Hard records")
struct HardRecordTests {
    static let folder = Library.root + "/Tests/ISALanguageTests/Fixtures/hard-records"
    static let families = ["dec", "eight-bit", "ibm", "motorola", "risc", "x86"]
    static let loader = FileSourceLoader(folders: families.map { "\(folder)/\($0)" })

    @Test("Parses and width-checks", arguments: HardRecordTests.loader.machineNames)
    func loads(_ name: String) throws {
        let machine = try MachineLoader.load(name, from: HardRecordTests.loader)
        #expect(machine.name == name)
        #expect(!machine.instructions.isEmpty)
    }

    @Test("Every form encodes, decodes and prints", arguments: HardRecordTests.loader.machineNames)
    func roundTrip(_ name: String) throws {
        let machine = try MachineLoader.load(name, from: HardRecordTests.loader)
        var sampler = StateSampler(machine, seed: 9)
        let disassembler = Disassembler(machine)
        for index in machine.instructions.indices {
            for forms in MachineRoundTripTests.combinations(machine.instructions[index]) {
                // A form may be one that an earlier form or instruction shadows; then another one comes back.
                guard let decoded = sampler.instruction(index, forms: forms) else { continue }
                let units = try sampler.encoder.encode(decoded)
                #expect(sampler.encoder.decoder.decode(units: units).decoded == decoded)
                #expect(!disassembler.text(decoded, at: 64).isEmpty)
            }
        }
    }
}
