import CHostVector
import OpcodeNotation
import Testing

@testable import X86Core

extension NativeTests {
    /// Every legacy form on XMM registers, on the host's processor and on the core: all registers, MXCSR, flags and
    /// storage are the same afterwards.
    @Suite struct VectorNativeTests {
        /// One encoding of a record with its operands chosen.
        struct Form {
            var name: String
            var bytes: [UInt8]
            var needsAlignment: Bool
            var isMemory: Bool
            var isApproximate: Bool
        }

        /// MASKMOVDQU stores through RDI: it has its own test.
        static let records = MachineFiles.long.filter {
            VectorEmitters.table[$0.name] != nil && $0.mnemonic != "MASKMOVDQU"
        }

        static func forms(immediate: UInt64) throws -> [Form] {
            var forms: [Form] = []
            for record in records {
                for text in record.opcodes {
                    let pattern = try OpcodePattern(text)
                    let operands: [(UInt8, RegisterOrMemory)] = [
                        (1, .register(2)), (0, .register(1)), (1, .register(1)), (2, .register(0)),
                        (1, .memory(.init(base: .register(6)))),
                    ]
                    for (register, operand) in operands {
                        var choices = EncodingChoices()
                        choices.register = register
                        choices.operand = operand
                        choices.immediates = pattern.immediates.isEmpty ? [] : [immediate]
                        guard let bytes = try? pattern.encoded(choices) else { continue }
                        let isMemory = if case .memory = operand { true } else { false }
                        forms.append(
                            Form(
                                name: record.name, bytes: bytes, needsAlignment: record.requiresAlignment, isMemory: isMemory,
                                isApproximate: record.mnemonic.hasPrefix("RCP") || record.mnemonic.hasPrefix("RSQRT")))
                    }
                }
            }
            return forms
        }

        static let masked: [UInt32] = [0x1F80, 0x3F80, 0x5F80, 0x7F80, 0x9F80, 0x1FC0, 0xFFC0, 0x1FBF, 0xBF80]

        /// After an overflow or underflow that is not masked, the host looks whether the result would be inexact with an
        /// exponent without bounds; the core, whether it is inexact as it stands. Only PE tells.
        static func differInPrecision(_ name: String, _ native: VectorState, _ core: VectorState) -> Bool {
            // Products within a dot product are looked at one by one there.
            if name.hasPrefix("DPP"), native.isFaulted { return true }
            guard native.isFaulted, native.mxcsr & ~(native.mxcsr >> 7) & 0x18 != 0 else { return false }
            var same = core
            same.mxcsr &= ~0x20
            return same == native
        }

        @Test func everyFormIsImplemented() {
            var missing: [String] = []
            let units: Set<String> = ["sse", "sse2", "pni", "ssse3", "sse4_1", "sse4_2", "aes", "pclmulqdq"]
            for record in MachineFiles.long where !record.requirements.isEmpty && units.isSuperset(of: record.requirements) {
                // Forms with MMX registers belong to another part.
                let form = record.form
                guard form.contains("xmm"), !form.contains(",mm"), !form.hasPrefix("mm,") else { continue }
                if VectorEmitters.table[record.name] == nil { missing.append(record.name) }
            }
            #expect(missing.isEmpty, "\(missing)")
            #expect(Self.records.count > 260)
        }

        @Test func theHostAgreesWithEverythingMasked() throws {
            let native = try #require(NativeVector())
            let core = CoreVector()
            var operands = VectorOperands(generator: SplitMix(state: 4))
            var compared = 0
            var differences = 0
            var shown: Set<String> = []
            for round in 0..<40 {
                for form in try Self.forms(immediate: operands.generator.next() & 0xFF) {
                    native.prepare(form.bytes)
                    core.prepare(form.bytes)
                    for _ in 0..<4 {
                        let before = operands.state(mxcsr: Self.masked[(round + compared) % Self.masked.count])
                        let expected = native.run(before)
                        let found = core.run(before)
                        compared += 1
                        if expected == found { continue }
                        differences += 1
                        if shown.insert(form.name).inserted {
                            Issue.record("\(form.name) \(form.bytes)\n\(before)\nnative \(expected)\ncore \(found)")
                        }
                    }
                }
            }
            #expect(differences == 0)
            #expect(compared > 50_000)
        }

        /// Blocks of several instructions, run as a whole.
        @Test func theHostAgreesWithWholeBlocks() throws {
            let native = try #require(NativeVector())
            let core = CoreVector()
            var operands = VectorOperands(generator: SplitMix(state: 6))
            let length = 24
            var forms: [Form] = []
            for round in 0..<600 {
                if round % 100 == 0 { forms = try Self.forms(immediate: operands.generator.next() & 0xFF) }
                var bytes: [UInt8] = []
                var names: [String] = []
                for _ in 0..<length {
                    let form = forms[Int(operands.generator.next() % UInt64(forms.count))]
                    bytes += form.bytes
                    names.append(form.name)
                }
                native.prepare(bytes)
                core.prepare(bytes, limit: length)
                let before = operands.state(mxcsr: Self.masked[round % Self.masked.count])
                let expected = native.run(before)
                let found = core.run(before, count: length)
                #expect(expected == found, "\(names)")
                if expected != found { break }
            }
        }

        /// What is not masked is raised with nothing changed but the flags, and those are the host's.
        @Test func theHostAgreesWithExceptionsUnmasked() throws {
            let native = try #require(NativeVector())
            let core = CoreVector()
            var operands = VectorOperands(generator: SplitMix(state: 5))
            var faults = 0
            var differences = 0
            var shown: Set<String> = []
            let names = Set(FloatingLanes.sums.keys).union(FloatingLanes.products.keys).union(FloatingLanes.others.keys)
                .union(FloatingLanes.conversions.keys).union(FloatingLanes.flags.keys).union(FloatingLanes.controlled.keys)
                .union(["CVTSS2SI", "CVTTSS2SI", "CVTSD2SI", "CVTTSD2SI", "CVTSI2SS", "CVTSI2SD"])
            for round in 0..<16 {
                for form in try Self.forms(immediate: operands.generator.next() & 0xFF) {
                    let mnemonic = form.name.prefix { $0 != " " }
                    guard names.contains(String(mnemonic)) else { continue }
                    native.prepare(form.bytes)
                    core.prepare(form.bytes)
                    for _ in 0..<4 {
                        let random = UInt32(truncatingIfNeeded: operands.generator.next())
                        let masks = round & 1 == 0 ? 0x1F80 & ~(UInt32(1) << (7 + random % 6)) : random & 0x1F80
                        let before = operands.state(mxcsr: masks | random >> 16 & 0xE040)
                        let expected = native.run(before)
                        let found = core.run(before)
                        if expected.isFaulted { faults += 1 }
                        if expected == found || Self.differInPrecision(form.name, expected, found) { continue }
                        differences += 1
                        if shown.insert(form.name).inserted {
                            Issue.record("\(form.name) \(form.bytes)\n\(before)\nnative \(expected)\ncore \(found)")
                        }
                    }
                }
            }
            #expect(differences == 0)
            #expect(faults > 500)
        }
    }
}
