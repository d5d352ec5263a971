/// What a stepper can be told. Terminal, narration and whatever else drives a stepper take their names, keys and help
/// from here.
public enum StepperCommand: String, CaseIterable, Sendable {
    case step, back
    case nextTrap = "next"
    case previousTrap = "previous"
    case into, out
    case run
    case reverse
    case go
    case mark
    case toMark = "to"
    case breakpoint = "break"
    case watch
    case type
    case search
    case diverge
    case view
    case list
    case print
    case help
    case quit

    public enum Argument: Sendable {
        case none
        /// A number may follow: how often.
        case count
        case text(String)
        /// It may be left out.
        case optional(String)
    }

    public var argument: Argument {
        switch self {
        case .step, .back, .nextTrap, .previousTrap: .count
        case .into, .out, .run, .reverse, .diverge, .view, .help, .quit: .none
        case .go: .text("step")
        case .mark, .toMark: .text("letter")
        case .breakpoint: .text("address or symbol")
        case .watch: .text("cell or symbol")
        case .type: .text("text")
        case .search: .text("part of an instruction")
        case .list: .optional("address or symbol")
        case .print: .optional("cell or symbol")
        }
    }

    /// As a terminal names them; the first is shown.
    public var keys: [String] {
        switch self {
        case .step: ["s", "right", "F10"]
        case .back: ["b", "S", "left"]
        case .nextTrap: ["n", "down"]
        case .previousTrap: ["p", "up"]
        case .into: ["i", "enter", "F11"]
        case .out: ["o", "escape", "shift-F11"]
        case .run: ["c", "F5"]
        case .reverse: ["r"]
        case .go: ["g"]
        case .mark: ["m"]
        case .toMark: ["'"]
        case .breakpoint: ["k"]
        case .watch: ["w"]
        case .type: ["t"]
        case .search: ["/"]
        case .diverge: ["d"]
        case .view: ["v", "tab"]
        case .list: ["l"]
        case .print: ["x"]
        case .help: ["?", "h", "F1"]
        case .quit: ["q", "ctrl-c", "ctrl-d"]
        }
    }

    public var help: String {
        switch self {
        case .step: "one step forward: an instruction, or a trap's delivery"
        case .back: "one step back"
        case .nextTrap: "to behind the next trap, the guest's or its monitor's"
        case .previousTrap: "to behind the trap before"
        case .into: "open the step: trap, dispatcher, routine line by line, delivery"
        case .out: "close it"
        case .run: "run to the next breakpoint or watched cell, or to the end"
        case .reverse: "the same backwards"
        case .go: "to step N; a number with + or - counts from here"
        case .mark: "put a mark here"
        case .toMark: "to a mark"
        case .breakpoint: "set a breakpoint, or take it away"
        case .watch: "watch a cell, or watch it no longer"
        case .type: "type at the guest's console; \\n ends a line"
        case .search: "to the next instruction with this text"
        case .diverge: "compare with the bare machine: to the first difference"
        case .view: "registers, storage, console"
        case .list: "instructions there"
        case .print: "registers, or cells"
        case .help: "this list"
        case .quit: "leave"
        }
    }

    public init?(key: String) {
        guard let found = StepperCommand.allCases.first(where: { $0.keys.contains(key) }) else { return nil }
        self = found
    }

    /// A word, or the beginning of one that fits no other.
    public init?(word: String) {
        if let exact = StepperCommand(rawValue: word) ?? StepperCommand(key: word) {
            self = exact
            return
        }
        let fitting = StepperCommand.allCases.filter { $0.rawValue.hasPrefix(word) }
        guard fitting.count == 1, !word.isEmpty else { return nil }
        self = fitting[0]
    }
}
