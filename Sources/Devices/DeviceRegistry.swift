/// Which device stands behind a kind's name.
public struct DeviceRegistry {
    private var factories: [String: () -> any Device] = [:]
    private var ports: [String: [String]] = [:]

    public init() {}

    /// The devices of a machine with one console.
    public init(console: @escaping () -> Console) {
        register(Console.self, console)
    }

    public mutating func register<D: Device>(_ type: D.Type, _ make: @escaping () -> D) {
        factories[type.kind] = make
        ports[type.kind] = type.portNames
    }

    public var kinds: [String] { factories.keys.sorted() }

    func portNames(of kind: String) -> [String]? { ports[kind] }

    func make(_ kind: String) -> (any Device)? { factories[kind]?() }
}

/// What an ISA file says of one device, in numbers that the processor's layout gives meaning to.
public struct PortBinding: Sendable {
    public var kind: String
    public var name: String
    /// Port name and component index.
    public var ports: [(port: String, component: Int)]
    /// Component indices.
    public var strobes: [Int]

    public init(kind: String, name: String, ports: [(port: String, component: Int)], strobes: [Int]) {
        self.kind = kind
        self.name = name
        self.ports = ports
        self.strobes = strobes
    }
}
