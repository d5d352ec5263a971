import Machine

/// Data between disk and storage.
extension NVMeController {
    private static let page: UInt64 = 4096
    /// The largest transfer in pages, as the identification announces it: 2 to the seventh.
    static let largestTransferExponent: UInt8 = 7

    /// The pieces of storage that a command's two PRP entries name (NVMe 1.4, 4.3).
    private func pieces(_ command: NVMeCommand, count: Int) throws(NVMeStatus) -> [(address: UInt64, count: Int)] {
        guard command.prp1 & 3 == 0 else { throw .invalidPRPOffset }
        let first = min(count, Int(Self.page - command.prp1 % Self.page))
        var pieces = [(address: command.prp1, count: first)]
        var left = count - first
        guard left > 0 else { return pieces }
        if left <= Int(Self.page) {
            guard command.prp2 % Self.page == 0 else { throw .invalidPRPOffset }
            return pieces + [(command.prp2, left)]
        }
        var list = command.prp2 & ~7
        var lists = 0
        while left > 0 {
            lists += 1
            // Lists may be short, but not so short that they only lead to one another.
            guard lists <= 1 << Int(Self.largestTransferExponent) else { throw .invalidField }
            let entries = Int(Self.page - list % Self.page) / 8
            guard let bytes = memory.readBytes(list, count: entries * 8) else { throw .dataTransfer }
            for index in 0..<entries where left > 0 {
                let entry = bytes.number(at: index * 8, width: 8)
                // The last entry of a page leads to the next list where it is not enough for what is left.
                if index == entries - 1, left > Int(Self.page) {
                    guard entry % 8 == 0 else { throw .invalidPRPOffset }
                    list = entry
                    break
                }
                guard entry % Self.page == 0 else { throw .invalidPRPOffset }
                pieces.append((entry, min(left, Int(Self.page))))
                left -= min(left, Int(Self.page))
            }
        }
        return pieces
    }

    /// Bytes that the controller made, to where the command wants them.
    func answer(_ bytes: [UInt8], to command: NVMeCommand) throws(NVMeStatus) {
        var done = 0
        for piece in try pieces(command, count: bytes.count) {
            guard memory.writeBytes(piece.address, Array(bytes[done..<done + piece.count])) else { throw .dataTransfer }
            done += piece.count
        }
    }

    /// The command's bytes from storage.
    func fetch(_ count: Int, of command: NVMeCommand) throws(NVMeStatus) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in try pieces(command, count: count) {
            guard let part = memory.readBytes(piece.address, count: piece.count) else { throw .dataTransfer }
            bytes += part
        }
        return bytes
    }

    // MARK: Commands of the NVM set

    func execute(_ command: NVMeCommand) throws(NVMeStatus) {
        guard command.isPlain else { throw .invalidField }
        switch command.opcode {
        case 0x00:
            guard command.namespace == 1 || command.namespace == .max else { throw .invalidNamespace }
            do { try disk.flush() } catch { throw .writeFault }
        case 0x01: try transfer(command, isWrite: true)
        case 0x02: try transfer(command, isWrite: false)
        case 0x08: try writeZeroes(command)
        case 0x09: try deallocate(command)
        default: throw .invalidOpcode
        }
    }

    private func sectors(_ command: NVMeCommand, forWriting: Bool) throws(NVMeStatus) -> (first: UInt64, count: Int) {
        guard command.namespace == 1 else { throw .invalidNamespace }
        let first = UInt64(command.word(11)) << 32 | UInt64(command.word(10))
        let count = UInt64(command.word(12) & 0xFFFF) + 1
        guard first <= disk.sectorCount, count <= disk.sectorCount - first else { throw .outOfRange }
        guard !forWriting || !disk.isReadOnly else { throw .readOnly }
        return (first, Int(count))
    }

    private func transfer(_ command: NVMeCommand, isWrite: Bool) throws(NVMeStatus) {
        let (first, count) = try sectors(command, forWriting: isWrite)
        guard count * 512 <= Int(Self.page) << Int(Self.largestTransferExponent) else { throw .invalidField }
        if isWrite {
            let bytes = try fetch(count * 512, of: command)
            try write(bytes, first)
            // Force unit access: not before it is safe is the command complete.
            if command.word(12) >> 30 & 1 != 0 { do { try disk.flush() } catch { throw .writeFault } }
        } else {
            var bytes = [UInt8](repeating: 0, count: count * 512)
            let isRead = bytes.withUnsafeMutableBytes { buffer in
                do { try disk.read(first, into: buffer) } catch { return false }
                return true
            }
            guard isRead else { throw .readFault }
            try answer(bytes, to: command)
        }
    }

    private func write(_ bytes: [UInt8], _ sector: UInt64) throws(NVMeStatus) {
        let isWritten = bytes.withUnsafeBytes { buffer in
            do { try disk.write(sector, from: buffer) } catch { return false }
            return true
        }
        guard isWritten else { throw .writeFault }
    }

    private func writeZeroes(_ command: NVMeCommand) throws(NVMeStatus) {
        var (sector, count) = try sectors(command, forWriting: true)
        while count > 0 {
            let now = min(count, 1024)
            try write([UInt8](repeating: 0, count: now * 512), sector)
            sector += UInt64(now)
            count -= now
        }
    }

    /// Ranges that the guest no longer needs. A file keeps them: what it reads from them is then what was there,
    /// which the standard allows (NVMe 1.4, 6.7.1.1).
    private func deallocate(_ command: NVMeCommand) throws(NVMeStatus) {
        guard command.namespace == 1 else { throw .invalidNamespace }
        _ = try fetch(16 * Int(command.word(10) & 0xFF) + 16, of: command)
    }
}
