import Machine

/// A disk on the PCI bus: an NVM Express controller (NVMe 1.4) with one namespace. A command is done while the guest
/// rings its doorbell, so that a run does not depend on how fast the host's disk is.
public final class NVMeController: PCIFunction {
    public let name: String
    public let windowSize: UInt64 = 0x4000
    public private(set) var configuration: PCIConfiguration
    private let initialConfiguration: PCIConfiguration

    /// The queues with the one for administration, and how long one may be.
    static let queueCount = 9
    static let largestQueue = 1024
    private static let doorbells: UInt64 = 0x1000
    private static let messages: UInt64 = 0x2000
    private static let pendingBits: UInt64 = 0x3000
    private static let messageCapability = 0x50

    let memory: any GuestMemoryAccess
    let disk: any BlockDevice
    let serial: String
    private let line: InterruptLine
    private let send: (InterruptMessage) -> Void

    private var control: UInt32 = 0
    private var status: UInt32 = 0
    private var interruptMask: UInt32 = 0
    private var adminSizes: UInt32 = 0
    private var adminSubmission: UInt64 = 0
    private var adminCompletion: UInt64 = 0
    var submissions = [SubmissionQueue](repeating: SubmissionQueue(), count: NVMeController.queueCount)
    var completions = [CompletionQueue](repeating: CompletionQueue(), count: NVMeController.queueCount)
    /// Features by their number, as they were set last.
    var features = NVMeController.initialFeatures
    /// Requests to be told of events, of which there are none.
    var eventRequests: [UInt8] = []
    private var table = MessageTable(count: NVMeController.queueCount)
    private var isRaised = false

    /// - Parameter slot: where on the bus, which decides about window and interrupt; `number` tells disks apart.
    public init(
        number: Int, slot: Int, window: UInt64, disk: any BlockDevice, memory: any GuestMemoryAccess,
        line: InterruptLine, send: @escaping (InterruptMessage) -> Void
    ) {
        name = "disk \(number)"
        serial = "TRAPLINE-\(number)"
        self.disk = disk
        self.memory = memory
        self.line = line
        self.send = send
        // The identity of the widely known emulated controller, which drivers have in their tables.
        var made = PCIConfiguration(vendor: 0x1B36, device: 0x0010, classCode: 0x01_0802, revision: 2)
        made.put(0x2C, 0x1100_1AF4, width: 4)
        made.addWindow(size: 0x4000, at: window)
        made.addInterrupt(pin: 1, line: UInt8(PCIBus.interrupt(slot: slot)))
        made.addCapability(0x11, at: Self.messageCapability)
        made.put(Self.messageCapability + 2, UInt64(Self.queueCount - 1), width: 2, writable: 0xC000)
        made.put(Self.messageCapability + 4, Self.messages, width: 4)
        made.put(Self.messageCapability + 8, Self.pendingBits, width: 4)
        configuration = made
        initialConfiguration = made
    }

    public func reset() {
        configuration = initialConfiguration
        table = MessageTable(count: Self.queueCount)
        control = 0
        adminSizes = 0
        adminSubmission = 0
        adminCompletion = 0
        stop()
    }

    /// A controller reset: queues and features go, the administration's addresses stay (NVMe 1.4, 7.3.2).
    private func stop() {
        status = 0
        interruptMask = 0
        submissions = Array(repeating: SubmissionQueue(), count: Self.queueCount)
        completions = Array(repeating: CompletionQueue(), count: Self.queueCount)
        features = Self.initialFeatures
        eventRequests = []
        follow()
    }

    public func writeConfiguration(_ offset: Int, width: Int, value: UInt64) {
        configuration.write(offset, width: width, value: value)
        sendOpenMessages()
        follow()
    }

    // MARK: Interrupts

    private var messageControl: UInt64 { configuration.read(Self.messageCapability + 2, width: 2) }
    private var hasMessages: Bool { messageControl & 0x8000 != 0 }
    private var masksMessages: Bool { messageControl & 0x4000 != 0 }

    private func sendOpenMessages() {
        guard hasMessages else { return }
        for message in table.takeOpen(isMasked: masksMessages) { send(message) }
    }

    /// The one line, for guests that use no messages: somebody's answers have not been fetched.
    private func follow() {
        let asks = completions.contains { $0.exists && $0.hasInterrupt && !$0.isEmpty }
        configuration.showInterrupt(asks && !hasMessages)
        let level = asks && !hasMessages && interruptMask & 1 == 0 && !configuration.hasInterruptDisabled
        guard level != isRaised else { return }
        isRaised = level
        line.set(level)
    }

    // MARK: Registers (NVMe 1.4, 3.1)

    /// 1,024 entries a queue, contiguous queues only, two seconds to get ready, the NVM command set, 4 KB pages.
    private var capabilities: UInt64 { UInt64(Self.largestQueue - 1) | 1 << 16 | 4 << 24 | 1 << 37 }

    private func register(_ offset: UInt64) -> UInt32 {
        switch offset {
        case 0x00: return UInt32(truncatingIfNeeded: capabilities)
        case 0x04: return UInt32(truncatingIfNeeded: capabilities >> 32)
        case 0x08: return 0x0001_0400
        case 0x0C, 0x10: return interruptMask
        case 0x14: return control
        case 0x1C: return status
        case 0x24: return adminSizes
        case 0x28: return UInt32(truncatingIfNeeded: adminSubmission)
        case 0x2C: return UInt32(truncatingIfNeeded: adminSubmission >> 32)
        case 0x30: return UInt32(truncatingIfNeeded: adminCompletion)
        case 0x34: return UInt32(truncatingIfNeeded: adminCompletion >> 32)
        case Self.messages..<Self.pendingBits: return table.readWord(Int(offset - Self.messages) / 4)
        case Self.pendingBits..<0x4000: return table.readPending(Int(offset - Self.pendingBits) / 4)
        default: return 0
        }
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        let aligned = offset & ~3
        let low = UInt64(register(aligned))
        if width == 8 { return low | UInt64(register(aligned &+ 4)) << 32 }
        return low >> ((offset & 3) * 8)
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        // Registers are double words; two of them at once are allowed where they are one of 64 bits.
        guard offset & 3 == 0, width >= 4 else { return }
        writeRegister(offset, UInt32(truncatingIfNeeded: value))
        if width == 8 { writeRegister(offset &+ 4, UInt32(truncatingIfNeeded: value >> 32)) }
    }

    private func writeRegister(_ offset: UInt64, _ value: UInt32) {
        switch offset {
        case 0x0C: interruptMask |= value
        case 0x10: interruptMask &= ~value
        case 0x14: writeControl(value)
        case 0x24: adminSizes = value & 0x0FFF_0FFF
        case 0x28: adminSubmission = adminSubmission & ~0xFFFF_FFFF | UInt64(value & ~0xFFF)
        case 0x2C: adminSubmission = adminSubmission & 0xFFFF_FFFF | UInt64(value) << 32
        case 0x30: adminCompletion = adminCompletion & ~0xFFFF_FFFF | UInt64(value & ~0xFFF)
        case 0x34: adminCompletion = adminCompletion & 0xFFFF_FFFF | UInt64(value) << 32
        case Self.doorbells..<Self.doorbells + UInt64(8 * Self.queueCount):
            let index = Int(offset - Self.doorbells) / 4
            if index & 1 == 0 { ringSubmission(index / 2, value) } else { ringCompletion(index / 2, value) }
        case Self.messages..<Self.pendingBits:
            table.writeWord(Int(offset - Self.messages) / 4, value)
            sendOpenMessages()
        default: break
        }
        follow()
    }

    private func writeControl(_ value: UInt32) {
        let wasEnabled = control & 1 != 0
        control = value & 0x00FF_FFF1
        let isEnabled = control & 1 != 0
        if isEnabled, !wasEnabled { start() }
        if !isEnabled, wasEnabled { stop() }
        // A shutdown is over as soon as what was written is safe.
        if control >> 14 & 3 != 0 {
            do { try disk.flush() } catch {}
            status |= 8
        } else {
            status &= ~0xC
        }
    }

    private func start() {
        // Pages of 4 KB and the NVM command set are what there is.
        guard control >> 7 & 15 == 0, control >> 4 & 7 == 0 else {
            status = 2
            return
        }
        submissions[0] = SubmissionQueue(base: adminSubmission, size: (adminSizes & 0xFFF) + 1)
        completions[0] = CompletionQueue(base: adminCompletion, size: (adminSizes >> 16 & 0xFFF) + 1)
        submissions[0].size = min(submissions[0].size, UInt32(Self.largestQueue))
        completions[0].size = min(completions[0].size, UInt32(Self.largestQueue))
        completions[0].hasInterrupt = true
        status = 1
    }

    // MARK: Doorbells

    private func ringSubmission(_ index: Int, _ tail: UInt32) {
        guard submissions[index].exists, tail < submissions[index].size else { return }
        submissions[index].tail = tail
        run()
    }

    private func ringCompletion(_ index: Int, _ head: UInt32) {
        guard completions[index].exists, head < completions[index].size else { return }
        completions[index].head = head
        run()
    }

    /// Executes what waits in the queues, one command of each in turn, as long as there is room for answers.
    private func run() {
        guard configuration.isMaster else { return }
        var answered = Set<Int>()
        var goesOn = true
        while goesOn, status & 3 == 1 {
            goesOn = false
            for index in submissions.indices where step(index, &answered) { goesOn = true }
        }
        for index in answered.sorted() where completions[index].hasInterrupt && hasMessages {
            if let message = table.take(Int(completions[index].vector), isMasked: masksMessages) { send(message) }
        }
    }

    /// - Returns: whether there was a command.
    private func step(_ index: Int, _ answered: inout Set<Int>) -> Bool {
        let queue = submissions[index]
        let target = Int(queue.completionQueue)
        guard queue.exists, queue.head != queue.tail, completions[target].exists, !completions[target].isFull else {
            return false
        }
        guard let bytes = memory.readBytes(queue.base &+ UInt64(queue.head) * 64, count: 64) else {
            status |= 2
            return false
        }
        submissions[index].head = (queue.head + 1) % queue.size
        let command = NVMeCommand(bytes)
        var result: UInt32? = 0
        var outcome = NVMeStatus.success
        do {
            if index == 0 { result = try administer(command) } else { try execute(command) }
        } catch { outcome = error }
        // An answer that is not due yet has no status either.
        guard let result else { return true }
        post(result, outcome, command, from: index, to: target)
        answered.insert(target)
        return true
    }

    private func post(_ result: UInt32, _ outcome: NVMeStatus, _ command: NVMeCommand, from: Int, to target: Int) {
        let queue = completions[target]
        guard queue.exists else { return }
        var entry = [UInt8](repeating: 0, count: 16)
        entry.put(UInt64(result), at: 0, width: 4)
        entry.put(UInt64(submissions[from].head), at: 8, width: 2)
        entry.put(UInt64(from), at: 10, width: 2)
        entry.put(UInt64(command.identifier), at: 12, width: 2)
        entry.put(UInt64(outcome.field) << 1 | (queue.phase ? 1 : 0), at: 14, width: 2)
        if !memory.writeBytes(queue.base &+ UInt64(queue.tail) * 16, entry) { status |= 2 }
        completions[target].tail = (queue.tail + 1) % queue.size
        if completions[target].tail == 0 { completions[target].phase.toggle() }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try configuration.exchange(&state)
        try state.pass(&control)
        try state.pass(&status)
        try state.pass(&interruptMask)
        try state.pass(&adminSizes)
        try state.pass(&adminSubmission)
        try state.pass(&adminCompletion)
        for index in submissions.indices { try submissions[index].exchange(&state) }
        for index in completions.indices { try completions[index].exchange(&state) }
        try state.pass(each: &features)
        try state.pass(&eventRequests, limit: 2 * Self.eventRequestLimit)
        try table.exchange(&state)
        try state.pass(&isRaised)
    }
}
