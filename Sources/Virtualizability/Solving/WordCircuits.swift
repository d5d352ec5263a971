// Circuits for operations on words; a word is its bits' literals, the least significant first.

extension Circuit {
    static func constant(_ value: UInt64, _ width: Int) -> [Int32] {
        (0..<width).map { value >> UInt64($0) & 1 == 1 ? yes : no }
    }

    mutating func add(_ a: [Int32], _ b: [Int32], carry: Int32) -> [Int32] {
        var carry = carry
        var sum: [Int32] = []
        sum.reserveCapacity(a.count)
        for place in a.indices {
            sum.append(xor(xor(a[place], b[place]), carry))
            if place + 1 < a.count { carry = majority(a[place], b[place], carry) }
        }
        return sum
    }

    mutating func equal(_ a: [Int32], _ b: [Int32]) -> Int32 {
        var same: [Int32] = []
        for place in a.indices { same.append(-xor(a[place], b[place])) }
        return and(same)
    }

    /// The borrow of a - b; for signed words the sign bits change their roles.
    mutating func less(_ a: [Int32], _ b: [Int32], isSigned: Bool) -> Int32 {
        var borrow = Circuit.no
        for place in a.indices {
            let isSwapped = isSigned && place == a.count - 1
            borrow = isSwapped ? majority(a[place], -b[place], borrow) : majority(-a[place], b[place], borrow)
        }
        return borrow
    }

    mutating func choose(_ condition: Int32, _ a: [Int32], _ b: [Int32]) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(a.count)
        for place in a.indices { result.append(ite(condition, a[place], b[place])) }
        return result
    }

    /// A barrel shifter: one row of choices for each bit of the amount that can still leave something.
    mutating func shift(_ a: [Int32], _ amount: [Int32], toLeft: Bool, fill: Int32) -> [Int32] {
        let width = a.count
        var bits = a
        var stage = 0
        while stage < amount.count, stage < 7, 1 << stage < width {
            let distance = 1 << stage
            let moved = (0..<width).map { place in
                let source = toLeft ? place - distance : place + distance
                return bits.indices.contains(source) ? bits[source] : fill
            }
            bits = choose(amount[stage], moved, bits)
            stage += 1
        }
        let overshoots = or(Array(amount[stage...]))
        return choose(overshoots, [Int32](repeating: fill, count: width), bits)
    }

    /// Bit i of the amount rotates by 2 to the i modulo the width.
    mutating func rotate(_ a: [Int32], _ amount: [Int32], toLeft: Bool) -> [Int32] {
        let width = a.count
        var bits = a
        var distance = 1 % width
        for bit in amount {
            let turn = toLeft ? width - distance : distance
            let moved = (0..<width).map { bits[($0 + turn) % width] }
            bits = choose(bit, moved, bits)
            distance = distance * 2 % width
        }
        return bits
    }

    mutating func leadingZeros(_ a: [Int32]) -> [Int32] {
        let width = a.count
        var count = Circuit.constant(UInt64(width), width)
        for place in 0..<width {
            count = choose(a[place], Circuit.constant(UInt64(width - 1 - place), width), count)
        }
        return count
    }

    /// Adds neighbours pairwise until one number is left.
    mutating func ones(_ a: [Int32]) -> [Int32] {
        var numbers = a.map { [$0] }
        while numbers.count > 1 {
            var sums: [[Int32]] = []
            for place in stride(from: 0, to: numbers.count - 1, by: 2) {
                let width = max(numbers[place].count, numbers[place + 1].count) + 1
                sums.append(
                    add(
                        Circuit.widened(numbers[place], width), Circuit.widened(numbers[place + 1], width),
                        carry: Circuit.no))
            }
            if numbers.count % 2 == 1, let last = numbers.last { sums.append(last) }
            numbers = sums
        }
        return Array(Circuit.widened(numbers.first ?? [], a.count).prefix(a.count))
    }

    private static func widened(_ bits: [Int32], _ width: Int) -> [Int32] {
        bits + [Int32](repeating: no, count: max(0, width - bits.count))
    }
}
