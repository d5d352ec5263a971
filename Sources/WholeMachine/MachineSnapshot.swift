import Devices
import Machine
import X86Core

// A snapshot is one run of bytes, numbers little-endian:
//
//   8 bytes   a mark, "TRAPSNAP"
//   4         the version of all that follows
//   4         processors
//   8         bytes of storage
//   8         disks
//   8         bytes of the body
//   16        the body's hash, as two numbers
//   ...       the body: the machine file's name and a hash of its records, board, processors, storage, what has come in,
//             in this order
//
// Disks' contents are not in it: they stay where they are. Nor are the records of the machine's file.

extension PCMachine {
    private static let mark: UInt64 = 0x5041_4E53_5041_5254
    /// Raised with every change of what any part writes.
    static let version: UInt32 = 2
    private static let headerSize = 56

    /// The whole machine between two runs.
    public func snapshot() -> [UInt8] {
        var boardState = SnapshotWriter()
        board.save(to: &boardState)
        var body = SnapshotWriter()
        body.put(Array(machineFile.utf8))
        let records = decoding.recordsHash.halves
        body.put(records.0)
        body.put(records.1)
        body.put(boardState.bytes)
        for processor in processors { processor.save(to: &body) }
        memory.save(to: &body)
        body.put(UInt64(inputLog.count))
        for record in inputLog {
            body.put(record.time)
            body.put(record.byte)
        }
        var hash = StateHash()
        hash.add(body.bytes)
        var file = SnapshotWriter()
        file.put(Self.mark)
        file.put(Self.version)
        file.put(UInt32(processors.count))
        file.put(memory.size)
        file.put(UInt64(diskCount))
        file.put(UInt64(body.bytes.count))
        file.put(hash.halves.0)
        file.put(hash.halves.1)
        return file.bytes + body.bytes
    }

    /// - Throws: `SnapshotError` where the bytes are no snapshot of a machine like this one. If the header is right and
    ///   the body is not, the machine is in no state to go on.
    public func restore(_ bytes: [UInt8]) throws(SnapshotError) {
        var file = SnapshotReader(bytes)
        guard bytes.count >= Self.headerSize, try file.take(UInt64.self) == Self.mark else {
            throw SnapshotError("it is no snapshot of a machine", at: 0)
        }
        let version = try file.take(UInt32.self)
        guard version == Self.version else {
            throw SnapshotError("it has version \(version), and this program reads version \(Self.version)", at: 8)
        }
        let count = try file.take(UInt32.self)
        guard count == UInt32(processors.count) else {
            throw SnapshotError("it is of a machine with \(count) processors, and this one has \(processors.count)", at: 12)
        }
        let size = try file.take(UInt64.self)
        guard size == memory.size else {
            throw SnapshotError("it is of a machine with \(size >> 20) MiB, and this one has \(memory.size >> 20) MiB", at: 16)
        }
        let disks = try file.take(UInt64.self)
        guard disks == UInt64(diskCount) else {
            throw SnapshotError("it is of a machine with \(disks) disks, and this one has \(diskCount)", at: 24)
        }
        let length = try file.take(UInt64.self)
        let given = (try file.take(UInt64.self), try file.take(UInt64.self))
        guard length == UInt64(bytes.count - Self.headerSize) else {
            throw SnapshotError("it has been cut short, or something has been added to it", at: 32)
        }
        var hash = StateHash()
        bytes.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0[Self.headerSize...])) }
        guard hash.halves == given else { throw SnapshotError("its bytes are not those that were written", at: 40) }
        try requireSameRecords(&file)
        try restoreBody(from: &file)
    }

    /// Another file's instructions may trap where these do not: what goes on from there would be no machine's run.
    private func requireSameRecords(_ body: inout SnapshotReader) throws(SnapshotError) {
        let offset = body.offset
        let name = String(decoding: try body.takeBlock(), as: UTF8.self)
        let records = (try body.take(UInt64.self), try body.take(UInt64.self))
        guard records != decoding.recordsHash.halves else { return }
        throw SnapshotError(
            name == machineFile
                ? "the machine file '\(name)' has other instructions now than when it was written"
                : "it is of a machine with the instructions of '\(name)', and this one has those of '\(machineFile)'",
            at: offset)
    }

    private func restoreBody(from body: inout SnapshotReader) throws(SnapshotError) {
        stop = nil
        let boardState = try body.takeBlock()
        for processor in processors { try processor.restore(from: &body) }
        try memory.restore(from: &body)
        inputLog = []
        for _ in 0..<(try body.take(UInt64.self)) {
            inputLog.append(InputRecord(time: try body.take(), byte: try body.take()))
        }
        repeatInput(of: [])
        guard body.offset == body.bytes.count else { throw SnapshotError("something follows its end", at: body.offset) }
        // Last: the board tells the processors of their interrupts.
        var state = SnapshotReader(boardState)
        board.reset()
        try board.restore(from: &state)
        guard state.offset == boardState.count else { throw SnapshotError("the board's state is too long", at: 0) }
    }

    /// A number for all that the guest can see or will come to see: two runs are the same as long as it is.
    public func digest() -> StateHash {
        var hash = StateHash()
        var board = SnapshotWriter()
        self.board.save(to: &board)
        hash.add(board.bytes)
        for processor in processors { processor.add(to: &hash) }
        memory.add(to: &hash)
        return hash
    }
}
