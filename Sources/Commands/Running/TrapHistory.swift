import Machine

/// Traps by kind, and the last few of them for the account of a crash.
struct TrapHistory {
    private(set) var counts: [Int: UInt64] = [:]
    private(set) var last: [Trap] = []

    private static let kept = 8

    mutating func add(_ trap: Trap) {
        counts[trap.kind, default: 0] &+= 1
        if last.count == TrapHistory.kept { last.removeFirst() }
        last.append(trap)
    }
}
