import OpcodeNotation
import Testing

@testable import Scanning

/// How prefixes, ModRM, SIB and immediates are laid out, by the manual's own examples and by hand.
@Suite struct OpcodeLengths {
    private static let notations = [
        "90", "F3 90", "90+r", "01 /r", "8D /r mem", "05 iz", "B8+r iv", "A0 moffs", "E8 cz", "EB cb", "C2 iw", "C8 iw ib",
        "F7 /0 iz", "F7 /3", "C4 /r mem i64", "C5 /r mem i64", "62 /r mem i64", "8F /0", "9A ap i64", "0F 01 /0 mem",
        "NP 0F 01 C1", "0F 05", "NP 0F 58 /r", "66 0F 58 /r", "F2 0F 58 /r", "F3 0F 58 /r", "0F 38 F0 /r mem",
        "66 0F 3A 0F /r ib", "NP 0F 3A 0F /r ib", "VEX.128.66.0F38.W0 18 /r mem", "VEX.L0.0F.WIG 77", "VEX.L1.0F.WIG 77",
        "VEX.LIG.F2.0F.WIG 58 /r", "VEX.128.66.0F3A.W0 4C /r is4", "EVEX.512.66.0F38.W1 92 /r mem vsib",
        "EVEX.LIG.F2.0F.W1 58 /r", "XOP.L0.X9.W0 90 /r", "0F 0F /r ib=BF", "0F 0F /r ib=9E", "REX.W 0F AE /0 mem",
        "NP 0F AE /0 mem", "D9 C0+i", "D9 /0 mem", "D9 E8", "98", "REX.W 98", "66 98",
    ]

    /// The notation of the encoding that is found, with the length: "3 01 /r"; "none" where there is none.
    private func found(_ bytes: [UInt8], _ mode: CodeMode = .bits64) throws -> String {
        let patterns = try OpcodeLengths.notations.enumerated().map { (try OpcodePattern($1), $0) }
        let flows = Array(repeating: ControlFlow.next, count: patterns.count)
        let decoder = OpcodeDecoder(patterns, flows: flows, mode: mode)
        // Twice, because the table remembers.
        let units = (0..<2).map { _ in bytes.withUnsafeBufferPointer { decoder.decode($0, at: 0) } }
        #expect(units[0].length == units[1].length && units[0].encoding == units[1].encoding)
        guard let encoding = units[0].encoding else { return "none" }
        return "\(units[0].length) \(decoder.encodings[encoding].pattern)"
    }

    @Test(arguments: [
        ([0x90], "1 90"), ([0xF3, 0x90], "2 F3 90"), ([0x41, 0x90], "2 90"), ([0x91], "1 90+r"),
        ([0x01, 0xC8], "2 01 /r"), ([0x48, 0x01, 0x08], "3 01 /r"), ([0x01, 0x44, 0x24, 0x08], "4 01 /r"),
        ([0x01, 0x84, 0x24, 1, 2, 3, 4], "7 01 /r"), ([0x01, 0x05, 1, 2, 3, 4], "6 01 /r"),
        ([0x01, 0x04, 0x25, 1, 2, 3, 4], "7 01 /r"), ([0x01, 0x04, 0x24], "3 01 /r"), ([0x01, 0x45, 0x00], "3 01 /r"),
        ([0xF0, 0x67, 0x01, 0x00], "4 01 /r"), ([0x8D, 0x00], "2 8D /r mem"), ([0x8D, 0xC0], "none"),
        ([0x05, 1, 2, 3, 4], "5 05 iz"), ([0x66, 0x05, 1, 2], "4 05 iz"), ([0x66, 0x48, 0x05, 1, 2, 3, 4], "7 05 iz"),
        ([0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8], "10 B8+r iv"), ([0x66, 0xBF, 1, 2], "4 B8+r iv"),
        ([0xA0, 1, 2, 3, 4, 5, 6, 7, 8], "9 A0 moffs"), ([0x67, 0xA0, 1, 2, 3, 4], "6 A0 moffs"),
        ([0xE8, 0, 0, 0, 0], "5 E8 cz"), ([0x66, 0xE8, 0, 0, 0, 0], "6 E8 cz"), ([0xC8, 0, 1, 2], "4 C8 iw ib"),
        ([0xF7, 0xC0, 1, 2, 3, 4], "6 F7 /0 iz"), ([0xF7, 0xD8], "2 F7 /3"), ([0xF7, 0xF8], "none"),
        ([0x0F, 0x01, 0x00], "3 0F 01 /0 mem"), ([0x0F, 0x01, 0xC1], "3 NP 0F 01 C1"), ([0x66, 0x0F, 0x01, 0xC1], "none"),
        ([0x0F, 0x58, 0xC0], "3 NP 0F 58 /r"), ([0x66, 0x0F, 0x58, 0xC0], "4 66 0F 58 /r"),
        ([0x66, 0xF2, 0x0F, 0x58, 0xC0], "5 F2 0F 58 /r"), ([0xF3, 0x48, 0x0F, 0x58, 0xC0], "5 F3 0F 58 /r"),
        ([0x66, 0x0F, 0x3A, 0x0F, 0xC0, 8], "6 66 0F 3A 0F /r ib"), ([0x66, 0x0F, 0x38, 0xF0, 0x00], "5 0F 38 F0 /r mem"),
        ([0xC4, 0xE2, 0x79, 0x18, 0x00], "5 VEX.128.66.0F38.W0 18 /r mem"), ([0xC4, 0xE2, 0xF9, 0x18, 0x00], "none"),
        ([0xC5, 0xF8, 0x77], "3 VEX.L0.0F.WIG 77"), ([0xC5, 0xFC, 0x77], "3 VEX.L1.0F.WIG 77"),
        ([0xC5, 0xFB, 0x58, 0xC0], "4 VEX.LIG.F2.0F.WIG 58 /r"),
        ([0xC4, 0xE3, 0x79, 0x4C, 0xC0, 0x10], "6 VEX.128.66.0F3A.W0 4C /r is4"),
        ([0x62, 0xF2, 0xFD, 0x49, 0x92, 0x04, 0x08], "7 EVEX.512.66.0F38.W1 92 /r mem vsib"),
        ([0x62, 0xF1, 0xFF, 0x18, 0x58, 0xC0], "6 EVEX.LIG.F2.0F.W1 58 /r"),
        ([0x8F, 0xE9, 0x78, 0x90, 0xC0], "5 XOP.L0.X9.W0 90 /r"), ([0x8F, 0xC0], "2 8F /0"), ([0x8F, 0x00], "2 8F /0"),
        ([0x0F, 0x0F, 0xC0, 0xBF], "4 0F 0F /r ib=BF"), ([0x0F, 0x0F, 0x40, 1, 0x9E], "5 0F 0F /r ib=9E"),
        ([0x0F, 0x0F, 0xC0, 0x00], "none"), ([0x48, 0x0F, 0xAE, 0x00], "4 REX.W 0F AE /0 mem"),
        ([0x0F, 0xAE, 0x00], "3 NP 0F AE /0 mem"), ([0xD9, 0xC3], "2 D9 C0+i"), ([0xD9, 0x03], "2 D9 /0 mem"),
        ([0xD9, 0xE8], "2 D9 E8"), ([0xD9, 0xE9], "none"), ([0x98], "1 98"), ([0x48, 0x98], "2 REX.W 98"),
        ([0x66, 0x98], "2 66 98"), ([0x48, 0x66, 0x98], "3 66 98"), ([0x66], "none"), ([0x01], "none"),
        ([0xE8, 0, 0, 0], "none"), ([0x9A, 0, 0, 0, 0, 0, 0], "none"),
        (Array(repeating: 0x66, count: 14) + [0x90], "15 90"), (Array(repeating: 0x66, count: 15) + [0x90], "none"),
    ] as [([UInt8], String)])
    func in64BitMode(bytes: [UInt8], expected: String) throws {
        #expect(try found(bytes) == expected)
    }

    @Test(arguments: [
        ([0x01, 0x05, 1, 2, 3, 4], "6 01 /r"), ([0x67, 0x01, 0x06, 1, 2], "5 01 /r"), ([0x67, 0x01, 0x44, 0x08], "4 01 /r"),
        ([0x67, 0x01, 0x04], "3 01 /r"), ([0xA0, 1, 2, 3, 4], "5 A0 moffs"), ([0x66, 0xE8, 0, 0], "4 E8 cz"),
        ([0xC4, 0x00], "2 C4 /r mem i64"), ([0xC5, 0xF8, 0x77], "3 VEX.L0.0F.WIG 77"), ([0x62, 0x01], "2 62 /r mem i64"),
        ([0x9A, 1, 2, 3, 4, 5, 6], "7 9A ap i64"), ([0x66, 0x9A, 1, 2, 3, 4], "6 9A ap i64"), ([0x48, 0x98], "none"),
    ] as [([UInt8], String)])
    func in32BitMode(bytes: [UInt8], expected: String) throws {
        #expect(try found(bytes, .bits32) == expected)
    }

    @Test(arguments: [
        ([0x01, 0x06, 1, 2], "4 01 /r"), ([0x01, 0x04], "2 01 /r"), ([0x67, 0x01, 0x04, 0x24], "4 01 /r"),
        ([0x05, 1, 2], "3 05 iz"), ([0x66, 0x05, 1, 2, 3, 4], "6 05 iz"), ([0xA0, 1, 2], "3 A0 moffs"),
        ([0x9A, 1, 2, 3, 4], "5 9A ap i64"), ([0xE8, 0, 0], "3 E8 cz"),
    ] as [([UInt8], String)])
    func in16BitMode(bytes: [UInt8], expected: String) throws {
        #expect(try found(bytes, .bits16) == expected)
    }

    @Test func distancesAreSigned() throws {
        let decoder = OpcodeDecoder([(try OpcodePattern("EB cb"), 0), (try OpcodePattern("E8 cz"), 1)],
            flows: [.target, [.next, .target]], mode: .bits64)
        func unit(_ bytes: [UInt8]) -> CodeUnit { bytes.withUnsafeBufferPointer { decoder.decode($0, at: 0) } }
        #expect(unit([0xEB, 0xFE]).distance == -2)
        #expect(unit([0xE8, 0xFC, 0xFF, 0xFF, 0xFF]).distance == -4)
        #expect(unit([0xE8, 0x00, 0x01, 0, 0]).flow == [.next, .target])
    }
}
