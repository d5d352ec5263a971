import ArgumentParser

struct RunCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a guest, bare or under a monitor.",
        discussion: """
            With -kernel a PC is started, with the options that QEMU has for it. Its serial line is \
            standard input and output; Ctrl-A x leaves, Ctrl-A h helps.

            GUEST is an assembly source, whose first line names its machine (.machine NAME), or an \
            image made by 'trapline asm'. The guest's console is standard input and output. Of \
            several GUESTs each runs inside the one before it: a monitor in the machine's own code \
            finds its guest's cell 0 at its symbol 'guest', and the entry address in the cell before.

            Monitors:
              bare       none: the guest owns the machine (the reference)
              vmm        innocuous instructions run directly, the rest trap
              hvm        virtual-supervisor code is interpreted, user code runs
              patch      critical instructions are rewritten into traps first
              paravirt   the guest calls the monitor instead
              interpret  everything is interpreted
              auto       the strongest that the verdict admits, and why
            A guest whose monitor the verdict does not admit runs beside the bare machine, and the \
            first instruction after which the two differ is shown.

            Exit codes:
              the guest's own status where it gives one
              124  a limit on steps or time was reached
              125  the guest crashed; the account says why
              64   usage               70   internal
              65   bad guest or ISA    74   input or output failed
              66   no such file        130  interrupted
            """)

    @Argument(help: ArgumentHelp(
        "The guest: assembly source or image. Before it, monitors that are guest code.", valueName: "guest"))
    var guests: [String] = []

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Whole machine") var whole: WholeMachineOptions
    @OptionGroup(title: "Monitor") var monitor: MonitorOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions
}

extension RunCommand {
    func perform(in context: Context) throws -> CommandStatus {
        if whole.isUsed || machine.machine == WholeMachineRequest.board { return try runWholeMachine(in: context) }
        let plan = try RunPlan(self)
        let guests = try plan.guests.map { try LoadedGuest.stack($0, machine: plan.machine, in: context) }
        for guest in guests { try guest.requireSameMachine(as: guests[0]) }
        let selection = try MonitorSelection(
            plan.monitor, for: guests[0].description, guests: guests.count, in: context)
        if plan.monitor == .auto { try context.diagnostics.line("monitor \(selection.reason)") }
        if let objection = selection.objection {
            try context.diagnostics.line("note: against the verdict: \(selection.kind.rawValue) is \(objection)")
        }
        try context.diagnostics.flush()
        let setup = try MachineSetup(guests, plan: plan, selection: selection)
        let session = try RunSession(guests, setup: setup, plan: plan, reports: reports, in: context)
        return try session.run()
    }
}
