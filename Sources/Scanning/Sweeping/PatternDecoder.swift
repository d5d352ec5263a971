import ISALanguage

/// Finds instructions by the encoding patterns of the machine's file.
final class PatternDecoder: CodeDecoder {
    let alignment: Int
    let addressesPerPlace: Int
    let variants: [Int]
    private let decoder: Decoder
    private let description: MachineDescription
    private let keepsNextAddress: [Bool]
    private let mostSignificantFirst: Bool

    /// Nil where a unit is not made of whole bytes.
    ///
    /// - Parameter isBigEndian: the byte order that the program's file states, for machines that have both.
    init?(_ description: MachineDescription, isBigEndian: Bool?) {
        guard description.unitWidth % 8 == 0 else { return nil }
        self.description = description
        decoder = Decoder(description)
        alignment = description.unitWidth / 8
        addressesPerPlace = max(description.addressesPerUnit, 1)
        variants = Array(description.instructions.indices)
        keepsNextAddress = description.instructions.map { $0.program.keepsNextAddress(in: description) }
        mostSignificantFirst = isBigEndian ?? !UnitLayout(description).leastSignificantFirst
    }

    func decode(_ code: UnsafeBufferPointer<UInt8>, at address: UInt64) -> CodeUnit {
        let bytes = alignment
        let result = decoder.decode { index in
            guard (index + 1) * bytes <= code.count else { return .end }
            var unit: UInt64 = 0
            for place in 0..<bytes {
                let at = mostSignificantFirst ? place : bytes - 1 - place
                unit = unit << 8 | UInt64(code[index * bytes + at])
            }
            return .unit(unit)
        }
        guard case .instruction(let decoded) = result else { return CodeUnit(length: bytes) }
        var unit = CodeUnit(length: decoded.length * bytes, encoding: decoded.instruction)
        if keepsNextAddress[decoded.instruction] { unit.flow = .next }
        if case .known(let targets) = Successors(of: decoded, at: address, in: description, fixed: [:]) {
            let next = EvaluationParameters(here: address, length: decoded.length, in: description).next
            if targets.contains(next) { unit.flow.insert(.next) }
            if keepsNextAddress[decoded.instruction], !targets.contains(next) { unit.flow.insert(.call) }
            if let target = targets.first(where: { $0 != next }) {
                unit.flow.insert(.target)
                unit.distance = Int64(bitPattern: target &- next) / Int64(addressesPerPlace) * Int64(bytes)
            }
        } else if keepsNextAddress[decoded.instruction] {
            unit.flow.insert(.call)
        }
        return unit
    }
}
