// ISA/x86-64/strings.isa and its forms of eight bytes in long.isa.

enum StringEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        typealias Body = @Sendable (X86Processor, DecodedInstruction, Int) throws(GuestFault) -> Void
        let bodies: [(String, Body)] = [
            ("MOVS", { processor, i, size throws(GuestFault) in try processor.moveString(i, size: size) }),
            ("STOS", { processor, i, size throws(GuestFault) in try processor.storeString(i, size: size) }),
            ("LODS", { processor, i, size throws(GuestFault) in try processor.loadString(i, size: size) }),
            ("SCAS", { processor, i, size throws(GuestFault) in try processor.scanString(i, size: size) }),
            ("CMPS", { processor, i, size throws(GuestFault) in try processor.compareStrings(i, size: size) }),
        ]
        for (name, body) in bodies {
            for letter in ["B", "W", "D", "Q"] {
                // By the operands' size: 16-bit code has W and D with exchanged prefixes. The blank tells them from
                // the vector instructions MOVSD and CMPSD.
                table[name + letter + " "] = { b, i in
                    let size = letter == "B" ? 1 : i.operandSize
                    let cold: ColdBody = { processor, i throws(GuestFault) in try body(processor, i, size) }
                    if i.repeats == .none { b.cold(cold) } else { b.coldAlone(cold) }
                }
            }
        }
        return table
    }()
}
