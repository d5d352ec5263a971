// ISA/x86-64/flow.isa: near jumps, calls, returns and loops.

enum FlowEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for (number, name) in ConditionNames.all.enumerated() {
            table["J" + name] = { b, i in
                if isCut(b, i) {
                    b.emit(FlowHandlers.skip(UInt8(number)), a: UInt8(number))
                    b.endBlock()
                    return jumpCut(&b, i)
                }
                b.jumpConditionally(by: distance(i), if: UInt8(number))
            }
        }
        table["JMP offset"] = { b, i in jump(&b, i) }
        table["JMP rm"] = { b, i in
            let size = nearSize(b, i)
            let x = b.read(b.rm(size: size), size: size)
            let target = checked(&b, x, size)
            b.jump(toRegister: target)
        }
        table["CALL offset"] = { b, i in
            pushReturn(&b, i)
            jump(&b, i)
        }
        table["CALL rm"] = { b, i in
            let size = nearSize(b, i)
            let x = b.read(b.rm(size: size), size: size)
            let target = checked(&b, x, size)
            pushReturn(&b, i)
            b.jump(toRegister: target)
        }
        table["RET"] = { b, i in returnNear(&b, i, 0) }
        table["RET n"] = { b, i in returnNear(&b, i, i.immediate) }
        for (kind, name) in ["LOOPNE", "LOOPE", "LOOP"].enumerated() {
            table[name] = { b, i in
                b.emit(LoopHandlers.countDown(i.addressSize), a: UInt8(kind))
                jump(&b, i)
                b.endBlock()
            }
        }
        table["JRCXZ"] = { b, i in
            b.emit(FlowHandlers.skipIfZero, a: Register.cx, immediate: i.addressSize == 8 ? .max : 1 << UInt64(8 * i.addressSize) - 1)
            b.endBlock()
            jump(&b, i)
        }
        return table
    }()

    /// From the block's first byte to where a relative jump goes.
    private static func distance(_ i: DecodedInstruction) -> Int64 {
        Int64(i.nextOffset) &+ Int64(bitPattern: i.signedImmediate)
    }

    /// In 64-bit mode near branches have 64 bits whatever a prefix says.
    private static func nearSize(_ b: BlockBuilder, _ i: DecodedInstruction) -> Int {
        b.mode.isLong64 ? 8 : i.operandSize
    }

    /// A prefix in 32-bit code leaves 16 bits of the target.
    private static func isCut(_ b: BlockBuilder, _ i: DecodedInstruction) -> Bool {
        b.mode.codeSize == 4 && i.operandSize == 2
    }

    private static func jump(_ b: inout BlockBuilder, _ i: DecodedInstruction) {
        if isCut(b, i) { return jumpCut(&b, i) }
        b.jump(by: distance(i))
    }

    /// One micro-op, as the others of jumps are, so that it can be skipped.
    private static func jumpCut(_ b: inout BlockBuilder, _ i: DecodedInstruction) {
        b.jumpCut(by: distance(i))
    }

    /// The register with the target of an indirect jump, which is looked at before anything changes.
    private static func checked(_ b: inout BlockBuilder, _ register: UInt8, _ size: Int) -> UInt8 {
        b.emit(FlowHandlers.takeTarget(size), a: Register.t0, b: register)
        return Register.t0
    }

    private static func pushReturn(_ b: inout BlockBuilder, _ i: DecodedInstruction) {
        if b.mode.isLong64 {
            let offset = UInt64(i.nextOffset)
            return b.emitMemory(StackHandlers.pushReturn, immediate: offset, at: .stack(-8), addressSize: 8)
        }
        b.emit(FlowHandlers.returnAddress, a: Register.t1, immediate: UInt64(i.nextOffset))
        StackEmitters.push(&b, Register.t1, i.operandSize)
    }

    private static func returnNear(_ b: inout BlockBuilder, _ i: DecodedInstruction, _ released: UInt64) {
        if b.mode.isLong64 {
            return b.emitReturn(released: released)
        }
        let size = i.operandSize
        b.emitMemory(MemoryHandlers.load(size), a: Register.t0, at: .stack(0), addressSize: Int(b.mode.stackSize))
        let target = checked(&b, Register.t0, size)
        b.emit(StackHandlers.move(b.mode.stackSize), immediate: UInt64(size) &+ released)
        b.jump(toRegister: target)
    }
}

extension BlockBuilder {
    /// RET of 64-bit mode.
    mutating func emitReturn(released: UInt64) {
        emitMemory(FlowHandlers.returnNear, immediate: released &+ 8, at: .stack(0), addressSize: 8)
        end()
    }

    /// To a place so many bytes from the block's first one, of whose address 16 bits are left.
    mutating func jumpCut(by distance: Int64) {
        emit(FlowHandlers.far16, immediate: UInt64(bitPattern: distance))
        end()
    }
}

enum LoopHandlers {
    /// Counts C down, and skips the next micro-op, which jumps, where the loop ends. `a`: 0 LOOPNE, 1 LOOPE, 2 LOOP.
    static func countDown(_ size: Int) -> Handler {
        switch size {
        case 2: return { c, o in LoopHandlers.countDown(c, o, UInt16.self) }
        case 4: return { c, o in LoopHandlers.countDown(c, o, UInt32.self) }
        default: return { c, o in LoopHandlers.countDown(c, o, UInt64.self) }
        }
    }

    @inline(__always)
    private static func countDown<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        let left = core.get(Register.cx, Word.self) &- 1
        core.set(Register.cx, left)
        let kind = Op(o).a
        let mayGoOn = kind == 2 || core.zf == (kind == 1)
        return FlowHandlers.branch(c, o, left == 0 || !mayGoOn)
    }
}

extension FlowHandlers {
    /// RET of 64-bit mode; `immediate` is what the stack pointer moves by.
    static let returnNear: Handler = { c, o in FlowHandlers.returnQuick(c, o) }

    @inline(__always)
    static func returnQuick(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        let top = core[Register.sp]
        guard let host = core.quick(at: top, size: 8, isWrite: false) else { return FlowHandlers.slowReturn(c, o) }
        let target = host.loadUnaligned(as: UInt64.self)
        if _slowPath(!isCanonical(target)) { return FlowHandlers.slowReturn(c, o) }
        core[Register.sp] = top &+ Op(o).immediate
        return jump(c, o, to: target)
    }

    @inline(never)
    private static func slowReturn(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        let top = core[Register.sp]
        guard let target = core.load(Op(o), at: top, UInt64.self) else { return leave(c, o) }
        if _slowPath(!isCanonical(target)) {
            _ = core.processor.raises(.protection())
            return leave(c, o)
        }
        core[Register.sp] = top &+ Op(o).immediate
        return jump(c, o, to: target)
    }

    /// Register `a` gets the low part of `b`, where code can be; else an exception.
    static func takeTarget(_ size: Int) -> Handler {
        switch size {
        case 8:
            return { c, o in
                let target = Core(c)[Op(o).b]
                if _slowPath(!FlowHandlers.isCanonical(target)) { return FlowHandlers.refuse(c, o) }
                Core(c)[Op(o).a] = target
                return next(c, o)
            }
        case 4: return { c, o in next(c, o, if: FlowHandlers.takeTarget(c, o, 0xFFFF_FFFF)) }
        default: return { c, o in next(c, o, if: FlowHandlers.takeTarget(c, o, 0xFFFF)) }
        }
    }

    @inline(never)
    private static func refuse(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        _ = Core(c).processor.raises(.protection())
        return leave(c, o)
    }

    /// Register `a` gets the address `immediate` bytes behind the block's beginning. Outside 64-bit mode.
    static let returnAddress: Handler = { c, o in
        Core(c)[Op(o).a] = Core(c).processor.cut(Core(c)[Register.block] &+ Op(o).immediate)
        return next(c, o)
    }

    @inline(__always) private static func takeTarget(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ mask: UInt64
    ) -> Bool {
        let core = Core(c)
        let target = core[Op(o).b] & mask
        if target > UInt64(core.state.pointee.segments[SegmentNumber.cs].limit) {
            return core.processor.raises(.protection())
        }
        core[Op(o).a] = target
        return true
    }

    @inline(__always) static func isCanonical(_ address: UInt64) -> Bool {
        UInt64(bitPattern: Int64(bitPattern: address << 16) >> 16) == address
    }
}
