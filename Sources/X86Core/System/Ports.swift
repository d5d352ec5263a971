// Input and output. Intel SDM volume 1, chapter 19.

extension X86Processor {
    /// A function of the machine's file that is decided when the instruction runs.
    func function(_ name: String, _ instruction: DecodedInstruction) -> UInt64? {
        guard name == "port-open" else { return nil }
        do {
            return try isOpen(port(instruction), width: portWidth(instruction)) ? 1 : 0
        } catch {
            // The map cannot be read: the port is not open.
            return 0
        }
    }

    func portWidth(_ i: DecodedInstruction) -> Int { i.isByteOpcode ? 1 : min(i.operandSize, 4) }

    func port(_ i: DecodedInstruction) -> UInt16 {
        // E4 to E7 name the port themselves.
        i.opcode & 0xFC == 0xE4 ? UInt16(i.immediate & 0xFF) : core.get(Register.dx, UInt16.self)
    }

    /// The task state segment's map has a zero bit for each port that is open.
    private func isOpen(_ port: UInt16, width: Int) throws(GuestFault) -> Bool {
        let task = control.tr
        guard !isNull(task.selector), task.attributes & 8 != 0, task.limit >= 103 else { return false }
        let map = try tableRead(task.base &+ 102, size: 2)
        let offset = map + UInt64(port) >> 3
        // Two bytes are always read.
        guard offset + 1 <= UInt64(task.limit) else { return false }
        let bits = try tableRead(task.base &+ offset, size: 2) >> UInt64(port & 7)
        return bits & ((1 << UInt64(width)) - 1) == 0
    }

    /// In virtual-8086 mode the map counts whatever IOPL says; the machine's file leaves that mode out.
    private func admit(_ port: UInt16, _ width: Int) throws(GuestFault) {
        if mode.isVirtual8086, try !isOpen(port, width: width) { throw .protection() }
    }

    /// The instruction is alone in its block, so that time is exact, and nothing is asked twice.
    private func beginPort(_ port: UInt16, _ width: Int) throws(GuestFault) {
        try admit(port, width)
        if control.cr4 & CR4.de != 0 { watchPort(port, width) }
        syncTime()
    }

    private func readPort(_ port: UInt16, _ width: Int) throws(GuestFault) -> UInt64 {
        try withOwnArithmetic { () throws(GuestFault) in bus?.readPort(port, width: width) ?? .max }
    }

    private func writePort(_ port: UInt16, _ width: Int, _ value: UInt64) throws(GuestFault) {
        try withOwnArithmetic { () throws(GuestFault) in bus?.writePort(port, width: width, value: value) }
    }

    func input(_ i: DecodedInstruction) throws(GuestFault) {
        let (port, width) = (port(i), portWidth(i))
        try beginPort(port, width)
        let ones = UInt64.max >> UInt64(64 - 8 * width)
        let value = try readPort(port, width) & ones
        setGeneral(Register.ax, value, size: width, i)
    }

    func output(_ i: DecodedInstruction) throws(GuestFault) {
        let (port, width) = (port(i), portWidth(i))
        try beginPort(port, width)
        try writePort(port, width, general(Register.ax, size: width, i))
    }

    // MARK: - Strings

    /// One step of INS or OUTS, with REP one iteration: the instruction runs again until its count is used up.
    private func portString(
        _ i: DecodedInstruction, _ step: (Int) throws(GuestFault) -> Void, _ pointer: UInt8
    ) throws(GuestFault) {
        guard state.pointee.isSingle else { throw .alone }
        let width = portWidth(i)
        // Before the count and the operand in storage, as in protected mode.
        try admit(port(i), width)
        let isRepeated = i.repeats != .none
        if isRepeated, cut(core[Register.cx], to: i.addressSize) == 0 { return }
        try step(width)
        let isDown = state.pointee.systemFlags & Flag.df != 0
        let distance = isDown ? 0 &- UInt64(width) : UInt64(width)
        setGeneral(pointer, core[pointer] &+ distance, size: i.addressSize, i)
        guard isRepeated else { return }
        let left = cut(core[Register.cx] &- 1, to: i.addressSize)
        setGeneral(Register.cx, left, size: i.addressSize, i)
        if left != 0 { repeatLater() }
    }

    func inputString(_ i: DecodedInstruction) throws(GuestFault) {
        try portString(
            i,
            { width throws(GuestFault) in
                let address = try self.linearAddress(
                    segment: SegmentNumber.es, offset: self.core[Register.di], addressSize: i.addressSize, size: width,
                    isWrite: true)
                // The store must not fail after the device has been asked.
                try self.probeWrite(linear: address, size: width)
                try self.beginPort(self.port(i), width)
                let value = try self.readPort(self.port(i), width)
                try self.write(linear: address, value, size: width)
            }, Register.di)
    }

    func outputString(_ i: DecodedInstruction) throws(GuestFault) {
        try portString(
            i,
            { width throws(GuestFault) in
                let address = try self.linearAddress(
                    segment: Int(i.segmentPrefix ?? 3), offset: self.core[Register.si], addressSize: i.addressSize,
                    size: width, isWrite: false)
                let value = try self.read(linear: address, size: width)
                try self.beginPort(self.port(i), width)
                try self.writePort(self.port(i), width, value)
            }, Register.si)
    }
}

enum PortEmitters {
    static let table: [String: Emitter] = {
        // Loops that ask a device are made of these: their blocks are kept.
        let input = SystemEmitters.alone { p, i throws(GuestFault) in try p.input(i) }
        let output = SystemEmitters.alone { p, i throws(GuestFault) in try p.output(i) }
        let inputString = SystemEmitters.ending { p, i throws(GuestFault) in try p.inputString(i) }
        let outputString = SystemEmitters.ending { p, i throws(GuestFault) in try p.outputString(i) }
        return [
            "IN": input, "OUT": output, "INSB": inputString, "INSW": inputString, "INSD": inputString,
            "OUTSB": outputString, "OUTSW": outputString, "OUTSD": outputString,
        ]
    }()
}
