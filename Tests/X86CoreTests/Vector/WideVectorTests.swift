import Machine
import Testing

@testable import X86Core

/// What the host's processor cannot show of YMM registers: what the system allows, what is saved, what is left after a
/// fault.
@Suite struct WideVectorTests {
    let machine = TestMachine()
    var processor: X86Processor { machine.processor }
    var core: Core { machine.core }
    static let area = TestMachine.data
    /// Behind the first GiB nothing is mapped.
    static let end: UInt64 = 0x4000_0000

    static let addWide: [UInt8] = [0xC5, 0xF4, 0x58, 0xCA]  // vaddps ymm1, ymm1, ymm2
    static let addNarrow: [UInt8] = [0xC5, 0xF0, 0x58, 0xCA]  // vaddps xmm1, xmm1, xmm2

    init() { open(machine) }

    private func open(_ machine: TestMachine) {
        machine.processor.control.xcr0 = 7
        machine.processor.modeChanged()
    }

    private func fill(_ number: UInt8, _ words: [UInt64]) {
        for (index, word) in words.enumerated() { core.setElement(number, index, word) }
    }

    private func words(_ number: UInt8) -> [UInt64] { (0..<4).map { core.element(number, $0, UInt64.self) } }

    // MARK: - Which instructions there are

    @Test func theSystemHasToKeepTheRegisters() {
        let changes: [(UInt8, (X86Processor) -> Void)] = [
            (6, { $0.control.cr4 &= ~CR4.osxsave }), (6, { $0.control.xcr0 = 3 }), (6, { $0.control.xcr0 = 1 }),
            (7, { $0.control.cr0 |= CR0.ts }),
        ]
        for (vector, change) in changes {
            for bytes in [Self.addWide, Self.addNarrow, [0xC5, 0xF8, 0x77]] {
                let machine = TestMachine()
                open(machine)
                #expect(machine.step(bytes) == nil)
                change(machine.processor)
                machine.processor.modeChanged()
                #expect(machine.step(bytes)?.vector == vector)
            }
        }
    }

    /// A prefix that says what the instruction does not: vvvv where it has no such operand, W, L, a second prefix.
    @Test(
        arguments: [
            [0xC5, 0xF4, 0x10, 0xCA], [0xC4, 0xE3, 0xF9, 0x04, 0xC9, 0x01], [0xC4, 0xE3, 0x71, 0x18, 0xCA, 0x01],
            [0xC5, 0xFC, 0x6E, 0xC8], [0x66, 0xC5, 0xF4, 0x58, 0xCA], [0x48, 0xC5, 0xF4, 0x58, 0xCA],
            [0xF0, 0xC5, 0xF4, 0x58, 0xCA], [0xC5, 0xF0, 0x77], [0xC4, 0xE3, 0x7D, 0x00, 0xC9, 0x1B],
            // A gather whose registers are not three, or whose operand has no SIB byte.
            [0xC4, 0xE2, 0x6D, 0x92, 0x0C, 0x16], [0xC4, 0xE2, 0x65, 0x92, 0x0C, 0x1E], [0xC4, 0xE2, 0x6D, 0x92, 0x14, 0x1E],
            [0xC4, 0xE2, 0x6D, 0x92, 0x0E],
        ] as [[UInt8]])
    func whatTheManualLeavesOutIsUndefined(_ bytes: [UInt8]) {
        #expect(machine.step(bytes)?.vector == 6)
    }

    /// LES and LDS have these bytes there, and no registers: VEX needs protected mode.
    @Test func realModeHasNoPrefix() {
        let machine = TestMachine()
        open(machine)
        machine.processor.control.cr0 &= ~(CR0.pe | CR0.pg)
        machine.processor.control.efer = 0
        machine.processor.state.pointee.segments[SegmentNumber.cs] = Segment()
        machine.processor.translationChanged()
        machine.processor.modeChanged()
        #expect(machine.step(Self.addWide, at: 0x1000)?.vector == 6)
    }

    // MARK: - Upper halves

    @Test func onlyPrefixesTouchUpperHalves() {
        let ones = [UInt64](repeating: 0x3F80_0000_3F80_0000, count: 4)
        let twos = [UInt64](repeating: 0x4000_0000_4000_0000, count: 4)
        fill(1, ones)
        fill(2, ones)
        machine.run([0x0F, 0x58, 0xCA])  // addps xmm1, xmm2
        #expect(words(1) == Array(twos[..<2] + ones[2...]))
        fill(1, ones)
        machine.run(Self.addWide)
        #expect(words(1) == twos)
        fill(1, ones)
        machine.run(Self.addNarrow)
        #expect(words(1) == Array(twos[..<2]) + [0, 0])
        fill(15, ones)
        machine.run([0xC5, 0xF8, 0x77])  // vzeroupper
        #expect(words(15) == Array(ones[..<2]) + [0, 0] && words(2) == Array(ones[..<2]) + [0, 0])
        machine.run([0xC5, 0xFC, 0x77])  // vzeroall
        #expect(words(15) == [0, 0, 0, 0] && words(2) == [0, 0, 0, 0])
    }

    @Test func onlyMovesThatSaySoAreAligned() {
        core[Register.si] = Self.area + 16
        #expect(machine.step([0xC5, 0xFC, 0x28, 0x0E])?.vector == 13)  // vmovaps ymm1, [rsi]
        core[Register.si] = Self.area + 1
        #expect(machine.step([0xC5, 0xFC, 0x10, 0x0E]) == nil)  // vmovups ymm1, [rsi]
        #expect(machine.step([0xC5, 0xF4, 0x58, 0x0E]) == nil)  // vaddps ymm1, ymm1, [rsi]
    }

    @Test func aSnapshotKeepsUpperHalves() throws {
        fill(9, [1, 2, 3, 4])
        var writer = SnapshotWriter()
        processor.save(to: &writer)
        let other = TestMachine()
        var reader = SnapshotReader(writer.bytes)
        try other.processor.restore(from: &reader)
        #expect((0..<4).map { other.core.element(9, $0, UInt64.self) } == [1, 2, 3, 4])
        func hash() -> StateHash {
            var hash = StateHash()
            processor.add(to: &hash)
            return hash
        }
        let before = hash()
        core.setElement(9, 3, 5 as UInt64)
        #expect(hash() != before)
    }

    // MARK: - XSAVE

    @Test func xcr0TakesVectorsOnlyTogether() {
        for (value, isTaken) in [(UInt64(7), true), (3, true), (5, false), (6, false), (4, false), (15, false)] {
            let machine = TestMachine()
            machine.core[Register.ax] = value
            machine.core[Register.dx] = 0
            let fault = machine.step([0x0F, 0x01, 0xD1])
            #expect(fault == (isTaken ? nil : .protection()), "\(value)")
            #expect(machine.processor.control.xcr0 == (isTaken ? value : 3))
        }
    }

    @Test func upperHalvesAreAComponentOfTheirOwn() {
        core[Register.si] = Self.area
        core[Register.ax] = 7
        core[Register.dx] = 0
        fill(0, [1, 2, 3, 4])
        fill(15, [5, 6, 7, 8])
        machine.run([0x0F, 0xAE, 0x26])  // xsave [rsi]
        #expect(machine.quad(Self.area + 512) & 6 == 6)
        #expect(machine.quad(Self.area + 576) == 3 && machine.quad(Self.area + 584) == 4)
        #expect(machine.quad(Self.area + 816) == 7 && machine.quad(Self.area + 824) == 8)
        machine.run([0xC5, 0xFC, 0x77])  // vzeroall
        machine.run([0x0F, 0xAE, 0x2E])  // xrstor [rsi]
        #expect(words(0) == [1, 2, 3, 4] && words(15) == [5, 6, 7, 8])
        // Of these alone.
        fill(15, [9, 9, 9, 9])
        core[Register.ax] = 4
        machine.run([0x0F, 0xAE, 0x2E])
        #expect(words(15) == [9, 9, 7, 8])
        // What the header does not have is initialised, and XSAVEOPT leaves that out.
        machine.memory.write([3], at: Self.area + 512)
        machine.run([0x0F, 0xAE, 0x2E])
        #expect(words(15) == [9, 9, 0, 0] && words(0) == [1, 2, 0, 0])
        machine.memory.write([0xEE], at: Self.area + 576)
        machine.run([0x0F, 0xAE, 0x36])  // xsaveopt [rsi]
        #expect(machine.quad(Self.area + 512) & 4 == 0 && machine.quad(Self.area + 576) & 0xFF == 0xEE)
        fill(3, [0, 0, 0, 1])
        machine.run([0x0F, 0xAE, 0x36])
        #expect(machine.quad(Self.area + 512) & 4 == 4 && machine.quad(Self.area + 576) == 0)
        #expect(machine.quad(Self.area + 576 + 56) == 1)
        #expect(machine.lastFault == nil)
    }

    @Test func identityTellsHowLargeTheAreaIs() {
        #expect(processor.identity(0xD, 0) == IdentityResult(a: 7, b: 832, c: 832, d: 0))
        #expect(processor.identity(0xD, 2) == IdentityResult(a: 256, b: 576, c: 0, d: 0))
        processor.control.xcr0 = 3
        #expect(processor.identity(0xD, 0).b == 576)
    }

    // MARK: - Elements that are not asked for

    private static let signs: UInt64 = 0x8000_0000_8000_0000

    /// The last four elements would lie behind the end.
    @Test func maskedLoadsRaiseForWhatTheyLoad() {
        core[Register.si] = Self.end - 16
        fill(1, [9, 9, 9, 9])
        fill(2, [Self.signs, Self.signs, 0, 0x7FFF_FFFF])
        #expect(machine.step([0xC4, 0xE2, 0x6D, 0x2C, 0x0E]) == nil)
        #expect(words(1)[2...] == [0, 0])
        fill(1, [9, 9, 9, 9])
        fill(2, [0, 0, 0, 1 << 63])
        let fault = machine.step([0xC4, 0xE2, 0x6D, 0x2C, 0x0E])
        #expect(fault?.vector == 14 && fault?.detail == Self.end + 12 && words(1) == [9, 9, 9, 9])
    }

    @Test func maskedStoresStoreAllOrNothing() {
        machine.memory.write([UInt8](repeating: 0xAA, count: 32), at: Self.area)
        core[Register.si] = Self.area
        fill(1, [1, 2, 3, 4])
        fill(2, [1 << 63, 0, 1 << 31, Self.signs])
        #expect(machine.step([0xC4, 0xE2, 0x6D, 0x2E, 0x0E]) == nil)
        #expect(machine.quad(Self.area) == 0xAAAA_AAAA && machine.quad(Self.area + 8) == 0xAAAA_AAAA_AAAA_AAAA)
        #expect(machine.quad(Self.area + 16) == 0xAAAA_AAAA_0000_0003 && machine.quad(Self.area + 24) == 4)
        core[Register.si] = Self.end - 16
        let fault = machine.step([0xC4, 0xE2, 0x6D, 0x2E, 0x0E])
        #expect(fault?.vector == 14 && fault?.detail == Self.end)
        fill(2, [0, 0, 0, 0])
        core[Register.si] = Self.end
        #expect(machine.step([0xC4, 0xE2, 0x6D, 0x2E, 0x0E]) == nil)
    }

    /// What has come before a fault stays, and is not asked for again.
    @Test func gathersGoOnWhereTheyWere() {
        machine.memory.write([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], at: Self.area)
        let gather: [UInt8] = [0xC4, 0xE2, 0x6D, 0x92, 0x0C, 0x1E]  // vgatherdps ymm1, [rsi + ymm3], ymm2
        core[Register.si] = Self.area
        let outside = UInt32(truncatingIfNeeded: Self.end - Self.area)
        fill(1, [UInt64](repeating: 0x7777_7777_7777_7777, count: 4))
        fill(2, [Self.signs, Self.signs, 0, 0])
        for (index, offset) in [4, 0, outside, 8, outside, 0, 0, 0].enumerated() { core.setElement(3, index, offset) }
        let fault = machine.step(gather)
        #expect(fault?.vector == 14 && fault?.detail == Self.end)
        #expect(words(1) == [0x0000_0001_0000_0002] + [UInt64](repeating: 0x7777_7777_7777_7777, count: 3))
        #expect(words(2)[..<2] == [0, Self.signs])
        core.setElement(3, 0, outside)
        core.setElement(3, 2, 8 as UInt32)
        #expect(machine.step(gather) == nil)
        #expect(words(1)[..<2] == [0x0000_0001_0000_0002, 0x0000_0003_0000_0003])
        #expect(words(2) == [0, 0, 0, 0])
    }
}
