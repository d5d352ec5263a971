import Foundation
import Testing

@testable import Images

/// Whether kernels accept what the plans say: QEMU executes a few instructions that bring a plan's storage and state
/// about, and jump. The initial file system is one program of 48 bytes that says that it runs, and switches off.
@Suite(.serialized) struct BootingOnQEMU {
    private static let emulator = "/usr/bin/qemu-system-x86_64"
    private static let isHere = FileManager.default.isExecutableFile(atPath: emulator)
        && FileManager.default.fileExists(atPath: BootingDebian.path)

    @Test(
        .enabled(if: isHere, "needs qemu-system-x86 and the kernel of make kernel"), .timeLimit(.minutes(3)),
        arguments: [BootProtocol.pvh, .linux])
    func theKernelReachesItsFirstProgram(by bootProtocol: BootProtocol) throws {
        var request = BootRequest(
            image: [UInt8](try Data(contentsOf: URL(fileURLWithPath: BootingDebian.path))),
            commandLine: "console=ttyS0 quiet nokaslr panic=-1", storage: 256 << 20, bootProtocol: bootProtocol)
        request.modules = [BootModule(try Compression.gzipped(initialFiles))]
        let output = try run(try BootPlan(request))
        #expect(output.contains("the first program runs"), "\(output)")
    }

    private var initialFiles: [UInt8] {
        let text = Array("the first program runs\n".utf8)
        // write(1, text, count); reboot(magic, magic, power off); jump to itself.
        let code: [UInt8] = [0xB8, 1, 0, 0, 0, 0xBF, 1, 0, 0, 0, 0x48, 0x8D, 0x35, 31, 0, 0, 0]
            + [0xBA, UInt8(text.count), 0, 0, 0, 0x0F, 0x05]
            + [0xB8, 0xA9, 0, 0, 0, 0xBF, 0xAD, 0xDE, 0xE1, 0xFE, 0xBE, 0x69, 0x19, 0x12, 0x28]
            + [0xBA, 0xDC, 0xFE, 0x21, 0x43, 0x0F, 0x05, 0xEB, 0xFE]
        var program = MadeKernelELF(entry: 0x40_0078, pvhEntry: nil)
        // Linux maps files by pages: the part lies at the same place of its page in the file and in storage.
        program.parts = [.init(virtual: 0x40_0078, real: 0, bytes: code + text, size: UInt64(code.count + text.count))]
        var archive = CpioArchive()
        archive.add(folder: "dev")
        archive.add(device: "dev/console", major: 5, minor: 1)
        archive.add(file: "init", program.bytes, permissions: 0o755)
        return archive.bytes
    }

    private static let starterBase: UInt64 = 0xC00_0000

    /// A Multiboot kernel of its own, above everything: the firmware's working storage is below 1 MiB, so what the plan
    /// has there is put in place last.
    private func starter(_ plan: BootPlan) -> [UInt8] {
        let low = plan.pieces.filter { $0.address < 0x10_0000 }
        var code = ByteWriter()
        func put(_ bytes: [UInt8], _ value: UInt64) {
            code.bytes += bytes
            code.number(value, 4)
        }
        // Behind the code, at 4096, lie the pieces.
        var place = Self.starterBase + 4096
        code.bytes += [0xFA, 0xFC]
        for piece in low {
            put([0xBE], place)
            put([0xBF], piece.address)
            put([0xB9], UInt64(piece.bytes.count))
            code.bytes += [0xF3, 0xA4]
            place += UInt64(piece.bytes.count)
        }
        // The table's limit and base, loaded from behind the pieces.
        put([0x0F, 0x01, 0x15], place)
        // Data segments, then the registers.
        code.bytes += [0x66, 0xB8, 0x18, 0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0, 0x8E, 0xE0, 0x8E, 0xE8]
        let state = plan.state
        put([0xBE], state.rsi)
        put([0xBB], state.rbx)
        put([0xBC], state.rsp)
        code.bytes += [0x31, 0xED, 0x31, 0xFF]
        if state.mode == .long64 {
            put([0xB8], state.cr3)
            put([0x0F, 0x22, 0xD8, 0xB8], state.cr4)
            put([0x0F, 0x22, 0xE0, 0xB9], 0xC000_0080)
            // EFER.LMA follows from LME when paging is switched on.
            put([0x0F, 0x32, 0x0D], state.efer & 0x100)
            code.bytes += [0x0F, 0x30]
        }
        put([0xB8], state.cr0)
        put([0x0F, 0x22, 0xC0, 0xEA], state.rip)
        code.number(UInt64(state.cs.selector), 2)
        let header = MadeKernelELF.multibootHeader(flags: 0)
        code.bytes += [UInt8](repeating: 0, count: 4096 - header.count - code.bytes.count)
        for piece in low { code.bytes += piece.bytes }
        code.number(UInt64(state.gdt.limit), 2)
        code.number(state.gdt.base, 4)
        var made = MadeKernelELF(bits: 32, machine: 3, entry: Self.starterBase + UInt64(header.count), pvhEntry: nil)
        let bytes = header + code.bytes
        made.parts = [.init(
            virtual: Self.starterBase, real: Self.starterBase, bytes: bytes, size: UInt64(bytes.count))]
        return made.bytes
    }

    private func run(_ plan: BootPlan) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("trapline-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let kernel = folder.appendingPathComponent("starter")
        try Data(starter(plan)).write(to: kernel)
        // More storage than the plan speaks of: the firmware keeps its tables at the end.
        var arguments = ["-m", "320M", "-nographic", "-no-reboot", "-nic", "none", "-kernel", kernel.path]
        for piece in plan.pieces where piece.address >= 0x10_0000 {
            let file = folder.appendingPathComponent(hex(piece.address))
            try Data(piece.bytes).write(to: file)
            arguments += ["-device", "loader,file=\(file.path),addr=\(hex(piece.address)),force-raw=on"]
        }
        let output = folder.appendingPathComponent("output")
        FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["120", Self.emulator] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}
