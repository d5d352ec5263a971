extension Operation {
    /// The earlier results that this operation uses.
    public var operands: [ValueID] {
        switch self {
        case .constant, .field, .formIs, .argument, .parameter, .read: []
        case .readElement(_, let index): [index]
        case .load(_, let address, let guarded): [address] + [guarded].compactMap { $0 }
        case .unary(_, let a), .extract(let a, _), .zeroExtend(let a), .signExtend(let a): [a]
        case .binary(_, let a, let b): [a, b]
        case .select(let condition, let then, let otherwise): [condition, then, otherwise]
        case .apply(_, let arguments): arguments
        case .trap(_, let condition, let detail): [condition] + [detail].compactMap { $0 }
        case .write(_, let value, let guarded): [value] + [guarded].compactMap { $0 }
        case .writeElement(_, let index, let value, let guarded): [index, value] + [guarded].compactMap { $0 }
        case .store(_, let address, let value, let guarded): [address, value] + [guarded].compactMap { $0 }
        }
    }
}
