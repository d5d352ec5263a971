import Testing

@testable import ISALanguage

/// What `virtualise` promises of the programs it makes, over the whole third generation machine.
@Suite struct VirtualiseTests {
    static let machine: MachineDescription = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        let folder = parts.joined(separator: "/") + "/ISA"
        let loader = FileSourceLoader(folders: [folder])
        guard let machine = try? MachineLoader.load("third-generation", from: loader) else {
            preconditionFailure("the third generation machine does not load")
        }
        return machine
    }()

    private func programs(of machine: MachineDescription) -> [Program] {
        machine.instructions.map(\.program) + [machine.fetch] + [machine.delivery].compactMap { $0 }
            + machine.interrupts.flatMap { [$0.pending, $0.enabled] + [$0.acknowledge].compactMap { $0 } }
            + [machine.userMode, machine.supervisorMode, machine.halted, machine.waiting].compactMap { $0 }
    }

    private func component(_ name: String) -> StateID {
        StateID(VirtualiseTests.machine.state.firstIndex { $0.name == name } ?? -1)
    }

    @Test func savesTheModeTheRelocationOwnedControlAndTheClock() {
        let machine = VirtualiseTests.machine
        let saved = Set(machine.virtualise().saved.keys.map { machine.state[$0.index].name })
        #expect(saved == [
            "user", "base", "bound", "ie", "timer", "pending", "tty-out", "tty-send", "tty-in", "tty-take", "stopped",
            "exit-code",
        ])
    }

    @Test func mirroredControlStaysReal() {
        let handlings: [StateID: Handling] = [component("stopped"): .mirror, component("exit-code"): .constant]
        let virtualised = VirtualiseTests.machine.virtualise(handlings: handlings)
        #expect(virtualised.saved[component("stopped")] == nil)
        #expect(virtualised.home(of: component("exit-code")) == component("exit-code"))
        #expect(!virtualised.owned.contains { $0.component == component("stopped") })
    }

    @Test func theFilesHandlingAndTheInitialValueDecideWhatIsOwned() {
        let owned = VirtualiseTests.machine.virtualise().owned
        #expect(owned.first { $0.component == component("ie") }?.value == 1)
        #expect(owned.first { $0.component == component("pending") }?.value == 0)
    }

    @Test func noProgramTouchesWhatIsSavedOrKnowsTheRealSize() {
        let virtualised = VirtualiseTests.machine.virtualise()
        for program in programs(of: virtualised.machine) {
            for operation in program.operations {
                switch operation {
                case .read(let id), .readElement(let id, _), .write(let id, _, _), .writeElement(let id, _, _, _):
                    #expect(virtualised.saved[id] == nil)
                case .parameter(.size):
                    Issue.record("a virtualised program asks for the real size")
                default:
                    break
                }
            }
        }
    }

    @Test func theMapWritesRealStateAndReadsSavedState() throws {
        let virtualised = VirtualiseTests.machine.virtualise()
        let map = try #require(virtualised.map)
        for operation in map.operations {
            if case .read(let id) = operation { #expect(id.index >= virtualised.firstSaved) }
            if case .write(let id, _, _) = operation { #expect(id.index < virtualised.firstSaved) }
        }
        #expect(virtualised.map == virtualised.remap)
    }

    @Test func programsStayWellFormed() {
        for fault in [nil] + SeededFault.allCases.map(Optional.init) {
            let virtualised = VirtualiseTests.machine.virtualise(fault: fault)
            for program in programs(of: virtualised.machine) + [virtualised.tick] {
                var written = false
                for (index, operation) in program.operations.enumerated() {
                    if operation.isWrite { written = true } else { #expect(!written, "a value after a write") }
                    _ = operation.renamed { id in
                        #expect(id.index < index)
                        return id
                    }
                }
                #expect(program.results.allSatisfy { $0.index < program.operations.count })
                #expect(program.operations.count == program.widths.count && program.widths.count == program.lines.count)
            }
        }
    }

    @Test(arguments: SeededFault.allCases) func everyFaultChangesSomething(fault: SeededFault) {
        let sound = VirtualiseTests.machine.virtualise()
        let faulty = VirtualiseTests.machine.virtualise(fault: fault)
        let same = programs(of: sound.machine) == programs(of: faulty.machine) && sound.map == faulty.map
            && sound.remap == faulty.remap && sound.tick == faulty.tick
            && sound.machine.traps.map(\.resumesAfter) == faulty.machine.traps.map(\.resumesAfter)
        #expect(!same)
    }

    /// The guest of w cells from k on sees what the bare machine of w cells sees, outside as well as inside.
    @Test func storageIsTheWindowAndNothingElse() throws {
        let machine = VirtualiseTests.machine
        let load = try #require(machine.instructions.first { $0.mnemonic == "LD" })
        let index = try #require(machine.instructions.firstIndex { $0.name == load.name })
        let virtualised = machine.virtualise()
        var state = MachineState(virtualised.machine, size: 512)
        for cell in 0..<512 { state.cells[cell] = UInt64(cell) }
        var parameters = EvaluationParameters()
        parameters.origin = 100
        parameters.extent = 200
        let storage = try #require(machine.state.firstIndex { $0.role == .storage })
        func evaluate(_ address: UInt64) -> Outcome {
            let decoded = DecodedInstruction(
                instruction: index, fields: load.fields.map { $0.name.hasSuffix("value") ? address : 1 }, forms: [0],
                length: 1, units: [])
            return ConcreteEvaluator(virtualised.machine).evaluate(
                virtualised.machine.instructions[index].program, instruction: decoded, parameters: parameters,
                over: &state)
        }
        #expect(storage == virtualised.original.state.firstIndex { $0.role == .storage })
        guard case .done = evaluate(199) else { return #expect(Bool(false), "the last cell of the guest is refused") }
        #expect(state[component("r"), 1] == 299)
        guard case .trap(let kind, let detail) = evaluate(200) else { return #expect(Bool(false), "no trap") }
        #expect(machine.traps[kind.index].isStorageTrap && detail == 200)
    }
}
