// The records of a machine as bytes: what the program carries so that it need not read its own machine's file first.
// Numbers are in base 128, low digits first; texts are numbers of a list in front.

/// Writes records as bytes.
public struct RecordFile: Sendable {
    /// Of the layout below.
    static let version: UInt8 = 1

    public static func bytes(_ records: [InstructionRecord]) -> [UInt8] {
        var writer = Writer()
        for record in records { writer.put(record) }
        let list = writer.body
        writer.body = []
        // Conditions name texts, so they are written before the texts are counted.
        let programs = writer.programs
        for program in programs { writer.put(program) }
        var file = Writer()
        file.body = [version]
        file.put(number: writer.texts.count)
        for text in writer.texts {
            file.put(number: text.utf8.count)
            file.body += Array(text.utf8)
        }
        file.put(number: programs.count)
        file.body += writer.body
        file.put(number: records.count)
        return file.body + list
    }

    /// - Returns: nil where the bytes are not what `bytes` makes.
    public static func records(_ bytes: [UInt8]) -> [InstructionRecord]? {
        var reader = Reader(bytes: bytes)
        guard reader.byte() == version, let texts = reader.texts(), let programs = reader.programs(texts),
            let count = reader.number(below: 1 << 20)
        else { return nil }
        var records: [InstructionRecord] = []
        for _ in 0..<count {
            guard let record = reader.record(texts, programs) else { return nil }
            records.append(record)
        }
        return reader.isAtEnd ? records : nil
    }

    private struct Writer {
        var body: [UInt8] = []
        var texts: [String] = []
        private(set) var programs: [CheckProgram] = []
        private var numbers: [String: Int] = [:]
        private var programNumbers: [CheckProgram: Int] = [:]

        mutating func put(number: Int) { put(UInt64(number)) }

        mutating func put(_ number: UInt64) {
            var rest = number
            while rest > 127 {
                body.append(UInt8(rest & 127) | 128)
                rest >>= 7
            }
            body.append(UInt8(rest))
        }

        mutating func put(_ text: String) {
            let number = numbers[text] ?? texts.count
            if number == texts.count {
                numbers[text] = number
                texts.append(text)
            }
            put(number: number)
        }

        private mutating func number(of program: CheckProgram) -> Int {
            if let number = programNumbers[program] { return number }
            programs.append(program)
            programNumbers[program] = programs.count - 1
            return programs.count - 1
        }

        mutating func put(_ program: CheckProgram) {
            put(number: program.steps.count)
            for (step, width) in zip(program.steps, program.widths) {
                body.append(width)
                put(step)
            }
        }

        mutating func put(_ record: InstructionRecord) {
            put(record.mnemonic)
            put(record.form)
            put(number: record.requirements.count)
            for requirement in record.requirements { put(requirement) }
            put(number: record.opcodes.count)
            for opcode in record.opcodes { put(opcode) }
            put(number: record.checks.count)
            for check in record.checks {
                body.append(check.vector)
                put(check.code.map { UInt64($0) + 1 } ?? 0)
                put(number: number(of: check.condition))
            }
        }

        mutating func put(_ step: CheckProgram.Step) {
            switch step {
            case .constant(let value):
                body.append(0)
                put(value)
            case .component(let name):
                body.append(1)
                put(name)
            case .field(let name):
                body.append(2)
                put(name)
            case .function(let name):
                body.append(3)
                put(name)
            case .not(let a):
                body.append(4)
                put(number: a)
            case .binary(let operation, let a, let b):
                body += [5, operation.rawValue]
                put(number: a)
                put(number: b)
            case .select(let a, let b, let c):
                body.append(6)
                put(number: a)
                put(number: b)
                put(number: c)
            case .extract(let a, let low):
                body.append(7)
                put(number: a)
                put(number: low)
            case .signExtend(let a, let from):
                body.append(8)
                put(number: a)
                put(number: from)
            case .unknown: body.append(9)
            }
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func byte() -> UInt8? {
            guard position < bytes.count else { return nil }
            position += 1
            return bytes[position - 1]
        }

        mutating func number() -> UInt64? {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while let byte = byte(), shift < 64 {
                value |= UInt64(byte & 127) << shift
                if byte < 128 { return value }
                shift += 7
            }
            return nil
        }

        mutating func number(below limit: Int) -> Int? {
            guard let number = number(), number < UInt64(limit) else { return nil }
            return Int(number)
        }

        mutating func texts() -> [String]? {
            guard let count = number(below: 1 << 20) else { return nil }
            var texts: [String] = []
            for _ in 0..<count {
                guard let length = number(below: 1 << 16), position + length <= bytes.count else { return nil }
                texts.append(String(decoding: bytes[position..<position + length], as: UTF8.self))
                position += length
            }
            return texts
        }

        mutating func text(_ texts: [String]) -> String? { number(below: texts.count).map { texts[$0] } }

        mutating func list(_ texts: [String]) -> [String]? {
            guard let count = number(below: 1 << 10) else { return nil }
            var list: [String] = []
            for _ in 0..<count {
                guard let text = text(texts) else { return nil }
                list.append(text)
            }
            return list
        }

        mutating func programs(_ texts: [String]) -> [CheckProgram]? {
            guard let count = number(below: 1 << 20) else { return nil }
            var programs: [CheckProgram] = []
            for _ in 0..<count {
                guard let program = program(texts) else { return nil }
                programs.append(program)
            }
            return programs
        }

        mutating func record(_ texts: [String], _ programs: [CheckProgram]) -> InstructionRecord? {
            guard let mnemonic = text(texts), let form = text(texts), let requirements = list(texts),
                let opcodes = list(texts), let checkCount = number(below: 1 << 10)
            else { return nil }
            var checks: [TrapCheck] = []
            for _ in 0..<checkCount {
                guard let check = check(programs) else { return nil }
                checks.append(check)
            }
            return InstructionRecord(
                mnemonic: mnemonic, form: form, requirements: requirements, opcodes: opcodes, checks: checks)
        }

        private mutating func check(_ programs: [CheckProgram]) -> TrapCheck? {
            guard let vector = byte(), let code = number(below: 1 << 33), let index = number(below: programs.count) else {
                return nil
            }
            return TrapCheck(vector: vector, code: code == 0 ? nil : UInt32(code - 1), condition: programs[index])
        }

        private mutating func program(_ texts: [String]) -> CheckProgram? {
            guard let count = number(below: 1 << 16) else { return nil }
            var program = CheckProgram()
            for index in 0..<count {
                guard let width = byte(), width <= 64, let step = step(texts, before: index) else { return nil }
                program.steps.append(step)
                program.widths.append(width)
            }
            return program
        }

        private mutating func step(_ texts: [String], before index: Int) -> CheckProgram.Step? {
            switch byte() {
            case 0: return number().map { .constant($0) }
            case 1: return text(texts).map { .component($0) }
            case 2: return text(texts).map { .field($0) }
            case 3: return text(texts).map { .function($0) }
            case 4: return number(below: index).map { .not($0) }
            case 5:
                guard let operation = byte().flatMap(CheckProgram.BinaryCheck.init(rawValue:)),
                    let a = number(below: index), let b = number(below: index)
                else { return nil }
                return .binary(operation, a, b)
            case 6:
                guard let a = number(below: index), let b = number(below: index), let c = number(below: index) else {
                    return nil
                }
                return .select(a, b, c)
            case 7:
                guard let a = number(below: index), let low = number(below: 64) else { return nil }
                return .extract(a, low: low)
            case 8:
                guard let a = number(below: index), let from = number(below: 65) else { return nil }
                return .signExtend(a, from: from)
            case 9: return .unknown
            default: return nil
            }
        }
    }
}
