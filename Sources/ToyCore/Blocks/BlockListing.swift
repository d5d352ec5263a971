import ISALanguage

extension ToyProcessor {
    /// The micro-ops of the block at a program counter in the current context, one a line, for people.
    public func dump(at address: UInt64) -> String {
        guard case .block(let block) = code(at: address, in: currentContext()) else { return "no block" }
        let names = Dictionary(
            Opcode.allCases.map { (engine.code(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
        let head = "\(block.instructionCount) instructions, \(block.operationCount) micro-ops\n"
        return head + (0..<block.operationCount).map { index in
            let o = block.operations[index]
            let name = names[o.code].map { "\($0)" } ?? "?"
            return "\(index): \(name) a=\(o.a) b=\(o.b) c=\(o.c) d=\(o.d) x=\(hex(o.x)) y=\(hex(o.y)) z=\(hex(o.z))\n"
        }.joined()
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
