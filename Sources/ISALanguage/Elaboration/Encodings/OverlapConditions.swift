/// Decides whether the conditions of two overlapping patterns can hold together, by trying all values
/// of the bits that they are about.
struct OverlapConditions {
    /// More bits than this are not tried.
    private static let bitLimit = 12

    private let description: MachineDescription

    init(_ description: MachineDescription) { self.description = description }

    /// True: no sequence of bits fits both. `nil`: too many bits to say.
    func exclude(_ first: Int, _ left: EncodingCube, _ second: Int, _ right: EncodingCube) -> Bool? {
        let leftConditions = conditions(first, left)
        let rightConditions = conditions(second, right)
        if leftConditions.isEmpty && rightConditions.isEmpty { return false }
        var positions: Set<Int> = []
        for condition in leftConditions { positions.formUnion(self.positions(condition, left)) }
        for condition in rightConditions { positions.formUnion(self.positions(condition, right)) }
        var known: [Int: Bool] = [:]
        for position in positions {
            if let bit = left.fixed(at: position) ?? right.fixed(at: position) { known[position] = bit }
        }
        let free = positions.filter { known[$0] == nil }.sorted()
        guard free.count <= OverlapConditions.bitLimit else { return nil }
        for assignment in 0..<(1 << free.count) {
            for (bit, position) in free.enumerated() { known[position] = assignment >> bit & 1 == 1 }
            if hold(leftConditions, first, left, known), hold(rightConditions, second, right, known) { return false }
        }
        return true
    }

    /// About how much work `exclude` was.
    func cost(_ first: Int, _ left: EncodingCube, _ second: Int, _ right: EncodingCube) -> Int {
        let programs = conditions(first, left) + conditions(second, right)
        return programs.isEmpty ? 1 : programs.reduce(0) { $0 + $1.operations.count } * 64
    }

    private func conditions(_ instruction: Int, _ cube: EncodingCube) -> [Program] {
        let instruction = description.instructions[instruction]
        var programs = cube.conditionalOperands.compactMap { instruction.operands[$0].forms[cube.forms[$0]].condition }
        if let condition = instruction.encoding.condition { programs.append(condition) }
        return programs
    }

    private func positions(_ program: Program, _ cube: EncodingCube) -> Set<Int> {
        var result: Set<Int> = []
        for case .field(let field) in program.operations {
            result.formUnion(cube.positions[field.index].filter { $0 >= 0 })
        }
        return result
    }

    private func hold(_ conditions: [Program], _ index: Int, _ cube: EncodingCube, _ known: [Int: Bool]) -> Bool {
        var fields: [UInt64] = []
        for positions in cube.positions {
            var value: UInt64 = 0
            for (bit, position) in positions.enumerated() where known[position] == true { value |= 1 << UInt64(bit) }
            fields.append(value)
        }
        let decoded = DecodedInstruction(instruction: index, fields: fields, forms: cube.forms, length: 0, units: [])
        var nothing = NoState()
        let evaluator = ConcreteEvaluator(description)
        return conditions.allSatisfy { evaluator.test($0, instruction: decoded, over: &nothing) }
    }
}
