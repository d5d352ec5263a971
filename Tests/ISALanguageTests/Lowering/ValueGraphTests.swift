import Testing

@testable import ISALanguage

/// The simplifier meets far more expressions here than the machines of the library contain.
@Suite("Simplified values are worth what the program says")
struct ValueGraphTests {
    #if DEBUG
        static let programs = 400
    #else
        static let programs = 20_000
    #endif

    /// A machine of three registers and nothing else.
    private static func machine(widths: [Int]) -> MachineDescription {
        let here = SourceLocation(file: "random", line: 1, column: 1)
        var machine = MachineDescription(name: "random", title: "Random", location: here)
        machine.state = [StateComponent(name: "pc", role: .pc, width: 16, location: here)]
        for (index, width) in widths.enumerated() {
            machine.state.append(StateComponent(name: "r\(index)", role: .register, width: width, location: here))
        }
        return machine
    }

    @Test("Random expressions of every operator, on random values")
    func expressions() {
        var generator = SplitMix64(seed: 0xD1CE)
        for _ in 0..<ValueGraphTests.programs {
            let widths = (0..<3).map { _ in 1 + generator.below(64) }
            let machine = ValueGraphTests.machine(widths: widths)
            var source = RandomProgram(widths: widths, generator: generator)
            let program = source.make()
            generator = source.generator
            let shape = StateShape(machine)
            let context = LoweringContext(machine, shape: shape, storageCount: 0)
            var lowering = ProgramLowering(
                context: context, instruction: nil, parameters: EvaluationParameters(), knownSlots: [:])
            guard let values = program.interpret(by: &lowering) else { continue }
            for _ in 0..<8 {
                var state = MachineState(shape: shape, size: 0)
                for (index, width) in widths.enumerated() {
                    state[StateID(index + 1)] = source.value(width: width)
                }
                let expected = ConcreteEvaluator(machine).evaluate(program, over: &state)
                let evaluated = GraphValues(lowering.graph, state.slots)
                let results = values.map { evaluated[$0] }
                #expect(expected == .done(results: results), "\(program.operations)")
                for (index, node) in lowering.graph.nodes.indices.enumerated() {
                    let known = lowering.graph.knowledge(NodeID(node))
                    let value = evaluated[NodeID(index)]
                    #expect(value >= known.low && value <= known.high, "range of \(lowering.graph.nodes[node])")
                    #expect(value & ~known.possible == 0 && known.certain & ~value == 0)
                }
            }
        }
    }
}

/// Straight-line programs of operators, constants and registers.
private struct RandomProgram {
    let widths: [Int]
    var generator: SplitMix64
    private var program = Program(argumentWidths: [])

    init(widths: [Int], generator: SplitMix64) {
        self.widths = widths
        self.generator = generator
    }

    mutating func value(width: Int) -> UInt64 {
        let mask = ConcreteArithmetic.mask(width)
        switch generator.below(6) {
        case 0: return 0
        case 1: return mask
        case 2: return (mask >> 1) &+ UInt64(generator.below(2)) & mask
        case 3: return UInt64(generator.below(8)) & mask
        default: return generator.next() & mask
        }
    }

    mutating func make() -> Program {
        for (index, width) in widths.enumerated() { program.append(.read(StateID(index + 1)), width: width) }
        for _ in 0..<(4 + generator.below(20)) { step() }
        program.results = program.operations.indices.suffix(4).map { ValueID($0) }
        return program
    }

    private mutating func any() -> ValueID { ValueID(generator.below(program.operations.count)) }

    /// A value of this width, made if there is none at hand.
    private mutating func any(width: Int) -> ValueID {
        for _ in 0..<6 {
            let candidate = any()
            if program.width(candidate) == width { return candidate }
        }
        let source = any()
        let found = program.width(source)
        if found == width || generator.oneIn(4) {
            return found == width ? source : program.append(.constant(value(width: width)), width: width)
        }
        if found > width {
            return program.append(.extract(source, low: generator.below(found - width + 1)), width: width)
        }
        return program.append(generator.oneIn(2) ? .zeroExtend(source) : .signExtend(source), width: width)
    }

    private mutating func step() {
        let a = any()
        let width = program.width(a)
        switch generator.below(8) {
        case 0:
            let unary = UnaryOperator.allCases[generator.below(UnaryOperator.allCases.count)]
            program.append(.unary(unary, a), width: unary == .parity ? 1 : width)
        case 1:
            let condition = any(width: 1)
            let other = any(width: width)
            program.append(.select(condition, then: a, otherwise: other), width: width)
        case 2:
            let low = generator.below(width)
            program.append(.extract(a, low: low), width: 1 + generator.below(width - low))
        case 3:
            let wider = width + generator.below(65 - width)
            program.append(generator.oneIn(2) ? .zeroExtend(a) : .signExtend(a), width: wider)
        default:
            binary(BinaryOperator.allCases[generator.below(BinaryOperator.allCases.count)], a, width)
        }
    }

    private mutating func binary(_ operation: BinaryOperator, _ a: ValueID, _ width: Int) {
        switch operation {
        case .shiftLeft, .shiftRight, .shiftRightSigned, .rotateLeft, .rotateRight:
            let amount = generator.oneIn(2)
                ? program.append(.constant(UInt64(generator.below(width + 4)) & 0x7F), width: 7) : any()
            program.append(.binary(operation, a, amount), width: width)
        case .concatenate:
            let b = any()
            guard width + program.width(b) <= 64 else { return }
            program.append(.binary(operation, a, b), width: width + program.width(b))
        case .equal, .lessUnsigned, .lessOrEqualUnsigned, .lessSigned, .lessOrEqualSigned:
            let b = any(width: width)
            program.append(.binary(operation, a, b), width: 1)
        default:
            let b = any(width: width)
            program.append(.binary(operation, a, b), width: width)
        }
    }
}

/// What every node of a graph is worth.
private struct GraphValues {
    private var values: [UInt64] = []

    init(_ graph: ValueGraph, _ slots: [UInt64]) {
        for node in graph.nodes { values.append(GraphValues.value(node, values, slots)) }
    }

    subscript(id: NodeID) -> UInt64 { values[id.index] }

    private static func value(_ node: NodeKind, _ values: [UInt64], _ slots: [UInt64]) -> UInt64 {
        switch node {
        case .constant(let value): return value
        case .slot(let slot): return slots[slot]
        case .element, .load: return 0
        case .binary(let operation, let a, let b): return value(operation, values[a.index], values[b.index])
        case .shiftLeft(let a, let amount): return values[a.index] << UInt64(amount)
        case .shiftRight(let a, let amount): return values[a.index] >> UInt64(amount)
        case .signExtend(let a, let width):
            return UInt64(bitPattern: ConcreteArithmetic.signed(values[a.index], width: width))
        case .select(let condition, let a, let b): return values[condition.index] != 0 ? values[a.index] : values[b.index]
        case .unary(let operation, let a, let width):
            return ConcreteArithmetic.unary(operation, values[a.index], width: width)
        case .wide(let operation, let a, let b, let width, let rightWidth):
            return ConcreteArithmetic.binary(
                operation, values[a.index], values[b.index], width: width, operandWidth: width, rightWidth: rightWidth)
        }
    }

    private static func value(_ operation: NodeOperator, _ a: UInt64, _ b: UInt64) -> UInt64 {
        switch operation {
        case .add: return a &+ b
        case .subtract: return a &- b
        case .multiply: return a &* b
        case .and: return a & b
        case .or: return a | b
        case .xor: return a ^ b
        case .equal: return a == b ? 1 : 0
        case .less: return a < b ? 1 : 0
        case .lessSigned: return Int64(bitPattern: a) < Int64(bitPattern: b) ? 1 : 0
        }
    }
}
