import ISALanguage
import OpcodeNotation

/// One encoding of one record, with what each field of the record is in the encoding.
struct BoundEncoding: Sendable {
    /// What a field of a record is.
    enum FieldRole: Hashable, Sendable {
        /// A number that the opcode implies: a shift by one, a register in a fixed byte.
        case constant(UInt64)
        /// No number but all: one register of a file stands for every one.
        case every
        /// Which segment's base is added, by a prefix.
        case segment
        /// ModRM.reg, or the register of `+r`, or the position of `+i`.
        case register
        /// ModRM.rm, which names a register.
        case rmRegister
        /// vvvv, `is4`, EVEX.aaa, the index of `vsib`.
        case second, third, mask, vectorIndex
        /// Which of the immediates.
        case immediate(Int)
        /// A part of the operand's form with this name.
        case part(operand: Int, form: Int, name: String)
    }

    /// The numbers that a register field may have.
    struct Limit: Hashable, Sendable {
        var count: UInt64
        /// A byte register: 16 to 19 are AH to BH.
        var isByte = false
    }

    let instruction: Int
    let text: String
    let pattern: OpcodePattern
    let roles: [FieldRole]
    let limits: [Limit]
    /// 66 does not make another instruction of it.
    let allowsWord: Bool
    /// Nor does REX.W.
    let allowsQuadword: Bool
    /// A register's value is a part of an address, so that the operand's size is one of the address, too.
    let needsQuadword: Bool
    /// What is read or written may be longer than a vector.
    let isWide: Bool
    /// The record reads what it was given in `requires`, and the host has not.
    let isAbsent: Bool
    /// Fields that stand for every number.
    let openFields: Set<Int>

    var hasByteRegisters: Bool { limits.contains(where: \.isByte) }
}

/// Why an encoding is not probed.
public struct UnboundEncoding: Hashable, Sendable {
    public var record: String
    public var opcode: String
    public var reason: String
}

/// Makes encodings of records.
struct RecordBinding {
    private(set) var bound: [BoundEncoding] = []
    private(set) var unbound: [UnboundEncoding] = []

    /// - Parameter only: mnemonics or whole names, in lower case; empty: all.
    init(_ description: MachineDescription, _ processor: HostProcessor, only: Set<String> = []) {
        var patterns: [(instruction: Int, text: String, pattern: OpcodePattern)] = []
        for (index, instruction) in description.instructions.enumerated() {
            for text in instruction.opcodes {
                do {
                    patterns.append((index, text, try OpcodePattern(text)))
                } catch {
                    unbound.append(UnboundEncoding(record: instruction.name, opcode: text, reason: "\(error)"))
                }
            }
        }
        let prefixed = Set(patterns.filter { $0.pattern.mandatory == .operandSize }.map { OpcodeKey($0.pattern) })
        let widened = Set(patterns.filter { $0.pattern.width == .one }.map { OpcodeKey($0.pattern) })
        for (index, text, pattern) in patterns {
            let instruction = description.instructions[index]
            let isAsked =
                only.isEmpty || only.contains(instruction.mnemonic.lowercased())
                || only.contains(instruction.name.lowercased())
            guard isAsked, pattern.longMode != .invalid else { continue }
            let (roles, reason) = RecordBinding.roles(instruction, pattern)
            if let reason {
                unbound.append(UnboundEncoding(record: instruction.name, opcode: text, reason: reason))
                continue
            }
            let limits = RecordBinding.limits(description, instruction, pattern)
            bound.append(
                BoundEncoding(
                    instruction: index, text: text, pattern: pattern, roles: roles, limits: limits,
                    allowsWord: pattern.scheme == .legacy && pattern.mandatory == .unspecified && pattern.width != .one
                        && !prefixed.contains(OpcodeKey(pattern))
                        // Branches with 66 mean different things to different vendors.
                        && !pattern.immediates.contains(.cz) && !pattern.immediates.contains(.cb),
                    allowsQuadword: pattern.scheme == .legacy && pattern.mandatory == .unspecified
                        && pattern.width == .unspecified && !widened.contains(OpcodeKey(pattern)),
                    needsQuadword: RecordBinding.addressesWithRegister(instruction),
                    isWide: RecordBinding.isWide(pattern),
                    isAbsent: !instruction.requirements.allSatisfy {
                        processor.features.contains(HostProcessor.spelling($0))
                    },
                    openFields: Set(roles.indices.filter { roles[$0] == .every })))
        }
    }

    /// What two patterns share that only the mandatory prefix tells apart.
    private struct OpcodeKey: Hashable {
        var map: OpcodePattern.Map
        var opcode: UInt8

        init(_ pattern: OpcodePattern) {
            map = pattern.map
            opcode = pattern.opcode
        }
    }

    // MARK: fields

    private static func roles(
        _ instruction: Instruction, _ pattern: OpcodePattern
    ) -> (roles: [BoundEncoding.FieldRole], reason: String?) {
        var roles: [BoundEncoding.FieldRole] = []
        var immediates = pattern.immediates.indices.filter { index in
            if case .fixed = pattern.immediates[index] { false } else { pattern.immediates[index] != .is4 }
        }.enumerated().map(\.offset)[...]
        let isVector = pattern.scheme != .legacy
        for field in instruction.fields {
            let parts = field.name.split(separator: ".").map(String.init)
            if parts.count == 3, let operand = instruction.operands.firstIndex(where: { $0.name == parts[0] }),
                let form = instruction.operands[operand].forms.firstIndex(where: { $0.name == parts[1] })
            {
                roles.append(.part(operand: operand, form: form, name: parts[2]))
                continue
            }
            let name = field.name
            // The second of two registers, of records that say which is which in their names alone.
            let isSecond = roles.contains(.register) && instruction.operands.isEmpty && pattern.modRM == .register
            if isSecond, name.hasPrefix("reg") {
                roles.append(.rmRegister)
                continue
            }
            if name == "i" || name == "d" || name.hasPrefix("reg"), pattern.addend != nil || pattern.modRM == .register
            {
                roles.append(.register)
            } else if name == "m" || name.hasPrefix("reg") && instruction.operands.isEmpty, pattern.modRM != nil {
                roles.append(.rmRegister)
            } else if name == "seg" {
                roles.append(.segment)
            } else if name == "n" || name == "v", isVector {
                roles.append(.second)
            } else if name == "s", pattern.immediates.contains(.is4) {
                roles.append(.third)
            } else if name == "a", pattern.scheme == .evex {
                roles.append(.mask)
            } else if name == "x", pattern.isVectorIndexed {
                roles.append(.vectorIndex)
            } else if pattern.modRM == .register, !roles.contains(.register), immediates.isEmpty {
                roles.append(.register)
            } else if let next = immediates.popFirst() {
                roles.append(.immediate(next))
            } else if name == "imm", pattern.map == .oneByte, pattern.opcode == 0xD0 || pattern.opcode == 0xD1 {
                roles.append(.constant(1))
            } else if name == "d", case .fixed(let byte)? = pattern.modRM {
                roles.append(.constant(UInt64(byte >> 3 & 7)))
            } else if name == "n", !isVector {
                roles.append(.every)
            } else {
                return ([], "the field '\(name)' has no place in it")
            }
        }
        for operand in instruction.operands {
            guard case .fixed? = pattern.modRM else {
                if pattern.modRM == nil { return ([], "the operand '\(operand.name)' needs a ModRM byte") }
                continue
            }
            return ([], "the operand '\(operand.name)' needs an open ModRM byte")
        }
        return (roles, nil)
    }

    /// Which register file a field's number goes into is what the record's program does with it.
    private static func limits(
        _ description: MachineDescription, _ instruction: Instruction, _ pattern: OpcodePattern
    ) -> [BoundEncoding.Limit] {
        var limits: [BoundEncoding.Limit?] = Array(repeating: nil, count: instruction.fields.count)
        let usual: UInt64 = pattern.scheme == .evex ? 32 : 16
        let program = instruction.program
        func visit(_ index: ValueID, _ count: UInt64) {
            var pending = [(index, count)]
            while let (id, count) = pending.popLast() {
                switch program[id] {
                case .field(let field):
                    let current = limits[field.index]?.count ?? .max
                    limits[field.index] = BoundEncoding.Limit(
                        count: min(current, count), isByte: limits[field.index]?.isByte ?? false)
                case .extract(let a, low: 0): pending.append((a, min(count, 1 << UInt64(program.width(id)))))
                case .zeroExtend(let a): pending.append((a, count))
                case .binary(_, let a, let b): pending += [(a, count), (b, count)]
                case .select(_, let a, let b): pending += [(a, count), (b, count)]
                default: break
                }
            }
        }
        for operation in program.operations {
            switch operation {
            case .readElement(let component, let index), .writeElement(let component, let index, _, _):
                visit(index, min(UInt64(description.state[component.index].count), usual))
            default: break
            }
        }
        return instruction.fields.indices.map { index in
            let field = instruction.fields[index]
            let width = UInt64(1) << UInt64(min(field.width, 32))
            let first = field.name.split(separator: ".").first.map(String.init) ?? field.name
            let isByte = first.hasSuffix("8") && field.width == 5
            // A register that the program does not use may be of any kind.
            return BoundEncoding.Limit(count: min(limits[index]?.count ?? 8, width), isByte: isByte)
        }
    }

    /// Whether an address depends on a register that is no part of a memory operand: BTS m,r.
    private static func addressesWithRegister(_ instruction: Instruction) -> Bool {
        let program = instruction.program
        var marked = [Bool](repeating: false, count: program.operations.count)
        var isField = marked
        for (index, operation) in program.operations.enumerated() {
            func any(_ ids: [ValueID]) -> Bool { ids.contains { marked[$0.index] } }
            switch operation {
            case .field(let field): isField[index] = !instruction.fields[field.index].name.contains(".")
            case .readElement(_, let element): marked[index] = isField[element.index]
            case .unary(_, let a), .extract(let a, _), .zeroExtend(let a), .signExtend(let a):
                marked[index] = marked[a.index]
                isField[index] = isField[a.index]
            case .binary(_, let a, let b): marked[index] = any([a, b])
            case .select(_, let a, let b): marked[index] = any([a, b])
            case .apply(_, let arguments):
                // A translated address is one; a result of computing is not.
                marked[index] = any(Array(arguments.prefix(1)))
            case .load(_, let address, _) where marked[address.index]: return true
            case .store(_, let address, _, _) where marked[address.index]: return true
            default: break
            }
        }
        return false
    }

    /// What saves or loads more than 64 bytes, or elsewhere than at its address.
    private static func isWide(_ pattern: OpcodePattern) -> Bool {
        if pattern.isVectorIndexed { return true }
        let digit: UInt8? = if case .digit(let digit)? = pattern.modRM { digit } else { nil }
        switch (pattern.scheme, pattern.map, pattern.opcode, digit) {
        case (.legacy, .map0F, 0xAE, let digit?): return [0, 1, 4, 5, 6].contains(digit)
        case (.legacy, .map0F, 0xC7, let digit?): return (3...5).contains(digit)
        case (.legacy, .oneByte, 0xDD, let digit?): return [4, 6].contains(digit)
        case (.legacy, .oneByte, 0xC8, _): return true
        case (.legacy, .map0F, 0x1A, _), (.legacy, .map0F, 0x1B, _): return true
        case (.vex, .map0F38, 0x4B, _): return true
        default: return false
        }
    }
}
