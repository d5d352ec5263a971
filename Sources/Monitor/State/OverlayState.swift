import ISALanguage

/// A state and what would have been written to it: for finding out what programs would do.
struct OverlayState<Base: StateAccess>: StateAccess {
    private struct Place: Hashable {
        var component: StateID
        var element: UInt64
    }

    private let base: Base
    private var written: [Place: UInt64] = [:]
    var touchedOutside = false

    init(over base: Base) { self.base = base }

    func read(_ component: StateID, element: UInt64) -> UInt64 {
        written[Place(component: component, element: element)] ?? base.read(component, element: element)
    }

    mutating func write(_ component: StateID, element: UInt64, value: UInt64) {
        written[Place(component: component, element: element)] = value
    }

    func load(_ storage: StateID, address: UInt64) -> UInt64? {
        written[Place(component: storage, element: address)] ?? base.load(storage, address: address)
    }

    mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
        guard base.load(storage, address: address) != nil else { return false }
        written[Place(component: storage, element: address)] = value
        return true
    }

    func size(_ storage: StateID) -> UInt64 { base.size(storage) }
}
