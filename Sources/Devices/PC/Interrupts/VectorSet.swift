import Machine

/// A set of the 256 vectors: the local APIC's registers of eight words.
struct VectorSet: Hashable {
    private var words = [UInt32](repeating: 0, count: 8)

    subscript(vector: UInt8) -> Bool {
        get { words[Int(vector >> 5)] >> UInt32(vector & 31) & 1 != 0 }
        set {
            let bit = UInt32(1) << UInt32(vector & 31)
            if newValue { words[Int(vector >> 5)] |= bit } else { words[Int(vector >> 5)] &= ~bit }
        }
    }

    func word(_ index: Int) -> UInt32 { words[index & 7] }

    var highest: UInt8? {
        for index in (0..<8).reversed() where words[index] != 0 {
            return UInt8(index * 32 + 31 - words[index].leadingZeroBitCount)
        }
        return nil
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) { try state.pass(each: &words) }
}
