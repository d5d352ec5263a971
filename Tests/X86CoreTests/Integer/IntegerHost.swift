import Glibc

@testable import X86Core

/// What an instruction on general registers sees and changes.
struct IntegerState: Equatable {
    /// By number; the stack pointer is not compared.
    var registers = Array(repeating: UInt64(0), count: 16)
    var flags: UInt64 = 0
    var storage = Array(repeating: UInt64(0), count: IntegerHost.words)
    /// The exception it raised.
    var vector: UInt8?

    func differences(_ other: IntegerState, flags mask: UInt64) -> String? {
        var texts: [String] = []
        func hex(_ value: UInt64) -> String { String(value, radix: 16) }
        for number in 0..<16 where number != 4 && registers[number] != other.registers[number] {
            texts.append("r\(number): \(hex(registers[number])) host \(hex(other.registers[number]))")
        }
        if (flags ^ other.flags) & mask != 0 { texts.append("flags: \(hex(flags & mask)) host \(hex(other.flags & mask))") }
        for index in storage.indices where storage[index] != other.storage[index] {
            texts.append("storage \(index): \(hex(storage[index])) host \(hex(other.storage[index]))")
        }
        if vector != other.vector { texts.append("vector \(vector as Any) host \(other.vector as Any)") }
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }
}

/// Runs instructions on the host's processor, with the same storage at the same addresses as the guest has.
final class IntegerHost {
    static let words = 256
    static let base = TestMachine.data

    // Safety: pages of this process that are mapped for the runner's life.
    private let code: UnsafeMutableRawPointer
    private let storage: UnsafeMutableRawPointer
    nonisolated(unsafe) private static var skip: Int64 = 0
    nonisolated(unsafe) private static var signalled: UInt8?
    nonisolated(unsafe) private static var routine: UInt = 0

    init?() {
        let rights = PROT_READ | PROT_WRITE
        let fixed = MAP_PRIVATE | MAP_ANONYMOUS | 0x100000  // MAP_FIXED_NOREPLACE
        guard let code = mmap(nil, 8192, rights | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), code != MAP_FAILED,
            let storage = mmap(UnsafeMutableRawPointer(bitPattern: UInt(Self.base)), 4096, rights, fixed, -1, 0),
            storage != MAP_FAILED, UInt(bitPattern: storage) == UInt(Self.base)
        else { return nil }
        self.code = code
        self.storage = storage
        Self.routine = UInt(bitPattern: code)
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        action.__sigaction_handler.sa_sigaction = { number, _, context in
            guard let context = context?.assumingMemoryBound(to: ucontext_t.self) else { return }
            let place = UInt(truncatingIfNeeded: context.pointee.uc_mcontext.gregs.16)
            guard place &- IntegerHost.routine < 4096 else {
                signal(number, SIG_DFL)
                return
            }
            IntegerHost.signalled = number == SIGFPE ? 0 : number == SIGILL ? 6 : 13
            context.pointee.uc_mcontext.gregs.16 += IntegerHost.skip
        }
        sigaction(SIGFPE, &action, nil)
        sigaction(SIGILL, &action, nil)
        sigaction(SIGSEGV, &action, nil)
    }

    deinit {
        munmap(code, 8192)
        munmap(storage, 4096)
    }

    /// - Parameter instructions: one, where it may raise an exception.
    func run(_ instructions: [UInt8], _ before: IntegerState) -> IntegerState {
        var bytes: [UInt8] = [0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57]  // push rbx to r15
        /// An operand in the second page, relative to the instruction pointer.
        func address(_ index: Int, behind extra: Int = 0) -> [UInt8] {
            let distance = Int32(4096 + 8 * index - (bytes.count + 4 + extra))
            return (0..<4).map { UInt8(truncatingIfNeeded: distance >> Int32(8 * $0)) }
        }
        bytes += [0xFF, 0x35]
        bytes += address(16)
        bytes.append(0x9D)  // push [flags]; popfq
        for number in 0..<16 where number != 4 {
            bytes += [0x48 | UInt8(number >> 3) << 2, 0x8B, 0x05 | UInt8(number & 7) << 3]
            bytes += address(number)
        }
        bytes += instructions
        for number in 0..<16 where number != 4 {
            bytes += [0x48 | UInt8(number >> 3) << 2, 0x89, 0x05 | UInt8(number & 7) << 3]
            bytes += address(number)
        }
        bytes += [0x9C, 0x8F, 0x05]
        bytes += address(16)
        bytes += [0xFC, 0x41, 0x5F, 0x41, 0x5E, 0x41, 0x5D, 0x41, 0x5C, 0x5D, 0x5B, 0xC3]
        code.copyMemory(from: bytes, byteCount: bytes.count)
        let state = code + 4096
        state.copyMemory(from: before.registers, byteCount: 128)
        state.storeBytes(of: before.flags, toByteOffset: 128, as: UInt64.self)
        storage.copyMemory(from: before.storage, byteCount: 8 * Self.words)
        Self.skip = Int64(instructions.count)
        Self.signalled = nil
        typealias Routine = @convention(c) () -> Void
        unsafeBitCast(code, to: Routine.self)()
        var after = IntegerState()
        for number in 0..<16 { after.registers[number] = state.load(fromByteOffset: 8 * number, as: UInt64.self) }
        after.flags = state.load(fromByteOffset: 128, as: UInt64.self)
        for index in 0..<Self.words { after.storage[index] = storage.load(fromByteOffset: 8 * index, as: UInt64.self) }
        after.vector = Self.signalled
        return after
    }
}

extension TestMachine {
    private func put(_ state: IntegerState) {
        for number in UInt8(0)..<16 where number != 4 { core[number] = state.registers[Int(number)] }
        core[Register.sp] = Self.stack
        core.statusFlags = state.flags
        processor.state.pointee.systemFlags = state.flags & Flag.df
        var bytes: [UInt8] = []
        for word in state.storage { withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) } }
        memory.write(bytes, at: Self.data)
    }

    private func taken(_ vector: UInt8?) -> IntegerState {
        var state = IntegerState()
        for number in UInt8(0)..<16 { state.registers[Int(number)] = core[number] }
        state.flags = core.flags
        for index in 0..<IntegerHost.words { state.storage[index] = quad(Self.data + UInt64(8 * index)) }
        state.vector = vector
        return state
    }

    /// One instruction in a block of its own; an exception is not delivered.
    func step(_ bytes: [UInt8], at address: UInt64 = TestMachine.code) -> GuestFault? {
        load(bytes, at: address)
        processor.instructionPointer = address
        let state = processor.state
        state.pointee.remaining = 1
        state.pointee.isSingle = true
        defer { state.pointee.isSingle = false }
        do {
            let head = try processor.makeSingle()
            runChain(UnsafeMutableRawPointer(state), from: head)
        } catch { return error }
        return state.pointee.leaveReason == .exception ? processor.fault : nil
    }

    func run(_ bytes: [UInt8], from before: IntegerState) -> IntegerState {
        put(before)
        let fault = step(bytes)
        return taken(fault?.vector)
    }

    /// Several instructions in a block.
    func run(_ bytes: [UInt8], count: Int, from before: IntegerState) -> IntegerState {
        put(before)
        run(bytes, count: count)
        return taken(nil)
    }
}

/// Random numbers that are the same every time.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// Edges of numbers more often than chance has them.
    mutating func operand() -> UInt64 {
        switch next() & 7 {
        case 0: return 0
        case 1: return .max
        case 2: return 1 << (next() & 63)
        case 3: return (1 << (next() & 63)) &- 1
        case 4: return next() & 0xFF
        default: return next()
        }
    }
}
