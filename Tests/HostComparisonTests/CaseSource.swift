import ISALanguage
import OpcodeNotation

@testable import Probing
@testable import X86Core

/// Instructions that both sides execute, and what they are to the core.
struct ComparedCode {
    enum Kind: String, CaseIterable {
        case record = "as the records are written"
        case prefixed = "with further prefixes"
        case sequence = "two to four in a row"
        case bytes = "bytes at random"
        case narrow = "in 32-bit code"
    }

    var kind: Kind
    var bytes: [UInt8]
    /// What the core's decoder makes of them, one after the other; it ends where it knows none.
    var instructions: [X86Core.DecodedInstruction] = []
    var records: [InstructionRecord] = []
    /// The record that the case was made for.
    var made: Int?

    var isNarrow: Bool { kind == .narrow }
    var mnemonics: [String] { records.map(\.mnemonic) }
    var name: String { mnemonics.isEmpty ? "bytes without a record" : mnemonics.joined(separator: "; ") }
}

/// Chooses instructions and states: in turn every encoding that the core claims, and what chance makes of them.
struct CaseSource {
    private var maker: CaseMaker
    private var enricher: StateEnricher
    private let decoding: Decoding
    /// What the core claims, of what can be made and executed at level 3.
    let claimed: [BoundEncoding]
    /// Parts of the architecture that the core has and the host has not: nothing is made of what requires them.
    let absent: [String]
    /// Of those that are claimed, what may stand in a row: it leaves no flag undefined.
    private let steady: [BoundEncoding]
    private var next = 0
    private var random: SplitMix64

    /// - Parameter leftOut: mnemonics that nothing is to be made of.
    init(
        _ description: MachineDescription, _ processor: HostProcessor, _ decoding: Decoding, bound: [BoundEncoding],
        leftOut: Set<String>, layout: StateLayout, seed: UInt64
    ) {
        maker = CaseMaker(description, processor, seed: seed)
        enricher = StateEnricher(seed: seed &+ 1)
        random = SplitMix64(seed: seed &+ 2)
        self.decoding = decoding
        let records = decoding.long.records
        let required = Set(description.instructions.flatMap(\.requirements)).filter(ProcessorFeatures.has)
        absent = required.filter { !processor.features.contains(HostProcessor.spelling($0)) }.sorted()
        claimed = bound.filter { encoding in
            let instruction = description.instructions[encoding.instruction]
            if leftOut.contains(instruction.mnemonic) || encoding.isAbsent { return false }
            return records.indices.contains { index in
                records[index].mnemonic == instruction.mnemonic && records[index].opcodes.contains(encoding.text)
                    && decoding.emitter(codeSize: 8, record: index) != nil
            }
        }
        steady = claimed.filter {
            let name = description.instructions[$0.instruction].mnemonic
            return UndefinedFlags.of(name) == 0 && !Allowances.storesPointers.contains(name) && !name.hasPrefix("XR")
                && !Allowances.ownNumbers.contains(name) && !$0.pattern.immediates.contains(.cb)
                && !$0.pattern.immediates.contains(.cz)
        }
    }

    /// - Parameter room: bytes that the place has.
    mutating func code(at address: UInt64) -> ComparedCode {
        switch random.below(16) {
        case 0, 1: return prefixed(at: address)
        case 2, 3, 4: return sequence(at: address)
        case 5: return random.oneIn(3) ? wide() : bytes()
        case 6, 7: return narrow(at: address)
        default:
            let number = next % claimed.count
            next += 1
            guard let bytes = maker.instruction(claimed[number], at: address)?.bytes else { return bytes() }
            return taken(.record, bytes, number)
        }
    }

    private mutating func anyRecord(at address: UInt64) -> [UInt8] {
        while true {
            if let chosen = maker.instruction(claimed[random.below(claimed.count)], at: address) { return chosen.bytes }
        }
    }

    private func taken(_ kind: ComparedCode.Kind, _ bytes: [UInt8], _ made: Int? = nil) -> ComparedCode {
        var code = ComparedCode(kind: kind, bytes: bytes)
        code.made = made
        let decoder = decoding.decoder(codeSize: code.isNarrow ? 4 : 8)
        // What stands behind them: breakpoints.
        let padded = bytes + [UInt8](repeating: 0xCC, count: 16)
        padded.withUnsafeBufferPointer { buffer in
            var place = 0
            while place < bytes.count {
                let rest = UnsafeBufferPointer(rebasing: buffer[place...])
                guard let instruction = try? decoder.decode(rest, codeSize: code.isNarrow ? 4 : 8) else { return }
                code.instructions.append(instruction)
                code.records.append(decoder.records[instruction.record])
                place += instruction.length
            }
        }
        return code
    }

    private static let prefixes: [UInt8] = [0x66, 0x67, 0xF2, 0xF3, 0xF0, 0x2E, 0x3E, 0x26, 0x64, 0x65, 0x48, 0x41]

    private mutating func prefixed(at address: UInt64) -> ComparedCode {
        var bytes = anyRecord(at: address)
        for _ in 0...random.below(2) { bytes.insert(Self.prefixes[random.below(Self.prefixes.count)], at: 0) }
        return shortened(.prefixed, bytes)
    }

    /// One instruction, where the core knows one.
    private func shortened(_ kind: ComparedCode.Kind, _ bytes: [UInt8]) -> ComparedCode {
        let code = taken(kind, bytes)
        guard let first = code.instructions.first, first.length < bytes.count else { return code }
        return taken(kind, Array(bytes.prefix(first.length)))
    }

    private mutating func sequence(at address: UInt64) -> ComparedCode {
        var bytes: [UInt8] = []
        for _ in 0..<1 + random.below(3) {
            let encoding = steady[random.below(steady.count)]
            if let chosen = maker.instruction(encoding, at: address + UInt64(bytes.count)), bytes.count + chosen.bytes.count < 24 {
                bytes += chosen.bytes
            }
        }
        let code = taken(.sequence, bytes + anyRecord(at: address + UInt64(bytes.count)))
        return code.mnemonics.last.map(Self.savesComponents) ?? false ? sequence(at: address) : code
    }

    private mutating func bytes() -> ComparedCode {
        while true {
            var bytes = (0..<15).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if random.oneIn(2) { bytes.insert(0x0F, at: random.below(2)) }
            if random.oneIn(4) { bytes.insert(Self.prefixes[random.below(Self.prefixes.count)], at: 0) }
            let code = shortened(.bytes, Array(bytes.prefix(15)))
            if !turnsBack(code) { return code }
        }
    }

    /// A VEX prefix that says anything, with an opcode and operands of chance.
    private mutating func wide() -> ComparedCode {
        var bytes: [UInt8] = [0xC4]
        bytes.append(UInt8(truncatingIfNeeded: random.next()) & 0xE0 | UInt8(1 + random.below(3)))
        bytes += (0..<13).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return shortened(.bytes, bytes)
    }

    /// A jump to before itself might have no end.
    private func turnsBack(_ code: ComparedCode) -> Bool {
        guard let instruction = code.instructions.last, instruction.immediateSizes[0] > 0 else { return false }
        // Nor is what lies in the places around it the same on both sides.
        return instruction.isBranch && (instruction.signedImmediate > 1 << 62 || 16..<0x8000 ~= instruction.signedImmediate)
    }

    private mutating func narrow(at address: UInt64) -> ComparedCode {
        while true {
            var bytes = anyRecord(at: address)
            if random.oneIn(3) {
                bytes = (0..<15).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            } else if random.oneIn(4) {
                bytes.insert(Self.prefixes[random.below(Self.prefixes.count)], at: 0)
            }
            let code = shortened(.narrow, bytes)
            if !turnsBack(code) { return code }
        }
    }

    /// The host has components of the state that the core has not; only the first three are asked for.
    private static func savesComponents(_ mnemonic: String) -> Bool {
        mnemonic.hasPrefix("XSAVE") || mnemonic.hasPrefix("XRSTOR")
    }

    // MARK: - States

    /// Fills a state in which the instructions are executed.
    mutating func fill(_ state: HostState, _ code: ComparedCode) {
        maker.fill(state)
        for selector in [0, 3, 4, 5] { state.setSelector(selector, 0) }
        state.setSelector(SegmentNumber.cs, 0x33)
        state.setSelector(SegmentNumber.ss, 0x2B)
        if code.isNarrow {
            state.setSelector(SegmentNumber.cs, 0x23)
            for selector in [SegmentNumber.es, SegmentNumber.ds] { state.setSelector(selector, 0x2B) }
            for register in 0..<16 { state.setGeneral(register, state.general(register) & 0xFFFF_FFFF) }
            state.fsBase = 0
            state.gsBase = 0
        }
        enricher.enrich(state, code)
        if code.mnemonics.contains(where: Self.savesComponents) {
            state.setGeneral(0, state.general(0) & (state.layout.upper == nil ? 3 : 7))
            state.setGeneral(2, 0)
        }
    }
}

extension X86Core.DecodedInstruction {
    /// A jump whose target stands in it.
    var isBranch: Bool {
        switch opcode {
        case 0x70...0x7F, 0xE0...0xE3, 0xEB, 0xE8, 0xE9: true
        case 0x80...0x8F: immediateSizes[0] >= 2 && !isMemory && modRM == 0
        default: false
        }
    }
}
