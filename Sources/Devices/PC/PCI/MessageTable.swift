import Machine

/// The table of message signalled interrupts of a function, and its pending bits (PCI Local Bus 3.0, 6.8.2, "MSI-X").
struct MessageTable {
    /// Four words a vector: address low and high, data, control; bit 0 of the control masks the vector.
    private var words: [UInt32]
    private var pending: UInt32 = 0
    let count: Int

    /// - Parameter count: at most 32.
    init(count: Int) {
        self.count = count
        words = (0..<4 * count).map { $0 & 3 == 3 ? 1 : 0 }
    }

    /// The message of a vector, unless it is masked: then it is pending until it is not.
    mutating func take(_ vector: Int, isMasked: Bool) -> InterruptMessage? {
        guard vector < count else { return nil }
        if isMasked || words[4 * vector + 3] & 1 != 0 {
            pending |= 1 << UInt32(vector)
            return nil
        }
        pending &= ~(1 << UInt32(vector))
        let address = UInt64(words[4 * vector + 1]) << 32 | UInt64(words[4 * vector])
        return InterruptMessage(address: address, data: words[4 * vector + 2])
    }

    /// The messages that were held back by masks that are gone.
    mutating func takeOpen(isMasked: Bool) -> [InterruptMessage] {
        guard pending != 0, !isMasked else { return [] }
        return (0..<count).compactMap { vector in
            pending >> UInt32(vector) & 1 != 0 ? take(vector, isMasked: false) : nil
        }
    }

    func readWord(_ index: Int) -> UInt32 { words.indices.contains(index) ? words[index] : 0 }
    mutating func writeWord(_ index: Int, _ value: UInt32) {
        guard words.indices.contains(index) else { return }
        words[index] = index & 3 == 3 ? value & 1 : index & 3 == 0 ? value & ~3 : value
    }
    func readPending(_ index: Int) -> UInt32 { index == 0 ? pending : 0 }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(each: &words)
        try state.pass(&pending)
    }
}
