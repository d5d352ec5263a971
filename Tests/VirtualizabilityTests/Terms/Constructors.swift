@testable import Virtualizability

/// One public constructor of terms, with its meaning said a second time, independently and bit by bit where possible.
struct Constructor: Sendable {
    let name: String
    /// Operand widths for a result of about this width.
    let operandWidths: @Sendable (Int) -> [Int]
    let build: @Sendable (TermGraph, [Term]) -> Term
    let meaning: @Sendable ([UInt64], [Int]) -> UInt64
}

/// A word as a list of bits, the least significant first: the slow and obvious way.
private func bits(_ value: UInt64, _ width: Int) -> [Bool] { (0..<width).map { value >> UInt64($0) & 1 == 1 } }

private func word(_ bits: [Bool]) -> UInt64 {
    bits.enumerated().reduce(0) { $1.element ? $0 | 1 << UInt64($1.offset) : $0 }
}

private func signed(_ value: UInt64, _ width: Int) -> Int64 {
    let above = ~word(Array(repeating: true, count: width))
    return Int64(bitPattern: bits(value, width).last == true ? value | above : value)
}

private func truncated(_ value: UInt64, _ width: Int) -> UInt64 { word(bits(value, width)) }

private func same(_ count: Int) -> @Sendable (Int) -> [Int] { { Array(repeating: $0, count: count) } }

/// Shift-and-add in two words: independent of the full-width multiplication that the library uses.
private func wideProduct(_ a: UInt64, _ b: UInt64, _ width: Int) -> [Bool] {
    var sum = [Bool](repeating: false, count: 2 * width)
    for (shift, isSet) in bits(b, width).enumerated() where isSet {
        var carry = false
        for place in shift..<2 * width {
            let addend = place - shift < width && a >> UInt64(place - shift) & 1 == 1
            let ones = (sum[place] ? 1 : 0) + (addend ? 1 : 0) + (carry ? 1 : 0)
            sum[place] = ones & 1 == 1
            carry = ones > 1
        }
    }
    return sum
}

private func negated(_ value: UInt64, _ width: Int) -> UInt64 { truncated(~value &+ 1, width) }

private func signedHigh(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
    // The unsigned high half, less each operand where the other is negative.
    var high = word(Array(wideProduct(a, b, width)[width...]))
    if signed(a, width) < 0 { high = high &- b }
    if signed(b, width) < 0 { high = high &- a }
    return truncated(high, width)
}

private func longDivision(_ a: UInt64, _ b: UInt64, _ width: Int) -> (quotient: UInt64, rest: UInt64) {
    if b == 0 { return (truncated(.max, width), a) }
    var rest: UInt64 = 0
    var quotient = [Bool](repeating: false, count: width)
    for place in (0..<width).reversed() {
        let overflow = rest >> 63 == 1
        rest = rest << 1 | (a >> UInt64(place) & 1)
        if overflow || rest >= b {
            rest = rest &- b
            quotient[place] = true
        }
    }
    return (word(quotient), rest)
}

private func signedDivision(_ a: UInt64, _ b: UInt64, _ width: Int) -> (quotient: UInt64, rest: UInt64) {
    let (aNegative, bNegative) = (signed(a, width) < 0, signed(b, width) < 0)
    let (q, r) = longDivision(
        aNegative ? negated(a, width) : a, bNegative ? negated(b, width) : b, width)
    return (aNegative == bNegative ? q : negated(q, width), aNegative ? negated(r, width) : r)
}

private func shifted(_ a: UInt64, _ width: Int, by amount: UInt64, fill: Bool, left: Bool) -> UInt64 {
    let source = bits(a, width)
    let count = Int(min(amount, 64))
    return word((0..<width).map { place in
        let from = left ? place - count : place + count
        return source.indices.contains(from) ? source[from] : fill
    })
}

private func turned(_ a: UInt64, _ width: Int, by amount: UInt64, left: Bool) -> UInt64 {
    let count = Int(amount % UInt64(width))
    let source = bits(a, width)
    return word((0..<width).map { source[($0 + (left ? width - count : count)) % width] })
}

let constructors: [Constructor] = bitwise + sums + products + shifts + comparisons + layout

private let bitwise = [
    Constructor(name: "not", operandWidths: same(1), build: { $0.not($1[0]) }) { v, w in
        word(bits(v[0], w[0]).map { !$0 })
    },
    Constructor(name: "and", operandWidths: same(2), build: { $0.and($1[0], $1[1]) }) { v, _ in v[0] & v[1] },
    Constructor(name: "or", operandWidths: same(2), build: { $0.or($1[0], $1[1]) }) { v, _ in v[0] | v[1] },
    Constructor(name: "xor", operandWidths: same(2), build: { $0.xor($1[0], $1[1]) }) { v, _ in v[0] ^ v[1] },
    Constructor(name: "popcount", operandWidths: same(1), build: { $0.popcount($1[0]) }) { v, w in
        UInt64(bits(v[0], w[0]).filter { $0 }.count)
    },
    Constructor(name: "parity", operandWidths: same(1), build: { $0.parity($1[0]) }) { v, w in
        UInt64(bits(v[0], w[0]).filter { $0 }.count % 2)
    },
    Constructor(name: "countLeadingZeros", operandWidths: same(1), build: { $0.countLeadingZeros($1[0]) }) { v, w in
        UInt64(bits(v[0], w[0]).reversed().prefix { !$0 }.count)
    },
]

private let sums = [
    Constructor(name: "add", operandWidths: same(2), build: { $0.add($1[0], $1[1]) }) { v, w in
        truncated(v[0] &+ v[1], w[0])
    },
    Constructor(name: "sub", operandWidths: same(2), build: { $0.sub($1[0], $1[1]) }) { v, w in
        truncated(v[0] &- v[1], w[0])
    },
    Constructor(name: "neg", operandWidths: same(1), build: { $0.neg($1[0]) }) { v, w in negated(v[0], w[0]) },
]

private let products = [
    Constructor(name: "mul", operandWidths: same(2), build: { $0.mul($1[0], $1[1]) }) { v, w in
        word(Array(wideProduct(v[0], v[1], w[0])[..<w[0]]))
    },
    Constructor(name: "umulHigh", operandWidths: same(2), build: { $0.umulHigh($1[0], $1[1]) }) { v, w in
        word(Array(wideProduct(v[0], v[1], w[0])[w[0]...]))
    },
    Constructor(name: "smulHigh", operandWidths: same(2), build: { $0.smulHigh($1[0], $1[1]) }) { v, w in
        signedHigh(v[0], v[1], w[0])
    },
    Constructor(name: "udiv", operandWidths: same(2), build: { $0.udiv($1[0], $1[1]) }) { v, w in
        longDivision(v[0], v[1], w[0]).quotient
    },
    Constructor(name: "urem", operandWidths: same(2), build: { $0.urem($1[0], $1[1]) }) { v, w in
        longDivision(v[0], v[1], w[0]).rest
    },
    Constructor(name: "sdiv", operandWidths: same(2), build: { $0.sdiv($1[0], $1[1]) }) { v, w in
        signedDivision(v[0], v[1], w[0]).quotient
    },
    Constructor(name: "srem", operandWidths: same(2), build: { $0.srem($1[0], $1[1]) }) { v, w in
        signedDivision(v[0], v[1], w[0]).rest
    },
]

/// The amount is narrower, as wide, or wider than the word.
private let shifts = [-3, 0, 9].flatMap { difference -> [Constructor] in
    let widths: @Sendable (Int) -> [Int] = { [$0, min(64, max(1, $0 + difference))] }
    return [
        Constructor(name: "shl\(difference)", operandWidths: widths, build: { $0.shl($1[0], $1[1]) }) { v, w in
            shifted(v[0], w[0], by: v[1], fill: false, left: true)
        },
        Constructor(name: "lshr\(difference)", operandWidths: widths, build: { $0.lshr($1[0], $1[1]) }) { v, w in
            shifted(v[0], w[0], by: v[1], fill: false, left: false)
        },
        Constructor(name: "ashr\(difference)", operandWidths: widths, build: { $0.ashr($1[0], $1[1]) }) { v, w in
            shifted(v[0], w[0], by: v[1], fill: bits(v[0], w[0]).last ?? false, left: false)
        },
        Constructor(name: "rotl\(difference)", operandWidths: widths, build: { $0.rotl($1[0], $1[1]) }) { v, w in
            turned(v[0], w[0], by: v[1], left: true)
        },
        Constructor(name: "rotr\(difference)", operandWidths: widths, build: { $0.rotr($1[0], $1[1]) }) { v, w in
            turned(v[0], w[0], by: v[1], left: false)
        },
    ]
}

private let comparisons = [
    Constructor(name: "eq", operandWidths: same(2), build: { $0.eq($1[0], $1[1]) }) { v, _ in v[0] == v[1] ? 1 : 0 },
    Constructor(name: "ne", operandWidths: same(2), build: { $0.ne($1[0], $1[1]) }) { v, _ in v[0] != v[1] ? 1 : 0 },
    Constructor(name: "ult", operandWidths: same(2), build: { $0.ult($1[0], $1[1]) }) { v, _ in v[0] < v[1] ? 1 : 0 },
    Constructor(name: "ule", operandWidths: same(2), build: { $0.ule($1[0], $1[1]) }) { v, _ in v[0] <= v[1] ? 1 : 0 },
    Constructor(name: "slt", operandWidths: same(2), build: { $0.slt($1[0], $1[1]) }) { v, w in
        signed(v[0], w[0]) < signed(v[1], w[1]) ? 1 : 0
    },
    Constructor(name: "sge", operandWidths: same(2), build: { $0.sge($1[0], $1[1]) }) { v, w in
        signed(v[0], w[0]) >= signed(v[1], w[1]) ? 1 : 0
    },
]

private let layout = [
    Constructor(
        name: "concat", operandWidths: { [max(1, $0 / 2), max(1, $0 / 3)] }, build: { $0.concat($1[0], $1[1]) }
    ) { v, w in
        word(bits(v[1], w[1]) + bits(v[0], w[0]))
    },
    Constructor(
        name: "extract", operandWidths: same(1),
        build: { graph, terms in
            let width = graph.width(of: terms[0])
            return graph.extract(terms[0], high: width - 1 - width / 4, low: width / 3)
        }
    ) { v, w in word(Array(bits(v[0], w[0])[(w[0] / 3)...(w[0] - 1 - w[0] / 4)])) },
    Constructor(name: "zext", operandWidths: { [($0 + 1) / 2] }, build: { graph, terms in
        graph.zext(terms[0], width: 2 * graph.width(of: terms[0]) - 1)
    }) { v, _ in v[0] },
    Constructor(name: "sext", operandWidths: { [($0 + 1) / 2] }, build: { graph, terms in
        graph.sext(terms[0], width: 2 * graph.width(of: terms[0]) - 1)
    }) { v, w in truncated(UInt64(bitPattern: signed(v[0], w[0])), 2 * w[0] - 1) },
    Constructor(name: "ite", operandWidths: { [1, $0, $0] }, build: { $0.ite($1[0], $1[1], $1[2]) }) { v, _ in
        v[0] == 1 ? v[1] : v[2]
    },
]
