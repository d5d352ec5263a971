/// The header and the constants.
struct HeaderElaborator {
    let machine: MachineTables

    /// In the order in which they are written; a constant may use the earlier ones.
    func constants(_ declarations: [DeclarationSyntax]) {
        for declaration in declarations {
            guard case .constant(let name, let value) = declaration.kind else { continue }
            do {
                let number = try machine.constantNumber(value, "the constant '\(name.text)'")
                machine.constants[name.text] = (number, name.span)
            } catch {}
        }
    }

    func header(_ declarations: [DeclarationSyntax]) {
        for declaration in declarations {
            guard case .header(let header) = declaration.kind else { continue }
            do {
                try apply(header)
            } catch {}
        }
    }

    private func apply(_ header: HeaderSyntax) throws(Reported) {
        switch header {
        case .machine: break
        case .source(let text): machine.description.sources.append(text)
        case .scope(let text): machine.description.scope.append(text)
        case .depth(let word):
            guard let depth = Depth(rawValue: word.text) else { throw choice(word, ["complete", "system"], "a depth") }
            machine.description.depth = depth
        case .unit(let width):
            machine.description.unitWidth = try machine.constantInteger(width, "the unit's width", in: 1...Limits.width)
        case .step(let count):
            machine.description.addressesPerUnit = try machine.constantInteger(count, "the step", in: 1...64)
        case .bits(let word):
            guard ["msb-first", "lsb-first"].contains(word.text) else {
                throw choice(word, ["msb-first", "lsb-first"], "an order of bits")
            }
            machine.description.mostSignificantBitFirst = word.text == "msb-first"
        case .radix(let expression):
            let radix = try machine.constantInteger(expression, "the radix", in: 2...16)
            guard [8, 10, 16].contains(radix) else {
                throw machine.error("a radix of \(radix)", at: expression.span, remedy: "It is 8, 10 or 16.")
            }
            machine.description.radix = radix
        case .cells(let word):
            guard ["most-first", "least-first"].contains(word.text) else {
                throw choice(word, ["most-first", "least-first"], "an order of cells")
            }
            machine.cellsMostFirst = word.text == "most-first"
        }
    }

    private func choice(_ word: Name, _ known: [String], _ what: String) -> Reported {
        machine.error(
            "'\(word.text)' is not \(what)", at: word.span, suggestion: Suggestions.nearest(to: word.text, in: known),
            remedy: "It is \(known.joined(separator: " or ")).")
    }
}
