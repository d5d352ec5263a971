import Images
import Testing

@Suite struct ELFFiles {
    private static let symbols: [(name: String, address: UInt64, size: UInt64, type: UInt64, section: UInt64)] = [
        ("main", 0x40_1002, 2, 0x12, 1), ("table", 0x40_1004, 2, 0x11, 1), ("value", 0x50_0000, 4, 0x11, 2),
        ("outside", 0, 0, 0x12, 0), ("file.c", 0, 0, 0x04, 0xFFF1), ("$x", 0x40_1000, 0, 0, 1),
    ]

    @Test(arguments: [32, 64], [false, true])
    func bothWidthsAndByteOrdersAreRead(bits: Int, isBigEndian: Bool) throws {
        let made = MadeELF(
            bits: bits, isBigEndian: isBigEndian, machine: isBigEndian ? 4 : 62, code: [1, 2, 3, 4, 5, 6],
            data: [9, 9, 9, 9], symbols: ELFFiles.symbols)
        let image = try #require(try ProgramImage(reading: made.bytes))
        #expect(image.machine?.title == (isBigEndian ? "EM_68K" : "EM_X86_64"))
        #expect(image.machine?.isBigEndian == isBigEndian)
        #expect(image.code.map(\.name) == [".text"])
        #expect(image.code.map(\.address) == [0x40_1000])
        #expect(image.code.first.map { Array($0.bytes) } == [1, 2, 3, 4, 5, 6])
        #expect(image.entry == 0x40_1000)
        #expect(image.symbols.map(\.name) == ["main", "table", "value"])
        #expect(image.symbols.map(\.isFunction) == [true, false, false])
        #expect(image.symbols.map(\.size) == [2, 2, 4])
    }

    @Test func aRelocatableFileHasNoEntry() throws {
        let image = try #require(try ProgramImage(reading: MadeELF(type: 1, code: [0x90], codeAddress: 0).bytes))
        #expect(image.entry == nil)
        #expect(image.remarks == ["relocatable: addresses are offsets into each section"])
    }

    /// Every prefix of a file, and every file with one byte changed, is read or refused in words.
    @Test func damageIsNoCrash() {
        let whole = MadeELF(code: [1, 2, 3], data: [4], symbols: ELFFiles.symbols).bytes
        for length in 0..<whole.count { _ = try? ProgramImage(reading: Array(whole.prefix(length))) }
        for place in whole.indices {
            for value: UInt8 in [0x00, 0x01, 0x7F, 0xFF] {
                var bytes = whole
                bytes[place] = value
                _ = try? ProgramImage(reading: bytes)
            }
        }
    }

    @Test func processorsNameTheirMachines() {
        func name(_ number: UInt16, flags: UInt32 = 0) -> String? {
            ELFMachine(number: number, bits: 32, isBigEndian: true, flags: flags).isaName
        }
        #expect(name(62) == "x86-64")
        #expect(name(3) == "ia-32")
        #expect(name(4, flags: 0x0100_0000) == "m68000")
        #expect(name(4) == "m68010")
        #expect(name(183) == "aarch64")
        #expect(name(0x7777) == nil)
    }

    @Test func otherFilesAreNoPrograms() throws {
        #expect(try ProgramImage(reading: Array("hello\n".utf8)) == nil)
        #expect(try ProgramImage(reading: []) == nil)
    }
}

extension ProgramImage: Equatable {
    public static func == (a: ProgramImage, b: ProgramImage) -> Bool { a.code == b.code && a.symbols == b.symbols }
}
