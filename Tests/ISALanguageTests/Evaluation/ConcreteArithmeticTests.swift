import Testing

@testable import ISALanguage

/// The operators against arithmetic done another way: exhaustively at small widths, with Swift's own wide
/// integers at 64 bits.
struct ConcreteArithmeticTests {
    private func binary(_ operation: BinaryOperator, _ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        let isComparison = [.equal, .lessUnsigned, .lessOrEqualUnsigned, .lessSigned, .lessOrEqualSigned]
            .contains(operation)
        return ConcreteArithmetic.binary(
            operation, a, b, width: isComparison ? 1 : width, operandWidth: width, rightWidth: width)
    }

    /// A number of `width` bits as a signed one, by subtraction rather than by shifts.
    private func signed(_ a: Int, _ width: Int) -> Int { a >= 1 << (width - 1) ? a - (1 << width) : a }

    private func wrapped(_ a: Int, _ width: Int) -> UInt64 {
        let modulus = 1 << width
        return UInt64(((a % modulus) + modulus) % modulus)
    }

    private func floorShift(_ a: Int, _ amount: Int) -> Int {
        var result = a
        for _ in 0..<amount { result = (result - (((result % 2) + 2) % 2)) / 2 }
        return result
    }

    @Test(arguments: [1, 2, 3, 5])
    func smallWidthsExhaustively(width: Int) {
        for a in 0..<(1 << width) {
            for b in 0..<(1 << width) {
                let (sa, sb) = (signed(a, width), signed(b, width))
                let ones = (1 << width) - 1
                let product = sa * sb
                let expected: [(BinaryOperator, UInt64)] = [
                    (.and, UInt64(a & b)), (.or, UInt64(a | b)), (.xor, UInt64(a ^ b)),
                    (.add, wrapped(a + b, width)), (.subtract, wrapped(a - b, width)),
                    (.multiply, wrapped(a * b, width)), (.multiplyHighUnsigned, UInt64((a * b) / (1 << width))),
                    (.multiplyHighSigned, wrapped(floorShift(product, width), width)),
                    (.divideUnsigned, UInt64(b == 0 ? ones : a / b)), (.remainderUnsigned, UInt64(b == 0 ? a : a % b)),
                    (.divideSigned, b == 0 ? UInt64(ones) : wrapped(sa / sb, width)),
                    (.remainderSigned, b == 0 ? UInt64(a) : wrapped(sa % sb, width)),
                    (.shiftLeft, b >= width ? 0 : wrapped(a << b, width)),
                    (.shiftRight, b >= width ? 0 : UInt64(a >> b)),
                    (.shiftRightSigned, wrapped(floorShift(sa, min(b, width)), width)),
                    (.equal, a == b ? 1 : 0), (.lessUnsigned, a < b ? 1 : 0), (.lessOrEqualUnsigned, a <= b ? 1 : 0),
                    (.lessSigned, sa < sb ? 1 : 0), (.lessOrEqualSigned, sa <= sb ? 1 : 0),
                ]
                for (operation, value) in expected {
                    #expect(
                        binary(operation, UInt64(a), UInt64(b), width) == value, "\(operation) \(a) \(b) at \(width)")
                }
            }
        }
    }

    @Test(arguments: [1, 3, 7, 48, 64])
    func rotationsGoRoundBitByBit(width: Int) {
        var generator = SplitMix64(seed: 5)
        for amount in 0..<(2 * width + 1) {
            let a = generator.next() & ConcreteArithmetic.mask(width)
            var left = a
            for _ in 0..<amount {
                let top = (left >> UInt64(width - 1)) & 1
                left = ((left << 1) | top) & ConcreteArithmetic.mask(width)
            }
            #expect(binary(.rotateLeft, a, UInt64(amount) & ConcreteArithmetic.mask(64), width) == left)
            #expect(binary(.rotateRight, left, UInt64(amount), width) == a)
        }
    }

    @Test func fullWidth() {
        let ones = UInt64.max
        let least = UInt64(1) << 63
        #expect(binary(.multiplyHighUnsigned, ones, ones, 64) == ones - 1)
        #expect(binary(.multiplyHighSigned, ones, ones, 64) == 0)
        #expect(binary(.multiplyHighSigned, least, ones, 64) == 0)
        #expect(binary(.multiplyHighSigned, least, least, 64) == 1 << 62)
        #expect(binary(.divideSigned, least, ones, 64) == least)
        #expect(binary(.remainderSigned, least, ones, 64) == 0)
        #expect(binary(.shiftRightSigned, least, 200, 64) == ones)
        #expect(binary(.shiftLeft, 1, 64, 64) == 0)
        #expect(ConcreteArithmetic.signExtend(0x8000, from: 16, to: 48) == 0xFFFF_FFFF_8000)
        #expect(ConcreteArithmetic.unary(.negate, 1, width: 64) == ones)
    }

    @Test(arguments: [1, 4, 36, 64])
    func counts(width: Int) {
        for shift in 0..<width {
            let a = UInt64(1) << UInt64(shift)
            #expect(ConcreteArithmetic.unary(.countLeadingZeros, a, width: width) == UInt64(width - 1 - shift))
            #expect(ConcreteArithmetic.unary(.parity, a, width: 1) == 1)
        }
        #expect(ConcreteArithmetic.unary(.countLeadingZeros, 0, width: width) == UInt64(width))
        let ones = ConcreteArithmetic.mask(width)
        #expect(ConcreteArithmetic.unary(.populationCount, ones, width: width) == UInt64(width))
        #expect(ConcreteArithmetic.unary(.not, 0, width: width) == ones)
    }

    @Test func concatenationPutsTheLeftHigher() {
        let joined = ConcreteArithmetic.binary(.concatenate, 0xAB, 0xCDE, width: 20, operandWidth: 8, rightWidth: 12)
        #expect(joined == 0xABCDE)
    }
}
