import Machine

/// A machine's devices on their ports, and the loop that runs a processor among them.
public final class Board {
    private struct Place {
        let device: any Device
        let components: [String: Int]
        let strobes: [Int]
    }

    private let places: [Place]
    private var hasStarted = false

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

    /// Gives the ports that the machine reads their first values; `run` does it by itself.
    public func start(_ processor: any Processor) throws(DeviceFailure) {
        hasStarted = true
        for place in places { try place.device.start(DevicePorts(processor, place.components)) }
    }

    /// Serves one device, and lowers whatever strobe of it is still raised.
    public func serve(_ device: Int, of processor: any Processor) throws(DeviceFailure) {
        guard places.indices.contains(device) else { return }
        let place = places[device]
        try place.device.serve(DevicePorts(processor, place.components))
        for strobe in place.strobes where processor[strobe, 0] != 0 { processor[strobe, 0] = 0 }
    }

    public func flush() throws(DeviceFailure) {
        for place in places { try place.device.flush() }
    }

    /// Runs, serves, repeats, until there is something that no device can answer.
    public func run(_ processor: any Processor, limits: RunLimits = RunLimits()) -> RunOutcome {
        do {
            if !hasStarted { try start(processor) }
            let outcome = try proceed(processor, limits)
            try flush()
            return outcome
        } catch {
            return .deviceFailure(error)
        }
    }

    private func proceed(_ processor: any Processor, _ limits: RunLimits) throws(DeviceFailure) -> RunOutcome {
        let start = processor.completedInstructions
        while true {
            let done = processor.completedInstructions &- start
            if let outcome = limits.reached(after: done) { return outcome }
            let exit = processor.run(budget: min(limits.instructions &- done, RunLimits.slice))
            switch exit {
            case .budget: continue
            case .portAccess(let device): try serve(device, of: processor)
            case .shutdown(let status): return .shutdown(status: status)
            case .fault(let cause): return .fault(cause)
            case .trap, .storageAccess, .hypercall, .halt, .breakpoint: return .exit(exit)
            }
        }
    }
}
