import Machine

/// The commands of the administration queue (NVMe 1.4, chapter 5).
extension NVMeController {
    static let eventRequestLimit = 4
    /// Indexed by the feature's number. Temperature threshold 70 degrees, write cache on, queues as many as there
    /// are.
    static let initialFeatures: [UInt32] = {
        var features = [UInt32](repeating: 0, count: 32)
        features[0x04] = 343
        features[0x06] = 1
        features[0x07] = queuesGranted
        return features
    }()
    /// Queues of either kind, less one.
    private static let queuesGranted = UInt32(queueCount - 2) << 16 | UInt32(queueCount - 2)
    private static let knownFeatures: Set<Int> = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]

    /// - Returns: the answer's first double word; nil: there is no answer yet.
    func administer(_ command: NVMeCommand) throws(NVMeStatus) -> UInt32? {
        guard command.isPlain else { throw .invalidField }
        switch command.opcode {
        case 0x00: try deleteSubmission(command)
        case 0x01: try createSubmission(command)
        case 0x02: try readLog(command)
        case 0x04: try deleteCompletion(command)
        case 0x05: try createCompletion(command)
        case 0x06: try identify(command)
        // Abort: whatever it names is done already.
        case 0x08: return 1
        case 0x09: return try setFeature(command)
        case 0x0A: return try getFeature(command)
        case 0x0C:
            guard eventRequests.count < 2 * Self.eventRequestLimit else { throw .tooManyEventRequests }
            eventRequests += [UInt8(command.identifier & 0xFF), UInt8(command.identifier >> 8)]
            return nil
        default: throw .invalidOpcode
        }
        return 0
    }

    // MARK: Queues (5.3 to 5.6)

    private func newQueue(_ command: NVMeCommand) throws(NVMeStatus) -> (index: Int, size: UInt32) {
        let index = Int(command.word(10) & 0xFFFF)
        let size = command.word(10) >> 16 + 1
        guard (1..<Self.queueCount).contains(index) else { throw .invalidQueue }
        guard size >= 2, size <= Self.largestQueue else { throw .invalidQueueSize }
        // In one piece, and on a page.
        guard command.word(11) & 1 != 0, command.prp1 & 0xFFF == 0 else { throw .invalidField }
        return (index, size)
    }

    private func createCompletion(_ command: NVMeCommand) throws(NVMeStatus) {
        let (index, size) = try newQueue(command)
        guard !completions[index].exists else { throw .invalidQueue }
        let vector = command.word(11) >> 16
        guard vector < Self.queueCount else { throw .invalidVector }
        completions[index] = CompletionQueue(
            base: command.prp1, size: size, hasInterrupt: command.word(11) & 2 != 0, vector: vector)
    }

    private func createSubmission(_ command: NVMeCommand) throws(NVMeStatus) {
        let (index, size) = try newQueue(command)
        guard !submissions[index].exists else { throw .invalidQueue }
        let target = Int(command.word(11) >> 16)
        guard (1..<Self.queueCount).contains(target), completions[target].exists else { throw .noCompletionQueue }
        submissions[index] = SubmissionQueue(base: command.prp1, size: size, completionQueue: UInt32(target))
    }

    private func deleteSubmission(_ command: NVMeCommand) throws(NVMeStatus) {
        let index = Int(command.word(10) & 0xFFFF)
        guard (1..<Self.queueCount).contains(index), submissions[index].exists else { throw .invalidQueue }
        submissions[index] = SubmissionQueue()
    }

    private func deleteCompletion(_ command: NVMeCommand) throws(NVMeStatus) {
        let index = Int(command.word(10) & 0xFFFF)
        guard (1..<Self.queueCount).contains(index), completions[index].exists else { throw .invalidQueue }
        guard !submissions.contains(where: { $0.exists && Int($0.completionQueue) == index }) else {
            throw .queueInUse
        }
        completions[index] = CompletionQueue()
    }

    // MARK: Features (5.14, 5.21)

    private func setFeature(_ command: NVMeCommand) throws(NVMeStatus) -> UInt32 {
        let number = Int(command.word(10) & 0xFF)
        guard Self.knownFeatures.contains(number) else { throw .invalidField }
        if number == 0x07 {
            guard command.word(11) & 0xFFFF != 0xFFFF, command.word(11) >> 16 != 0xFFFF else { throw .invalidField }
            return Self.queuesGranted
        }
        features[number] = command.word(11)
        return 0
    }

    private func getFeature(_ command: NVMeCommand) throws(NVMeStatus) -> UInt32 {
        let number = Int(command.word(10) & 0xFF)
        guard Self.knownFeatures.contains(number) else { throw .invalidField }
        switch command.word(10) >> 8 & 7 {
        case 0: return features[number]
        // Default and saved: nothing is saved, the defaults are both.
        case 1, 2: return Self.initialFeatures[number]
        case 3: return number == 0x07 || number == 0x0A ? 0 : 4
        default: throw .invalidField
        }
    }

    // MARK: Identification (5.15) and logs (5.14)

    private func identify(_ command: NVMeCommand) throws(NVMeStatus) {
        switch command.word(10) & 0xFF {
        case 0x00:
            guard command.namespace == 1 || command.namespace == .max else { throw .invalidNamespace }
            try answer(namespaceStructure, to: command)
        case 0x01: try answer(controllerStructure, to: command)
        case 0x02:
            guard command.namespace < .max - 1 else { throw .invalidNamespace }
            var list = [UInt8](repeating: 0, count: 4096)
            if command.namespace < 1 { list.put(1, at: 0, width: 4) }
            try answer(list, to: command)
        case 0x03:
            guard command.namespace == 1 else { throw .invalidNamespace }
            // One descriptor: a UUID that is the disk's number in a name of our own.
            var list = [UInt8](repeating: 0, count: 4096)
            list[0] = 3
            list[1] = 16
            list.put(serial, at: 4, width: 16)
            list[10] = list[10] & 0x0F | 0x80
            list[12] = list[12] & 0x3F | 0x80
            try answer(list, to: command)
        default: throw .invalidField
        }
    }

    private var controllerStructure: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        bytes.put(0x1B36, at: 0, width: 2)
        bytes.put(0x1AF4, at: 2, width: 2)
        bytes.put(serial, at: 4, width: 20)
        bytes.put("Trapline NVMe disk", at: 24, width: 40)
        bytes.put("1.0", at: 64, width: 8)
        bytes[77] = Self.largestTransferExponent
        bytes.put(0x0001_0400, at: 80, width: 4)
        bytes[111] = 1
        bytes[258] = 3
        bytes[259] = UInt8(Self.eventRequestLimit - 1)
        bytes[260] = 3
        bytes.put(0x0157, at: 266, width: 2)
        bytes.put(0x0175, at: 268, width: 2)
        // Entries of 64 and 16 bytes; one namespace; write zeroes and deallocation; a cache that can be flushed.
        bytes[512] = 0x66
        bytes[513] = 0x44
        bytes.put(1, at: 516, width: 4)
        bytes.put(0x000C, at: 520, width: 2)
        bytes[525] = 1
        let name = Array("nqn.2024-01.org.trapline:\(serial)".utf8)
        bytes.replaceSubrange(768..<768 + name.count, with: name)
        // Power state 0: 25 W.
        bytes.put(0x09C4, at: 2048, width: 2)
        return bytes
    }

    private var namespaceStructure: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        for offset in [0, 8, 16] { bytes.put(disk.sectorCount, at: offset, width: 8) }
        bytes[99] = disk.isReadOnly ? 1 : 0
        // Format 0: sectors of two to the ninth.
        bytes[130] = 9
        return bytes
    }

    private func readLog(_ command: NVMeCommand) throws(NVMeStatus) {
        let words = Int(command.word(10) >> 16) + 1 + Int(command.word(11) & 0xFFFF) << 16
        guard words <= 1024 else { throw .invalidField }
        let offset = Int(command.word(12) & 0xFFFF_FFFC)
        var page: [UInt8]
        switch command.word(10) & 0xFF {
        // No error has ever been logged; one firmware, in slot 1.
        case 0x01: page = [UInt8](repeating: 0, count: 4 * 64)
        case 0x02:
            page = [UInt8](repeating: 0, count: 512)
            // 27 degrees in kelvin, all spare sectors left.
            page.put(300, at: 1, width: 2)
            page[3] = 100
            page[4] = 10
        case 0x03:
            page = [UInt8](repeating: 0, count: 512)
            page[0] = 1
            page.put("1.0", at: 8, width: 8)
        default: throw .invalidLogPage
        }
        page = Array(page.dropFirst(offset).prefix(4 * words))
        try answer(page + [UInt8](repeating: 0, count: 4 * words - page.count), to: command)
    }
}
