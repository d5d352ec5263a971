import Foundation
import ISALanguage
import OpcodeNotation
import Testing

@testable import X86Core

/// The machine's file rules: what is privileged is said there and nowhere else.
@Suite struct FilesRule {
    // MARK: - An edited line

    private static func decoding(_ machine: String) throws -> Decoding {
        let loader = FileSourceLoader(folders: [Repository.root + "/ISA"])
        let records = InstructionRecord.records(of: try MachineLoader.load(machine, from: loader))
        return try Decoding(long: records, legacy: MachineFiles.legacy)
    }

    /// The same core with another file: POPF of a program drops what it may not set, or traps.
    @Test(arguments: [[0x9D], [0x66, 0x9D]] as [[UInt8]])
    func anEditedLineChangesWhatTheCoreDoes(_ bytes: [UInt8]) throws {
        for (machine, trapping) in [("x86-64", false), ("x86-64-popf", true)] {
            let decoding = try Self.decoding(machine)
            func fault(level: Int, openFlags: Bool = false) -> GuestFault? {
                let machine = TestMachine(level: level, decoding: decoding)
                if openFlags {
                    machine.processor.state.pointee.systemFlags |= Flag.iopl
                    machine.processor.modeChanged()
                }
                return machine.step(bytes)
            }
            #expect(fault(level: 3) == (trapping ? .protection() : nil), "\(machine), level 3")
            #expect(fault(level: 3, openFlags: true) == nil, "\(machine), level 3 with IOPL 3")
            #expect(fault(level: 0) == nil, "\(machine), level 0")
        }
    }

    /// Nor has the file with the edited line changed anything else.
    @Test func theOverlayChangesTheseRecordsOnly() throws {
        let changed = try Self.decoding("x86-64-popf").long.records
        let kept = try Self.decoding("x86-64").long.records
        let names = Set(changed).symmetricDifference(Set(kept)).map(\.mnemonic)
        #expect(Set(names) == ["POPF", "POPFQ"])
    }

    // MARK: - Bodies

    /// Where the core itself looks at the level, in how many lines, and why that is no rule about an instruction.
    private static let allowed: [String: (lines: Int, reason: String)] = [
        "Floating/ExtendedState.swift": (1, "FXSAVE: whether vector registers are a part of the area"),
        "System/Delivery.swift": (9, "gates and code segments are compared with the level; a task's stack for the inner one"),
        "System/FarTransfers.swift": (
            19, "descriptors are compared with the level; which flags POPF and IRET take; virtual-8086 mode, which the file lacks"
        ),
        "System/Segmentation.swift": (7, "descriptors are compared with the level; what a return takes away"),
        "System/StackFrames.swift": (2, "whether a frame is written with the rights of level 3"),
        "System/ControlRegisters.swift": (9, "which bits CR0 and CR4 has; CLTS and LMSW write TS; hypercalls answer the kernel only"),
        "System/TaskSwitch.swift": (1, "a task switch sets TS"),
        "System/ProcessorIdentity.swift": (1, "CPUID shows OSXSAVE"),
    ]

    private static let questions = [
        "cpl", "isUser", "mode.iopl", "CR0.ts", "CR0.em", "CR4.umip", "CR4.tsd", "CR4.pce", "CR4.osfxsr", "CR4.fsgsbase",
        "CR4.osxsave", "CR4.pvi", "EFER.sce",
    ]

    @Test func bodiesAskNothingOfTheLevel() throws {
        let folder = Repository.root + "/Sources/X86Core"
        for part in ["Integer", "Floating", "Vector", "System"] {
            let found = FileManager.default.enumerator(atPath: folder + "/" + part)
            let names = (found?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }
            #expect(names.count > 4)
            for path in names.sorted().map({ part + "/" + $0 }) {
                let lines = try String(contentsOfFile: folder + "/" + path, encoding: .utf8).split(separator: "\n")
                let asking = lines.filter(Self.asks)
                let allowed = Self.allowed[path]?.lines ?? 0
                #expect(
                    asking.count == allowed,
                    """
                    \(path): \(asking.count) lines, \(allowed) allowed; the level and the control registers are the file's:
                    \(asking.joined(separator: "\n"))
                    """)
            }
        }
    }

    private static func asks(_ line: Substring) -> Bool {
        let code = line.drop { $0 == " " }
        // A level that is set is not asked.
        if code.hasPrefix("//") || code.hasPrefix("control.cpl = ") { return false }
        return questions.contains { line.contains($0) }
    }

    // MARK: - Records and bodies

    /// What the file lists and the core, which has the part that it belongs to, leaves out.
    private static let withoutBody: Set<String> = [
        // Outside the system's management mode, which the core has not, it is undefined.
        "RSM",
        // Leaf 13 of CPUID tells of it apart from XSAVE, and the core's does not.
        "XSAVEC rm", "XSAVEC64 rm",
    ]

    @Test(arguments: ["long", "legacy"])
    func whatIsClaimedHasABody(_ kind: String) {
        let decoder = kind == "long" ? MachineFiles.decoding.long : MachineFiles.decoding.legacy
        var missing: Set<String> = []
        for encoding in decoder.encodings {
            let record = decoder.records[encoding.record]
            if record.isImplemented, Emitters.emitter(record) == nil { missing.insert(record.name) }
        }
        #expect(missing == Self.withoutBody, "\(missing.sorted())")
    }

    /// Families of instructions have their forms made for all at once, so that a form need not be each mnemonic's own.
    @Test func everyBodyBelongsToARecord() {
        let records = MachineFiles.decoding.long.records + MachineFiles.decoding.legacy.records
        let mnemonics = Set(records.map(\.mnemonic))
        let forms = Set(records.map(\.form))
        let idle = Emitters.table.keys.filter { key in
            let parts = key.split(separator: " ", maxSplits: 1).map(String.init)
            return !mnemonics.contains(parts[0]) || parts.count > 1 && !forms.contains(parts[1])
        }
        #expect(idle.isEmpty, "\(idle.sorted())")
    }

    /// What the core has no body for is no instruction to the guest.
    @Test func whatIsHiddenIsRefused() throws {
        let machine = TestMachine()
        var refused = 0
        for encoding in MachineFiles.decoding.long.encodings {
            let record = MachineFiles.decoding.long.records[encoding.record]
            guard Emitters.emitter(record) == nil, let bytes = try? encoding.pattern.encoded(EncodingChoices()) else { continue }
            let decoded = (bytes + [UInt8](repeating: 0, count: 15)).withUnsafeBufferPointer { code in
                try? MachineFiles.decoding.long.decode(code, codeSize: 8)
            }
            // A hint that is none is NOP.
            if let decoded, MachineFiles.decoding.emitter(codeSize: 8, record: decoded.record) != nil { continue }
            #expect(machine.step(bytes)?.vector == 6, "\(record.name)")
            refused += 1
        }
        #expect(refused > 250)
    }

    // MARK: - CPUID

    /// That what is told has bodies, `whatIsClaimedHasABody` says.
    @Test func everyFeatureHasANameAndABitOfItsOwn() {
        let all = ProcessorFeatures.all
        #expect(Set(all.map(\.name)).count == all.count)
        #expect(Set(all.map { "\($0.leaf) \($0.register) \($0.bit)" }).count == all.count)
        // The names are those of the files: there is not one for the core and another one for them.
        let required = Set(MachineFiles.long.flatMap(\.requirements))
        #expect(required.filter(ProcessorFeatures.has).count >= 18, "\(required.filter(ProcessorFeatures.has).sorted())")
    }

    /// The words of CPUID are these bits and no others.
    @Test func theWordsOfIdentityAreTheseBits() {
        let processor = TestMachine().processor
        for leaf in [UInt32(1), 7, 0x8000_0001] {
            let result = processor.identity(leaf, 0)
            var expected = IdentityResult()
            for feature in ProcessorFeatures.all where feature.leaf == leaf { expected.tell(of: feature) }
            // OSXSAVE repeats CR4.
            if leaf == 1 { expected.c |= 1 << 27 }
            #expect(result.c == expected.c, "leaf \(String(leaf, radix: 16)), ECX")
            #expect(leaf != 1 && leaf != 7 || result.d == expected.d, "leaf \(String(leaf, radix: 16)), EDX")
            #expect(leaf != 7 || result.b == expected.b, "leaf 7, EBX")
        }
    }
}
