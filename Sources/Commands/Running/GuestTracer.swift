import Classroom
import Machine

/// Traces a guest of the toy core.
final class GuestTracer {
    private let writer: TraceWriter
    private var mode = ""
    /// Which guest, where there are several.
    private let guest: Int?

    init(_ writer: TraceWriter, guest: Int?) {
        self.writer = writer
        self.guest = guest
    }

    var wantsSteps: Bool { writer.wantsSteps }

    func before(_ view: GuestView) throws {
        try noteMode(view)
        guard writer.writes(.instructions) else { return }
        let here = view.here
        let found = view.instruction(at: here)
        let label = view.label(inProgram: here)
        try write(view, "instruction", [("pc", .unsigned(here)), ("text", .string(found.text)),
            ("units", .array(found.units.map { .unsigned($0) })), ("mode", .string(view.mode)),
            ("symbol", .optional(label))]) {
            padded(view.number(here), to: 8) + " " + padded(String(view.mode.prefix(1)), to: 2) + found.text
                + (label.map { "    ; \($0)" } ?? "")
        }
    }

    func trap(_ trap: Trap, _ view: GuestView) throws {
        guard writer.writes(.traps) else { return }
        let interrupt = trap.interrupt.map { view.description.interrupts[$0].name }
        try write(view, "trap", [
            ("trap", .string(view.trapName(trap.kind))), ("detail", .unsigned(trap.detail)),
            ("pc", .unsigned(trap.address)), ("resume", .unsigned(trap.resume)), ("mode", .string(view.mode)),
            ("interrupt", .optional(interrupt)),
        ]) { "trap: \(view.text(trap)), \(view.mode) mode" }
    }

    /// Says so if the mode is another one than when this was asked last.
    func noteMode(_ view: GuestView) throws {
        guard writer.writes(.mode) else { return }
        let now = view.mode
        guard now != mode else { return }
        let before = mode
        mode = now
        try write(view, "mode", [("from", .string(before)), ("to", .string(now)), ("pc", .unsigned(view.here))]) {
            "mode: \(before.isEmpty ? "" : before + " -> ")\(now) at \(view.number(view.here))"
        }
    }

    private func write(
        _ view: GuestView, _ event: String, _ members: [(String, JSONValue)], text: () -> String
    ) throws {
        let completed = view.processor.completedInstructions
        var origin = TraceWriter.Origin(text: "\(completed)", members: [("instructions", .unsigned(completed))])
        if let guest {
            origin.text = "vm\(guest): " + origin.text
            origin.members.append(("vm", .integer(guest)))
        }
        try writer.write(event, origin, members, text: text)
    }
}
