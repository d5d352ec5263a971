extension ProgramElaborator {
    func unary(
        _ operation: UnarySyntax, _ operand: ExpressionSyntax, _ expected: Int?, _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        if operation == .logicalNot { return .bits(builder.not(try condition(operand))) }
        switch try meaning(operand, expected: expected) {
        case .bits(let id): return .bits(builder.unary(operation == .negate ? .negate : .not, id))
        case .number(let number):
            if operation == .negate { return .number(-number) }
            guard let expected else {
                throw error(
                    "the complement of a number without a width is not known", at: span,
                    remedy: "Write ~zext(\(number), WIDTH).")
            }
            return .bits(builder.not(try coerced(.number(number), expected, span, "here")))
        case let other: throw wrongKind(other, operand.span)
        }
    }

    func binary(
        _ operation: BinarySyntax, _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ expected: Int?,
        _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        switch operation {
        case .logicalOr, .logicalAnd: return try logical(operation, left, right)
        case .shiftLeft, .shiftRight, .shiftRightSigned: return try shift(operation, left, right, expected)
        case .concatenate: return try concatenation(left, right, span)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .lessSigned, .lessOrEqualSigned,
            .greaterSigned, .greaterOrEqualSigned:
            return try comparison(operation, left, right, span)
        case .bitOr, .bitXor, .bitAnd, .add, .subtract, .multiply:
            switch try pair(left, right, expected, span) {
            case .numbers(let a, let b): return .number(try folded(operation, a, b, span))
            case .bits(let a, let b): return .bits(builder.binary(plain(operation), a, b))
            case .accesses: throw wrongKind(.access(.read), left.span)
            }
        }
    }

    private func plain(_ operation: BinarySyntax) -> BinaryOperator {
        switch operation {
        case .bitOr: .or
        case .bitXor: .xor
        case .bitAnd: .and
        case .subtract: .subtract
        case .multiply: .multiply
        default: .add
        }
    }

    /// The right side is looked at only where the left one leaves it open, as far as accesses go.
    private func logical(
        _ operation: BinarySyntax, _ left: ExpressionSyntax, _ right: ExpressionSyntax
    ) throws(Reported) -> Meaning {
        let a = try condition(left)
        let isAnd = operation == .logicalAnd
        if let known = builder.constantValue(a), (known == 1) != isAnd { return .bits(a) }
        let b = try under(isAnd ? a : builder.not(a)) { () throws(Reported) in try condition(right) }
        return .bits(builder.binary(isAnd ? .and : .or, a, b))
    }

    private func shift(
        _ operation: BinarySyntax, _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ expected: Int?
    ) throws(Reported) -> Meaning {
        let amount = try meaning(right)
        let shifted = try meaning(left, expected: expected)
        if case .number(let a) = shifted, case .number(let b) = amount, (0...63).contains(b) {
            guard operation == .shiftLeft else { return .number(a >> b) }
            guard a.magnitude < 1 << 63 else { throw error("\(a) << \(b) is too large", at: left.span) }
            return .number(a << b)
        }
        let value: ValueID
        if case .number = shifted {
            guard let expected else { throw error("the width of this number is not known", at: left.span) }
            value = try coerced(shifted, expected, left.span, "here")
        } else {
            value = try coercedToOwn(shifted, left.span)
        }
        let by: ValueID
        if case .number(let number) = amount {
            guard (0...Int128(UInt8.max)).contains(number) else {
                throw error("a shift by \(number)", at: right.span)
            }
            by = builder.constant(UInt64(number), width: 8)
        } else {
            by = try coercedToOwn(amount, right.span)
        }
        let kind: BinaryOperator =
            operation == .shiftLeft ? .shiftLeft : operation == .shiftRight ? .shiftRight : .shiftRightSigned
        return .bits(builder.binary(kind, value, by))
    }

    func coercedToOwn(_ meaning: Meaning, _ span: SourceSpan) throws(Reported) -> ValueID {
        guard case .bits(let id) = meaning else { throw wrongKind(meaning, span) }
        return id
    }

    private func concatenation(
        _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        let a = try bits(left, for: "in '++'")
        let b = try bits(right, for: "in '++'")
        let width = builder.width(a) + builder.width(b)
        guard width <= Limits.width else {
            throw error("this has \(width) bits", at: span, remedy: "Values have at most \(Limits.width) bits.")
        }
        return .bits(builder.binary(.concatenate, a, b))
    }

    // MARK: Two sides of one width

    private enum Pair {
        case numbers(Int128, Int128)
        case bits(ValueID, ValueID)
        case accesses(Access, Access)
    }

    /// Both sides have one width; a number takes the other side's.
    private func pair(
        _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ expected: Int?, _ span: SourceSpan
    ) throws(Reported) -> Pair {
        let rightFirst = isFlexible(left) && !isFlexible(right)
        let first = try meaning(rightFirst ? right : left, expected: expected)
        var width = expected
        if case .bits(let id) = first { width = builder.width(id) }
        let second = try meaning(rightFirst ? left : right, expected: width)
        let (a, b) = rightFirst ? (second, first) : (first, second)
        switch (a, b) {
        case (.number(let a), .number(let b)): return .numbers(a, b)
        case (.access(let a), .access(let b)): return .accesses(a, b)
        case (.bits(let a), .bits(let b)):
            guard builder.width(a) == builder.width(b) else {
                throw error(
                    "the left side has \(builder.width(a)) bits, the right side \(builder.width(b))", at: span,
                    remedy: "Extend one side with zext or sext, or narrow the other with [...].")
            }
            return .bits(a, b)
        case (.bits(let id), .number): return .bits(id, try coerced(b, builder.width(id), right.span, "here"))
        case (.number, .bits(let id)): return .bits(try coerced(a, builder.width(id), left.span, "here"), id)
        case (.bits, _), (.number, _): throw wrongKind(b, right.span)
        default: throw wrongKind(a, left.span)
        }
    }

    /// Made of numbers only, so that it has no width of its own.
    private func isFlexible(_ expression: ExpressionSyntax) -> Bool {
        switch expression.kind {
        case .number: return true
        case .name(let name):
            if case .number = lookup(name)?.meaning { return true }
            return lookup(name) == nil && machine.states[name] == nil && machine.constants[name] != nil
        case .unary(let operation, let operand): return operation != .logicalNot && isFlexible(operand)
        case .binary(.add, let a, let b), .binary(.subtract, let a, let b), .binary(.multiply, let a, let b),
            .binary(.bitAnd, let a, let b), .binary(.bitOr, let a, let b), .binary(.bitXor, let a, let b):
            return isFlexible(a) && isFlexible(b)
        case .binary(.shiftLeft, let a, _), .binary(.shiftRight, let a, _): return isFlexible(a)
        case .selection(_, let then, let otherwise): return isFlexible(then) && isFlexible(otherwise)
        case .cases(_, let arms): return arms.allSatisfy { isFlexible($0.body) }
        default: return false
        }
    }

    private func comparison(
        _ operation: BinarySyntax, _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        switch try pair(left, right, nil, span) {
        case .numbers(let a, let b): return .bits(builder.constant(holds(operation, a, b) ? 1 : 0, width: 1))
        case .accesses(let a, let b):
            guard operation == .equal || operation == .notEqual else { throw wrongKind(.access(a), left.span) }
            return .bits(builder.constant((a == b) == (operation == .equal) ? 1 : 0, width: 1))
        case .bits(let a, let b):
            switch operation {
            case .equal: return .bits(builder.binary(.equal, a, b))
            case .notEqual: return .bits(builder.not(builder.binary(.equal, a, b)))
            case .less: return .bits(builder.binary(.lessUnsigned, a, b))
            case .lessOrEqual: return .bits(builder.binary(.lessOrEqualUnsigned, a, b))
            case .greater: return .bits(builder.binary(.lessUnsigned, b, a))
            case .greaterOrEqual: return .bits(builder.binary(.lessOrEqualUnsigned, b, a))
            case .lessSigned: return .bits(builder.binary(.lessSigned, a, b))
            case .lessOrEqualSigned: return .bits(builder.binary(.lessOrEqualSigned, a, b))
            case .greaterSigned: return .bits(builder.binary(.lessSigned, b, a))
            default: return .bits(builder.binary(.lessOrEqualSigned, b, a))
            }
        }
    }

    private func holds(_ operation: BinarySyntax, _ a: Int128, _ b: Int128) -> Bool {
        switch operation {
        case .equal: a == b
        case .notEqual: a != b
        case .less, .lessSigned: a < b
        case .lessOrEqual, .lessOrEqualSigned: a <= b
        case .greater, .greaterSigned: a > b
        default: a >= b
        }
    }

    private func folded(
        _ operation: BinarySyntax, _ a: Int128, _ b: Int128, _ span: SourceSpan
    ) throws(Reported) -> Int128 {
        let value: (partialValue: Int128, overflow: Bool)
        switch operation {
        case .add: value = a.addingReportingOverflow(b)
        case .subtract: value = a.subtractingReportingOverflow(b)
        case .multiply: value = a.multipliedReportingOverflow(by: b)
        case .bitAnd: value = (a & b, false)
        case .bitOr: value = (a | b, false)
        default: value = (a ^ b, false)
        }
        guard !value.overflow, value.partialValue.magnitude <= UInt128(1) << 80 else {
            throw error("this constant is too large", at: span)
        }
        return value.partialValue
    }
}
