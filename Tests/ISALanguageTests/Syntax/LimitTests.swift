import Testing

@testable import ISALanguage

/// Each limit has an error that names it.
@Suite("Limits")
struct LimitTests {
    static func first(_ declarations: String) -> String? { message(TestMachine.header + declarations) }

    static func message(_ text: String) -> String? {
        do {
            _ = try MachineLoader.load(text: text)
            return nil
        } catch {
            return error.diagnostics.first?.message
        }
    }

    static func lines(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map(line).joined() }

    @Test("Of the state and the traps")
    func state() {
        #expect(
            LimitTests.first("state\n" + LimitTests.lines(1_100) { "  register q\($0) : 8\n" })
                == "more than 1024 components")
        #expect(LimitTests.first("traps\n" + LimitTests.lines(300) { "  t\($0) = \($0)\n" }) == "more than 256 traps")
    }

    @Test("Of nesting")
    func nesting() {
        let blocks = LimitTests.lines(70) { String(repeating: " ", count: $0 + 2) + "if on\n" }
        #expect(LimitTests.first("procedure p()\n" + blocks) == "blocks are nested deeper than 64")
        let chain = "constant c = 1" + LimitTests.lines(140) { _ in " + 1" } + "\n"
        #expect(LimitTests.first(chain) == "this expression has more than 128 operators in a row")
        let selections = "constant c = " + LimitTests.lines(70) { _ in "if 1 = 1 then 1 else " } + "1\n"
        #expect(LimitTests.first(selections) == "expressions are nested deeper than 64")
        let elses = "procedure p()\n  if on\n    nothing\n" + LimitTests.lines(70) { _ in "  else if on\n    nothing\n" }
        #expect(LimitTests.first(elses) == "'else if' repeats more than 64 times")
    }

    @Test("Of functions")
    func functions() {
        let calls = LimitTests.lines(50) { "function f\($0)(a : 8) : 8 = \($0 == 49 ? "a" : "f\($0 + 1)(a)")\n" }
        let use = "instruction \"T a\"\n  encoding a:8\n  x <- f0(a)\n"
        #expect(LimitTests.first(calls + use) == "functions are nested deeper than 32")
        let deep = LimitTests.lines(20) { level in
            let next = level == 19 ? "a" : "f\(level + 1)(a)"
            return "function f\(level)(a : 8) : 8 = \(next)" + LimitTests.lines(40) { _ in " + a" } + "\n"
        }
        #expect(LimitTests.first(deep + use) == "this is nested deeper than 384 once functions are expanded")
    }

    @Test("Of programs")
    func programs() {
        let writes = "instruction \"T a\"\n  encoding a:8\n  for i in 0..255\n    for j in 0..99\n      x <- a\n"
        #expect(LimitTests.first(writes) == "'T a' needs more than 65536 operations")
        let merges = "instruction \"T a\"\n  encoding a:8\n  for i in 0..39\n    for j in 0..99\n      r[a[1..0] + i & 3][0] <- on\n"
        #expect(LimitTests.first(merges) != nil)
    }

    @Test("Of encodings")
    func encodings() {
        let pieces = "instruction \"T\"\n  encoding " + LimitTests.lines(300) { _ in "0b0 " } + "\n  nothing\n"
        #expect(LimitTests.first(pieces) == "a pattern of more than 256 pieces")
        let forms = "operand o\n" + LimitTests.lines(300) { "  form f\($0) \"\($0){n}\" n:8\n" }
        #expect(LimitTests.first(forms) == "operand 'o' has 300 forms")
        let names = (0..<70).map { "o\($0)" }
        let operands =
            "operand o\n  form a \"a\" 0xFF\ninstruction \"T \(names.joined(separator: ","))\"\n  encoding "
            + names.map { "\($0):o" }.joined(separator: " ") + "\n  nothing\n"
        #expect(LimitTests.first(operands) == "more than 64 operands")
        let letters = "abcdefghijklm".map(String.init)
        let ways =
            "operand o\n  form a \"a\" 0xFF\n  form b \"b\" 0xFE\ninstruction \"T \(letters.joined(separator: ","))\"\n  encoding "
            + letters.map { "\($0):o" }.joined(separator: " ") + "\n  nothing\n"
        #expect(
            LimitTests.first(ways)
                == "'T a,b,c,d,e,f,g,h,i,j,k,l,m' has more than 4096 ways through its operands' forms")
    }

    @Test("Of files")
    func files() {
        #expect(
            LimitTests.message("machine a \"A\"\n" + String(repeating: "-- comment\n", count: 100_000))
                == "'machine.isa' is too large: 1100014 bytes")
        var chain: [String: String] = [:]
        for level in 0..<20 { chain["f\(level).isa"] = "include \"f\(level + 1).isa\"\n" }
        let error = #expect(throws: ISAError.self) { try MachineLoader.load("f0.isa", from: MapLoader(chain)) }
        #expect(error?.diagnostics.first?.message == "too many files")
        let broken = #expect(throws: ISAError.self) {
            try MachineLoader.load("a", from: MapLoader(bytes: ["a": [0x6D, 0xFF, 0xFE]]))
        }
        #expect(broken?.diagnostics.first?.message == "'a' is not UTF-8 text")
    }

    @Test("A machine that cannot be found suggests one that can")
    func unknownMachine() {
        let error = #expect(throws: ISAError.self) { try MachineLoader.load("third-genration", from: Library.loader) }
        #expect(error?.diagnostics.first?.message == "there is no machine 'third-genration'")
        #expect(error?.diagnostics.first?.suggestion == "third-generation")
    }
}
