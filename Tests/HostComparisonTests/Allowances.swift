import ISALanguage
import OpcodeNotation

@testable import Probing
@testable import X86Core

/// What may differ between the core and the host, and why. Everything is here by name; what is not is a mistake.
struct Allowances {
    let code: ComparedCode
    let decoding: Decoding
    let before: HostState
    let host: ReachedState
    let guest: ReachedState
    let isOfAMD: Bool
    let isVirtual: Bool

    init(
        _ code: ComparedCode, _ decoding: Decoding, _ processor: HostProcessor, before: HostState, host: ReachedState,
        guest: ReachedState
    ) {
        isOfAMD = processor.vendor == .amd
        isVirtual = processor.isVirtual
        self.code = code
        self.decoding = decoding
        self.before = before
        // Of its own half Linux always says that the page is there.
        func shown(_ state: ReachedState) -> ReachedState {
            var state = state
            if state.outcome.vector == 14, state.outcome.address >= 0x7FFF_FFFF_F000 { state.outcome.error |= 1 }
            return state
        }
        self.host = shown(host)
        self.guest = shown(guest)
    }

    /// With UMIP the processor refuses these at level 3, and Linux answers in its place.
    static let answeredByKernel: Set<String> = ["SGDT", "SIDT", "SLDT", "SMSW", "STR"]
    /// Numbers that are every processor's own: time, chance, and what it says of itself.
    static let ownNumbers: Set<String> = [
        "RDTSC", "RDTSCP", "RDPID", "RDRAND", "RDSEED", "CPUID", "XGETBV", "RDPMC", "RDPKRU", "WRPKRU",
    ]
    /// They store where the last x87 instruction was; AMD's processors only do where an exception is pending.
    static let storesPointers: Set<String> = [
        "FXSAVE", "FXSAVE64", "XSAVE", "XSAVE64", "XSAVEOPT", "XSAVEOPT64", "XSAVEC", "XSAVEC64", "FNSTENV", "FSTENV",
        "FNSAVE", "FSAVE",
    ]

    static func name(_ vector: Int) -> String {
        switch vector {
        case Outcome.systemCall: "a system call"
        case Outcome.lost: "nothing"
        default: HostTrap.name(UInt64(vector))
        }
    }

    // MARK: - Differences

    func hex(_ value: UInt64) -> String { String(value, radix: 16) }

    /// What is not equal, each as "part host core".
    func differences() -> [String] {
        var parts: [String] = []
        func compare(_ name: String, _ host: UInt64, _ guest: UInt64) {
            if host != guest { parts.append("\(name) host \(hex(host)) core \(hex(guest))") }
        }
        compare("vector", UInt64(host.outcome.vector), UInt64(guest.outcome.vector))
        compare("rip", host.rip, guest.rip)
        if parts.isEmpty {
            compare("error", host.outcome.error, guest.outcome.error)
            compare("cr2", host.outcome.address, guest.outcome.address)
        }
        for number in 0..<(code.isNarrow ? 8 : 16) {
            compare(HostNames.general[number].lowercased(), host.general[number], guest.general[number])
        }
        compare("flags", host.flags & ~undefinedFlags, guest.flags & ~undefinedFlags)
        for number in 0..<6 {
            compare("selector\(number)", UInt64(host.selectors[number]), UInt64(guest.selectors[number]))
        }
        compare("fs-base", host.fsBase, guest.fsBase)
        compare("gs-base", host.gsBase, guest.gsBase)
        compareLegacy(&parts)
        compareWindow(&parts)
        return parts
    }

    private func number64(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
        range.reversed().reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }

    private func compareLegacy(_ parts: inout [String]) {
        func compare(_ name: String, _ range: Range<Int>) {
            let (a, b) = (number64(host.legacy, range), number64(guest.legacy, range))
            if a != b { parts.append("\(name) host \(hex(a)) core \(hex(b))") }
        }
        compare("fcw", 0..<2)
        compare("fsw", 2..<4)
        compare("ftw", 4..<5)
        compare("mxcsr", 24..<28)
        for place in 0..<8 {
            let start = 32 + 16 * place
            if host.legacy[start..<start + 10] != guest.legacy[start..<start + 10] {
                compare("st\(place).significand", start..<start + 8)
                compare("st\(place).exponent", start + 8..<start + 10)
            }
        }
        for number in 0..<16 {
            let start = 160 + 16 * number
            if host.legacy[start..<start + 16] != guest.legacy[start..<start + 16] {
                compare("xmm\(number).low", start..<start + 8)
                compare("xmm\(number).high", start + 8..<start + 16)
            }
        }
        for number in 0..<16 where host.upper.count == 256 {
            for word in 0..<2 {
                let place = 16 * number + 8 * word..<16 * number + 8 * word + 8
                let (a, b) = (number64(host.upper, place), number64(guest.upper, place))
                if a != b { parts.append("ymm\(number).upper\(word) host \(hex(a)) core \(hex(b))") }
            }
        }
    }

    private func compareWindow(_ parts: inout [String]) {
        if host.window == guest.window { return }
        let free = pointerBytes()
        for index in host.window.indices where host.window[index] != guest.window[index] && !free.contains(index) {
            parts.append("storage+\(hex(UInt64(index))) host \(hex(UInt64(host.window[index]))) core \(hex(UInt64(guest.window[index])))")
        }
    }

    /// The bytes in the window that an instruction stores pointers of the x87 unit to, and MXCSR_MASK.
    private func pointerBytes() -> Set<Int> {
        guard let instruction = code.instructions.last, let name = code.mnemonics.last, Self.storesPointers.contains(name),
            instruction.isMemory
        else { return [] }
        let memory = instruction.memory
        var sum = UInt64(bitPattern: memory.displacement)
        if memory.base < 16 { sum &+= guest.general[Int(memory.base)] }
        if memory.index < 16 { sum &+= guest.general[Int(memory.index)] << UInt64(memory.scale) }
        if memory.isRelative { sum &+= before.rip &+ UInt64(code.bytes.count) }
        if instruction.addressSize == 4 { sum &= 0xFFFF_FFFF }
        if memory.segment == 4 { sum &+= guest.fsBase }
        if memory.segment == 5 { sum &+= guest.gsBase }
        let place = Int(truncatingIfNeeded: sum &- StateLayout.windowAddress)
        guard place > -64, place < 4096 else { return [] }
        if name.hasPrefix("FX") || name.hasPrefix("X") {
            return Set(place + 6..<place + 24).union(place + 28..<place + 32)
        }
        return instruction.operandSize == 2 ? Set(place + 6..<place + 14) : Set(place + 12..<place + 28)
    }

    /// Status flags that no manual defines behind these instructions.
    private var undefinedFlags: UInt64 {
        var flags: UInt64 = 0
        for (record, instruction) in zip(code.records, code.instructions) {
            flags |= UndefinedFlags.of(
                record.mnemonic, count: shiftCount(record, instruction),
                width: (record.form.hasPrefix("rm8") ? 1 : instruction.operandSize) * 8)
        }
        return flags
    }

    /// How far it shifts or rotates, where that is known: only of an instruction by itself.
    func shiftCount(_ record: InstructionRecord, _ instruction: X86Core.DecodedInstruction) -> Int? {
        guard code.instructions.count == 1 else { return nil }
        let mask: UInt64 = instruction.operandSize == 8 ? 63 : 31
        switch (instruction.opcode, instruction.isVEX) {
        case (0xC0, false), (0xC1, false), (0xA4, false), (0xAC, false): return Int(instruction.immediate & mask)
        case (0xD0, false), (0xD1, false): return 1
        case (0xD2, false), (0xD3, false), (0xA5, false), (0xAD, false): return Int(before.general(1) & mask)
        default: return nil
        }
    }

    /// A word is shifted by more than sixteen, as far as the count is known.
    var shiftsTooFar: Bool {
        zip(code.records, code.instructions).contains { record, instruction in
            guard record.mnemonic.hasPrefix("SH"), record.mnemonic.count == 4, instruction.operandSize == 2 else { return false }
            return (shiftCount(record, instruction) ?? 31) > 16
        }
    }
}
