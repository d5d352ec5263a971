import Machine

/// How interrupts get from the devices to the processors of a PC: the two 8259A, the I/O APIC, a local APIC for each
/// processor, and the lines between them.
public final class InterruptWiring {
    public let localAPICs: [LocalAPIC]
    let controllers = CascadedControllers()
    let ioAPIC: IOAPIC
    let wires = APICWires()
    private let relay: SignalRelay
    /// Who raises each of the sixteen interrupts: a bit a device, for lines can be shared.
    private var raisers = [UInt32](repeating: 0, count: 16)
    private var raiserCounts = [Int](repeating: 0, count: 16)
    /// The level of each processor's INTR.
    private var requested: [Bool]

    init(processors: Int, time: VirtualTime, relay: SignalRelay) {
        self.relay = relay
        localAPICs = (0..<processors).map { LocalAPIC(number: $0, time: time) }
        ioAPIC = IOAPIC(bus: wires)
        requested = [Bool](repeating: false, count: processors)
        wires.localAPICs = localAPICs
        wires.ioAPIC = ioAPIC
        controllers.output = InterruptLine { [unowned self] level in
            for (number, apic) in localAPICs.enumerated() {
                apic.setLine0(level)
                follow(number)
            }
        }
        for (number, apic) in localAPICs.enumerated() {
            apic.bus = wires
            apic.changed = { [unowned self] in follow(number) }
            apic.nonMaskable = { relay.signals.nonMaskable(number) }
            apic.initialised = { relay.signals.initialise(number) }
            apic.startUp = { page in relay.signals.startUp(number, page) }
        }
    }

    /// In the order in which they are reset, saved and restored.
    var devices: [any BusDevice] {
        let shared: [any BusDevice] = [controllers.first, controllers.second, ioAPIC]
        return shared + localAPICs
    }

    /// One device's end of an interrupt; others may have theirs.
    func line(_ interrupt: Int) -> InterruptLine {
        let bit = UInt32(1) << UInt32(raiserCounts[interrupt])
        raiserCounts[interrupt] += 1
        return InterruptLine { [unowned self] isRaised in
            raisers[interrupt] = isRaised ? raisers[interrupt] | bit : raisers[interrupt] & ~bit
            let level = raisers[interrupt] != 0
            controllers.set(interrupt, level)
            // The timer is at the I/O APIC's pin 2, where the 8259A have their cascade.
            ioAPIC.set(interrupt == 0 ? 2 : interrupt, level)
        }
    }

    // MARK: Processors

    private func passesExternal(_ processor: Int) -> Bool {
        controllers.isRaised && localAPICs[processor].passesExternal
    }

    private func isRequested(_ processor: Int) -> Bool {
        localAPICs[processor].pendingVector != nil || passesExternal(processor)
    }

    /// Tells a processor of its INTR, if it is another than it was.
    private func follow(_ processor: Int) {
        let level = isRequested(processor)
        guard level != requested[processor] else { return }
        requested[processor] = level
        relay.signals.interruptRequested(processor, level)
    }

    /// The local APIC's vector first; where it has none, the 8259A's.
    func acknowledge(processor: Int) -> UInt8? {
        guard localAPICs.indices.contains(processor) else { return nil }
        if let vector = localAPICs[processor].acknowledge() { return vector }
        return passesExternal(processor) ? controllers.acknowledge() : nil
    }

    func raiseNonMaskable() {
        for apic in localAPICs { apic.pulseLine1() }
    }

    /// After a reset of the devices, before they raise anything.
    func clear() { raisers = [UInt32](repeating: 0, count: raisers.count) }

    /// Firmware leaves the bus's interrupts level-triggered.
    func presetLevels() {
        controllers.second.levelInputs = 0x0C
        for processor in localAPICs.indices { follow(processor) }
    }

    /// After a snapshot, everybody is told how things stand.
    func tellProcessors() {
        controllers.settle()
        for processor in localAPICs.indices {
            requested[processor] = isRequested(processor)
            relay.signals.interruptRequested(processor, requested[processor])
        }
    }

    func save(to snapshot: inout SnapshotWriter) {
        for raiser in raisers { snapshot.put(raiser) }
    }

    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        for index in raisers.indices { raisers[index] = try snapshot.take() }
    }
}
