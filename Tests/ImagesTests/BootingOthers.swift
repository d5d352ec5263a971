import Testing

@testable import Images

@Suite struct BootingFlatImages {
    private var sector: [UInt8] { [0xFA] + Array(repeating: 0, count: 509) + [0x55, 0xAA] }

    @Test func aBootSectorBeginsAsBIOSesBeginIt() throws {
        let plan = try BootPlan(BootRequest(image: sector + [1, 2, 3], storage: 16 << 20))
        #expect(plan.recognised == "boot sector, real mode at 0x0:0x7C00")
        #expect(plan.state.mode == .real16)
        #expect(plan.state.rip == 0x7C00 && plan.state.cs.base == 0 && plan.state.cs.selector == 0)
        #expect(plan.state.rdx == 0x80)
        #expect(plan.state.cr0 & 1 == 0)
        #expect(plan.pieces.map(\.bytes.count) == [512])
        #expect(plan.remarks.count == 2)
    }

    @Test func bareCodeBeginsInTheModeAskedFor() throws {
        let code: [UInt8] = [0xF4, 0xEB, 0xFD]
        var request = BootRequest(image: code, storage: 16 << 20, flatMode: .real16, flatBase: 0x2_0010)
        var plan = try BootPlan(request)
        #expect(plan.state.cs.selector == 0x2001 && plan.state.cs.base == 0x2_0010 && plan.state.rip == 0)
        request.flatMode = .protected32
        request.flatBase = nil
        plan = try BootPlan(request)
        #expect(plan.state.mode == .protected32 && plan.state.rip == 0x10_0000 && plan.state.cs.attributes == 0xC09B)
        request.flatMode = .long64
        request.flatBase = 0x20_0000
        plan = try BootPlan(request)
        #expect(plan.state.mode == .long64 && plan.state.rip == 0x20_0000 && plan.state.cr3 != 0)
        #expect(PlannedStorage(plan: plan).isSound)
        #expect(PlannedStorage(plan: plan).bytes(0x20_0000, 3) == code)
    }

    /// The structures of the loader give way to an image that lies where they usually are.
    @Test func anImageInConventionalStorageKeepsItsPlace() throws {
        let image = [UInt8](repeating: 0x90, count: 0x9000)
        let plan = try BootPlan(BootRequest(image: image, storage: 16 << 20, flatMode: .long64, flatBase: 0x400))
        #expect(PlannedStorage(plan: plan).isSound)
        #expect(plan.state.gdt.base >= 0x9400)
    }

    @Test func refusalsNameTheCause() {
        func refusal(_ request: BootRequest) -> BootError? {
            do {
                _ = try BootPlan(request)
                return nil
            } catch {
                return error
            }
        }
        let code = [UInt8](repeating: 0x90, count: 16)
        #expect(refusal(BootRequest(image: code, storage: 1 << 20))?.remedy.contains("--flat-mode 16, 32 or 64") == true)
        #expect(refusal(BootRequest(image: code, commandLine: "x", storage: 1 << 20, flatMode: .real16)) != nil)
        #expect(refusal(BootRequest(image: code, storage: 1 << 20, flatMode: .long64))?.fault == .request)
        #expect(refusal(BootRequest(image: code, storage: 1 << 20, flatMode: .real16, flatBase: 0x10_0000)) != nil)
        #expect(refusal(BootRequest(image: code, storage: 1 << 20, flatMode: .long64, flatBase: .max)) != nil)
        #expect(refusal(BootRequest(image: [], storage: 1 << 20, flatMode: .real16))?.cause == "this is an empty file")
    }
}

@Suite struct FilesThatDoNotBoot {
    private static func file(_ text: String, at place: Int = 0) -> [UInt8] {
        [UInt8](repeating: 1, count: place) + Array(text.utf8) + [UInt8](repeating: 2, count: 64)
    }

    static let files: [(String, [UInt8])] = [
        ("an empty file", []), ("a cpio archive", file("070701")), ("a Debian package", file("!<arch>\ndebian-binary")),
        ("a program for UEFI", file("MZ\u{1}")), ("ARM64", file("ARMd", at: 0x38)), ("RISC-V", file("RISCV", at: 0x30)),
        ("a U-Boot image", [0x27, 0x05, 0x19, 0x56, 1]), ("ISO 9660", file("CD001", at: 0x8001)),
        ("qcow2", [0x51, 0x46, 0x49, 0xFB, 0]), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ("an ISA file", Array("machine x \"X\"\n".utf8)), ("text", Array("hello\n".utf8)),
        ("Multiboot 2 (header at offset 0x8)", [UInt8](repeating: 1, count: 8)
            + [0xD6, 0x50, 0x52, 0xE8, 0, 0, 0, 0, 0x10, 0, 0, 0, 0x1A, 0xAF, 0xAD, 0x17]),
    ]

    @Test(arguments: files)
    func isSaidWhatTheyAre(what: String, bytes: [UInt8]) {
        let error = #expect(throws: BootError.self) { try BootPlan(BootRequest(image: bytes, storage: 64 << 20)) }
        #expect(error?.cause.contains(what) == true, "\(error?.cause ?? "")")
        #expect(error?.remedy.isEmpty == false)
        #expect(error?.fault == .image)
    }

    @Test func aPackedInitialFileSystemIsNoKernel() throws {
        var archive = CpioArchive()
        archive.add(folder: "bin")
        let image = try Compression.gzipped(archive.bytes)
        let error = #expect(throws: BootError.self) { try BootPlan(BootRequest(image: image, storage: 64 << 20)) }
        #expect(error?.remedy == "give it with -initrd")
    }
}

@Suite struct StorageMaps {
    @Test func theHoleIsLeftOut() {
        let rows = StorageMap(size: 6 << 30).regions.map { [$0.start, $0.size, UInt64($0.kind.rawValue)] }
        #expect(rows == [
            [0, 0x9_FC00, 1], [0x9_FC00, 0x6_0400, 2], [0x10_0000, 0xBFF0_0000, 1], [1 << 32, 3 << 30, 1],
        ])
        #expect(StorageMap(size: 0x8_0000).regions.first?.size == 0x8_0000)
        #expect(StorageMap(size: 1 << 20).regions.count == 2)
        #expect(StorageMap(size: 0).regions.count == 1)
    }
}

/// Images with bytes changed, parts cut off or repeated: each is laid out soundly or refused in words.
@Suite struct BootingDamagedImages {
    private static var seeds: [[UInt8]] {
        get throws {
            var packed = MadeBzImage()
            packed.payload = try Compression.gzipped(MadeKernelELF().bytes)
            let header = MadeKernelELF.multibootHeader(
                flags: 1 << 16, addresses: [0x20_0008, 0x20_0000, 0x20_0040, 0x20_1000, 0x20_0028])
            return [
                MadeKernelELF().bytes, MadeKernelELF(bits: 32, machine: 3).bytes, MadeKernelELF.multiboot().bytes,
                MadeKernelELF.multiboot(bits: 64, machine: 62).bytes, MadeBzImage(code: [1, 2, 3]).bytes, packed.bytes,
                [UInt8](repeating: 9, count: 16) + header + Array(1...100),
                try Compression.gzipped(MadeKernelELF.multiboot().bytes),
            ]
        }
    }

    @Test(arguments: 0..<8)
    func areLaidOutOrRefused(kind: Int) throws {
        let whole = try Self.seeds[kind]
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 &* UInt64(kind + 1)
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(limit, 1)
        }
        let values: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
        var booted = 0
        for round in 0..<2500 {
            var bytes = whole
            for _ in 0..<1 + random(6) {
                // Headers stand at the beginning: most changes go there.
                let place = random(random(3) == 0 ? bytes.count : min(bytes.count, 700))
                switch random(8) {
                case 0: bytes = Array(bytes.prefix(place + 1))
                case 1: bytes.replaceSubrange(place..<min(place + 8, bytes.count), with: [UInt8](repeating: 0xFF, count: 8))
                case 2: bytes.insert(UInt8(random(256)), at: place)
                default: bytes[place] = random(2) == 0 ? values[random(5)] : UInt8(random(256))
                }
            }
            var request = BootRequest(image: bytes, commandLine: "a b", storage: UInt64(random(128)) << 20)
            if round % 3 == 0 { request.modules = [BootModule([1, 2, 3])] }
            if round % 5 == 0 { request.bootProtocol = BootProtocol.allCases[random(4)] }
            do {
                let plan = try BootPlan(request)
                #expect(PlannedStorage(plan: plan).isSound)
                booted += 1
            } catch {
                #expect(!error.cause.isEmpty && !error.remedy.isEmpty && !error.cause.contains("\n"))
            }
            _ = KernelNames(reading: bytes)
        }
        #expect(booted > 0)
    }
}
