import ISALanguage
import Machine
import Synchronization

/// The processor contract straight over the evaluator: what monitors run on in these tests, slow and
/// independent of any core.
final class ReferenceProcessor: Processor {
    let description: MachineDescription
    let layout: StateLayout
    let storage: GuestStorage
    var trapDisposition = Machine.TrapDisposition.deliver
    var completedInstructions: UInt64 = 0
    var breakpoints: Set<UInt64> = []
    var watchedCells: Set<UInt64> = []
    /// Modes in which instructions completed, and the instructions' indices, while this is on.
    var trace: [(instruction: Int, isUser: Bool)]?

    var deliveryLimit = 4096
    private var fruitlessDeliveries = 0
    let decoder: Decoder
    private let evaluator: ConcreteEvaluator
    private var access: Slots

    /// The state, as the programs see it.
    private struct Slots: StateAccess {
        let shape: StateShape
        var slots: [UInt64]
        let storage: GuestStorage
        var touchedOutside = false

        func read(_ component: StateID, element: UInt64) -> UInt64 {
            shape.slot(component, element: element).map { slots[$0] } ?? 0
        }
        mutating func write(_ component: StateID, element: UInt64, value: UInt64) {
            guard let slot = shape.slot(component, element: element) else { return }
            slots[slot] = value & ConcreteArithmetic.mask(shape.widths[component.index])
        }
        func load(_ storage: StateID, address: UInt64) -> UInt64? {
            address < UInt64(self.storage.count) ? self.storage[Int(address)] : nil
        }
        mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
            guard address < UInt64(self.storage.count) else { return false }
            self.storage[Int(address)] = value & ConcreteArithmetic.mask(shape.cellWidth)
            return true
        }
        func size(_ storage: StateID) -> UInt64 { UInt64(self.storage.count) }
    }

    init(_ description: MachineDescription, size: Int) {
        self.description = description
        let shape = StateShape(description)
        storage = GuestStorage(count: size, cellWidth: shape.cellWidth)
        layout = StateLayout(components: zip(description.state, shape.counts).map {
            StateLayout.Component(name: $0.name, width: $0.width, count: $1)
        })
        decoder = ReferenceProcessor.decoder(of: description)
        evaluator = ConcreteEvaluator(description)
        access = Slots(shape: shape, slots: shape.initialSlots, storage: storage)
    }

    /// Decoders by machine name: making one costs more than most tests' guests.
    private static let decoders = Mutex<[String: Decoder]>([:])

    private static func decoder(of description: MachineDescription) -> Decoder {
        decoders.withLock { known in
            if let decoder = known[description.name] { return decoder }
            let decoder = Decoder(description)
            known[description.name] = decoder
            return decoder
        }
    }

    subscript(component: Int, element: Int) -> UInt64 {
        get { access.read(StateID(component), element: UInt64(element)) }
        set { access.write(StateID(component), element: UInt64(element), value: newValue) }
    }

    func storageChanged(_ cells: Range<Int>) {}

    func run(budget: UInt64) -> Exit {
        let start = completedInstructions
        while true {
            if let status = haltStatus { return .shutdown(status: status) }
            if completedInstructions - start >= budget { return .budget }
            if let exit = step() { return exit }
        }
    }

    private var haltStatus: UInt64? {
        guard let halted = description.halted,
            case .done(let results) = evaluator.evaluate(halted, over: &access), results.first == 1
        else { return nil }
        return results.count > 1 ? results[1] : 0
    }

    private var here: UInt64 { access.shape.programCounter.map { access.read($0, element: 0) } ?? 0 }

    private func step() -> Exit? {
        for (line, interrupt) in description.interrupts.enumerated()
        where evaluator.test(interrupt.pending, over: &access) && evaluator.test(interrupt.enabled, over: &access) {
            let here = here
            if let acknowledge = interrupt.acknowledge { _ = evaluator.evaluate(acknowledge, over: &access) }
            return take(Trap(kind: interrupt.trap.index, detail: 0, address: here, resume: here, interrupt: line))
        }
        if evaluator.test(description.waiting, over: &access) { return .halt }
        let here = here
        if breakpoints.contains(here) { return .breakpoint(address: here) }
        switch decode(at: here) {
        case .instruction(let decoded): return execute(decoded, at: here)
        case .fetchTrap(let kind, let detail, let units):
            return take(trap(kind, detail, at: here, length: units.count + 1))
        case .undefined(let units):
            guard let kind = description.undefinedTrap else { return .fault("undefined encoding") }
            return take(trap(kind, 0, at: here, length: max(units.count, 1)))
        }
    }

    private func decode(at here: UInt64) -> DecodeResult {
        decoder.decode { index in
            let next = EvaluationParameters(here: here, length: index, in: description).next
            switch evaluator.evaluate(description.fetch, arguments: [next], over: &access) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let kind, let detail): return .trap(kind, detail: detail)
            }
        }
    }

    private func execute(_ decoded: DecodedInstruction, at here: UInt64) -> Exit? {
        let program = description.instructions[decoded.instruction].program
        let parameters = EvaluationParameters(here: here, length: decoded.length, in: description)
        if !watchedCells.isEmpty, let exit = watched(program, decoded, parameters) { return exit }
        let isUser = evaluator.test(description.userMode, over: &access)
        switch evaluator.evaluate(program, instruction: decoded, parameters: parameters, over: &access) {
        case .trap(let kind, let detail):
            return take(trap(kind, detail, at: here, length: decoded.length))
        case .done:
            completedInstructions += 1
            fruitlessDeliveries = 0
            trace?.append((decoded.instruction, isUser))
            tick()
            return raisedDevice
        }
    }

    private var raisedDevice: Exit? {
        let raised = description.devices.firstIndex { device in
            device.strobes.contains { access.read($0, element: 0) != 0 }
        }
        return raised.map { .portAccess(device: $0) }
    }

    private func watched(_ program: Program, _ decoded: DecodedInstruction, _ parameters: EvaluationParameters)
        -> Exit?
    {
        var trial = RecordingState(base: access)
        guard case .done = evaluator.evaluate(program, instruction: decoded, parameters: parameters, over: &trial)
        else { return nil }
        return trial.touched.first { watchedCells.contains($0.address) }.map {
            .storageAccess(address: $0.address, isWrite: $0.isWrite)
        }
    }

    /// Records what a program touches, and changes nothing.
    private struct RecordingState: StateAccess {
        let base: Slots
        let log = Log()
        var touchedOutside = false
        var touched: [(address: UInt64, isWrite: Bool)] { log.touched }
        final class Log { var touched: [(address: UInt64, isWrite: Bool)] = [] }

        init(base: Slots) { self.base = base }
        func read(_ component: StateID, element: UInt64) -> UInt64 { base.read(component, element: element) }
        mutating func write(_ component: StateID, element: UInt64, value: UInt64) {}
        func load(_ storage: StateID, address: UInt64) -> UInt64? {
            log.touched.append((address, false))
            return base.load(storage, address: address)
        }
        mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
            log.touched.append((address, true))
            return true
        }
        func size(_ storage: StateID) -> UInt64 { base.size(storage) }
    }

    private func tick() {
        for (index, component) in description.state.enumerated() where component.role == .time {
            let value = access.read(StateID(index), element: 0)
            guard value != 0 else { continue }
            access.write(StateID(index), element: 0, value: value - 1)
            if value == 1, let expired = component.expires { access.write(expired, element: 0, value: 1) }
        }
    }

    private func trap(_ kind: TrapID, _ detail: UInt64, at here: UInt64, length: Int) -> Trap {
        let next = EvaluationParameters(here: here, length: length, in: description).next
        return Trap(
            kind: kind.index, detail: detail, address: here,
            resume: description.traps[kind.index].resumesAfter ? next : here)
    }

    private func take(_ trap: Trap) -> Exit? {
        if trapDisposition == .exit { return .trap(trap) }
        fruitlessDeliveries += 1
        if fruitlessDeliveries > deliveryLimit {
            let address = String(trap.address, radix: 16, uppercase: true)
            return .fault("traps follow each other for ever: \(description.traps[trap.kind].name) at 0x\(address)")
        }
        return deliver(trap) ? raisedDevice : .fault("delivery failed")
    }

    func deliver(_ trap: Trap) -> Bool {
        guard let delivery = description.delivery else { return false }
        access.touchedOutside = false
        let arguments = [description.traps[trap.kind].code, trap.detail, trap.resume]
        guard case .done = evaluator.evaluate(delivery, arguments: arguments, over: &access) else { return false }
        return !access.touchedOutside
    }
}
