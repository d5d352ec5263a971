// Loads and stores whose address is a base and a displacement, as most are: no index, no segment, no shorter width.

enum PlainAddresses {
    @inline(__always) static func address(_ core: Core, _ o: Op) -> UInt64 {
        core[o.at.pointee.base] &+ UInt64(bitPattern: Int64(o.at.pointee.displacement))
    }

    @inline(__always)
    static func load<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let address = address(Core(c), Op(o))
        guard let host = Core(c).quick(at: address, size: MemoryLayout<Word>.size, isWrite: false) else {
            return MemoryHandlers.slowLoad(c, o, Word.self)
        }
        Core(c)[Op(o).a] = UInt64(truncatingIfNeeded: host.loadUnaligned(as: Word.self))
        return next(c, o)
    }

    @inline(__always)
    static func store<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let address = address(Core(c), Op(o))
        guard let host = Core(c).quick(at: address, size: MemoryLayout<Word>.size, isWrite: true) else {
            return MemoryHandlers.slowStore(c, o, Word.self)
        }
        host.storeBytes(of: Core(c).get(Op(o).a, Word.self), as: Word.self)
        return next(c, o)
    }

    /// By the handler for any address.
    static let table: [(Handler, Handler)] = [
        (MemoryHandlers.load(1), { c, o in PlainAddresses.load(c, o, UInt8.self) }),
        (MemoryHandlers.load(2), { c, o in PlainAddresses.load(c, o, UInt16.self) }),
        (MemoryHandlers.load(4), { c, o in PlainAddresses.load(c, o, UInt32.self) }),
        (MemoryHandlers.load(8), { c, o in PlainAddresses.load(c, o, UInt64.self) }),
        (MemoryHandlers.store(1), { c, o in PlainAddresses.store(c, o, UInt8.self) }),
        (MemoryHandlers.store(2), { c, o in PlainAddresses.store(c, o, UInt16.self) }),
        (MemoryHandlers.store(4), { c, o in PlainAddresses.store(c, o, UInt32.self) }),
        (MemoryHandlers.store(8), { c, o in PlainAddresses.store(c, o, UInt64.self) }),
    ]
}
