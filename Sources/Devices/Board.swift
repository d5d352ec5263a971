import Machine

/// A machine's devices on their ports. Whoever runs the processor serves the device that an exit names, and before
/// an instruction that reads a port whose value is still owed, settles it.
public final class Board {
    private struct Place {
        let device: any Device
        let components: [String: Int]
        let strobes: [Int]
    }

    private let places: [Place]

    /// Why a board cannot be built.
    public struct Mismatch: Error, Hashable, Sendable {
        /// One line for people.
        public let text: String
    }

    /// - Parameter bindings: in the order of the ISA file, for exits name a device by its number.
    /// - Throws: `Mismatch` if a kind or a port is not known, or a component does not exist.
    public init(_ layout: StateLayout, bindings: [PortBinding], registry: DeviceRegistry) throws(Mismatch) {
        var places: [Place] = []
        for binding in bindings {
            guard let device = registry.make(binding.kind), let known = registry.portNames(of: binding.kind) else {
                let kinds = registry.kinds.joined(separator: ", ")
                throw Mismatch(text: "there is no device of kind '\(binding.kind)'; there is: \(kinds)")
            }
            var components: [String: Int] = [:]
            for (port, component) in binding.ports {
                guard known.contains(port), layout.components.indices.contains(component) else {
                    let names = known.joined(separator: ", ")
                    throw Mismatch(text: "device '\(binding.name)' has no port '\(port)'; it has: \(names)")
                }
                components[port] = component
            }
            let strobes = binding.strobes.filter(layout.components.indices.contains)
            places.append(Place(device: device, components: components, strobes: strobes))
        }
        self.places = places
    }

    /// Gives the ports that the machine reads their first values, before its first instruction.
    public func start(_ processor: any Processor) throws {
        for place in places { try place.device.start(DevicePorts(processor, place.components)) }
    }

    /// Serves one device, and lowers whatever strobe of it is still raised.
    public func serve(_ device: Int, of processor: any Processor) throws {
        guard places.indices.contains(device) else { return }
        let place = places[device]
        try place.device.serve(DevicePorts(processor, place.components))
        for strobe in place.strobes where processor[strobe, 0] != 0 { processor[strobe, 0] = 0 }
    }

    /// Serves every device one of whose strobes is raised: after a trap that the host delivered itself.
    public func serveRaised(of processor: any Processor) throws {
        for (index, place) in places.enumerated() where place.strobes.contains(where: { processor[$0, 0] != 0 }) {
            try serve(index, of: processor)
        }
    }

    /// Some port does not have its value yet: the machine must be asked, instruction by instruction, whether it
    /// reads it.
    public var isOwing: Bool { places.contains { $0.device.owed != nil } }

    /// Before an instruction: waits for the values of those ports among `components` that are owed.
    public func settle(_ components: Set<Int>, of processor: any Processor) throws {
        for place in places {
            guard let port = place.device.owed, let component = place.components[port],
                components.contains(component)
            else { continue }
            try place.device.settle(DevicePorts(processor, place.components))
        }
    }

    /// Component indices of ports whose values are owed.
    public var owedComponents: Set<Int> {
        Set(places.compactMap { place in place.device.owed.flatMap { place.components[$0] } })
    }

    public func save(to snapshot: inout SnapshotWriter) {
        for place in places { place.device.save(to: &snapshot) }
    }

    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        for place in places { try place.device.restore(from: &snapshot) }
    }
}
