/// Between what stands in the assembly text and what stands in the field. The assembler reads and the
/// disassembler writes through this, so the two cannot differ.
enum FieldValue {
    /// The field's bits for a value in the text; nil if it does not fit.
    static func encode(
        _ value: Int128, notation: Notation, width: Int, here: UInt64, addressWidth: Int
    ) -> UInt64? {
        switch notation {
        case .register:
            return value >= 0 && value <= greatest(width) ? UInt64(value) : nil
        case .unsigned:
            return value >= least(width) && value <= greatest(width)
                ? UInt64(truncatingIfNeeded: value) & ConcreteArithmetic.mask(width) : nil
        case .signed:
            return signed(value, width: width)
        case .scaled(let scale):
            let scale = Int128(max(scale, 1))
            guard value >= 0, value % scale == 0, value / scale <= greatest(width) else { return nil }
            return UInt64(value / scale)
        case .relative(let offset, let scale):
            // Addresses wrap round, so a distance may be taken either way.
            let scale = Int128(max(scale, 1))
            let modulus = Int128(1) << Int128(addressWidth)
            let distance = (value - Int128(here) - Int128(offset)) % modulus
            for wrapped in [distance, distance - modulus, distance + modulus] where wrapped % scale == 0 {
                if let bits = signed(wrapped / scale, width: width) { return bits }
            }
            return nil
        }
    }

    /// The value that the text shows for a field's bits.
    static func decode(
        _ bits: UInt64, notation: Notation, width: Int, here: UInt64, addressWidth: Int
    ) -> Int128 {
        switch notation {
        case .unsigned, .register:
            return Int128(bits)
        case .signed:
            return Int128(ConcreteArithmetic.signed(bits, width: width))
        case .scaled(let scale):
            return Int128(bits) * Int128(max(scale, 1))
        case .relative(let offset, let scale):
            let distance = Int128(ConcreteArithmetic.signed(bits, width: width)) * Int128(max(scale, 1))
            let modulus = Int128(1) << Int128(addressWidth)
            let target = (Int128(here) + Int128(offset) + distance) % modulus
            return target < 0 ? target + modulus : target
        }
    }

    /// The values that a field can show, for error messages.
    static func range(notation: Notation, width: Int, here: UInt64) -> (least: Int128, greatest: Int128, step: Int128) {
        let half = Int128(1) << Int128(max(width - 1, 0))
        switch notation {
        case .register: return (0, greatest(width), 1)
        case .unsigned: return (least(width), greatest(width), 1)
        case .signed: return (-half, half - 1, 1)
        case .scaled(let scale): return (0, greatest(width) * Int128(max(scale, 1)), Int128(max(scale, 1)))
        case .relative(let offset, let scale):
            let scale = Int128(max(scale, 1))
            let base = Int128(here) + Int128(offset)
            return (base - half * scale, base + (half - 1) * scale, scale)
        }
    }

    /// A negative number is written into an unsigned field in two's complement, for the same bits are a number to
    /// whoever uses them as one: `LSH 1,-11`, `AND #~0x0F`. Not in a field of a few bits, which holds a count or a
    /// selector; there a negative number is a mistake.
    private static func least(_ width: Int) -> Int128 { width < 8 ? 0 : -(Int128(1) << Int128(width - 1)) }

    private static func greatest(_ width: Int) -> Int128 { Int128(ConcreteArithmetic.mask(width)) }

    private static func signed(_ value: Int128, width: Int) -> UInt64? {
        let half = Int128(1) << Int128(max(width - 1, 0))
        guard value >= -half, value < half else { return nil }
        return UInt64(truncatingIfNeeded: value) & ConcreteArithmetic.mask(width)
    }
}
