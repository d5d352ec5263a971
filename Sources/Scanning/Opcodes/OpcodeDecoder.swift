import OpcodeNotation

/// Finds the length and the encoding of x86 instructions. Which opcodes there are comes from the machine's file; here
/// stands only how prefixes, escapes, ModRM and SIB are laid out.
///
/// The table is filled as keys come up: of a few million keys a program uses a few hundred.
final class OpcodeDecoder: CodeDecoder {
    let mode: CodeMode
    let encodings: [OpcodeEncoding]
    let variants: [Int]
    let alignment = 1
    let addressesPerPlace = 1
    /// By table and opcode: the encodings there, those that say more first.
    private let cells: [[UInt16]]
    /// By key: 0 not looked up yet, `search` to be searched each time, else 2 more than the encoding, or 1 for none.
    private let known: UnsafeMutablePointer<UInt16>
    private let facts: UnsafeMutablePointer<Facts>

    private static let search = UInt16.max

    /// What of an encoding the length depends on.
    private struct Facts {
        var hasModRM = false
        var flow: ControlFlow = []
        /// `OpcodeEncoding.immediateBytes`, a byte each.
        var immediates: UInt64 = 0
        var distances: UInt64 = 0
    }

    /// - Parameter flows: by variant.
    init(_ patterns: [(pattern: OpcodePattern, variant: Int)], flows: [ControlFlow], mode: CodeMode) {
        self.mode = mode
        encodings = patterns.filter { pattern, _ in
            mode == .bits64 ? pattern.longMode != .invalid : pattern.longMode != .only
        }.map { OpcodeEncoding(pattern: $0.pattern, variant: $0.variant, mode: mode) }
        variants = encodings.map(\.variant)
        var cells = Array(repeating: [UInt16](), count: OpcodeKey.tables << 8)
        for (index, encoding) in encodings.enumerated() {
            // A register in the opcode's low bits makes eight opcodes of one.
            let span: UInt8 = encoding.pattern.modRM == nil && encoding.pattern.addend != nil ? 8 : 1
            for number in 0..<span {
                let opcode = Int(encoding.pattern.opcode | number)
                cells[OpcodeKey.table(encoding.pattern) << 8 | opcode].append(UInt16(index))
            }
        }
        let specificities = encodings.map(\.specificity)
        for index in cells.indices where cells[index].count > 1 {
            cells[index].sort { specificities[Int($0)] > specificities[Int($1)] }
        }
        self.cells = cells
        known = .allocate(capacity: OpcodeKey.count)
        known.initialize(repeating: 0, count: OpcodeKey.count)
        facts = .allocate(capacity: encodings.count + 1)
        facts.initialize(repeating: Facts(), count: encodings.count + 1)
        for (index, encoding) in encodings.enumerated() {
            facts[index].hasModRM = encoding.pattern.hasModRM
            facts[index].flow = flows[encoding.variant]
            for (key, bytes) in encoding.immediateBytes.enumerated() {
                facts[index].immediates |= UInt64(bytes) << UInt64(8 * key)
            }
            for (key, bytes) in encoding.distanceBytes.enumerated() {
                facts[index].distances |= UInt64(bytes) << UInt64(8 * key)
            }
        }
    }

    deinit {
        known.deallocate()
        facts.deallocate()
    }

    func decode(_ code: UnsafeBufferPointer<UInt8>, at address: UInt64) -> CodeUnit {
        var reader = PrefixReader(code, mode)
        guard reader.read() else { return CodeUnit(length: 1) }
        var modRM: UInt8 = 0
        if reader.place < reader.end { modRM = code[reader.place] }
        let key = OpcodeKey(
            table: reader.table, opcode: reader.opcode, prefix: reader.prefix, isWide: reader.isWide,
            length: reader.length, modRM: modRM)
        guard let encoding = encoding(key, reader, code) else { return CodeUnit(length: 1) }
        let fact = facts[encoding]
        let size = SizeKey(
            operandIs16: reader.operandIs16, isWide: reader.isWide, addressIsChanged: reader.addressIsChanged)
        var length = reader.place
        if fact.hasModRM {
            guard let operand = reader.operandLength(code) else { return CodeUnit(length: 1) }
            length += operand
        }
        length += Int(fact.immediates >> UInt64(8 * size.rawValue) & 0xFF)
        guard length <= reader.end else { return CodeUnit(length: 1) }
        var unit = CodeUnit(length: length, encoding: encoding, flow: fact.flow)
        let distance = Int(fact.distances >> UInt64(8 * size.rawValue) & 0xFF)
        if distance > 0 { unit.distance = signedNumber(code, at: length - distance, bytes: distance) }
        return unit
    }

    private func encoding(_ key: OpcodeKey, _ reader: PrefixReader, _ code: UnsafeBufferPointer<UInt8>) -> Int? {
        let place = key.place
        let entry = known[place]
        if entry != 0, entry != OpcodeDecoder.search { return entry == 1 ? nil : Int(entry) - 2 }
        let cell = cells[key.table << 8 | Int(key.opcode)]
        if entry == 0 {
            let candidates = cell.filter { encodings[Int($0)].needsSearch || key.fits(encodings[Int($0)].pattern) }
            if !candidates.contains(where: { encodings[Int($0)].needsSearch }) {
                known[place] = (candidates.first ?? .max) &+ 2
                return candidates.first.map(Int.init)
            }
            known[place] = OpcodeDecoder.search
        }
        return cell.first { fits(Int($0), key, reader, code) }.map(Int.init)
    }

    /// The whole comparison, with what lies behind the operands.
    private func fits(
        _ index: Int, _ key: OpcodeKey, _ reader: PrefixReader, _ code: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let pattern = encodings[index].pattern
        guard key.fits(pattern) else { return false }
        if pattern.needsREX, !reader.hasREX { return false }
        for case .fixed(let byte) in pattern.immediates {
            guard let operand = reader.operandLength(code), reader.place + operand < reader.end,
                code[reader.place + operand] == byte
            else { return false }
        }
        return true
    }
}

/// A little-endian number with its sign.
@inline(__always)
func signedNumber(_ code: UnsafeBufferPointer<UInt8>, at place: Int, bytes: Int) -> Int64 {
    var value: UInt64 = 0
    for index in 0..<bytes { value |= UInt64(code[place + index]) << UInt64(8 * index) }
    let unused = Int64(64 - 8 * bytes)
    return Int64(bitPattern: value << UInt64(unused)) >> unused
}
