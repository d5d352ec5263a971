// Additions that keep their carries in a word of flags. Lowered one by one they are four micro-ops: the carry
// out of the word, the carry into its highest bit, the flags that these two set, and the sum. All of them come
// from one addition, so one micro-op does.

extension InstructionEmitter {
    /// Joins the last four micro-ops if they are such an addition and what it sets. `later`: values that are
    /// still to be read afterwards, the carries not among them.
    mutating func fuseFlags(keeping later: [NodeID]) {
        let start = operations.count - 4
        guard start >= 0, let sum = FlaggingSum(operations[start...]) else { return }
        if later.contains(where: { locations[$0].map { sum.carries.contains($0.slot) } ?? false }) { return }
        locations = locations.filter { !sum.carries.contains($0.value.slot) }
        operations.replaceSubrange(start..., with: [sum.fused])
        for (id, location) in locations where location.since > operations.count {
            locations[id]?.since = operations.count
        }
    }
}

/// Two carries, the sum that they belong to, and the flags that they set.
private struct FlaggingSum {
    let outer: MicroOp
    let inner: MicroOp
    let sum: MicroOp
    let flags: MicroOp

    /// The temporaries that the carries stand in.
    var carries: [UInt32] { [outer.a, inner.a] }

    /// Nil if the four micro-ops are anything else.
    init?(_ operations: ArraySlice<MicroOp>) {
        let (carries, writes) = (Array(operations.prefix(2)), Array(operations.suffix(2)))
        guard carries.count == 2, writes.count == 2, let flags = writes.first(where: { $0.opcode == .orTable }),
            let sum = writes.first(where: { $0.opcode == .add || $0.opcode == .addImmediate })
        else { return nil }
        outer = carries[carries[0].z > carries[1].z ? 0 : 1]
        inner = carries[carries[0].z > carries[1].z ? 1 : 0]
        self.sum = sum
        self.flags = flags
        guard isOverOneWord, isOfTheSameOperands, isApart else { return nil }
    }

    /// The sum is as wide as the outer carry says, and the inner carry goes into its highest bit. The outer one
    /// is that of whole values: they are known to be no wider.
    private var isOverOneWord: Bool {
        (1..<64).contains(outer.z) && inner.z == outer.z - 1 && outer.x == .max
            && sum.y == ConcreteArithmetic.mask(Int(outer.z)) && inner.x == sum.y >> 1
    }

    private var isOfTheSameOperands: Bool {
        if sum.opcode == .addImmediate {
            return [outer, inner].allSatisfy { $0.opcode == .carryImmediate && $0.b == sum.b && $0.y == sum.x & $0.x }
        }
        return [outer, inner].allSatisfy { carry in
            carry.opcode == .carry && carry.y == 0
                && ((carry.b, carry.c) == (sum.b, sum.c) || (carry.c, carry.b) == (sum.b, sum.c))
        }
    }

    /// The flags are one slot, both carries are asked for and go nowhere else, and the order does not matter.
    private var isApart: Bool {
        let read = sum.opcode == .addImmediate ? [sum.b] : [sum.b, sum.c]
        return flags.a == flags.b && flags.a != sum.a && !read.contains(flags.a) && outer.a != inner.a
            && ((flags.c, flags.d) == (outer.a, inner.a) || (flags.c, flags.d) == (inner.a, outer.a))
            && !carries.contains(where: { read.contains($0) || $0 == sum.a || $0 == flags.a })
    }

    var fused: MicroOp {
        // Entries 1 and 2 of the table change places with the carries.
        let entries = flags.x
        let table = flags.c == outer.a
            ? entries : (entries & 0xFFFF_0000_0000_FFFF) | entries >> 16 & 0xFFFF_0000 | (entries & 0xFFFF_0000) << 16
        if sum.opcode == .addImmediate {
            return MicroOp(
                .addImmediateFlagging, a: sum.a, b: sum.b, c: UInt32(outer.z), d: flags.a, x: table, y: sum.y,
                z: sum.x)
        }
        return MicroOp(.addFlagging, a: sum.a, b: sum.b, c: sum.c, d: flags.a, x: table, y: sum.y, z: outer.z)
    }
}
