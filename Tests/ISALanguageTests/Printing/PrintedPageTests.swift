import Testing

@testable import ISALanguage

/// Pages of the hand-built machine.
struct PrintedPageTests {
    @Test func programsWithArguments() {
        let machine = FixtureMachine.make()
        #expect(PrintedPage.lines(of: machine.delivery!, in: machine, arguments: ["code", "detail", "resume"]) == [
            "e.real[0] <- zext(resume, 16)", "e.real[1] <- code ++ detail", "pc <- 2",
        ])
        #expect(PrintedPage.lines(of: machine.fetch, in: machine, arguments: ["address"]) == [
            "trap violation(zext(address, 16)) when size <= zext(address, 11)", "= e.real[address]",
        ])
    }

    @Test func operatorsAreBracketedOnlyWhereNeeded() {
        var program = Program(argumentWidths: [8, 8, 1])
        let a = program.append(.argument(0), width: 8)
        let b = program.append(.argument(1), width: 8)
        let c = program.append(.argument(2), width: 1)
        let sum = program.append(.binary(.add, a, b), width: 8)
        let product = program.append(.binary(.multiply, sum, b), width: 8)
        let difference = program.append(.binary(.subtract, a, product), width: 8)
        let nested = program.append(.binary(.subtract, b, difference), width: 8)
        let less = program.append(.binary(.lessSigned, a, b), width: 1)
        let notLess = program.append(.unary(.not, less), width: 1)
        let both = program.append(.binary(.and, notLess, c), width: 1)
        let chosen = program.append(.select(both, then: nested, otherwise: a), width: 8)
        let top = program.append(.extract(chosen, low: 7), width: 1)
        let zero = program.append(.constant(0), width: 3)
        program.results = [program.append(.binary(.concatenate, zero, top), width: 4)]
        var machine = FixtureMachine.make()
        let names = ["a", "b", "c"]
        #expect(PrintedPage.lines(of: program, in: machine, arguments: names) == [
            "= 0:3 ++ (if a >=s b and c then b - (a - (a + b) * b) else a)[7]"
        ])
        machine.mostSignificantBitFirst = true
        #expect(PrintedPage.lines(of: program, in: machine, arguments: names)[0].hasSuffix("[0]"))
    }

    @Test func aWholePage() {
        let machine = FixtureMachine.make()
        let expected = """
            ADD  (fixture)

            Assembly
              ADD d,ea

            Encoding
               15 12 11 10 9  6 5    0
              +-----+-----+----+------+
              | 0x1 |  d  | _  |  ea  |
              +-----+-----+----+------+

            Operands
              d: a register of r
              ea
                register  n          0x0 n:2
                constant  #value     0b000100 | value:16
                indexed   offset(x)  0x2 x:2 | offset:16  where indexed.x != 0
                absolute  @address   0b001000 | _:6 address:10

            Traps, the first that applies
              let v1 = ea is indexed
              let v2 = if v1 then (r[indexed.x] + indexed.offset)[9..0] else absolute.address
              let v3 = v1 or ea is absolute
              trap violation(zext(v2, 16)) when size <= zext(v2, 11) and v3

            Effect
              r[d] <- r[d] + (if v3 then e.real[v2] else if ea is constant then constant.value else r[register.n])

            Defined at
              fixture:1

            """
        #expect(PrintedPage.text(machine.instructions[0], in: machine) == expected)
    }
}
