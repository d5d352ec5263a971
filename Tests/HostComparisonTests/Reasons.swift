import OpcodeNotation

@testable import Probing
@testable import X86Core

extension Allowances {
    /// One reason for which core and host may differ.
    private struct Rule {
        var reason: String
        /// Beginnings of the parts that it covers; nil: all.
        var parts: [String]?
        var applies: Bool

        init(_ reason: String, _ parts: [String]? = nil, if applies: Bool) {
            self.reason = reason
            self.parts = parts
            self.applies = applies
        }
    }

    /// Why these parts differ; nil: nothing explains all of them.
    func reason(_ parts: [String]) -> String? {
        // A task switch may come to whatever else there is.
        let others = parts.filter { !hasNullSelectors || !$0.hasPrefix("selector") }
        if others.isEmpty { return "null selectors: a task switch of Linux makes 0 of 1 to 3" }
        for rule in rules + (isOfAMD ? rulesOfAMD : []) where rule.applies {
            guard let covered = rule.parts else { return rule.reason }
            if others.allSatisfy({ part in covered.contains { part.hasPrefix($0) } }) { return rule.reason }
        }
        return nil
    }

    /// Those that differ are 0 on the host and 1 to 3 on the core.
    private var hasNullSelectors: Bool {
        zip(host.selectors, guest.selectors).allSatisfy { $0 == $1 || $0 == 0 && $1 < 4 }
    }

    private func has(_ names: Set<String>) -> Bool { code.mnemonics.contains(where: names.contains) }

    private static let generalParts = HostNames.general.map { $0.lowercased() + " " }

    private static let farOperands: Set<String> = ["LSS", "LFS", "LGS", "LCALL", "LJMP"]
    private static let nearBranches: Set<String> = Set(
        ["RET", "CALL", "JMP", "LOOP", "LOOPE", "LOOPNE", "JRCXZ"] + ConditionNames.all.map { "J" + $0 })
    private static let farReturns: Set<String> = ["RETF", "RETFQ", "IRET", "IRETD", "IRETQ"]
    private static let maskedStores: Set<String> = ["MASKMOVQ", "MASKMOVDQU", "VMASKMOVDQU"]
    private static let entersMMX: Set<String> = [
        "CVTTPD2PI", "CVTPD2PI", "CVTTPS2PI", "CVTPS2PI", "CVTPI2PS", "CVTPI2PD", "MASKMOVQ",
    ]
    private static let loadsMXCSR: Set<String> = ["LDMXCSR", "FXRSTOR", "FXRSTOR64", "XRSTOR", "XRSTOR64"]
    private static let largeOperands: Set<String> = storesPointers.union(loadsMXCSR).union([
        "FLDENV", "FRSTOR", "FBLD", "FBSTP", "FLD", "FSTP",
    ])

    /// On every host, or because of what stands between the processor and user code.
    private var rules: [Rule] {
        let (hostVector, guestVector) = (host.outcome.vector, guest.outcome.vector)
        let isPrecision = hostVector == 19 && guestVector == 19 && (host.legacy[24] ^ guest.legacy[24]) == 0x20
        // The end of the addresses lies beside their beginning.
        let distance = min(
            host.outcome.address &- guest.outcome.address, guest.outcome.address &- host.outcome.address)
        return [
            Rule("UMIP: the host's kernel answers in place of the processor", if: has(Self.answeredByKernel)),
            Rule("every processor's own numbers: time, chance, identity", if: has(Self.ownNumbers)),
            Rule(
                "the core does not claim the instruction, and its CPUID does not tell of it",
                if: guestVector == 6 && isUnclaimed(at: guest.rip)),
            // An overflow or underflow, which is not masked, before the result is rounded.
            Rule(
                "MXCSR.PE with an overflow or underflow that is not masked", ["mxcsr"],
                if: isPrecision && host.legacy[25] & 0x0C != 0x0C),
            Rule(
                "SHLD and SHRD of a word by more than its bits: the result is undefined",
                ["r", "flags", "storage"], if: shiftsTooFar && host.outcome == guest.outcome && host.rip == guest.rip),
            Rule(
                "INT1: a monitor under the host's kernel tells where it begins, not where it ends", ["rip"],
                if: isVirtual && hostVector == 1 && guestVector == 1 && has(["INT1"])),
            Rule(
                "system calls of 32-bit code: Linux has its own rules for registers there",
                if: code.isNarrow && hostVector == Outcome.systemCall && guestVector == hostVector),
            Rule(
                "LSL: Linux keeps the processor's number in a segment's limit", Self.generalParts,
                if: has(["LSL"]) && host.flags & Flag.zf != 0),
            Rule(
                "MASKMOVQ and MASKMOVDQU: whether storage is asked for all bytes or for those that are stored",
                if: has(Self.maskedStores) && [13, 14, 17].contains(hostVector)
                    && (guestVector != hostVector || host.rip != guest.rip)),
            Rule(
                "areas of 512 bytes that are neither aligned nor all addresses: #AC, #SS or #GP", ["vector"],
                if: has(Self.largeOperands) && [12, 13, 17].contains(hostVector) && [12, 13].contains(guestVector)),
            Rule(
                "operands of many pieces: which of them a page fault tells of", ["cr2", "error"],
                if: has(Self.largeOperands) && hostVector == 14 && guestVector == 14 && distance < 1024),
            Rule(
                "operands of many pieces: which piece refuses, where one has no page and one is no address", ["vector"],
                if: has(Self.largeOperands) && hostVector == 14 && [12, 13].contains(guestVector)),
            // Intel SDM volume 3, section 5.3: it may vary from one execution to another.
            Rule(
                "32-bit code: operands that go on from the end of the first 4 GiB at their beginning", ["vector"],
                if: wrapsAround && [12, 13, 14].contains(hostVector) && [12, 13, 14].contains(guestVector)),
            Rule("INT 0x80: Linux cuts EAX", ["rax"], if: has(["INT"]) && hostVector == Outcome.systemCall),
            Rule(
                "far returns: the order in which the stack's words are read", ["cr2"],
                if: has(Self.farReturns) && hostVector == 14 && guestVector == 14 && distance < 64),
            Rule(
                "ENTER: what it has pushed before a later push is refused, below the stack's end, is left there",
                ["storage", "cr2", "error", "vector"],
                if: has(["ENTER"]) && [12, 14, 17].contains(hostVector) && [12, 14, 17].contains(guestVector)),
            Rule(
                "DPPS and DPPD with exceptions that are not masked: the flags of the steps in between",
                if: has(["DPPS", "DPPD", "VDPPS", "VDPPD"]) && hostVector == 19),
            // Intel SDM volume 2, VPGATHERDD: pending traps are delivered in lieu of the exception.
            Rule(
                "gathers with TF: the trap of an element that has come, in place of the fault of the next",
                ["vector", "flags"],
                if: hostVector == 1 && [12, 13, 14].contains(guestVector) && host.rip == guest.rip
                    && code.mnemonics.contains { $0.contains("GATHER") }),
            Rule("VMCALL and VMMCALL: calls of what is below the core's kernel", if: has(["VMCALL", "VMMCALL"])),
        ]
    }

    /// Where the manuals of AMD and Intel differ the core does as Intel's processors, whose name its CPUID says.
    private var rulesOfAMD: [Rule] {
        let (hostVector, guestVector) = (host.outcome.vector, guest.outcome.vector)
        let named = zip(code.mnemonics, code.instructions)
        let isMisaligned = host.legacy[26] & 2 != 0 || guest.legacy[26] & 2 != 0
        return [
            Rule("SYSENTER: AMD's processors refuse it in long mode", if: has(["SYSENTER"])),
            Rule(
                "far pointers of 64 bits: AMD's processors have none, and take REX.W for nothing",
                if: named.contains { Self.farOperands.contains($0) && $1.isWide }),
            Rule(
                "near branches with 66: AMD's processors cut the instruction pointer to 16 bits, Intel's do not",
                if: !code.isNarrow && has(Self.nearBranches) && code.bytes.contains(0x66)),
            Rule(
                "LOOPE and LOOPNE with F2 or F3: on AMD's processors the prefix decides which of the two it is",
                if: has(["LOOPE", "LOOPNE"]) && (code.bytes.contains(0xF2) || code.bytes.contains(0xF3))),
            Rule(
                "MXCSR bit 17: AMD's processors have it, and the core refuses it",
                if: isMisaligned || has(Self.loadsMXCSR) && guestVector == 13 && hostVector != 13),
            Rule(
                "far returns: AMD's processors read the outer stack before they refuse the selector", ["vector"],
                if: has(Self.farReturns) && [14, 17].contains(hostVector) && guestVector == 13),
            Rule(
                "far returns: AMD's processors look at the instruction pointer's limit before the stack segment", ["error"],
                if: has(Self.farReturns) && hostVector == 13 && guestVector == 13 && host.outcome.error == 0),
            Rule(
                "MMX: AMD's processors have made x87 ready before the operation is refused", ["fsw", "ftw", "st"],
                if: has(Self.entersMMX) && hostVector != 3 && host.outcome == guest.outcome),
            // Intel SDM volume 3, section 18.3.1.1.
            Rule(
                "debug traps between the repetitions of a string instruction: Intel's processors save RF set", ["flags"],
                if: hostVector == 1 && guestVector == 1 && host.flags ^ guest.flags == Flag.rf
                    && code.instructions.contains { $0.repeats != .none }),
            Rule(
                "SYSCALL in 32-bit code: only AMD's processors have it",
                if: code.isNarrow && hostVector == Outcome.systemCall && guestVector == 6),
            Rule(
                "MOV of a register that there is not: AMD's processors refuse it before they ask for the level", ["vector"],
                if: hostVector == 6 && guestVector == 13 && named.contains { $0 == "MOV" && $1.opcode & 0xFC == 0x20 }),
            Rule(
                "CALL: AMD's processors push before they look at where it goes", ["vector"],
                if: has(["CALL"]) && [12, 14, 17].contains(hostVector) && guestVector == 13),
            Rule(
                "MOVSXD with 66: AMD's processors read 32 bits, of which they use 16",
                if: [12, 13, 14, 17].contains(hostVector) && has(["MOVSXD"]) && code.bytes.contains(0x66)),
            Rule(
                "VPINSRD and VPEXTRD in 32-bit code: AMD's processors refuse VEX.W, Intel's ignore it",
                if: code.isNarrow && hostVector == 6
                    && named.contains { ["VPINSRD", "VPEXTRD"].contains($0) && $1.isWide }),
            // Intel SDM volume 3, section 26.3.1.5: while SS shadows, a single step is pending.
            Rule(
                "loads of SS with TF before INT3: Intel's processors keep the single step, AMD's forget it",
                if: hostVector == 3 && guestVector == 1
                    && named.contains { $0 == "POP" && $1.opcode == 0x17 || $0 == "MOV" && $1.opcode == 0x8E }),
            Rule(
                "LOCK MOV CR0: on AMD's processors another way to write CR8",
                if: named.contains { $0 == "MOV" && $1.hasLock && $1.opcode & 0xFC == 0x20 }),
            Rule(
                "NP in Intel's manual: AMD's processors ignore 66, F2 and F3 in front of it",
                if: guestVector == 6 && hostVector != 6 && isRefusedForPrefix),
        ]
    }

    /// The first instruction's operand is at the end of the first 4 GiB.
    private var wrapsAround: Bool {
        code.isNarrow && (before.address(of: code.instructions.first) ?? 0) > 0xFFFF_FE00
    }

    /// The first instruction is one that the core knows without prefixes that it has.
    private var isRefusedForPrefix: Bool {
        let bare = code.bytes.filter { ![0x66, 0xF2, 0xF3].contains($0) }
        guard bare.count < code.bytes.count, code.mnemonics.isEmpty else { return false }
        let padded = bare + [UInt8](repeating: 0xCC, count: 16)
        return padded.withUnsafeBufferPointer { buffer in
            let codeSize = code.isNarrow ? 4 : 8
            let found = try? decoding.decoder(codeSize: UInt8(codeSize)).decode(buffer, codeSize: codeSize)
            return found.map { decoding.emitter(codeSize: UInt8(codeSize), record: $0.record) != nil } ?? false
        }
    }

    /// Whether the core has no body for what stands at an address; what no record names counts only with VEX, EVEX and XOP.
    private func isUnclaimed(at address: UInt64) -> Bool {
        let place = Int(truncatingIfNeeded: address &- before.rip)
        guard code.bytes.indices.contains(place) else { return false }
        let codeSize = code.isNarrow ? 4 : 8
        let padded = Array(code.bytes[place...]) + [UInt8](repeating: 0xCC, count: 16)
        return padded.withUnsafeBufferPointer { buffer in
            if let found = try? decoding.decoder(codeSize: UInt8(codeSize)).decode(buffer, codeSize: codeSize) {
                return decoding.emitter(codeSize: UInt8(codeSize), record: found.record) == nil
            }
            let first = padded.first { ![0x66, 0x67, 0xF2, 0xF3, 0xF0, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65].contains($0) }
            return first == 0xC4 || first == 0xC5 || first == 0x62 || first == 0x8F
        }
    }
}
