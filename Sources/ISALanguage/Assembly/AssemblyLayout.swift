/// Gives every statement its address. An instruction may be shorter or longer by the values of its
/// operands, and those may be labels that lie behind it; so passes are made until nothing moves any
/// more. After a few of them an instruction may only grow, which makes an end certain.
struct AssemblyLayout {
    typealias Report = (Int, Range<Int>, AssemblyIssue) -> Void

    private let assembler: Assembler
    private let statements: [AssemblyStatement]
    private let report: Report
    private var symbols: [String: Symbol] = [:]
    /// What each statement puts into storage, as of the last pass.
    private var cells: [[UInt64]]
    private var addresses: [UInt64]
    private var problems: [(line: Int, range: Range<Int>, issue: AssemblyIssue)] = []
    private var entry: UInt64?
    private let greatestAddress: Int128
    /// Addresses from one cell to the next.
    private let scale: UInt64

    private struct Symbol {
        var value: Int128?
        var line: Int
        var range: Range<Int>
        /// Named by an assignment: a number, and no place.
        var isConstant: Bool
    }

    private static let passLimit = 64
    private static let freePasses = 4

    init(_ assembler: Assembler, statements: [AssemblyStatement], report: @escaping Report) {
        self.assembler = assembler
        self.statements = statements
        self.report = report
        cells = Array(repeating: [], count: statements.count)
        addresses = Array(repeating: 0, count: statements.count)
        let storage = assembler.description.state.first { $0.role == .storage }
        scale = UInt64(assembler.layout.addressesPerCell)
        greatestAddress = Int128(storage?.count ?? 0) * Int128(scale)
        for statement in statements {
            for label in statement.labels { define(label.name, statement.line, label.range, isConstant: false) }
            if case .assign(let name, _) = statement.body {
                define(name, statement.line, statement.range, isConstant: true)
            }
        }
    }

    private mutating func define(_ name: String, _ line: Int, _ range: Range<Int>, isConstant: Bool) {
        if let first = symbols[name] {
            report(line, range, AssemblyIssue(
                "symbol '\(name)' is defined twice", earlier: (first.line, "the first definition is here")))
        } else {
            symbols[name] = Symbol(value: nil, line: line, range: range, isConstant: isConstant)
        }
    }

    /// Makes the passes; nil if something is wrong, which has then been reported.
    mutating func image() -> Image? {
        var settled = false
        for pass in 0..<Self.passLimit where !settled {
            settled = !runPass(growing: pass >= Self.freePasses)
        }
        for problem in problems { report(problem.line, problem.range, problem.issue) }
        guard problems.isEmpty else { return nil }
        guard settled else {
            report(statements.first?.line ?? 1, 0..<1, AssemblyIssue(
                "the addresses do not settle in \(Self.passLimit) passes",
                remedy: "define constants before they are used, and none by its own address"))
            return nil
        }
        return finished()
    }

    /// Goes through all statements once. Returns whether anything moved.
    private mutating func runPass(growing: Bool) -> Bool {
        problems = []
        entry = nil
        var moved = false
        var total = 0
        var location: UInt64 = 0
        for index in statements.indices {
            let statement = statements[index]
            moved = addresses[index] != location || moved
            addresses[index] = location
            for label in statement.labels { moved = set(label.name, Int128(location)) || moved }
            let content: [UInt64]
            do throws(AssemblyExpression.Failure) {
                if let value = try place(statement, &location) {
                    guard case .assign(let name, _) = statement.body else { continue }
                    moved = set(name, value) || moved
                    continue
                }
                content = try self.content(of: statement, index, at: location, growing: growing, total: total)
            } catch {
                note(error, statement)
                if case .instruction = statement.body {
                    content = cells[index].isEmpty ? [0] : cells[index]
                } else {
                    content = []
                }
            }
            moved = cells[index].count != content.count || moved
            cells[index] = content
            total += content.count
            location = advance(location, by: content.count, statement)
        }
        noteUndefined()
        return moved
    }

    private mutating func advance(_ location: UInt64, by count: Int, _ statement: AssemblyStatement) -> UInt64 {
        let end = Int128(location) + Int128(count) * Int128(scale)
        if count > 0, end > greatestAddress {
            note(AssemblyExpression.Failure(
                message: "this lies beyond the \(greatestAddress / Int128(scale)) cells that the machine can have",
                range: statement.range), statement)
            return location
        }
        if count > 0, location % scale != 0 {
            note(AssemblyExpression.Failure(
                message: "address \(location) is not the beginning of a cell: these are \(scale) addresses apart",
                range: statement.range), statement)
        }
        return UInt64(end)
    }

    private mutating func set(_ name: String, _ value: Int128) -> Bool {
        let moved = symbols[name]?.value != value
        symbols[name]?.value = value
        return moved
    }

    private mutating func note(_ failure: AssemblyExpression.Failure, _ statement: AssemblyStatement) {
        guard problems.count < Limits.diagnostics * 4 else { return }
        var issue = AssemblyIssue(failure.message)
        if let name = failure.undefinedSymbol {
            issue.suggestion = Suggestions.nearest(to: name, in: symbols.keys)
        }
        problems.append((statement.line, failure.range, issue))
    }

    /// An assignment whose value is still unknown depends on itself.
    private mutating func noteUndefined() {
        guard problems.isEmpty else { return }
        for (name, symbol) in symbols.sorted(by: { $0.value.line < $1.value.line }) where symbol.value == nil {
            problems.append((symbol.line, symbol.range, AssemblyIssue("symbol '\(name)' depends on itself")))
        }
    }

    /// The statements that move the location or name a value: returns a value for those, nil for the rest.
    private mutating func place(
        _ statement: AssemblyStatement, _ location: inout UInt64
    ) throws(AssemblyExpression.Failure) -> Int128? {
        switch statement.body {
        case .assign(_, let expression):
            // Strict: an assignment waits for the symbols that it needs.
            do throws(AssemblyExpression.Failure) {
                return try expression.value(here: location) { symbols[$0]?.value }
            } catch {
                if let name = error.undefinedSymbol, symbols[name] != nil { return nil }
                throw error
            }
        case .origin(let expression):
            let value = try self.value(expression, location)
            guard value >= 0, value <= greatestAddress else {
                throw AssemblyExpression.Failure(
                    message: "\(value) is no address of this machine (0...\(greatestAddress))", range: expression.range)
            }
            location = UInt64(value)
            return value
        case .entry(let expression):
            let value = try self.value(expression, location)
            guard value >= 0, value <= Int128(ConcreteArithmetic.mask(assembler.addressWidth)) else {
                throw AssemblyExpression.Failure(
                    message: "the program counter cannot hold \(value)", range: expression.range)
            }
            entry = UInt64(value)
            return value
        default:
            return nil
        }
    }

    private func value(
        _ expression: AssemblyExpression, _ location: UInt64
    ) throws(AssemblyExpression.Failure) -> Int128 {
        // A symbol that has no value yet counts as 0 until it has one: a guess that later passes correct.
        try expression.value(here: location) { name in symbols[name].map { $0.value ?? 0 } }
    }

    /// The cells that a statement puts at `location`.
    private func content(
        of statement: AssemblyStatement, _ index: Int, at location: UInt64, growing: Bool, total: Int
    ) throws(AssemblyExpression.Failure) -> [UInt64] {
        switch statement.body {
        case .instruction(let candidates, let length):
            let least = growing ? cells[index].count / assembler.layout.cellsPerUnit : 0
            let lengths = length.map { $0...$0 } ?? least...max(least, EncodingLayout.unitLimit)
            let units = try assembler.encode(candidates, at: location, lengths: lengths) { name in
                symbols[name].map { $0.value ?? 0 }
            }
            return units.flatMap(assembler.layout.cells(of:))
        case .numbers(let expressions, let width):
            var result: [UInt64] = []
            for expression in expressions {
                result += try number(expression, width: width, at: location &+ UInt64(result.count) &* scale)
            }
            return result
        case .text(let bytes):
            let cell = assembler.layout.cellWidth
            if let wide = bytes.first(where: { UInt64($0) > ConcreteArithmetic.mask(cell) }) {
                throw AssemblyExpression.Failure(
                    message: "character \(wide) does not fit into a cell of \(cell) bits", range: statement.range)
            }
            return bytes.map(UInt64.init)
        case .space(let expression):
            return try zeros(value(expression, location), expression.range, total)
        case .align(let expression):
            let step = try value(expression, location)
            guard step > 0 else {
                throw AssemblyExpression.Failure(message: "cannot align to \(step)", range: expression.range)
            }
            let gap = (step - Int128(location) % step) % step
            return try zeros((gap + Int128(scale) - 1) / Int128(scale), expression.range, total)
        case .empty, .assign, .origin, .entry:
            return []
        }
    }

    private func zeros(
        _ count: Int128, _ range: Range<Int>, _ total: Int
    ) throws(AssemblyExpression.Failure) -> [UInt64] {
        let room = min(greatestAddress, Int128(Image.cellLimit - min(total, Image.cellLimit)))
        guard count >= 0, count <= room else {
            throw AssemblyExpression.Failure(
                message: "cannot leave room for \(count) cells (0...\(room))", range: range)
        }
        return Array(repeating: 0, count: Int(count))
    }

    private func number(
        _ expression: AssemblyExpression, width: Int?, at location: UInt64
    ) throws(AssemblyExpression.Failure) -> [UInt64] {
        let bits = width ?? assembler.layout.cellWidth
        let value = try self.value(expression, location)
        let least = -(Int128(1) << Int128(bits - 1))
        let greatest = Int128(ConcreteArithmetic.mask(bits))
        guard value >= least, value <= greatest else {
            throw AssemblyExpression.Failure(
                message: "\(value) does not fit into \(bits) bits (\(least)...\(greatest))", range: expression.range)
        }
        let number = UInt64(truncatingIfNeeded: value) & ConcreteArithmetic.mask(bits)
        return width == nil ? [number] : assembler.layout.cells(of: number, width: bits)
    }

    private mutating func finished() -> Image? {
        var image = Image(machine: assembler.description.name)
        let placed = statements.indices.filter { !cells[$0].isEmpty }.sorted { addresses[$0] < addresses[$1] }
        var previous: Int?
        for index in placed {
            let address = addresses[index] / scale
            if let previous, addresses[previous] / scale + UInt64(cells[previous].count) > address {
                let (first, second) = (min(previous, index), max(previous, index))
                report(statements[second].line, statements[second].range, AssemblyIssue(
                    "address \(addresses[index]) is filled twice",
                    earlier: (statements[first].line, "it is filled here too")))
                return nil
            }
            if let last = image.segments.indices.last,
                image.segments[last].address + UInt64(image.segments[last].cells.count) == address
            {
                image.segments[last].cells += cells[index]
            } else {
                image.segments.append(Image.Segment(address: address, cells: cells[index]))
            }
            image.lines[addresses[index]] = statements[index].line
            previous = index
        }
        image.symbols = symbols.compactMapValues { $0.value.map { UInt64(truncatingIfNeeded: $0) } }
        image.constants = Set(symbols.filter(\.value.isConstant).keys)
        let first = statements.indices.first { if case .instruction = statements[$0].body { true } else { false } }
        image.entry = entry ?? first.map { addresses[$0] } ?? image.segments.first.map { $0.address * scale } ?? 0
        return image
    }
}
