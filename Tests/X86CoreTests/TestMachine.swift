import Foundation
import ISALanguage
import Machine
import Testing

@testable import X86Core

/// The repository that the tests lie in.
enum Repository {
    static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })
}

/// Decoders made from the machine files themselves, once for all tests.
enum MachineFiles {
    static let long = records("x86-64")
    static let legacy = records("ia-32")
    static let decoding: Decoding = {
        do { return try Decoding(long: long, legacy: legacy) } catch { fatalError("\(error)") }
    }()

    private static func records(_ machine: String) -> [InstructionRecord] {
        let loader = FileSourceLoader(folders: [Repository.root + "/ISA"])
        do {
            return InstructionRecord.records(of: try MachineLoader.load(machine, from: loader))
        } catch { fatalError("\(error)") }
    }
}

/// A processor with some storage, ready to run bytes in flat 64-bit mode.
final class TestMachine {
    static let code: UInt64 = 0x10000
    static let data: UInt64 = 0x20000
    static let stack: UInt64 = 0x40000
    static let tables: UInt64 = 0x80000

    let processor: X86Processor
    let memory: GuestMemory
    var core: Core { processor.core }

    /// - Parameter level: CPL, 0 or 3.
    init(size: UInt64 = 4 << 20, level: Int = 0, decoding: Decoding = MachineFiles.decoding) {
        guard let memory = GuestMemory(size: size) else { fatalError("no storage") }
        self.memory = memory
        processor = X86Processor(memory: memory, decoding: decoding)
        enterLongMode(level: level)
    }

    /// Identity tables of 2 MiB pages for the first GiB, open to every level.
    private func enterLongMode(level: Int) {
        let tables = Self.tables
        var bytes: [UInt8] = []
        func entry(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        entry(tables + 0x1000 | 7)
        memory.write(bytes, at: tables)
        bytes = []
        entry(tables + 0x2000 | 7)
        memory.write(bytes, at: tables + 0x1000)
        bytes = []
        for page in UInt64(0)..<512 { entry(page << 21 | 0x87) }
        memory.write(bytes, at: tables + 0x2000)

        processor.control.cr0 = CR0.pe | CR0.et | CR0.ne | CR0.wp | CR0.pg | CR0.mp
        processor.control.cr3 = tables
        processor.control.cr4 = CR4.pae | CR4.osfxsr | CR4.osxmmexcpt | CR4.osxsave
        processor.control.efer = EFER.lme | EFER.lma | EFER.nxe | EFER.sce
        processor.control.xcr0 = 3
        let rights: UInt16 = level == 3 ? 0x60 : 0
        let segments = processor.state
        segments.pointee.segments[SegmentNumber.cs] = Segment(
            selector: UInt16(0x08 | level), attributes: 0xA09B | rights, limit: .max, base: 0)
        for number in [SegmentNumber.es, SegmentNumber.ss, SegmentNumber.ds, SegmentNumber.fs, SegmentNumber.gs] {
            segments.pointee.segments[number] = Segment(
                selector: UInt16(0x10 | level), attributes: 0xC093 | rights, limit: .max, base: 0)
        }
        processor.control.cpl = level
        core[Register.sp] = Self.stack
        processor.translations.flush()
        processor.translationChanged()
        processor.modeChanged()
    }

    /// Runs instructions until as many are completed as asked for, or a fault comes up.
    @discardableResult
    func run(_ bytes: [UInt8], count: Int = 1, at address: UInt64 = TestMachine.code) -> ProcessorStop {
        load(bytes, at: address)
        processor.instructionPointer = address
        return processor.run(until: processor.completed + UInt64(count))
    }

    /// Puts bytes where decoded code may be.
    func load(_ bytes: [UInt8], at address: UInt64) {
        memory.write(bytes, at: address)
    }

    func quad(_ address: UInt64) -> UInt64 { processor.realRead(address, UInt64.self) }

    /// The last exception that was delivered, or failed to be.
    var lastFault: ExceptionHistory.Entry? { processor.history.entries.last }
}
