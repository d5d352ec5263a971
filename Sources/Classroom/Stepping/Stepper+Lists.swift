import ISALanguage

// What a stepper lists when it is asked.

extension Stepper {
    /// A line of a list: what it is about, and what there is to say.
    public struct Row: Hashable, Sendable {
        public var subject: String
        public var text: String
        /// The one where the guest stands.
        public var isHere = false
    }

    static var help: [Row] {
        StepperCommand.allCases.map { command in
            let argument =
                switch command.argument {
                case .none: ""
                case .count: " [N]"
                case .text(let what): " <\(what)>"
                case .optional(let what): " [\(what)]"
                }
            return Row(subject: "\(command.keys[0])  \(command.rawValue)\(argument)", text: command.help)
        }
    }

    func list(_ argument: String) -> Reply {
        guard let start = argument.isEmpty ? view.here : view.address(argument) else {
            return .refused("'\(argument)' is no address and no symbol")
        }
        return .listed(view.listing(from: start, count: 12).map { line in
            Row(subject: view.nameInProgram(line.address), text: line.text, isHere: line.address == view.here)
        })
    }

    func print(_ argument: String) -> Reply {
        if argument.isEmpty {
            return .listed(registers.map { Row(subject: $0.name, text: view.number($0.guest)) })
        }
        guard let start = view.address(argument), start < UInt64(view.processor.storage.count) else {
            return .refused("'\(argument)' is no cell of the guest's \(view.processor.storage.count), and no symbol")
        }
        let last = min(Int(start) + 8, view.processor.storage.count)
        return .listed((Int(start)..<last).map { cell in
            Row(subject: view.name(UInt64(cell)), text: view.number(view.processor.storage[cell]))
        })
    }

    /// An element of the state as the guest sees it, and as the real machine has it.
    public struct Register: Hashable, Sendable {
        public var name: String
        public var guest: UInt64
        public var real: UInt64
        /// The step at hand has changed what the guest sees.
        public var isChanged: Bool
    }

    /// Scalars, and elements of register files that are not zero or have just changed, at the moment that is seen.
    public var registers: [Register] {
        let state = state
        let layout = view.processor.layout
        let before = account?.before ?? state
        var registers: [Register] = []
        for (component, declared) in view.description.state.enumerated() where declared.role != .storage {
            for element in 0..<layout.components[component].count {
                let slot = layout.firstSlot[component] + element
                let isChanged = before.guest[slot] != state.guest[slot]
                if declared.isArray, state.guest[slot] == 0, state.real[slot] == 0, !isChanged { continue }
                registers.append(Register(
                    name: declared.elementName(element), guest: state.guest[slot], real: state.real[slot],
                    isChanged: isChanged))
            }
        }
        return registers
    }
}
