import Debugging
import ISALanguage
import Machine
import Monitor

/// What one step did: the instruction, the stages in which a trap went, and everything that is different afterwards.
public struct StepAccount: Sendable {
    /// A place in a machine's state.
    public enum Place: Hashable, Sendable {
        /// A component as the guest sees it, and as the real machine has it.
        case guest(Int, element: Int)
        case real(Int, element: Int)
        /// A cell by the guest's real address; by the real machine's where it is none of the guest's.
        case cell(Int)
        case realCell(Int)
    }

    public struct Change: Hashable, Sendable {
        public var place: Place
        public var from: UInt64
        public var to: UInt64
        /// Why, in a few words: "LPSW writes it".
        public var why: String
        /// The line of the machine's file that says so.
        public var source: SourceLocation?
    }

    /// The position after it.
    public var position: UInt64
    public var address: UInt64
    /// The address with its symbol.
    public var place: String
    /// The instruction as text.
    public var text: String
    /// Its index in the description; nil where there is none at the address.
    public var instruction: Int?
    public var before: StateCapture
    public var after: StateCapture
    public var stages: [Stage]
    public var changes: [Change] = []

    /// The guest's own trap that was delivered in it.
    public var trap: Trap? {
        for stage in stages { if case .delivered(let trap) = stage.event { return trap } }
        return nil
    }

    /// The monitor dealt with it.
    public var isTrap: Bool {
        stages.contains { stage in
            switch stage.event {
            case .raised, .delivered: true
            case .monitor(.exited(.trap)): true
            case .monitor: false
            }
        }
    }
}

extension SteppedGuest {
    /// The state at this moment.
    public func capture() -> StateCapture {
        var state = StateCapture(guest: [], real: [])
        let (guest, real) = (view.processor, self.real)
        state.guest.reserveCapacity(guest.layout.slotCount)
        for (component, shape) in guest.layout.components.enumerated() {
            for element in 0..<shape.count {
                state.guest.append(guest[component, element])
                state.real.append(real[component, element])
            }
        }
        return state
    }
}

/// Finds what a step changed and why.
struct ChangeFinder {
    let view: GuestView
    let origin: Int
    private let description: MachineDescription

    init(_ guest: SteppedGuest) {
        view = guest.view
        origin = guest.origin
        description = guest.view.description
    }

    func changes(
        in account: StepAccount, words: [(offset: Int, from: UInt64, to: UInt64)], isMonitored: Bool
    ) -> [StepAccount.Change] {
        var changes: [StepAccount.Change] = []
        let layout = view.processor.layout
        for (component, shape) in layout.components.enumerated() {
            for element in 0..<shape.count {
                let slot = layout.firstSlot[component] + element
                let guest = (account.before.guest[slot], account.after.guest[slot])
                if guest.0 != guest.1 {
                    let (why, source) = reason(component, in: account)
                    let place = StepAccount.Place.guest(component, element: element)
                    changes.append(.init(place: place, from: guest.0, to: guest.1, why: why, source: source))
                }
                let real = (account.before.real[slot], account.after.real[slot])
                if isMonitored, real.0 != real.1, real != guest {
                    changes.append(.init(
                        place: .real(component, element: element), from: real.0, to: real.1,
                        why: "the monitor derives the real one from the virtual one", source: nil))
                }
            }
        }
        for word in words {
            let cell = word.offset / 8 - origin
            let isGuests = (0..<view.processor.storage.count).contains(cell)
            let (why, source) = storageReason(in: account)
            changes.append(.init(
                place: isGuests ? .cell(cell) : .realCell(word.offset / 8), from: word.from, to: word.to, why: why,
                source: source))
        }
        return changes
    }

    private func reason(_ component: Int, in account: StepAccount) -> (String, SourceLocation?) {
        if account.trap != nil {
            if let delivery = description.delivery, let line = delivery.line(writing: component) {
                return ("the trap's delivery writes it", line)
            }
        } else if let index = account.instruction {
            let instruction = description.instructions[index]
            if description.state[component].role == .pc, instruction.program.falls(through: component) {
                return ("the next instruction", nil)
            }
            if let line = instruction.program.line(writing: component) {
                return ("\(instruction.mnemonic) writes it", line)
            }
        }
        let declared = description.state[component]
        switch declared.role {
        case .pc: return ("the next instruction", nil)
        case .time: return ("it counts instructions", declared.location)
        default: break
        }
        if let clock = description.state.first(where: { $0.expires?.index == component }) {
            return ("\(clock.name) has run out", clock.location)
        }
        if let device = description.devices.first(where: { $0.ports.contains { $0.component.index == component } }) {
            return ("the \(device.kind) answers", device.location)
        }
        return ("accepting the interrupt changes it", nil)
    }

    private func storageReason(in account: StepAccount) -> (String, SourceLocation?) {
        if account.trap != nil { return ("the trap's delivery stores it", description.delivery?.lineStoring) }
        guard let index = account.instruction else { return ("the machine stores it", nil) }
        let instruction = description.instructions[index]
        return ("\(instruction.mnemonic) stores it", instruction.program.lineStoring)
    }
}

extension Program {
    fileprivate func line(writing component: Int) -> SourceLocation? {
        for index in operations.indices.reversed() {
            switch operations[index] {
            case .write(let written, _, _) where written.index == component,
                .writeElement(let written, _, _, _) where written.index == component:
                return location(of: ValueID(index))
            default: continue
            }
        }
        return nil
    }

    /// Of all writes to a component the only one gives it the next instruction's address, or there is none.
    fileprivate func falls(through component: Int) -> Bool {
        operations.allSatisfy { operation in
            guard case .write(let written, let value, _) = operation, written.index == component else { return true }
            return self[value] == .parameter(.next)
        }
    }

    /// Where there is more than one store, which of them it was is not known here.
    fileprivate var lineStoring: SourceLocation? {
        let stores = operations.indices.filter { if case .store = operations[$0] { true } else { false } }
        return stores.count == 1 ? location(of: ValueID(stores[0])) : nil
    }

    /// The lines that do something that can be seen from outside, in order, each once: conditions of traps, and writes.
    var visibleLines: [(location: SourceLocation, isTrap: Bool)] {
        var lines: [(location: SourceLocation, isTrap: Bool)] = []
        for index in operations.indices {
            let isTrap: Bool
            switch operations[index] {
            case .trap: isTrap = true
            case .write, .writeElement, .store: isTrap = false
            default: continue
            }
            guard let location = location(of: ValueID(index)) else { continue }
            if lines.contains(where: { $0.location == location && $0.isTrap == isTrap }) { continue }
            lines.append((location, isTrap))
        }
        return lines
    }
}
