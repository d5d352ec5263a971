import ISALanguage
import Machine
import Testing

@testable import Monitor
@testable import Paravirt

/// Hypercalls in place of critical instructions: the guest that knows its monitor runs on a flawed machine.
@Suite struct ParavirtTests {
    private func table(of machine: MachineDescription) throws -> HypercallTable {
        try HypercallTable(for: InstructionCatalogue(machine), critical: Machines.claimedCritical(in: machine))
    }

    private func machine(
        _ name: String, _ source: String, cells: Int = 1024
    ) throws -> (bare: ReferenceProcessor, guest: VirtualMachine) {
        let description = Machines.load(name)
        let image = Guests.assemble(source, for: description)
        var request = Allocator.Request(.paravirt, extent: cells)
        request.critical = Machines.claimedCritical(in: description)
        request.hypercalls = try table(of: description).hypercalls
        let real = ReferenceProcessor(description, size: cells + Nest.reserved)
        let nest = try Nest(on: real, blueprint: Blueprint(of: description), depth: 1, request: request)
        let bare = ReferenceProcessor(description, size: cells)
        bare.load(image, of: description)
        nest.levels[0].load(image, of: description)
        return (bare, nest.levels[0])
    }

    @Test(arguments: ["third-generation-mode-leak", "third-generation-user-nop", "pdp-10", "m68000"])
    func everyCriticalInstructionHasANumberOfItsOwn(name: String) throws {
        let description = Machines.load(name)
        let table = try table(of: description)
        #expect(table.rows.map(\.number) == Array(table.rows.indices))
        #expect(Set(table.rows.map(\.detail)).count == table.rows.count)
        for index in Machines.claimedCritical(in: description) {
            #expect(table.row(for: description.instructions[index].name) != nil)
        }
        // The call that the table names is what the machine's own call instruction carries.
        let call = try #require(InstructionCatalogue(description).call)
        let encoder = Encoder(Decoder(description))
        for row in table.rows {
            let decoded = try #require(call.encoding(ofCall: row.number))
            #expect((try? encoder.encode(decoded)) != nil)
        }
        #expect(table.lines().count == table.rows.count + 2)
    }

    @Test func aHypercallDoesWhatItsInstructionDoesOnTheBareMachine() throws {
        let name = "third-generation-mode-leak"
        let row = try #require(try table(of: Machines.load(name)).row(for: "SMD {d:register r}"))
        let head = "        .machine third-generation\n        .org 16\n        .entry start\n"
        // The number of the register goes into r1, as the table says.
        let aware = try machine(name, head + "start: LA r1,5\n LA r5,9\n SVC \(row.operand)\n HALT r5\n")
        let plain = try machine(name, head + "start: LA r1,5\n LA r5,9\n SMD r5\n HALT r5\n")
        try LoadCheck.check(aware.guest)
        #expect(aware.guest.run(budget: 100) == .shutdown(status: 0))
        #expect(plain.bare.run(budget: 100) == .shutdown(status: 0))
        #expect(plain.guest.run(budget: 100) == .shutdown(status: 1))
        #expect(aware.guest.statistics.hypercalls == [row.detail: 1])
        #expect(aware.guest.completedInstructions == plain.bare.completedInstructions)
    }

    @Test func aGuestWithACriticalInstructionIsRefusedWithItsAddress() throws {
        let source = """
                    .machine third-generation
                    .org 0
                    .word 0, trap<<31 | 0x8000, 0, 0
                    .org 16
                    .entry start
            start:  JMP  on
                    SMD  r1
            on:     JSR  r6,sub
                    HALT r0
            sub:    JMP  0(r6)
            trap:   LA   r1,1
                    SMD  r2
                    HALT r2
            """
        let (_, guest) = try machine("third-generation-mode-leak", source)
        let error = #expect(throws: MonitorError.self) { try LoadCheck.check(guest) }
        // Not the one that is never reached, but the one in the trap handler.
        #expect(error?.cause.contains("SMD") == true && error?.cause.contains("0x16") == true)
    }

    @Test func otherCallsStillReachTheGuestsOwnKernel() throws {
        let source = """
                    .machine third-generation
                    .org 0
                    .word 0, trap<<31 | 0x8000, 0, 0
                    .org 16
                    .entry start
            start:  SVC  3
                    HALT r0
            trap:   LA   r2,7
                    HALT r2
            """
        let (bare, guest) = try machine("third-generation-mode-leak", source)
        #expect(bare.run(budget: 50) == .shutdown(status: 7))
        #expect(guest.run(budget: 50) == .shutdown(status: 7))
        #expect(guest.statistics.hypercalls.isEmpty && guest.statistics.reflected == 1)
    }
}
