import Testing

@testable import Images

@Suite struct BootingByPVH {
    @Test(arguments: [32, 64])
    func theStateIsTheSpecified(bits: Int) throws {
        let image = MadeKernelELF(bits: bits, machine: bits == 64 ? 62 : 3).bytes
        let plan = try BootPlan(BootRequest(image: image, storage: 64 << 20))
        #expect(plan.recognised == "\(bits)-bit ELF file, by PVH")
        let state = plan.state
        #expect(state.mode == .protected32)
        #expect(state.rip == 0x10_0010)
        #expect(state.cr0 == 0x11 && state.cr4 == 0 && state.efer == 0 && state.rflags == 2)
        #expect(state.cs.base == 0 && state.cs.limit == .max && state.cs.attributes == 0xC09B)
        #expect(state.ds.limit == .max && state.ds.attributes == 0xC093 && state.es == state.ds && state.ss == state.ds)
        #expect(state.tr.base == 0 && state.tr.limit == 0x67 && state.tr.attributes == 0x8B)
        #expect(PlannedStorage(plan: plan).isSound)
        #expect(PlannedStorage(plan: plan).bytes(0x10_0000, 64) == Array(1...64))
    }

    @Test func theStartInformationTellsAll() throws {
        var request = BootRequest(image: MadeKernelELF().bytes, commandLine: "console=ttyS0 quiet", storage: 64 << 20)
        request.modules = [BootModule(Array(repeating: 7, count: 5000))]
        request.rsdp = 0xE_0000
        let plan = try BootPlan(request)
        let storage = PlannedStorage(plan: plan)
        let start = plan.state.rbx
        #expect(storage.number(start, 4) == 0x336E_C578)
        #expect(storage.number(start + 4, 4) == 1)
        #expect(storage.number(start + 12, 4) == 1)
        let module = storage.number(start + 16, 8)
        let place = storage.number(module, 8)
        #expect(place % 4096 == 0 && place + 5000 <= 64 << 20 && place > 0x3F0_0000)
        #expect(storage.number(module + 8, 8) == 5000)
        #expect(storage.bytes(place, 5000).allSatisfy { $0 == 7 })
        #expect(storage.text(storage.number(start + 24, 8)) == "console=ttyS0 quiet")
        #expect(storage.number(start + 32, 8) == 0xE_0000)
        let map = storage.number(start + 40, 8)
        #expect(storage.number(start + 48, 4) == 3)
        let rows = (0..<3).map { row in [0, 8].map { storage.number(map + 24 * row + $0, 8) } + [storage.number(map + 24 * row + 16, 4)] }
        #expect(rows == [[0, 0x9_FC00, 1], [0x9_FC00, 0x6_0400, 2], [0x10_0000, 63 << 20, 1]])
    }

    @Test func theDescriptorsSayWhatTheRegistersHold() throws {
        let plan = try BootPlan(BootRequest(image: MadeKernelELF().bytes, storage: 64 << 20))
        let storage = PlannedStorage(plan: plan)
        #expect(plan.state.gdt.limit == 0x2F)
        let table = plan.state.gdt.base
        #expect(storage.number(table, 8) == 0)
        #expect(storage.number(table + 0x10, 8) == 0x00CF_9B00_0000_FFFF)
        #expect(storage.number(table + 0x18, 8) == 0x00CF_9300_0000_FFFF)
        #expect(storage.number(table + 0x20, 8) == 0x0000_8B00_0000_0067)
    }

    private func refusal(_ change: (inout MadeKernelELF) -> Void, storage: UInt64 = 64 << 20) -> BootError? {
        var made = MadeKernelELF()
        change(&made)
        do {
            _ = try BootPlan(BootRequest(image: made.bytes, storage: storage))
            return nil
        } catch {
            return error
        }
    }

    @Test func refusalsNameTheCause() {
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.pvhEntry = 0x50_0000 }?.cause.contains("0x500000, which no loaded segment holds") == true)
        #expect(refusal { $0.pvhEntry = nil }?.cause.contains("has no note PHYS32_ENTRY") == true)
        #expect(refusal { $0.machine = 183 }?.cause.contains("EM_AARCH64 (e_machine 183 at offset 0x12)") == true)
        #expect(refusal { $0.parts = [] }?.cause.contains("none is loaded") == true)
        #expect(refusal { $0.parts[0].size = 1 }?.cause.contains("segment 0 has 0x40 bytes") == true)
        #expect(refusal { $0.parts.append($0.parts[0]) }?.cause.contains("lies over segment 0") == true)
        #expect(refusal { $0.parts[0].real = 0xA_0000 }?.cause.contains("is not in storage") == true)
        #expect(refusal { $0.parts[0].real = .max - 5 }?.cause.contains("is not in storage") == true)
        #expect(refusal { $0.parts[0].size = 1 << 40 }?.fault == .image)
        let small = refusal({ $0.parts[0].size = 100 << 20 }, storage: 32 << 20)
        #expect(small?.fault == .request)
        #expect(small?.cause == "segment 0 at 0x100000 to 0x64FFFFF needs more than 32M of storage")
        #expect(small?.remedy == "give the machine more storage: -m 117M")
        let program = refusal { made in
            made.pvhEntry = nil
            made.hasInterpreter = true
        }
        #expect(program?.cause.contains("a program for an operating system") == true)
        #expect(program?.cause.contains("a program interpreter") == true)
    }

    @Test func aModuleThatDoesNotFitIsRefused() {
        var request = BootRequest(image: MadeKernelELF().bytes, storage: 4 << 20)
        request.modules = [BootModule([UInt8](repeating: 0, count: 4 << 20))]
        #expect(throws: BootError.self) { try BootPlan(request) }
    }

    @Test func manyProcessorsWithoutTablesAreRemarkedOn() throws {
        let plan = try BootPlan(BootRequest(image: MadeKernelELF().bytes, storage: 64 << 20, processors: 2))
        #expect(plan.remarks.first?.contains("the first only") == true)
    }
}

@Suite struct BootingLinux {
    @Test func theZeroPageIsFilledIn() throws {
        var request = BootRequest(image: MadeBzImage().bytes, commandLine: "quiet", storage: 5 << 30)
        request.modules = [BootModule([1, 2, 3])]
        request.rsdp = 0xE_1230
        let plan = try BootPlan(request)
        let storage = PlannedStorage(plan: plan)
        #expect(storage.isSound)
        #expect(plan.recognised == "Linux 6.1.0-test, bzImage of boot protocol 2.15, by its 64-bit entry")
        let page = plan.state.rsi
        #expect(storage.number(page + 0x1F1, 1) == 2)
        #expect(storage.number(page + 0x202, 4) == 0x5372_6448)
        #expect(storage.number(page + 0x210, 1) == 0xFF)
        #expect(storage.number(page + 0x1EF, 1) == 0)
        #expect(storage.number(page + 0x70, 8) == 0xE_1230)
        #expect(storage.number(page + 0x258, 8) == 0x100_0000)
        let place = storage.number(page + 0x218, 4)
        #expect(place == 0x7FFF_F000)
        #expect(storage.number(page + 0x21C, 4) == 3)
        #expect(storage.bytes(place, 3) == [1, 2, 3])
        #expect(storage.text(storage.number(page + 0x228, 4)) == "quiet")
        #expect(storage.number(page + 0x1E8, 1) == 4)
        let last = page + 0x2D0 + 60
        #expect(storage.number(last, 8) == 1 << 32)
        #expect(storage.number(last + 8, 8) == 2 << 30)
        #expect(storage.number(last + 16, 4) == 1)
    }

    @Test func the64BitStateIsTheSpecified() throws {
        let plan = try BootPlan(BootRequest(image: MadeBzImage().bytes, storage: 64 << 20))
        let storage = PlannedStorage(plan: plan)
        let state = plan.state
        #expect(state.mode == .long64)
        #expect(state.rip == 0x100_0200)
        #expect(state.cr0 == 0x8000_0011 && state.cr4 == 0x20 && state.efer == 0x500 && state.rflags == 2)
        #expect(state.cs.selector == 0x10 && state.cs.attributes == 0xA09B)
        #expect(state.ds.selector == 0x18 && state.es == state.ds && state.ss == state.ds)
        // Every address below 4 GiB is mapped to itself.
        for address: UInt64 in [0, 0x10_0000, 0x1234_5678, 0xFEE0_0000, 0xFFFF_FFFF] {
            let top = storage.number(state.cr3, 8)
            let directory = storage.number((top & ~0xFFF) + 8 * (address >> 30), 8)
            let large = storage.number((directory & ~0xFFF) + 8 * (address >> 21 & 511), 8)
            #expect(top & 1 == 1 && directory & 1 == 1 && large & 0x81 == 0x81)
            #expect(large & ~0x1F_FFFF == address & ~0x1F_FFFF)
        }
    }

    @Test func withoutA64BitEntryThe32BitOneIsTaken() throws {
        var made = MadeBzImage()
        made.isLong = false
        made.isRelocatable = false
        let plan = try BootPlan(BootRequest(image: made.bytes, storage: 64 << 20))
        #expect(plan.state.mode == .protected32)
        #expect(plan.state.rip == 0x10_0000)
        #expect(plan.state.rsi != 0 && plan.state.rbp == 0 && plan.state.rdi == 0 && plan.state.rbx == 0)
    }

    @Test func aPayloadWithANoteIsStartedDirectly() throws {
        var made = MadeBzImage()
        let kernel = MadeKernelELF().bytes
        var packed = ByteWriter(bytes: try Compression.gzipped(kernel))
        made.payload = packed.bytes
        var plan = try BootPlan(BootRequest(image: made.bytes, storage: 64 << 20))
        #expect(plan.recognised == "Linux 6.1.0-test, bzImage with a payload in gzip, by PVH")
        #expect(plan.state.rip == 0x10_0010)
        plan = try BootPlan(BootRequest(image: made.bytes, storage: 64 << 20, bootProtocol: .linux))
        #expect(plan.state.rip == 0x100_0200)
        // A payload without the note is left to the kernel's own loader.
        packed.bytes = try Compression.gzipped(MadeKernelELF(pvhEntry: nil).bytes)
        made.payload = packed.bytes
        plan = try BootPlan(BootRequest(image: made.bytes, storage: 64 << 20))
        #expect(plan.bootProtocol == .linux)
        #expect(throws: BootError.self) {
            try BootPlan(BootRequest(image: made.bytes, storage: 64 << 20, bootProtocol: .pvh))
        }
    }

    @Test func refusalsNameTheCause() throws {
        func refusal(_ change: (inout MadeBzImage) -> Void, line: String = "", storage: UInt64 = 64 << 20) -> BootError? {
            var made = MadeBzImage()
            change(&made)
            do {
                _ = try BootPlan(BootRequest(image: made.bytes, commandLine: line, storage: storage))
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal { $0.version = 0x204 }?.cause.contains("boot protocol 2.4 (offset 0x206)") == true)
        #expect(refusal({ $0.commandLineLimit = 4 }, line: "quiet")?.cause.contains("5 bytes") == true)
        #expect(refusal({ _ in }, line: "a\0b")?.cause.contains("character 0") == true)
        let small = refusal({ $0.initSize = 64 << 20 }, storage: 64 << 20)
        #expect(small?.remedy == "give the machine more storage: -m 96M")
        var request = BootRequest(image: MadeBzImage().bytes, storage: 64 << 20)
        request.modules = [BootModule([1]), BootModule([2])]
        #expect(throws: BootError.self) { try BootPlan(request) }
    }
}

@Suite struct BootingMultiboot {
    @Test(arguments: [(32, 3), (32, 62), (64, 62)])
    func anELFFileIsLoadedBySegments(bits: Int, machine: UInt64) throws {
        let image = MadeKernelELF.multiboot(bits: bits, machine: machine).bytes
        let plan = try BootPlan(BootRequest(image: image, storage: 64 << 20))
        #expect(plan.recognised == "Multiboot kernel, \(bits)-bit ELF file")
        #expect(plan.state.mode == .protected32)
        #expect(plan.state.rax == 0x2BAD_B002)
        #expect(plan.state.rip == 0x10_0020)
        #expect(PlannedStorage(plan: plan).number(0x10_0000, 4) == 0x1BAD_B002)
    }

    @Test func aHighEntryIsTakenBackToItsRealAddress() throws {
        var made = MadeKernelELF.multiboot(bits: 64, machine: 62)
        made.parts[0].virtual = 0xFFFF_FFFF_8010_0000
        made.entry = 0xFFFF_FFFF_8010_0024
        #expect(try BootPlan(BootRequest(image: made.bytes, storage: 64 << 20)).state.rip == 0x10_0024)
    }

    @Test func theInformationTellsAll() throws {
        var request = BootRequest(
            image: MadeKernelELF.multiboot().bytes, imageName: "xen", commandLine: "com1=115200", storage: 64 << 20)
        request.modules = [BootModule([1, 2, 3], arguments: "vmlinuz quiet"), BootModule([4, 5])]
        let plan = try BootPlan(request)
        let storage = PlannedStorage(plan: plan)
        #expect(storage.isSound)
        let information = plan.state.rbx
        #expect(storage.number(information, 4) == 0x24D)
        #expect(storage.number(information + 4, 4) == 639)
        #expect(storage.number(information + 8, 4) == 63 << 10)
        #expect(storage.text(storage.number(information + 16, 4)) == "xen com1=115200")
        #expect(storage.number(information + 20, 4) == 2)
        let list = storage.number(information + 24, 4)
        let first = storage.number(list, 4)
        #expect(first == 0x10_3000)
        #expect(storage.number(list + 4, 4) == first + 3)
        #expect(storage.bytes(first, 3) == [1, 2, 3])
        #expect(storage.text(storage.number(list + 8, 4)) == "vmlinuz quiet")
        #expect(storage.number(list + 16, 4) == 0x10_4000)
        #expect(storage.number(information + 44, 4) == 72)
        let map = storage.number(information + 48, 4)
        #expect(storage.number(map, 4) == 20)
        #expect(storage.number(map + 12, 8) == 0x9_FC00)
        #expect(storage.number(map + 20, 4) == 1)
        #expect(storage.text(storage.number(information + 64, 4)) == "Trapline")
        // The BIOS data area: the first serial port, where conventional storage ends, its KiB.
        #expect(storage.number(0x400, 2) == 0x3F8)
        #expect(storage.number(0x40E, 2) << 4 == 0x9_FC00)
        #expect(storage.number(0x413, 2) == 639)
    }

    @Test func addressesInTheHeaderComeFirst() throws {
        // 16 bytes, the header, code; loaded from the file's byte 8 on, with zeros behind.
        let header = MadeKernelELF.multibootHeader(
            flags: 1 << 16, addresses: [0x20_0008, 0x20_0000, 0x20_0040, 0x20_1000, 0x20_0028])
        let image = [UInt8](repeating: 9, count: 16) + header + Array(1...100)
        let plan = try BootPlan(BootRequest(image: image, storage: 64 << 20))
        #expect(plan.recognised == "Multiboot kernel, addresses in the header")
        #expect(plan.state.rip == 0x20_0028)
        #expect(PlannedStorage(plan: plan).bytes(0x20_0000, 8) == Array(repeating: 9, count: 8))
        #expect(PlannedStorage(plan: plan).number(0x20_0008, 4) == 0x1BAD_B002)
        #expect(plan.pieces.first?.extent == 0x1000)
        // A load end of 0 means all of the file.
        let open = MadeKernelELF.multibootHeader(
            flags: 1 << 16, addresses: [0x20_0000, 0x20_0000, 0, 0, 0x20_0020]) + Array(1...100)
        #expect(try BootPlan(BootRequest(image: open, storage: 64 << 20)).pieces.first?.extent == 132)
    }

    @Test func refusalsNameTheCause() {
        func refusal(_ image: [UInt8]) -> BootError? {
            do {
                _ = try BootPlan(BootRequest(image: image, storage: 64 << 20))
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal(MadeKernelELF.multiboot(flags: 0x13).bytes)?.cause.contains("flags 0x13") == true)
        let code = [UInt8](repeating: 0x90, count: 64)
        #expect(refusal(MadeKernelELF.multibootHeader(flags: 3) + code)?.cause.contains("flag 16 is clear") == true)
        let early = MadeKernelELF.multibootHeader(flags: 1 << 16, addresses: [0x20_0010, 0x20_0000, 0, 0, 0x20_0000])
        #expect(refusal(early + code)?.cause.contains("begin before the file") == true)
        let long = MadeKernelELF.multibootHeader(flags: 1 << 16, addresses: [0x20_0000, 0x20_0000, 0x30_0000, 0, 0x20_0000])
        #expect(refusal(long + code)?.cause.contains("to 0x300000 loaded") == true)
        let away = MadeKernelELF.multibootHeader(flags: 1 << 16, addresses: [0x20_0000, 0x20_0000, 0, 0, 0x40_0000])
        #expect(refusal(away + code)?.cause.contains("entry 0x400000") == true)
    }

    @Test func aPackedKernelIsUnpacked() throws {
        let image = try Compression.gzipped(MadeKernelELF.multiboot().bytes)
        let plan = try BootPlan(BootRequest(image: image, storage: 64 << 20))
        #expect(plan.recognised == "Multiboot kernel, 32-bit ELF file, unpacked from gzip")
        #expect(BootPlan.takesModules(image))
        #expect(!BootPlan.takesModules(MadeKernelELF().bytes))
        #expect(!BootPlan.takesModules(MadeBzImage().bytes))
    }
}
