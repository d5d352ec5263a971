import Debugging
import ISALanguage
import Machine
import Monitor

/// A guest, its history, and where somebody who studies it stands.
public final class Stepper {
    /// What a command came to.
    public enum Reply: Sendable {
        case moved
        /// Where it is, and something to say about it.
        case said(String)
        /// Nothing was done, and why.
        case refused(String)
        /// Lines that were asked for.
        case listed([Row])
        case left
    }

    public enum Pane: Int, CaseIterable, Sendable {
        case registers, storage, console
    }

    public let guest: SteppedGuest
    public let history: History<SteppedGuest>
    /// The step that led here; nil at the beginning.
    public private(set) var account: StepAccount?
    /// Which of the account's stages is open: an index into `openings`; nil: the step as a whole is seen.
    public private(set) var opening: Int?
    public private(set) var breakpoints: Set<UInt64> = []
    public private(set) var watched: Set<UInt64> = []
    public private(set) var marks: [Character: UInt64] = [:]
    public private(set) var pane = Pane.registers
    /// Makes the same guest on the bare machine, for comparing; nil: it is bare.
    private let makeTwin: (() throws -> SteppedGuest)?
    private let changes: ChangeFinder

    public init(_ guest: SteppedGuest, twin: (() throws -> SteppedGuest)? = nil) {
        self.guest = guest
        makeTwin = twin
        history = History(of: guest)
        changes = ChangeFinder(guest)
    }

    public var view: GuestView { guest.view }
    public var position: UInt64 { history.position }

    public func perform(_ command: StepperCommand, _ argument: String = "") throws -> Reply {
        switch command {
        case .step: return try repeated(argument) { try self.step() }
        case .back: return try repeated(argument) { try self.back() }
        case .nextTrap: return try repeated(argument) { try arrive(history.run(stops: Stepper.traps)) }
        case .previousTrap: return try repeated(argument) { try arrive(history.runBack(stops: Stepper.traps)) }
        case .into: return into()
        case .out: return out()
        case .run: return try arrive(history.run(stops: places))
        case .reverse:
            if places.isEmpty { return try arrive(goBack(to: history.beginning)) }
            return try arrive(history.runBack(stops: places))
        case .go: return try go(argument)
        case .mark: return mark(argument)
        case .toMark: return try toMark(argument)
        case .breakpoint: return toggle(\.breakpoints, argument, "breakpoint at")
        case .watch: return toggle(\.watched, argument, "watched cell")
        case .type: return type(argument)
        case .search: return try search(argument)
        case .diverge: return try diverge()
        case .view:
            pane = Pane(rawValue: (pane.rawValue + 1) % Pane.allCases.count) ?? .registers
            return .moved
        case .list: return list(argument)
        case .print: return print(argument)
        case .help: return .listed(Stepper.help)
        case .quit: return .left
        }
    }

    private static let traps = StopConditions(traps: true)
    private var places: StopConditions { StopConditions(addresses: breakpoints, cells: watched) }

    // MARK: Moving

    private func repeated(_ argument: String, _ once: () throws -> Reply) throws -> Reply {
        guard let count = argument.isEmpty ? 1 : Int(argument), count > 0 else {
            return .refused("'\(argument)' is no number of times")
        }
        var reply = Reply.moved
        for _ in 0..<count {
            reply = try once()
            guard case .moved = reply else { return reply }
        }
        return reply
    }

    private func step() throws -> Reply {
        if let end = history.end, position >= end.position { return .said("the end: \(end.cause)") }
        let reached = try record()
        return reply(to: reached)
    }

    private func back() throws -> Reply {
        guard position > history.beginning else { return .said("this is the beginning") }
        return try arrive(goBack(to: position - 1))
    }

    private func goBack(to target: UInt64) throws -> Arrival {
        let arrival = try history.go(to: target)
        return arrival == .reached && position == history.beginning ? .beginning : arrival
    }

    /// Runs one step and takes down what it does.
    private func record() throws -> Arrival {
        let before = guest.capture()
        let storage = history.capture()
        let address = view.here
        let text = view.instruction(at: address).text
        let index = view.decoded(at: address)
        let place = view.nameInProgram(address)
        guest.recorder.clear()
        guest.recorder.capture = { [unowned guest] in guest.capture() }
        defer { guest.recorder.capture = nil }
        let start = position
        let arrival = try history.run(to: position + 1)
        guard position > start else { return arrival }
        var account = StepAccount(
            position: position, address: address, place: place, text: text, instruction: index, before: before,
            after: guest.capture(), stages: guest.recorder.stages)
        account.changes = changes.changes(
            in: account, words: history.words(changedFrom: storage, to: history.capture()),
            isMonitored: !guest.levels.isEmpty)
        self.account = account
        opening = nil
        return arrival
    }

    /// Shows the step that led here, wherever the way here came from.
    private func arrive(_ arrival: Arrival) throws -> Reply {
        opening = nil
        let here = position
        if here > history.beginning {
            try history.go(to: here - 1)
            _ = try record()
        } else {
            account = nil
        }
        return reply(to: arrival)
    }

    private func reply(to arrival: Arrival) -> Reply {
        switch arrival {
        case .reached, .stopped(.trap): return .moved
        case .stopped(.breakpoint(let address)): return .said("breakpoint at \(view.nameInProgram(address))")
        case .stopped(.watchpoint(let cell, let isWrite)):
            return .said("the next instruction \(isWrite ? "writes" : "reads") cell \(view.name(cell))")
        case .stopped(.input): return .said("the guest waits for input: type something (\(StepperCommand.type.keys[0]))")
        case .ended(let cause): return .said("the end: \(cause)")
        case .interrupted: return .said("interrupted")
        case .beginning: return .said("this is the beginning")
        }
    }

    private func go(_ argument: String) throws -> Reply {
        let digits = argument.drop { $0 == "+" || $0 == "-" }
        guard let number = UInt64(digits), argument.count - digits.count <= 1 else {
            return .refused("'\(argument)' is no step: give a number, +N or -N")
        }
        var target = number
        if argument.hasPrefix("+") { target = position &+ number < position ? .max : position &+ number }
        if argument.hasPrefix("-") { target = position - min(number, position) }
        return try arrive(target < position ? goBack(to: target) : history.go(to: target))
    }

    private func mark(_ argument: String) -> Reply {
        guard let letter = argument.first, argument.count == 1 else { return .refused("a mark is one letter") }
        marks[letter] = position
        return .said("mark \(letter) at step \(position)")
    }

    private func toMark(_ argument: String) throws -> Reply {
        guard let letter = argument.first, argument.count == 1, let place = marks[letter] else {
            let known = marks.keys.sorted().map(String.init).joined(separator: " ")
            return .refused("there is no mark '\(argument)'" + (known.isEmpty ? "" : "; there is: \(known)"))
        }
        return try go(String(place))
    }

    private func toggle(
        _ set: ReferenceWritableKeyPath<Stepper, Set<UInt64>>, _ argument: String, _ what: String
    ) -> Reply {
        guard let address = view.address(argument) else { return .refused("'\(argument)' is no address and no symbol") }
        if self[keyPath: set].remove(address) != nil { return .said("no \(what) \(view.name(address)) any more") }
        self[keyPath: set].insert(address)
        return .said("\(what) \(view.name(address))")
    }

    private func type(_ argument: String) -> Reply {
        guard guest.console.isOpen else { return .refused("the guest's input was given, and ends where it ends") }
        let text = argument.replacing("\\n", with: "\n")
        guest.type(Array(text.utf8))
        history.forgetFuture()
        return .said("typed \(text.utf8.count) characters; what had been the future is forgotten")
    }

    private func search(_ argument: String) throws -> Reply {
        guard !argument.isEmpty else { return .refused("give a part of an instruction: /LPSW") }
        let start = position
        let wanted = argument.lowercased()
        while true {
            let arrival = try history.run(to: position + 1)
            guard case .reached = arrival else {
                try history.go(to: start)
                _ = try arrive(.reached)
                return .refused("no instruction with '\(argument)' comes any more")
            }
            if view.instruction(at: view.here).text.lowercased().contains(wanted) { return try arrive(.reached) }
            if history.isInterrupted() { return try arrive(.interrupted) }
        }
    }

    // MARK: Opening a step

    /// A stage, or a line of the machine's file that a routine goes through in it.
    public struct Opening: Sendable {
        public var stage: Int
        public var line: (location: SourceLocation, isTrap: Bool)?
    }

    /// What the step at hand opens into.
    public var openings: [Opening] {
        guard let account else { return [] }
        return account.stages.indices.flatMap { index -> [Opening] in
            guard case .monitor(.interpreted(let instruction)) = account.stages[index].event else {
                return [Opening(stage: index, line: nil)]
            }
            let lines = view.description.instructions[instruction].program.visibleLines
            return lines.map { Opening(stage: index, line: $0) } + [Opening(stage: index, line: nil)]
        }
    }

    private func into() -> Reply {
        let count = openings.count
        guard count > 0 else { return .refused("this step is an instruction that ran directly: nothing in it opens") }
        let next = opening.map { $0 + 1 } ?? 0
        opening = next < count ? next : nil
        return .moved
    }

    private func out() -> Reply {
        guard opening != nil else { return .refused("no step is open") }
        opening = nil
        return .moved
    }

    /// The state that is to be seen: within an open step that of the stage.
    public var state: StateCapture {
        guard let account, let opening else { return guest.capture() }
        let open = openings[opening]
        // A routine's updates are made at once, behind its last line.
        if open.line != nil { return open.stage > 0 ? account.stages[open.stage - 1].state : account.before }
        return account.stages[open.stage].state
    }

    // MARK: Comparing

    /// Runs the guest on the bare machine beside itself, from the beginning, to where the two come apart.
    private func diverge() throws -> Reply {
        guard let makeTwin else { return .refused("the guest runs bare: there is nothing to compare it with") }
        let present = position
        let twin = History(of: try makeTwin())
        twin.isInterrupted = history.isInterrupted
        let piece: UInt64 = 4096
        var good: UInt64 = 0
        while true {
            let target = good + piece
            let arrivals = (try history.go(to: target), try twin.go(to: target))
            if history.isInterrupted() { break }
            if isSame(as: twin), arrivals.0 == arrivals.1 {
                if case .reached = arrivals.0 {
                    good = target
                    continue
                }
                _ = try arrive(.reached)
                return .said("the same as the bare machine, to the end at step \(position)")
            }
            return try firstDifference(from: good, twin)
        }
        try history.go(to: present)
        return try arrive(.interrupted)
    }

    private func firstDifference(from good: UInt64, _ twin: History<SteppedGuest>) throws -> Reply {
        try history.go(to: good)
        try twin.go(to: good)
        while true {
            let text = view.instruction(at: view.here).text
            let arrivals = (try history.run(to: position + 1), try twin.run(to: twin.position + 1))
            if isSame(as: twin), arrivals.0 == arrivals.1, position == twin.position { continue }
            _ = try arrive(.reached)
            return .said("here the two come apart, by \(text): \(difference(from: twin))")
        }
    }

    private func isSame(as twin: History<SteppedGuest>) -> Bool {
        position == twin.position && view.state == twin.subject.view.state
            && view.firstCell(differentFrom: twin.subject.view) == nil
    }

    private func difference(from twin: History<SteppedGuest>) -> String {
        let (mine, its) = (view.state, twin.subject.view.state)
        let layout = view.processor.layout
        for (component, shape) in layout.components.enumerated() {
            for element in 0..<shape.count {
                let slot = layout.firstSlot[component] + element
                if mine[slot] == its[slot] { continue }
                let name = view.description.state[component].elementName(element)
                return "\(name) is \(view.number(its[slot])) bare and \(view.number(mine[slot])) under the monitor"
            }
        }
        if let cell = view.firstCell(differentFrom: twin.subject.view) {
            let (bare, monitored) = (twin.subject.view.processor.storage[cell], view.processor.storage[cell])
            return "cell \(view.name(UInt64(cell))) is \(view.number(bare)) bare and \(view.number(monitored)) "
                + "under the monitor"
        }
        return "one of them stops"
    }
}
