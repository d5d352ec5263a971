import ISALanguage
import Machine

/// What the virtualised programs run over: the real state of the processor below, and V, which the monitor
/// keeps here. Addresses are those of the processor below; the programs add the origin themselves.
final class GuestState: StateAccess {
    let virtualised: VirtualisedMachine
    var touchedOutside = false
    /// V changed in a way that the real mode and relocation depend on.
    var mapIsStale = true
    /// Stands between the routines and storage where the guest's code has been rewritten.
    var patcher: CodePatcher?
    /// The guest may change the real relocation behind the monitor's back.
    var rereadsRelocation = false
    /// What the map last wrote into the real relocation, and how far from the virtual one that is; no distance where
    /// it was cut.
    var placed: [StateID: UInt64] = [:]
    var distances: [StateID: UInt64] = [:]
    /// While a routine is only tried: what it would touch.
    var trial: Trial?

    private let real: ProcessorState
    private let shape: StateShape
    private let firstSavedSlot: Int
    /// V, element by element.
    var savedSlots: [UInt64]
    private let feedsMap: [Bool]

    /// Cells that an instruction loads and stores; nothing is written meanwhile.
    struct Trial {
        var loads: [UInt64] = []
        var stores: [UInt64] = []
    }

    init(over processor: any Processor, of virtualised: VirtualisedMachine) {
        self.virtualised = virtualised
        real = ProcessorState(of: processor, described: virtualised.original)
        shape = StateShape(virtualised.machine)
        firstSavedSlot = StateShape(virtualised.original).slotCount
        savedSlots = Array(shape.initialSlots.dropFirst(firstSavedSlot))
        var feedsMap = Array(repeating: false, count: virtualised.machine.state.count)
        for operation in virtualised.map?.operations ?? [] {
            switch operation {
            case .read(let component), .readElement(let component, _): feedsMap[component.index] = true
            default: break
            }
        }
        self.feedsMap = feedsMap
    }

    func read(_ component: StateID, element: UInt64) -> UInt64 {
        if component.index < virtualised.firstSaved { return real.read(component, element: element) }
        guard let slot = shape.slot(component, element: element) else { return 0 }
        return savedSlots[slot - firstSavedSlot]
    }

    func write(_ component: StateID, element: UInt64, value: UInt64) {
        if trial != nil { return }
        if component.index < virtualised.firstSaved { return real.write(component, element: element, value: value) }
        guard let slot = shape.slot(component, element: element) else { return }
        let masked = value & ProcessorState.mask(shape.widths[component.index])
        if feedsMap[component.index], savedSlots[slot - firstSavedSlot] != masked { mapIsStale = true }
        savedSlots[slot - firstSavedSlot] = masked
    }

    func load(_ storage: StateID, address: UInt64) -> UInt64? {
        trial?.loads.append(address)
        return patcher?.original(at: address) ?? real.load(storage, address: address)
    }

    func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
        if trial != nil {
            trial?.stores.append(address)
            return true
        }
        patcher?.willStore(at: address)
        return real.store(storage, address: address, value: value)
    }

    func size(_ storage: StateID) -> UInt64 { real.size(storage) }

    /// The guest's value of a component of the original machine.
    subscript(guest component: StateID, element: Int) -> UInt64 {
        get { element < 0 ? 0 : read(virtualised.home(of: component), element: UInt64(element)) }
        set {
            if element >= 0 { write(virtualised.home(of: component), element: UInt64(element), value: newValue) }
        }
    }

    /// The real value of a component, whoever owns it.
    subscript(real component: StateID) -> UInt64 {
        get { real.read(component, element: 0) }
        set { real.write(component, element: 0, value: newValue) }
    }
}
