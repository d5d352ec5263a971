import Foundation
import ISALanguage
import Testing

@testable import X86Core

/// Whatever the bytes are, the processor runs them or stops with a reason: it never takes the host down, and never
/// goes on past its limit. TRAPLINE_RANDOM_PROGRAMS says how many programs a mode gets.
@Suite struct RandomCodeTests {
    static let programs = ProcessInfo.processInfo.environment["TRAPLINE_RANDOM_PROGRAMS"].flatMap { Int($0) } ?? 24

    @Test(arguments: [2, 4, 8])
    func anyBytesAreRun(codeSize: Int) throws {
        for number in 0..<Self.programs {
            var random = SplitMix64(seed: UInt64(number * 3 + codeSize))
            let processor = try processor(codeSize, &random)
            processor.blockLimit = number % 4 == 3 ? 1 : 48
            var limit: UInt64 = 0
            for _ in 0..<40 {
                limit += 1 + random.next() % 3000
                switch processor.run(until: limit) {
                case .limit, .asked: #expect(processor.completed <= limit)
                case .halted, .shutdown: limit = .max - 5000
                }
                if limit > 1 << 40 { break }
            }
        }
    }

    /// Storage, registers and tables full of random bytes; every fourth program is made of instructions that are
    /// likelier to do something.
    private func processor(_ codeSize: Int, _ random: inout SplitMix64) throws -> X86Processor {
        let memory = try #require(GuestMemory(size: 1 << 20))
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let isTame = random.next() % 4 == 0
        for index in bytes.indices {
            let byte = UInt8(truncatingIfNeeded: random.next() >> 24)
            bytes[index] = isTame && byte & 3 == 0 ? [0x0F, 0x66, 0x48, 0xF3, 0x8B, 0x89, 0xEB, 0xC4][Int(byte >> 5)] : byte
        }
        memory.write(bytes, at: 0)
        let processor = X86Processor(memory: memory, decoding: MachineFiles.decoding)
        var start = StartState()
        for number in 0..<16 { start.general[number] = random.next() & (random.next() % 2 == 0 ? 0xF_FFFF : .max) }
        start.general[4] = 0x8_0000
        start.instructionPointer = 0x1_0000 & (codeSize == 2 ? 0xFFF0 : .max)
        start.flags = random.next() & 0x20_0AD7 | 2
        start.idt = (random.next() & 0xF_FFFF, 0xFFFF)
        start.gdt = (random.next() & 0xF_FFFF, 0xFFFF)
        start.cr0 = codeSize == 2 ? 0x10 : 0x11
        start.cr4 = codeSize == 2 ? 0 : 0x600
        let isLong = codeSize == 8
        if isLong {
            // Identity tables of one large page.
            processor.realWrite(0x1000, UInt64(0x2007))
            processor.realWrite(0x2000, UInt64(0x3007))
            processor.realWrite(0x3000, UInt64(0x87))
            start.cr0 |= 0x8000_0000
            start.cr3 = 0x1000
            start.cr4 |= 0x20
            start.efer = 0xD01
        }
        let code: UInt16 = isLong ? 0xA09B : codeSize == 4 ? 0xC09B : 0x9B
        let data: UInt16 = codeSize == 2 ? 0x93 : 0xC093
        let limit: UInt32 = codeSize == 2 ? 0xFFFF : .max
        start.segments = (0..<8).map { number in
            let attributes = number == 1 ? code : number == 6 ? 0x82 : number == 7 ? 0x8B : data
            return StartState.Segment(selector: 8, base: 0, limit: limit, attributes: attributes)
        }
        processor.start(from: start)
        return processor
    }
}
