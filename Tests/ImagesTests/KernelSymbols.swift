import Images
import Testing

@Suite struct KernelSymbols {
    /// Three hundred functions, some processor-local data, and a name longer than 127 characters.
    private static let symbols: [(address: UInt64, type: Character, name: String)] =
        [(0, "A", "fixed_percpu_data"), (0x1000, "D", "cpu_tss_rw")]
        + (0..<300).map { index in
            let name = index == 7 ? String(repeating: "long_name_", count: 20) + "7" : "sys_call_\(index)"
            return (0xFFFF_FFFF_8100_0000 + UInt64(index) * 16, index % 3 == 0 ? "T" : "t", name)
        }

    @Test(arguments: MadeKallsyms.Order.allCases)
    func theTablesAreFoundByTheirStructure(order: MadeKallsyms.Order) throws {
        let bytes = Array(repeating: 0xAB, count: 4096) + MadeKallsyms(order: order, symbols: Self.symbols).bytes
        let tables = try #require(Kallsyms(in: bytes[...]))
        #expect(tables.symbols.map(\.name) == Self.symbols.map(\.name))
        #expect(tables.symbols.map(\.address) == Self.symbols.map(\.address))
        #expect(tables.symbols.map(\.type) == Self.symbols.map(\.type))
    }

    @Test func anELFFileWithoutSymbolsHasThoseOfTheTables() throws {
        let code = [UInt8](repeating: 0x90, count: 4800)
        let file = MadeELF(
            code: code, codeAddress: 0xFFFF_FFFF_8100_0000, data: MadeKallsyms(symbols: Self.symbols).bytes)
        let image = try #require(try ProgramImage(reading: file.bytes))
        #expect(image.symbols.count == 302)
        #expect(image.symbols.count(where: \.isFunction) == 300)
        #expect(image.remarks == ["symbols from the image's kallsyms tables"])
    }

    @Test func otherDataHasNone() {
        #expect(Kallsyms(in: [UInt8](repeating: 0, count: 100_000)[...]) == nil)
        var bytes = MadeKallsyms(symbols: Self.symbols).bytes
        bytes.removeLast(600)
        #expect(Kallsyms(in: bytes[...]) == nil)
    }
}
