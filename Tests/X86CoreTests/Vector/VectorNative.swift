import Glibc
import OpcodeNotation

@testable import X86Core

/// What an instruction on vectors sees and changes: registers, MXCSR, flags and 32 bytes of storage.
struct VectorState: Equatable, CustomStringConvertible {
    /// XMM0 to XMM3 by halves.
    var vectors: [UInt64] = Array(repeating: 0, count: 8)
    var mxcsr: UInt32 = 0x1F80
    /// RAX, RCX, RDX.
    var general: [UInt64] = [0, 0, 0]
    var flags: UInt64 = 0
    var storage: [UInt64] = Array(repeating: 0, count: 4)
    /// The instruction raised an exception.
    var isFaulted = false

    var description: String {
        func hex(_ values: [UInt64]) -> String { values.map { String($0, radix: 16) }.joined(separator: " ") }
        return "xmm \(hex(vectors)) mxcsr \(String(mxcsr, radix: 16)) general \(hex(general)) "
            + "flags \(String(flags, radix: 16)) storage \(hex(storage)) faulted \(isFaulted)"
    }
}

/// Runs single instructions on the host's processor.
final class NativeVector {
    // Safety: one page of code that is written between calls, and one of operands; both live as long as this.
    private let code: UnsafeMutableRawPointer
    private let operands: UnsafeMutableRawPointer
    private static let storage = 112

    nonisolated(unsafe) private static var length: Int64 = 0
    nonisolated(unsafe) private static var faults = 0

    init?() {
        guard let code = mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            code != MAP_FAILED
        else { return nil }
        self.code = code
        operands = .allocate(byteCount: 256, alignment: 64)
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        // An exception that is not masked: the instruction has done nothing but set its flags, and is skipped.
        action.__sigaction_handler.sa_sigaction = { _, _, context in
            guard let context = context?.assumingMemoryBound(to: ucontext_t.self) else { return }
            NativeVector.faults += 1
            context.pointee.uc_mcontext.gregs.16 += NativeVector.length
        }
        sigaction(SIGFPE, &action, nil)
    }

    deinit {
        munmap(code, 4096)
        operands.deallocate()
    }

    /// Puts the instruction between loads and stores of everything; RSI points to the storage.
    func prepare(_ instruction: [UInt8]) {
        var bytes: [UInt8] = [
            0x48, 0x8D, 0x77, UInt8(Self.storage),  // lea rsi, [rdi + storage]
            0x0F, 0x10, 0x07, 0x0F, 0x10, 0x4F, 16, 0x0F, 0x10, 0x57, 32, 0x0F, 0x10, 0x5F, 48,  // movups
            0x0F, 0xAE, 0x57, 64,  // ldmxcsr [rdi + 64]
            0x48, 0x8B, 0x47, 72, 0x48, 0x8B, 0x4F, 80, 0x48, 0x8B, 0x57, 88,  // mov rax, rcx, rdx
            0xFF, 0x77, 96, 0x9D,  // push [rdi + 96]; popfq
        ]
        bytes += instruction
        bytes += [
            0x9C, 0x8F, 0x47, 96,  // pushfq; pop [rdi + 96]
            0x48, 0x89, 0x47, 72, 0x48, 0x89, 0x4F, 80, 0x48, 0x89, 0x57, 88,
            0x0F, 0x11, 0x07, 0x0F, 0x11, 0x4F, 16, 0x0F, 0x11, 0x57, 32, 0x0F, 0x11, 0x5F, 48,
            0x0F, 0xAE, 0x5F, 64, 0x0F, 0xAE, 0x57, 68, 0xC3,  // stmxcsr; ldmxcsr [rdi + 68]; ret
        ]
        bytes.withUnsafeBytes { code.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(code), byteCount: $0.count) }
        Self.length = Int64(instruction.count)
    }

    func run(_ before: VectorState) -> VectorState {
        put(before.vectors, at: 0)
        put([before.mxcsr, 0x1F80], at: 64)
        put(before.general, at: 72)
        put([before.flags | 0x202], at: 96)
        put(before.storage, at: Self.storage)
        let faults = Self.faults
        typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Void
        unsafeBitCast(code, to: Function.self)(operands)
        var after = VectorState()
        after.vectors = quads(8, at: 0)
        after.mxcsr = operands.load(fromByteOffset: 64, as: UInt32.self)
        after.general = quads(3, at: 72)
        after.flags = quads(1, at: 96)[0] & Flag.status
        after.storage = quads(4, at: Self.storage)
        after.isFaulted = Self.faults != faults
        return after
    }

    private func put<Word: FixedWidthInteger>(_ words: [Word], at place: Int) {
        words.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { (operands + place).copyMemory(from: base, byteCount: bytes.count) }
        }
    }

    private func quads(_ count: Int, at place: Int) -> [UInt64] {
        (0..<count).map { operands.load(fromByteOffset: place + 8 * $0, as: UInt64.self) }
    }
}

/// Runs the same on the core.
final class CoreVector {
    let machine = TestMachine(level: 3)
    private var processor: X86Processor { machine.processor }

    func prepare(_ instruction: [UInt8], limit: Int = 1) {
        machine.load(instruction + [0x0F, 0x0B], at: TestMachine.code)
        processor.blockLimit = max(limit, 1)
    }

    /// - Parameter storage: where RSI points to.
    func run(_ before: VectorState, storage: UInt64 = TestMachine.data, count: Int = 1) -> VectorState {
        let core = machine.core
        for register in 0..<4 {
            core.setVector(UInt8(register), before.vectors[2 * register], before.vectors[2 * register + 1])
        }
        processor.writeMXCSR(before.mxcsr)
        core[Register.ax] = before.general[0]
        core[Register.cx] = before.general[1]
        core[Register.dx] = before.general[2]
        core[Register.si] = storage
        core.statusFlags = before.flags
        var bytes: [UInt8] = []
        for value in before.storage { withUnsafeBytes(of: value) { bytes += Array($0) } }
        machine.memory.write(bytes, at: storage)
        processor.shutdown = nil
        processor.history = ExceptionHistory()
        processor.instructionPointer = TestMachine.code
        _ = processor.run(until: processor.completed + UInt64(count))
        var after = VectorState()
        after.vectors = (0..<8).map { core.half(UInt8($0 / 2), $0 & 1) }
        after.mxcsr = processor.readMXCSR()
        after.general = [core[Register.ax], core[Register.cx], core[Register.dx]]
        after.flags = core.statusFlags
        after.storage = (0..<4).map { machine.quad(storage + 8 * $0) }
        after.isFaulted = processor.history.entries.first.map { $0.vector == 19 } ?? false
        return after
    }

    var firstFault: UInt8? { processor.history.entries.first?.vector }
}

/// Numbers with what is special among operands.
struct VectorOperands {
    var generator: SplitMix

    private static let doubles: [UInt64] = [
        0, 1 << 63, 0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000,
        0x7FF8_0000_0000_0001, 0xFFF8_0000_0000_0002, 0x7FF0_0000_0000_0003, 0xFFF4_0000_0000_0004, 1, 0x8000_0000_0000_0001,
        0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x0010_0000_0000_0001, 0x7FEF_FFFF_FFFF_FFFF, 0x3FE0_0000_0000_0000,
        0x3FE5_5555_5555_5555, 0x4008_0000_0000_0000, 0x41E0_0000_0000_0000, 0xC1E0_0000_0020_0000, 0x43E0_0000_0000_0000,
        0x41DF_FFFF_FFE0_0000, 0x3810_0000_0000_0000, 0x3690_0000_0000_0000, 0x47EF_FFFF_F000_0000, 0x3FF8_0000_0000_0000,
        0x0018_0000_0000_0000, 0x1FF0_0000_0000_0000, 0x2000_0000_0000_0003, 0x3800_0000_0000_0000, 0x3801_0000_1000_0000,
    ]
    private static let singles: [UInt32] = [
        0, 1 << 31, 0x3F80_0000, 0xBF80_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0xFFC0_0002, 0x7F80_0003, 0xFFA0_0004,
        1, 0x8000_0001, 0x007F_FFFF, 0x0080_0000, 0x0080_0001, 0x7F7F_FFFF, 0x3F00_0000, 0x3EAA_AAAB, 0x4040_0000,
        0x4F00_0000, 0xCF00_0000, 0x5F00_0000, 0x4EFF_FFFF, 0x3FC0_0000, 0x00C0_0000, 0x2000_0000, 0x1FFF_FFFF, 0x2040_0001,
    ]

    mutating func half() -> UInt64 {
        switch generator.next() % 6 {
        case 0: return generator.next()
        case 1, 2: return Self.doubles[Int(generator.next() % UInt64(Self.doubles.count))]
        case 3, 4: return UInt64(single()) << 32 | UInt64(single())
        default:
            // Bytes of a small alphabet, with ends of strings among them.
            let random = generator.next()
            return random & 0x0303_0303_0303_0303 & (random >> 7 | 0xFFFF_FFFF)
        }
    }

    private mutating func single() -> UInt32 { Self.singles[Int(generator.next() % UInt64(Self.singles.count))] }

    mutating func state(mxcsr: UInt32) -> VectorState {
        var state = VectorState()
        for index in 0..<8 { state.vectors[index] = half() }
        for index in 0..<4 { state.storage[index] = half() }
        for index in 0..<3 {
            let random = generator.next()
            state.general[index] = random & 64 == 0 ? UInt64(bitPattern: Int64(random % 40) - 20) : random
        }
        state.mxcsr = mxcsr
        state.flags = generator.next() & Flag.status
        return state
    }
}

/// Steele, Lea and Flood's generator: the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
