import Machine

extension PCBoard {
    private static let mark: UInt64 = 0x3130_4450_4C50_4154

    /// Everything on the board, in one go; disks' contents and storage are kept by whoever has them.
    public func save(to snapshot: inout SnapshotWriter) {
        snapshot.put(Self.mark)
        snapshot.put(UInt64(devices.count))
        snapshot.put(time.now)
        snapshot.put(UInt64(currentProcessor))
        interrupts.save(to: &snapshot)
        for device in devices {
            snapshot.put(Array(device.name.utf8))
            var part = SnapshotWriter()
            device.save(to: &part)
            snapshot.put(part.bytes)
        }
    }

    /// Afterwards every processor has been told the level of its INTR.
    /// - Throws: `SnapshotError` where the bytes are not a board's like this one. The board is then in no state to
    ///   go on, unless it is reset.
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        let start = snapshot.offset
        guard try snapshot.take(UInt64.self) == Self.mark else {
            throw SnapshotError("this is no snapshot of a PC's board", at: start)
        }
        let count = try snapshot.take(UInt64.self)
        guard count == UInt64(devices.count) else {
            throw SnapshotError(
                "the snapshot is of a board with \(count) devices; this one has \(devices.count): "
                    + "give as many processors and disks", at: start)
        }
        let now = try snapshot.take(UInt64.self)
        let processor = try snapshot.take(UInt64.self)
        guard now < 1 << 62, processor < UInt64(localAPICs.count) else {
            throw SnapshotError("a time or a processor that there cannot be", at: start)
        }
        time.now = now
        currentProcessor = Int(processor)
        try interrupts.restore(from: &snapshot)
        for device in devices {
            let offset = snapshot.offset
            let name = try snapshot.takeBlock()
            guard name == Array(device.name.utf8) else {
                throw SnapshotError("the snapshot has no state of the \(device.name) here", at: offset)
            }
            var part = SnapshotReader(try snapshot.takeBlock())
            try device.restore(from: &part)
            guard part.offset == part.bytes.count else {
                throw SnapshotError("the state of the \(device.name) is too long", at: offset)
            }
        }
        interrupts.tellProcessors()
    }
}
