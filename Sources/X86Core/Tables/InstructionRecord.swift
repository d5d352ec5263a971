import OpcodeNotation

/// What the core takes from a machine's file about one instruction: its name and form, its encodings, and when it
/// traps.
public struct InstructionRecord: Hashable, Sendable {
    /// "ADD".
    public var mnemonic: String
    /// Its operands as the file writes them: "rm,reg".
    public var form: String
    /// The parts of the architecture that have it; empty: every processor.
    public var requirements: [String]
    public var opcodes: [String]
    public var checks: [TrapCheck]

    /// An operand in storage must be at a multiple of its size. The access itself looks, for addresses are known only
    /// then.
    var requiresAlignment: Bool { checks.contains { $0.condition.functions.contains("misaligned") } }

    /// The core has the part of the architecture that it belongs to.
    var isImplemented: Bool { requirements.allSatisfy(ProcessorFeatures.has) }

    public var name: String { form.isEmpty ? mnemonic : mnemonic + " " + form }
}

/// One trap condition of an instruction, as far as the level and the control registers decide it. What depends on
/// operands or on tables in storage is the instruction's own affair.
public struct TrapCheck: Hashable, Sendable {
    public var vector: UInt8
    /// nil: the trap has no error code.
    public var code: UInt32?
    public var condition: CheckProgram
}

/// A condition in single-assignment form: each step uses only earlier ones, the last is the result.
public struct CheckProgram: Hashable, Sendable {
    public enum Step: Hashable, Sendable {
        case constant(UInt64)
        /// A component of the machine: `cpl`, `umip`.
        case component(String)
        /// A field of the instruction: `cr`.
        case field(String)
        /// A function that the core knows, applied to nothing: `port-open`.
        case function(String)
        case not(Int)
        case binary(BinaryCheck, Int, Int)
        case select(Int, Int, Int)
        case extract(Int, low: Int)
        case signExtend(Int, from: Int)
        /// An element of a file of registers, `cs` of `selector`, is known to no check.
        case unknown
    }

    public enum BinaryCheck: UInt8, Hashable, Sendable, CaseIterable {
        case and, or, xor, add, subtract, equal, lessUnsigned, lessOrEqualUnsigned, concatenate
    }

    public var steps: [Step] = []
    /// Of each step's result, in bits.
    public var widths: [UInt8] = []

    /// What functions the condition asks: it is decided when the instruction runs.
    public var functions: [String] {
        steps.compactMap { if case .function(let name) = $0 { name } else { nil } }
    }

    public var components: [String] {
        steps.compactMap { if case .component(let name) = $0 { name } else { nil } }
    }

    /// - Parameter value: of components, fields and functions by name; nil: not known.
    /// - Returns: nil where what is not known decides.
    public func evaluate(_ value: (Step) -> UInt64?) -> Bool? {
        var results: [UInt64?] = []
        results.reserveCapacity(steps.count)
        for (index, step) in steps.enumerated() {
            let width = UInt64(widths[index])
            let mask: UInt64 = width >= 64 ? .max : 1 << width - 1
            results.append(evaluate(step, results, width: width, value).map { $0 & mask })
        }
        return results.last?.map { $0 != 0 }
    }

    private func evaluate(_ step: Step, _ results: [UInt64?], width: UInt64, _ value: (Step) -> UInt64?) -> UInt64? {
        switch step {
        case .constant(let constant): return constant
        case .component, .field, .function: return value(step)
        case .unknown: return nil
        case .not(let a): return results[a].map { ~$0 }
        case .binary(let operation, let a, let b):
            // One side may decide alone.
            if operation == .and, results[a] == 0 || results[b] == 0 { return 0 }
            let ones: UInt64 = width >= 64 ? .max : 1 << width - 1
            if operation == .or, results[a] == ones || results[b] == ones { return ones }
            guard let x = results[a], let y = results[b] else { return nil }
            switch operation {
            case .and: return x & y
            case .or: return x | y
            case .xor: return x ^ y
            case .add: return x &+ y
            case .subtract: return x &- y
            case .equal: return x == y ? 1 : 0
            case .lessUnsigned: return x < y ? 1 : 0
            case .lessOrEqualUnsigned: return x <= y ? 1 : 0
            case .concatenate: return x << UInt64(widths[b]) | y
            }
        case .select(let condition, let then, let otherwise):
            guard let chosen = results[condition] else {
                return results[then] == results[otherwise] ? results[then] : nil
            }
            return chosen != 0 ? results[then] : results[otherwise]
        case .extract(let a, let low): return results[a].map { $0 >> UInt64(low) }
        case .signExtend(let a, let from):
            return results[a].map { UInt64(bitPattern: Int64(bitPattern: $0 << UInt64(64 - from)) >> Int64(64 - from)) }
        }
    }
}
