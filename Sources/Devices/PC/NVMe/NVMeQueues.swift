import Machine

/// A queue of commands in the guest's storage (NVMe 1.4, 4.1): the guest fills it at the tail.
struct SubmissionQueue {
    var base: UInt64 = 0
    /// Entries; 0: there is no such queue.
    var size: UInt32 = 0
    var head: UInt32 = 0
    var tail: UInt32 = 0
    var completionQueue: UInt32 = 0

    var exists: Bool { size != 0 }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&base)
        try state.pass(&size)
        try state.pass(&head)
        try state.pass(&tail)
        try state.pass(&completionQueue)
        guard size <= NVMeController.largestQueue, head < max(size, 1), tail < max(size, 1),
            completionQueue < NVMeController.queueCount
        else { throw state.refusal("a submission queue that the controller cannot have") }
    }
}

/// A queue of answers: the controller fills it at the tail, and turns the phase with each round.
struct CompletionQueue {
    var base: UInt64 = 0
    var size: UInt32 = 0
    var head: UInt32 = 0
    var tail: UInt32 = 0
    var phase = true
    var hasInterrupt = false
    var vector: UInt32 = 0

    var exists: Bool { size != 0 }
    var isFull: Bool { (tail + 1) % size == head }
    var isEmpty: Bool { head == tail }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&base)
        try state.pass(&size)
        try state.pass(&head)
        try state.pass(&tail)
        try state.pass(&phase)
        try state.pass(&hasInterrupt)
        try state.pass(&vector)
        guard size <= NVMeController.largestQueue, head < max(size, 1), tail < max(size, 1),
            vector < NVMeController.queueCount
        else {
            throw state.refusal("a completion queue that the controller cannot have")
        }
    }
}

/// A command of 64 bytes.
struct NVMeCommand {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var opcode: UInt8 { bytes[0] }
    /// Fused operations and lists of another kind than PRPs are not for this controller.
    var isPlain: Bool { bytes[1] & 0xC3 == 0 }
    var identifier: UInt16 { UInt16(bytes.number(at: 2, width: 2)) }
    var namespace: UInt32 { UInt32(bytes.number(at: 4, width: 4)) }
    var prp1: UInt64 { bytes.number(at: 24, width: 8) }
    var prp2: UInt64 { bytes.number(at: 32, width: 8) }
    /// Command double words 10 to 15.
    func word(_ index: Int) -> UInt32 { UInt32(bytes.number(at: 4 * index, width: 4)) }
}

/// An answer's status (NVMe 1.4, 4.6.1): type and code; with the bit that says that trying again is no use.
struct NVMeStatus: Error, Hashable {
    let field: UInt16

    private init(_ field: UInt16, again: Bool = false) { self.field = again || field == 0 ? field : field | 0x4000 }

    static let success = NVMeStatus(0)
    static let invalidOpcode = NVMeStatus(0x01)
    static let invalidField = NVMeStatus(0x02)
    static let dataTransfer = NVMeStatus(0x04, again: true)
    static let invalidNamespace = NVMeStatus(0x0B)
    static let invalidPRPOffset = NVMeStatus(0x13)
    static let outOfRange = NVMeStatus(0x80)
    static let noCompletionQueue = NVMeStatus(0x100)
    static let invalidQueue = NVMeStatus(0x101)
    static let invalidQueueSize = NVMeStatus(0x102)
    static let tooManyEventRequests = NVMeStatus(0x105)
    static let invalidVector = NVMeStatus(0x108)
    static let invalidLogPage = NVMeStatus(0x109)
    static let queueInUse = NVMeStatus(0x10C)
    static let readOnly = NVMeStatus(0x182)
    static let writeFault = NVMeStatus(0x280)
    static let readFault = NVMeStatus(0x281)
}
