import Machine

/// Something at the end of a machine's ports. A device knows the names of its ports, not which
/// components of the machine they are; the board ties the two together.
public protocol Device: AnyObject {
    /// What an ISA file calls devices of this kind.
    static var kind: String { get }
    /// The ports that such a device has; a machine need not bind all of them.
    static var portNames: [String] { get }
    /// Before the machine's first instruction: ports that the machine reads get their first values.
    func start(_ ports: DevicePorts) throws
    /// The instruction just completed raised a strobe. The device does what is asked for and lowers it.
    func serve(_ ports: DevicePorts) throws
    /// The port whose value is still to come; nil if none is. The machine may run on until it reads it.
    var owed: String? { get }
    /// The next instruction reads the port that is owed: its value is waited for.
    func settle(_ ports: DevicePorts) throws
    /// What the device knows beside its ports, for going back to it.
    func save(to snapshot: inout SnapshotWriter)
    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError)
}

extension Device {
    public var owed: String? { nil }
    public func settle(_ ports: DevicePorts) throws {}
}

/// One device's ports on one processor, by name.
public struct DevicePorts {
    private let processor: any Processor
    private let components: [String: Int]

    init(_ processor: any Processor, _ components: [String: Int]) {
        self.processor = processor
        self.components = components
    }

    /// The port's value; 0 if the machine does not bind it. Writing a port that is not bound does nothing.
    public subscript(port: String) -> UInt64 {
        get { components[port].map { processor[$0, 0] } ?? 0 }
        nonmutating set {
            if let component = components[port] { processor[component, 0] = newValue }
        }
    }

    /// The port's width in bits; 0 if it is not bound.
    public func width(_ port: String) -> Int {
        components[port].map { processor.layout.components[$0].width } ?? 0
    }

    /// Ones in all bits of the port.
    public func allOnes(_ port: String) -> UInt64 {
        let width = width(port)
        return width >= 64 ? .max : (1 << UInt64(width)) &- 1
    }
}
