import ISALanguage
import Machine

/// The state of any processor, bare or virtual, as programs of its description read and write it.
/// Its storage is the processor's own.
public final class ProcessorState: StateAccess {
    public let processor: any Processor
    public let description: MachineDescription
    public var touchedOutside = false
    private let storageID: StateID?
    private let masks: [UInt64]

    public init(of processor: any Processor, described description: MachineDescription) {
        self.processor = processor
        self.description = description
        storageID = description.state.firstIndex { $0.role == .storage }.map(StateID.init)
        masks = description.state.map { ProcessorState.mask($0.width) }
    }

    static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(max(width, 0))) &- 1 }

    public func read(_ component: StateID, element: UInt64) -> UInt64 {
        guard exists(component, element) else { return 0 }
        return processor[component.index, Int(element)]
    }

    public func write(_ component: StateID, element: UInt64, value: UInt64) {
        guard exists(component, element) else { return }
        processor[component.index, Int(element)] = value & masks[component.index]
    }

    public func load(_ storage: StateID, address: UInt64) -> UInt64? {
        let cells = processor.storage
        guard storage == storageID, address < UInt64(cells.count) else { return nil }
        return cells[Int(address)]
    }

    public func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
        let cells = processor.storage
        guard storage == storageID, address < UInt64(cells.count) else { return false }
        cells[Int(address)] = value & masks[storage.index]
        processor.storageChanged(Int(address)..<Int(address) + 1)
        return true
    }

    public func size(_ storage: StateID) -> UInt64 {
        storage == storageID ? UInt64(processor.storage.count) : 0
    }

    private func exists(_ component: StateID, _ element: UInt64) -> Bool {
        let components = processor.layout.components
        return components.indices.contains(component.index) && element < UInt64(components[component.index].count)
    }
}
