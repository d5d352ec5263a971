// PUSH, POP, ENTER, LEAVE, PUSHA, POPA. What is pushed is stored before the stack pointer changes, so that a fault
// leaves it as it was.

enum StackEmitters {
    static let table: [String: Emitter] = [
        "PUSH reg": { b, i in push(&b, i.low, i.operandSize) },
        "PUSH rm": { b, i in
            let x = b.read(b.rm(size: i.operandSize), size: i.operandSize)
            push(&b, x, i.operandSize)
        },
        "PUSH imm": { b, i in
            if b.mode.isLong64, i.operandSize == 8 {
                return b.emitMemory(
                    StackHandlers.pushConstant, immediate: i.signedImmediate, at: .stack(-8), addressSize: 8)
            }
            b.emit(MemoryHandlers.constant, a: Register.t0, immediate: i.signedImmediate)
            push(&b, Register.t0, i.operandSize)
        },
        "POP reg": { b, i in pop(&b, i.low, i.operandSize) },
        "POP rm": { b, i in
            if !i.isMemory { return pop(&b, i.rm, i.operandSize) }
            b.cold { processor, i throws(GuestFault) in
                // The address is computed with the stack pointer behind what is popped.
                let old = processor.core[Register.sp]
                let value = try processor.pop(size: i.operandSize)
                do throws(GuestFault) {
                    try processor.write(i, value, size: i.operandSize)
                } catch {
                    processor.core[Register.sp] = old
                    throw error
                }
            }
        },
        "ENTER": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.enter(i) } },
        "LEAVE": { b, i in
            let size = i.operandSize
            var memory = MemoryOperand.stack(0)
            memory.base = Register.bp
            b.emitMemory(MemoryHandlers.load(size), a: Register.t0, at: memory, addressSize: Int(b.mode.stackSize))
            b.emit(StackHandlers.copyFrame(b.mode.stackSize), immediate: UInt64(size))
            b.emit(MemoryHandlers.move(size), a: Register.bp, b: Register.t0)
        },
        "PUSHAW": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.pushAll(i) } },
        "PUSHAL": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.pushAll(i) } },
        "POPAW": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.popAll(i) } },
        "POPAL": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.popAll(i) } },
    ]

    /// The low part of a register.
    static func push(_ b: inout BlockBuilder, _ register: UInt8, _ size: Int) {
        let memory = MemoryOperand.stack(-Int64(size))
        if b.mode.isLong64, size == 8 {
            return b.emitMemory(StackHandlers.push, a: register, at: memory, addressSize: 8)
        }
        b.emitMemory(MemoryHandlers.store(size), a: register, at: memory, addressSize: Int(b.mode.stackSize))
        b.emit(StackHandlers.move(b.mode.stackSize), immediate: UInt64(bitPattern: -Int64(size)))
    }

    static func pop(_ b: inout BlockBuilder, _ register: UInt8, _ size: Int) {
        if b.mode.isLong64, size == 8 {
            return b.emitMemory(StackHandlers.pop, a: register, at: .stack(0), addressSize: 8)
        }
        b.emitMemory(MemoryHandlers.load(size), a: Register.t0, at: .stack(0), addressSize: Int(b.mode.stackSize))
        b.emit(StackHandlers.move(b.mode.stackSize), immediate: UInt64(size))
        b.emit(MemoryHandlers.move(size), a: register, b: Register.t0)
    }
}

extension MemoryOperand {
    /// So many bytes above the top of the stack.
    static func stack(_ offset: Int64) -> MemoryOperand {
        MemoryOperand(base: Register.sp, displacement: offset, segment: 2)
    }
}

enum StackHandlers {
    /// Register `a`, of eight bytes, to the place that the micro-op's address is: eight bytes below the top.
    static let push: Handler = { c, o in StackHandlers.push(c, o, Core(c)[Op(o).a]) }

    static let pushConstant: Handler = { c, o in StackHandlers.push(c, o, Op(o).immediate) }

    /// `immediate` bytes behind the block's beginning is where execution will go on after the call.
    static let pushReturn: Handler = { c, o in StackHandlers.push(c, o, Core(c)[Register.block] &+ Op(o).immediate) }

    @inline(__always)
    static func push(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ value: UInt64
    ) -> UnsafeMutableRawPointer? {
        let address = Core(c)[Register.sp] &- 8
        guard let host = Core(c).quick(at: address, size: 8, isWrite: true) else { return slowPush(c, o, value) }
        host.storeBytes(of: value, as: UInt64.self)
        Core(c)[Register.sp] = address
        return next(c, o)
    }

    @inline(never)
    static func slowPush(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ value: UInt64
    ) -> UnsafeMutableRawPointer? {
        let address = Core(c)[Register.sp] &- 8
        guard Core(c).store(Op(o), at: address, value) else { return leave(c, o) }
        Core(c)[Register.sp] = address
        return next(c, o)
    }

    /// POP SP gets what is popped.
    static let pop: Handler = { c, o in StackHandlers.popQuick(c, o) }

    @inline(__always)
    static func popQuick(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        let address = core[Register.sp]
        guard let host = core.quick(at: address, size: 8, isWrite: false) else { return StackHandlers.slowPop(c, o) }
        let value = host.loadUnaligned(as: UInt64.self)
        core[Register.sp] = address &+ 8
        core[Op(o).a] = value
        return next(c, o)
    }

    @inline(never)
    static func slowPop(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        let address = core[Register.sp]
        guard let value = core.load(Op(o), at: address, UInt64.self) else { return leave(c, o) }
        core[Register.sp] = address &+ 8
        core[Op(o).a] = value
        return next(c, o)
    }

    /// The stack pointer moves by `immediate`.
    static func move(_ stackSize: UInt8) -> Handler {
        switch stackSize {
        case 8:
            return { c, o in
                Core(c)[Register.sp] &+= Op(o).immediate
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Register.sp, Core(c).get(Register.sp, UInt32.self) &+ Op(o).immediate(UInt32.self))
                return next(c, o)
            }
        default:
            return { c, o in
                Core(c).set(Register.sp, Core(c).get(Register.sp, UInt16.self) &+ Op(o).immediate(UInt16.self))
                return next(c, o)
            }
        }
    }

    /// The stack pointer becomes BP and moves by `immediate`: LEAVE.
    static func copyFrame(_ stackSize: UInt8) -> Handler {
        switch stackSize {
        case 8:
            return { c, o in
                Core(c)[Register.sp] = Core(c)[Register.bp] &+ Op(o).immediate
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Register.sp, Core(c).get(Register.bp, UInt32.self) &+ Op(o).immediate(UInt32.self))
                return next(c, o)
            }
        default:
            return { c, o in
                Core(c).set(Register.sp, Core(c).get(Register.bp, UInt16.self) &+ Op(o).immediate(UInt16.self))
                return next(c, o)
            }
        }
    }
}

extension X86Processor {
    /// Stores several values below the top, the first one highest, and then moves the stack pointer.
    private func pushEach(_ values: [UInt64], size: Int) throws(GuestFault) {
        var addresses: [UInt64] = []
        for number in 1...values.count {
            let offset = stackPointer &- UInt64(number * size)
            let address = try stackAddress(offset, size: size, isWrite: true)
            try probeWrite(linear: address, size: size, stack: true)
            addresses.append(address)
        }
        for (address, value) in zip(addresses, values) { try write(linear: address, value, size: size, stack: true) }
        stackPointer = stackPointer &- UInt64(values.count * size)
    }

    func pushAll(_ i: DecodedInstruction) throws(GuestFault) {
        try pushEach((0..<8).map { general($0, size: i.operandSize, i) }, size: i.operandSize)
    }

    func popAll(_ i: DecodedInstruction) throws(GuestFault) {
        let size = i.operandSize
        var values: [UInt64] = []
        for number in 0..<8 { values.append(try peek(UInt64(number * size), size: size)) }
        stackPointer = stackPointer &+ UInt64(8 * size)
        // The stack pointer's own value is passed over.
        for (number, value) in values.reversed().enumerated() where number != 4 {
            setGeneral(UInt8(number), value, size: size, i)
        }
    }

    /// Intel SDM volume 2, ENTER: the frame pointer, those of `level` - 1 outer frames, the new one.
    func enter(_ i: DecodedInstruction) throws(GuestFault) {
        let size = i.operandSize
        let level = Int(i.immediates[1] & 31)
        let frame = cut(stackPointer &- UInt64(size), to: Int(mode.stackSize))
        let outer = max(level, 1)
        func outerFrame(_ number: Int) throws(GuestFault) -> UInt64 {
            let offset = core[Register.bp] &- UInt64(number * size)
            return try read(linear: try stackAddress(offset, size: size, isWrite: false), size: size, stack: true)
        }
        func probe(_ distance: UInt64) throws(GuestFault) {
            let offset = cut(stackPointer &- distance, to: Int(mode.stackSize))
            try probeWrite(linear: try stackAddress(offset, size: size, isWrite: true), size: size, stack: true)
        }
        // Everything is asked before anything is pushed, the end of the new frame as well.
        for number in 1..<outer { _ = try outerFrame(number) }
        let count = level > 0 ? level + 1 : 1
        for number in 1...count { try probe(UInt64(number * size)) }
        try probe(UInt64(count * size) &+ i.immediates[0])
        // One after the other: the outer frames' pointers may lie where they are pushed.
        try push(general(Register.bp, size: size, i), size: size)
        for number in 1..<outer { try push(try outerFrame(number), size: size) }
        if level > 0 { try push(frame, size: size) }
        stackPointer = stackPointer &- i.immediates[0]
        setGeneral(Register.bp, frame, size: size, i)
    }
}
