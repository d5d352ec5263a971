import Machine

/// Writes what happens to a guest, as text or as one JSON object a line.
final class GuestTracer {
    private let subjects: Set<TraceSubject>
    private let format: TraceFormat
    private let sink: (String) throws -> Void
    private var mode = ""
    /// Which guest, where there are several.
    private let guest: Int?

    init(_ subjects: Set<TraceSubject>, format: TraceFormat, guest: Int?, sink: @escaping (String) throws -> Void) {
        self.subjects = subjects
        self.format = format
        self.guest = guest
        self.sink = sink
    }

    /// Every instruction must be looked at: the machine runs in single steps.
    var wantsSteps: Bool { subjects.contains(.instructions) || subjects.contains(.mode) }

    func before(_ view: GuestView) throws {
        try noteMode(view)
        guard subjects.contains(.instructions) else { return }
        let here = view.here
        let found = view.instruction(at: here)
        let label = view.symbols[here]
        try write(view, "instruction", [("pc", .unsigned(here)), ("text", .string(found.text)),
            ("units", .array(found.units.map { .unsigned($0) })), ("mode", .string(view.mode)),
            ("symbol", .optional(label))]) {
            padded(view.number(here), to: 8) + " " + padded(String(view.mode.prefix(1)), to: 2) + found.text
                + (label.map { "    ; \($0)" } ?? "")
        }
    }

    func trap(_ trap: Trap, _ view: GuestView) throws {
        guard subjects.contains(.traps) else { return }
        let interrupt = trap.interrupt.map { view.description.interrupts[$0].name }
        try write(view, "trap", [
            ("trap", .string(view.trapName(trap.kind))), ("detail", .unsigned(trap.detail)),
            ("pc", .unsigned(trap.address)), ("resume", .unsigned(trap.resume)), ("mode", .string(view.mode)),
            ("interrupt", .optional(interrupt)),
        ]) { "trap: \(view.text(trap)), \(view.mode) mode" }
    }

    /// Says so if the mode is another one than when this was asked last.
    func noteMode(_ view: GuestView) throws {
        guard subjects.contains(.mode) else { return }
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
        switch format {
        case .text:
            try sink((guest.map { "vm\($0): " } ?? "") + "\(view.processor.completedInstructions)  \(text())\n")
        case .json:
            var all: [(String, JSONValue)] = [
                ("event", .string(event)), ("instructions", .unsigned(view.processor.completedInstructions)),
            ]
            if let guest { all.append(("vm", .integer(guest))) }
            try sink(JSONValue.object(all + members).compact + "\n")
        }
    }
}
