// The records of machines as bytes: what the program carries so that it need not read its own machines' files first.
// Numbers are in base 128, low digits first. Everything that is said more than once is said in a list in front, and is
// a number afterwards: words, texts made of words with blanks between them, conditions, what records ask and refuse
// (`Guard`), and the records themselves, of which the machines are made.

/// Writes records as bytes.
public struct RecordFile: Sendable {
    /// Of the layout below.
    static let version: UInt8 = 2

    /// What a record asks of the processor, and when it traps: many records have the same.
    private struct Guard: Hashable {
        var requirements: [String]
        var checks: [TrapCheck]
    }

    public static func bytes(_ machines: [[InstructionRecord]]) -> [UInt8] {
        var writer = Writer()
        let numbers = machines.map { $0.map { writer.records.number(of: $0) } }
        // What is put may add to lists that are put in front of it: from the last list to the first.
        let records = writer.part { writer in for record in writer.records.items { writer.put(record) } }
        let guards = writer.part { writer in for item in writer.guards.items { writer.put(item) } }
        let programs = writer.part { writer in for program in writer.programs.items { writer.put(program) } }
        let texts = writer.part { writer in for text in writer.texts.items { writer.put(words: text) } }
        let words = writer.part { writer in
            for word in writer.words.items {
                writer.put(number: word.utf8.count)
                writer.body += Array(word.utf8)
            }
        }
        let parts = [
            (writer.words.items.count, words), (writer.texts.items.count, texts),
            (writer.programs.items.count, programs), (writer.guards.items.count, guards),
            (writer.records.items.count, records),
        ]
        writer.body = [version]
        for (count, part) in parts {
            writer.put(number: count)
            writer.body += part
        }
        writer.put(number: machines.count)
        for list in numbers { writer.put(runs: list) }
        return writer.body
    }

    /// The machines, in the order in which `bytes` was given them.
    ///
    /// - Returns: nil where the bytes are not what `bytes` makes.
    public static func machines(_ bytes: [UInt8]) -> [[InstructionRecord]]? {
        var reader = Reader(bytes: bytes)
        guard reader.byte() == version,
            let words = reader.items({ $0.word() }),
            let texts = reader.items({ $0.numbers(below: words.count)?.map { words[$0] }.joined(separator: " ") }),
            let programs = reader.items({ $0.program(texts) }),
            let guards = reader.items({ $0.guarded(texts, programs) }),
            let records = reader.items({ $0.record(texts, guards) }),
            let machines = reader.items({ $0.runs(below: records.count)?.map { records[$0] } })
        else { return nil }
        return reader.isAtEnd ? machines : nil
    }

    /// Things that are numbered as they come up.
    private struct Pool<Item: Hashable> {
        private(set) var items: [Item] = []
        private var numbers: [Item: Int] = [:]

        mutating func number(of item: Item) -> Int {
            if let number = numbers[item] { return number }
            items.append(item)
            numbers[item] = items.count - 1
            return items.count - 1
        }
    }

    private struct Writer {
        var body: [UInt8] = []
        var records = Pool<InstructionRecord>()
        var guards = Pool<Guard>()
        var programs = Pool<CheckProgram>()
        var texts = Pool<String>()
        var words = Pool<String>()

        /// What is written within, by itself.
        mutating func part(_ write: (inout Writer) -> Void) -> [UInt8] {
            body = []
            write(&self)
            return body
        }

        mutating func put(number: Int) { put(UInt64(number)) }

        mutating func put(_ number: UInt64) {
            var rest = number
            while rest > 127 {
                body.append(UInt8(rest & 127) | 128)
                rest >>= 7
            }
            body.append(UInt8(rest))
        }

        mutating func put(_ text: String) { put(number: texts.number(of: text)) }

        mutating func put(words text: String) {
            let parts = text.split(separator: " ", omittingEmptySubsequences: false)
            put(number: parts.count)
            for part in parts { put(number: words.number(of: String(part))) }
        }

        /// Numbers that mostly follow one another: where each run begins, and how long it is.
        mutating func put(runs numbers: [Int]) {
            var runs: [Range<Int>] = []
            for number in numbers {
                if let last = runs.last, last.upperBound == number {
                    runs[runs.count - 1] = last.lowerBound..<number + 1
                } else {
                    runs.append(number..<number + 1)
                }
            }
            put(number: runs.count)
            for run in runs {
                put(number: run.lowerBound)
                put(number: run.count)
            }
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
            put(number: guards.number(of: Guard(requirements: record.requirements, checks: record.checks)))
            put(number: record.opcodes.count)
            for opcode in record.opcodes { put(opcode) }
        }

        mutating func put(_ item: Guard) {
            put(number: item.requirements.count)
            for requirement in item.requirements { put(requirement) }
            put(number: item.checks.count)
            for check in item.checks {
                body.append(check.vector)
                put(check.code.map { UInt64($0) + 1 } ?? 0)
                put(number: programs.number(of: check.condition))
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

        /// A list with its length in front.
        mutating func items<Item>(_ read: (inout Reader) -> Item?) -> [Item]? {
            guard let count = number(below: 1 << 20) else { return nil }
            var items: [Item] = []
            for _ in 0..<count {
                guard let item = read(&self) else { return nil }
                items.append(item)
            }
            return items
        }

        mutating func numbers(below limit: Int) -> [Int]? { items { $0.number(below: limit) } }

        mutating func word() -> String? {
            guard let length = number(below: 1 << 16), position + length <= bytes.count else { return nil }
            position += length
            return String(decoding: bytes[position - length..<position], as: UTF8.self)
        }

        mutating func runs(below limit: Int) -> [Int]? {
            var total = 0
            return items { reader -> Range<Int>? in
                guard let start = reader.number(below: limit), let count = reader.number(below: limit - start + 1) else {
                    return nil
                }
                // Damage must not make a list of any length.
                total += count
                return total < 1 << 20 ? start..<start + count : nil
            }?.flatMap { $0 }
        }

        mutating func text(_ texts: [String]) -> String? { number(below: texts.count).map { texts[$0] } }

        mutating func record(_ texts: [String], _ guards: [Guard]) -> InstructionRecord? {
            guard let mnemonic = text(texts), let form = text(texts), let guardNumber = number(below: guards.count),
                let opcodes = items({ $0.text(texts) })
            else { return nil }
            return InstructionRecord(
                mnemonic: mnemonic, form: form, requirements: guards[guardNumber].requirements, opcodes: opcodes,
                checks: guards[guardNumber].checks)
        }

        mutating func guarded(_ texts: [String], _ programs: [CheckProgram]) -> Guard? {
            guard let requirements = items({ $0.text(texts) }), let checks = items({ $0.check(programs) }) else {
                return nil
            }
            return Guard(requirements: requirements, checks: checks)
        }

        private mutating func check(_ programs: [CheckProgram]) -> TrapCheck? {
            guard let vector = byte(), let code = number(below: 1 << 33), let index = number(below: programs.count) else {
                return nil
            }
            return TrapCheck(vector: vector, code: code == 0 ? nil : UInt32(code - 1), condition: programs[index])
        }

        mutating func program(_ texts: [String]) -> CheckProgram? {
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
