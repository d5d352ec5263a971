extension Operation {
    /// The values that it uses.
    var uses: [ValueID] {
        switch self {
        case .constant, .field, .formIs, .argument, .parameter, .read: []
        case .readElement(_, let index): [index]
        case .load(_, let address, let guarded): [address] + (guarded.map { [$0] } ?? [])
        case .unary(_, let a), .extract(let a, _), .zeroExtend(let a), .signExtend(let a): [a]
        case .binary(_, let a, let b): [a, b]
        case .select(let condition, let then, let otherwise): [condition, then, otherwise]
        case .apply(_, let arguments): arguments
        case .trap(_, let when, let detail): [when] + (detail.map { [$0] } ?? [])
        case .write(_, let value, let guarded): [value] + (guarded.map { [$0] } ?? [])
        case .writeElement(_, let index, let value, let guarded), .store(_, let index, let value, let guarded):
            [index, value] + (guarded.map { [$0] } ?? [])
        }
    }

    func renumbered(_ new: (ValueID) -> ValueID) -> Operation {
        switch self {
        case .constant, .field, .formIs, .argument, .parameter, .read: self
        case .readElement(let id, let index): .readElement(id, index: new(index))
        case .load(let id, let address, let guarded): .load(id, address: new(address), guarded: guarded.map(new))
        case .unary(let operation, let a): .unary(operation, new(a))
        case .binary(let operation, let a, let b): .binary(operation, new(a), new(b))
        case .select(let condition, let then, let otherwise):
            .select(new(condition), then: new(then), otherwise: new(otherwise))
        case .extract(let a, let low): .extract(new(a), low: low)
        case .zeroExtend(let a): .zeroExtend(new(a))
        case .signExtend(let a): .signExtend(new(a))
        case .apply(let function, let arguments): .apply(function, arguments.map(new))
        case .trap(let trap, let when, let detail): .trap(trap, when: new(when), detail: detail.map(new))
        case .write(let id, let value, let guarded): .write(id, value: new(value), guarded: guarded.map(new))
        case .writeElement(let id, let index, let value, let guarded):
            .writeElement(id, index: new(index), value: new(value), guarded: guarded.map(new))
        case .store(let id, let address, let value, let guarded):
            .store(id, address: new(address), value: new(value), guarded: guarded.map(new))
        }
    }

    var isEffect: Bool {
        switch self {
        case .trap, .write, .writeElement, .store: true
        default: false
        }
    }
}

extension Program {
    /// The same program without pure operations of which nothing is made.
    func withoutUnused() -> Program {
        var isNeeded = [Bool](repeating: false, count: operations.count)
        for id in results { isNeeded[id.index] = true }
        for index in operations.indices.reversed() where isNeeded[index] || operations[index].isEffect {
            isNeeded[index] = true
            for used in operations[index].uses { isNeeded[used.index] = true }
        }
        var result = Program(argumentWidths: argumentWidths)
        var numbers = [Int](repeating: 0, count: operations.count)
        var lineNumbers: [Int32: Int32] = [:]
        for index in operations.indices where isNeeded[index] {
            numbers[index] = result.operations.count
            let line = lines[index]
            if line >= 0, lineNumbers[line] == nil {
                lineNumbers[line] = Int32(result.locations.count)
                result.locations.append(locations[Int(line)])
            }
            let operation = operations[index].renumbered { ValueID(numbers[$0.index]) }
            result.append(operation, width: widths[index], line: line < 0 ? -1 : lineNumbers[line] ?? -1)
        }
        result.results = results.map { ValueID(numbers[$0.index]) }
        return result
    }
}
