import OpcodeNotation
import Testing

@Suite struct ReadingTests {
    @Test(
        "What is read is written again",
        arguments: [
            "01 /r", "0F 01 /0 mem", "0F 01 C1", "NP 0F 01 F8", "66 0F 58 /r", "F2 0F 38 F0 /r",
            "F3 REX.W 0F AE /0 reg",
            "REX 88 /r", "50+r d64", "0F C8+r", "D8 C0+i", "D9 D0", "C8 iw ib", "0F 0F /r ib=BF", "A1 moffs",
            "9A ap i64", "B8+r iv", "81 /0 iz", "E8 cz d64", "70 cb", "REX.W B8+r io", "68 id", "F3 90", "C7 F8 cz",
            "VEX.128.66.0F38.W0 18 /r", "VEX.LIG.F2.0F.WIG 58 /r", "VEX.256.66.0F3A.W0 4A /r is4",
            "VEX.128.66.0F38.W0 90 /r mem vsib", "VEX.LZ.0F38.W1 F3 /1", "VEX.L0.0F.W0 AE /2 mem",
            "EVEX.512.66.0F38.W1 90 /r mem vsib", "EVEX.LIG.F3.MAP5.W0 58 /r", "EVEX.128.66.MAP6.W0 98 /r ib",
            "XOP.L0.X9.W0 90 /r", "XOP.L0.X8.W0 85 /r is4", "XOP.L0.XA.W0 10 /r id", "0F 05 o64", "0F 18 /1 mem",
            "01 /r lock", "82 /0 ib lock i64", "0F C7 /1 mem lock",
        ])
    func spelling(_ text: String) throws {
        #expect(try OpcodePattern(text).description == text)
    }

    @Test func partsHaveTheirMeaning() throws {
        let sgdt = try OpcodePattern("0F 01 /0 mem")
        #expect(sgdt.map == .map0F && sgdt.opcode == 1 && sgdt.modRM == .digit(0) && sgdt.form == .memory)
        #expect(sgdt.admits(modRM: 0x00) && !sgdt.admits(modRM: 0xC0) && !sgdt.admits(modRM: 0x08))
        let stack = try OpcodePattern("D8 C8+i")
        #expect(stack.modRM == .fixed(0xC8) && stack.addend == .stack)
        #expect(stack.admits(modRM: 0xCF) && !stack.admits(modRM: 0xC7))
        let gather = try OpcodePattern("EVEX.512.66.0F38.W1 90 /r vsib")
        #expect(gather.isVectorIndexed && gather.form == .memory && gather.width == .one)
        #expect(gather.length?.number == 2 && gather.map.number == 2 && gather.mandatory.number == 1)
        #expect(try OpcodePattern("VEX.128.0F 77").width == .ignored)
        #expect(try OpcodePattern("VEX.128.0F 77").mandatory == .none)
        #expect(try OpcodePattern("01 /r").mandatory == .unspecified)
    }

    @Test(
        "Mistakes are named with their place",
        arguments: [
            ("", 0, "missing"), ("NP", 2, "opcode byte is missing"), ("/r", 0, "opcode byte"), ("0F 01 /8", 6, "/8"),
            ("66 F2 0F 58", 3, "F2 is a prefix"), ("REX 66 0F", 4, "66 is a prefix"), ("67 E3 cb", 0, "67 is a prefix"),
            ("0F 01 C1 /0", 9, "fixed already"), ("50+r /r", 5, "+r"), ("51+r", 0, "low three bits"),
            ("50+x", 0, "+r or +i"),
            ("C0+i", 0, "after the opcode"), ("0F ae /0", 3, "opcode byte"), ("D9 c0", 3, "not known"),
            ("0F 01 mem", 6, "restricts"), ("0F 01 /0 vsib reg", 14, "not expected"), ("01 /r reg vsib", 10, "vsib"),
            ("0F 0F /r ib=bf", 9, "upper case"), ("C8 iw ib ib", 9, "two immediates"), ("01 /r NP", 6, "not expected"),
            ("9A ap i64 o64", 10, "enough"), ("VEX.66.0F.W0 58 /r", 4, "vector length"),
            ("VEX.512.66.0F.W0 58 /r", 4, "512"), ("VEX.128.X9.W0 58 /r", 8, "map"), ("XOP.L0.0F.W0 58 /r", 7, "map"),
            ("EVEX.128.66.0F.W2 58 /r", 15, "W2"), ("VEX.128.66.0F.W0.NP 58 /r", 17, "too much"),
            ("NP VEX.128.0F.W0 58 /r", 3, "wrong place"), ("D9 E1+i", 3, "low three bits"), ("01 /r  ix", 7, "ix"),
            ("05 iz lock", 6, "memory operand"), ("0F 01 /0 reg lock", 13, "memory operand"), ("01 /r i64 lock", 10, "not expected"),
        ])
    func mistake(_ text: String, _ place: Int, _ words: String) {
        do {
            let pattern = try OpcodePattern(text)
            Issue.record("\(text) was read as \(pattern)")
        } catch {
            #expect(error.range.lowerBound == place, "\(error)")
            #expect(error.message.contains(words), "\(error)")
        }
    }

    @Test func anErrorShowsTheText() throws {
        let error = #expect(throws: NotationError.self) { try OpcodePattern("0F 01 /8") }
        #expect(
            error?.description == """
                character 7: "/8": after / stands r or a digit from 0 to 7
                  0F 01 /8
                        ^~
                """)
    }

    @Test func noTextBreaksTheReader() {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let words = [
            "NP", "66", "F3", "REX.W", "0F", "38", "C1", "/r", "/4", "mem", "reg", "vsib", "ib", "is4", "d64", "50+r",
            "é",
            "VEX.128.66.0F.W0", "EVEX.512", "XOP..", "+i", "ib=", "/", ".", "VEX", "C0+i", "ib=0F",
        ]
        for _ in 0..<5000 {
            let text = (0..<random(7)).map { _ in words[random(words.count)] }.joined(
                separator: random(9) == 0 ? "  " : " ")
            do throws(NotationError) {
                let pattern = try OpcodePattern(text)
                #expect((try? OpcodePattern(pattern.description)) == pattern, "\(text)")
            } catch {
                #expect(error.range.upperBound <= max(text.count, error.range.lowerBound), "\(error)")
            }
        }
    }
}
