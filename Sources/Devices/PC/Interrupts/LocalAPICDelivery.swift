import Machine

/// What comes to a local APIC, what it sends, and which of it interrupts the processor.
extension LocalAPIC {
    // MARK: Priorities

    /// The vector that interrupts now.
    public var pendingVector: UInt8? {
        guard isEnabled, let vector = requested.highest, vector >> 4 > processorPriority >> 4 else { return nil }
        return vector
    }

    public var processorPriority: UInt8 {
        let serving = inService.highest ?? 0
        return priority >> 4 >= serving >> 4 ? priority : serving & 0xF0
    }

    /// The processor takes the vector; nil: nothing is pending any more.
    public func acknowledge() -> UInt8? {
        guard let vector = pendingVector else { return nil }
        requested[vector] = false
        let isOnly = inService.isEmpty && requested.isEmpty && !levels[vector]
        inService[vector] = true
        timer.acknowledged(vector, time.now)
        changed()
        if isOnly { isEndOffered = offerEnd() }
        return vector
    }

    /// KVM's paravirtual end of interrupt (Linux, Documentation/virt/kvm/x86/msr.rst, MSR_KVM_PV_EOI_EN): where an edge
    /// is served and nothing else waits, a bit in the guest's storage says that its end need not be written here; the
    /// guest clears the bit instead. Whether it has done so is looked at before anything depends on it: before another
    /// interrupt arrives, and before a register is read or written.
    public func settleEnd() {
        guard isEndOffered else { return }
        isEndOffered = false
        if withdrawEnd() { endOfInterrupt() }
    }

    func endOfInterrupt() {
        guard let vector = inService.highest else { return }
        inService[vector] = false
        let isLevel = levels[vector]
        changed()
        if isLevel { bus?.endOfInterrupt(vector: vector) }
    }

    /// A fixed interrupt arrives.
    func accept(_ vector: UInt8, isLevel: Bool) {
        guard vector >= 16 else { return addError(0x40) }
        guard isEnabled, isSoftwareEnabled else { return }
        settleEnd()
        requested[vector] = true
        levels[vector] = isLevel
        changed()
    }

    // MARK: Messages

    /// The command register (SDM volume 3, 11.6.1).
    func send() {
        guard let mode = DeliveryMode(rawValue: UInt8(commandLow >> 8 & 7)) else { return }
        let isAsserted = commandLow & 0x4000 != 0
        let isLevel = commandLow & 0x8000 != 0
        // The INIT that takes back its level was for the arbitration of APICs long gone.
        if mode == .initialise, isLevel, !isAsserted { return }
        let vector = UInt8(commandLow & 0xFF)
        if mode == .fixed || mode == .lowestPriority, vector < 16 { return addError(0x20) }
        let isLogical = commandLow & 0x800 != 0
        let message = isX2APIC
            ? InterruptMessage(
                mode: mode, vector: vector, destination: commandHigh, isLogical: isLogical, isLevel: false)
            : InterruptMessage(
                mode: mode, vector: vector, shortDestination: UInt8(commandHigh >> 24), isLogical: isLogical,
                isLevel: false)
        let targets: [InterruptTargets] = [.addressed, .only(identifier), .all, .allExcept(identifier)]
        bus?.deliver(message, to: targets[Int(commandLow >> 18 & 3)])
    }

    /// Whether a message's destination means this processor.
    func answers(to message: InterruptMessage) -> Bool {
        let destination = message.destination
        guard message.isLogical else {
            return destination == InterruptMessage.everybody || destination == identifier
        }
        if isX2APIC {
            return destination == .max
                || destination >> 16 == logicalDestination >> 16 && destination & logicalDestination & 0xFFFF != 0
        }
        let wanted = UInt8(truncatingIfNeeded: destination)
        let mine = UInt8(logicalDestination >> 24)
        if destinationFormat >> 28 == 0xF { return wanted & mine != 0 }
        return (wanted >> 4 == 0xF || wanted >> 4 == mine >> 4) && wanted & mine & 0x0F != 0
    }

    func receive(_ message: InterruptMessage) {
        switch message.mode {
        case .fixed, .lowestPriority: accept(message.vector, isLevel: message.isLevel)
        case .nonMaskable: nonMaskable()
        case .initialise:
            initialise()
            initialised()
        case .startUp: startUp(message.vector)
        // There is no system management mode, and the 8259 has a line of its own.
        case .systemManagement, .external: break
        }
    }

    // MARK: Lines

    /// The 8259's line reaches the processor: through LINT0 as ExtINT, or past an APIC that is switched off.
    public var passesExternal: Bool {
        isEnabled ? isSoftwareEnabled && local[3] & 0x1_0700 == 0x700 : identifier == 0
    }

    /// LINT0: the 8259's output.
    func setLine0(_ isRaised: Bool) {
        defer { line0 = isRaised }
        guard isRaised, !line0, isEnabled, local[3] & 0x1_0000 == 0 else { return }
        deliverLocally(local[3])
    }

    /// LINT1, where a PC has its NMI.
    func pulseLine1() {
        if !isEnabled {
            if identifier == 0 { nonMaskable() }
        } else if local[4] & 0x1_0000 == 0 {
            deliverLocally(local[4])
        }
    }

    private func deliverLocally(_ entry: UInt32) {
        switch DeliveryMode(rawValue: UInt8(entry >> 8 & 7)) {
        case .fixed: accept(UInt8(entry & 0xFF), isLevel: false)
        case .nonMaskable: nonMaskable()
        default: break
        }
    }

    // MARK: Timer

    public var deadline: UInt64 {
        timer.expiry(time.now, isPending: requested[timer.vector])
    }

    public func advance() {
        guard deadline <= time.now else { return }
        timer.expired(time.now)
        accept(timer.vector, isLevel: false)
    }

    /// MSR 0x6E0, IA32_TSC_DEADLINE: a value of the time stamp counter; 0: none.
    public var timestampDeadline: UInt64 {
        get { timer.timestampDeadline }
        set {
            timer.arm(newValue)
            advance()
        }
    }

    /// What a guest that wrote its time stamp counter added to virtual time.
    public var timestampOffset: UInt64 {
        get { timer.timestampOffset }
        set { timer.timestampOffset = newValue }
    }
}
