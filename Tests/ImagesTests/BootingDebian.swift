import Foundation
import Testing

@testable import Images

/// Debian's cloud kernel, where `make kernel` has fetched it.
@Suite struct BootingDebian {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(".cache/kernel/vmlinuz").path

    private static let image = (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) }

    @Test(.enabled(if: image != nil, "the kernel has not been fetched: make kernel"))
    func byItsPayloadAndByItsHeader() throws {
        let image = try #require(Self.image)
        var request = BootRequest(image: image, commandLine: "console=ttyS0", storage: 512 << 20, rsdp: 0xE_0000)
        request.modules = [BootModule([UInt8](repeating: 1, count: 1 << 20))]
        let direct = try BootPlan(request)
        #expect(direct.bootProtocol == .pvh)
        #expect(direct.recognised.hasPrefix("Linux 6.1.0-"))
        #expect(direct.recognised.hasSuffix("bzImage with a payload in LZ4, by PVH"))
        #expect(PlannedStorage(plan: direct).isSound)
        // Linked for 16 MiB, as every Linux for x86-64 is.
        #expect(direct.pieces.first?.address == 0x100_0000)
        request.bootProtocol = .linux
        let own = try BootPlan(request)
        #expect(own.state.mode == .long64)
        #expect(own.state.rip == 0x100_0200)
        #expect(PlannedStorage(plan: own).isSound)
        request.storage = 32 << 20
        let error = #expect(throws: BootError.self) { try BootPlan(request) }
        #expect(error?.remedy.hasPrefix("give the machine more storage: -m ") == true)
    }

    @Test(.enabled(if: image != nil, "the kernel has not been fetched: make kernel"))
    func itsAddressesHaveNames() throws {
        let image = try #require(Self.image)
        let names = try #require(KernelNames(reading: image))
        #expect(names.count > 50_000)
        let start = try #require(names.address(of: "start_kernel"))
        #expect(names.name(of: start)?.description == "start_kernel")
        #expect(names.name(of: start + 0x12)?.description == "start_kernel+0x12")
        // The entry by PVH is a real address: paging is off there.
        let plan = try BootPlan(BootRequest(image: image, storage: 512 << 20))
        #expect(names.name(of: plan.state.rip)?.description == "pvh_start_xen")
        #expect(names.name(of: 0x1234) == nil)
        var moved = names
        moved.slide = 0x1C00_0000
        #expect(moved.name(of: start + 0x1C00_0000)?.symbol == "start_kernel")
        #expect(moved.address(of: "start_kernel") == start + 0x1C00_0000)
    }
}

@Suite struct NamesOfAddresses {
    private let names = KernelNames([
        ProgramSymbol(name: "first", address: 0x1000, size: 0x10, isFunction: true),
        ProgramSymbol(name: "mark", address: 0x2000, isFunction: false),
        ProgramSymbol(name: "second", address: 0x2000, isFunction: true),
    ])

    @Test func areThoseOfTheSymbolBefore() {
        #expect(names.name(of: 0x0FFF) == nil)
        #expect(names.name(of: 0x1000)?.description == "first")
        #expect(names.name(of: 0x100F)?.description == "first+0xf")
        #expect(names.name(of: 0x1010) == nil)
        #expect(names.name(of: 0x2004)?.description == "second+0x4")
        #expect(names.name(of: 0xFFFF_0000) == nil)
    }

    @Test func anELFFileHasThemInItsTable() throws {
        let made = MadeELF(
            code: [1, 2, 3, 4, 5, 6],
            symbols: [("main", 0x40_1002, 4, 0x12, 1)])
        let names = try #require(KernelNames(reading: made.bytes))
        #expect(names.name(of: 0x40_1003)?.description == "main+0x1")
        #expect(KernelNames(reading: [1, 2, 3]) == nil)
    }
}

@Suite struct CpioArchives {
    /// The fields of `newc`: 13 numbers of eight digits behind the magic.
    @Test func membersAreLaidOutAsLinuxReadsThem() {
        var archive = CpioArchive()
        archive.add(folder: "bin")
        archive.add(file: "bin/a", Array("hello".utf8), permissions: 0o755)
        archive.add(link: "bin/b", to: "a")
        archive.add(device: "console", major: 5, minor: 1)
        let bytes = archive.bytes
        #expect(bytes.count % 512 == 0)
        #expect(bytes == archive.bytes)
        var place = 0
        var seen: [String] = []
        while true {
            #expect(bytes[place..<place + 6].elementsEqual("070701".utf8))
            let fields = (0..<13).map { index -> Int in
                let digits = bytes[(place + 6 + 8 * index)...].prefix(8)
                return Int(String(decoding: digits, as: UTF8.self), radix: 16) ?? -1
            }
            let name = String(decoding: bytes[(place + 110)...].prefix(fields[11] - 1), as: UTF8.self)
            if name == "TRAILER!!!" { break }
            let start = (place + 110 + fields[11] + 3) & ~3
            let content = String(decoding: bytes[start..<start + fields[6]], as: UTF8.self)
            seen.append("\(name) \(String(fields[1], radix: 8)) \(content) \(fields[9]):\(fields[10])")
            place = (start + fields[6] + 3) & ~3
        }
        #expect(seen == ["bin 40755  0:0", "bin/a 100755 hello 0:0", "bin/b 120777 a 0:0", "console 20600  5:1"])
    }

    @Test func gzipIsUndone() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let packed = try Compression.gzipped(bytes)
        #expect(packed.count < 10_000)
        #expect(try Compression.gzip.unpack(packed[...], size: bytes.count) == bytes)
        #expect(try Compression.gzipped(bytes) == packed)
    }
}
