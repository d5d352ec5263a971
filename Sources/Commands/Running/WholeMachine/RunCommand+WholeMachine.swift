import ISALanguage
import X86Core

extension RunCommand {
    /// A PC, started from a kernel.
    func runWholeMachine(in context: Context) throws -> CommandStatus {
        try refuseWhatOtherMachinesHave()
        let request = try WholeMachineRequest.parse(whole, storage: machine.storage)
        let session = try WholeMachineSession(
            request, machineFile: machine.isa, decoding: try decoding(in: context), seed: machine.seed, limits: limits,
            reports: reports, in: context)
        return try session.run()
    }

    /// The program carries the machine files' records; another file is read now.
    private func decoding(in context: Context) throws -> Decoding {
        guard let isa = machine.isa else { return try Decoding() }
        let description = try loadMachine(isa, in: context)
        let records = InstructionRecord.records(of: description)
        let width = description.state.first { $0.role == .pc }?.width ?? 64
        guard !records.isEmpty else {
            throw Failure(.badInput, "the machine \(quoted(isa)) is no x86: its file has no opcodes",
                remedy: "give a file that extends x86-64 or ia-32")
        }
        return try width > 32 ? Decoding(long: records) : Decoding(orLegacy: records)
    }

    /// What only guests of the toy core have is refused, not overlooked.
    private func refuseWhatOtherMachinesHave() throws {
        if let guest = guests.first {
            throw Failure(.usage, "\(quoted(guest)) and -kernel do not go together",
                remedy: "give the guest alone, or -kernel FILE alone")
        }
        if let name = machine.machine, name != WholeMachineRequest.board {
            throw Failure(.usage, "-kernel is for the machine \(WholeMachineRequest.board), and --machine is \(quoted(name))",
                remedy: "leave --machine away; another description of the processor is given with --isa")
        }
        if monitor.monitor != .bare || (monitor.depth ?? 0) > 0 {
            throw Failure(.usage, "a whole machine runs bare: monitors run the guests of machines that the toy core executes",
                remedy: "leave --monitor and --depth away")
        }
        if reports.cost != nil || !machine.vm.isEmpty {
            throw Failure(.usage, "--cost and --vm are for guests of the toy core so far",
                remedy: "leave them away")
        }
    }
}

extension WholeMachineRequest {
    /// What `--machine` calls it.
    static let board = "pc"
}
