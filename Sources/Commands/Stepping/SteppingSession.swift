import Classroom
import Debugging
import ISALanguage
import Monitor

/// A guest that is loaded for stepping, and the texts of its machine's files.
struct SteppingSession {
    let stepper: Stepper
    let narrator: Narrator
    /// The guest, its machine and its monitor, for a title.
    let title: String

    init(_ command: StepCommand, memory: Int, in context: Context) throws {
        let plan = try RunPlan(guests: command.guests, machine: command.machine, monitor: command.monitor, limits: nil)
        let guest = try LoadedGuest.stack(plan.guests[0], machine: plan.machine, in: context)
        let selection = try MonitorSelection(plan.monitor, for: guest.description, guests: 1, in: context)
        let input = try command.input.map { try readFile($0, what: "the guest's input") }
        let stepped = try SteppingSession.load(guest, plan: plan, selection: selection, input: input, in: context)
        var twin: (() throws -> SteppedGuest)?
        // A guest that makes hypercalls is none of the bare machine's.
        if selection.kind != .bare, selection.kind != .paravirt, plan.depth > 0 {
            var bare = plan
            bare.monitor = .bare
            bare.depth = 0
            bare.storage = stepped.view.processor.storage.count
            let plan = bare
            let selection = try MonitorSelection(.bare, for: guest.description, guests: 1, in: context)
            twin = {
                try SteppingSession.load(guest, plan: plan, selection: selection, input: input ?? [], in: context)
            }
        }
        stepper = Stepper(stepped, twin: twin)
        stepper.history.memoryLimit = memory
        let files = SourceLines()
        narrator = Narrator(stepper) { files[$0] }
        let monitor = plan.depth > 1 ? "\(selection.kind.rawValue), depth \(plan.depth)" : selection.kind.rawValue
        title = "\(guest.name) · \(guest.description.name) · \(monitor)"
        if plan.monitor == .auto { try context.diagnostics.line("monitor \(selection.reason)") }
        if let objection = selection.objection {
            try context.diagnostics.line("note: against the verdict: \(selection.kind.rawValue) is \(objection)")
        }
        try context.diagnostics.flush()
    }

    private static func load(
        _ guest: LoadedGuest, plan: RunPlan, selection: MonitorSelection, input: [UInt8]?, in context: Context
    ) throws -> SteppedGuest {
        let setup = try MachineSetup([guest], plan: plan, selection: selection)
        let view = GuestView(setup.processors[0], of: guest.description, symbols: guest.image.labels)
        return try GuestBoard.explaining(guest.description) {
            try SteppedGuest(view, levels: setup.levels[0], real: setup.real, input: input ?? [], isOpen: input == nil)
        }
    }
}

/// Lines of the files that a machine was read from; each file is read once.
private final class SourceLines {
    private var files: [String: [String]] = [:]

    subscript(location: SourceLocation) -> String? {
        let lines = lines(of: location.file)
        return lines.indices.contains(location.line - 1) ? lines[location.line - 1] : nil
    }

    private func lines(of path: String) -> [String] {
        if let known = files[path] { return known }
        let bytes = (try? readFile(path, what: "the machine's file")) ?? []
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        files[path] = lines
        return lines
    }
}
