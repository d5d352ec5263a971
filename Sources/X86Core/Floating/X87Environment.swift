import CHostArithmetic

/// The unit's control registers, and its state in storage as FNSTENV and FNSAVE lay it out.
/// Intel SDM volume 1, section 8.1.10.
enum X87Environment {
    static let table: [String: Emitter] = [
        "WAIT": FloatingEmitters.waiting { _, _ in },
        "FNINIT": FloatingEmitters.unwaiting { p, _ in p.x87.initialize() },
        "FNCLEX": FloatingEmitters.unwaiting { p, _ in p.x87.setStatus(p.x87.status & 0x7F00) },
        "FLDCW": FloatingEmitters.waiting { p, i throws(GuestFault) in
            p.x87.setControl(UInt16(truncatingIfNeeded: try p.read(i, size: 2)))
        },
        "FNSTCW": FloatingEmitters.unwaiting { p, i throws(GuestFault) in
            try p.write(i, UInt64(p.x87.control), size: 2)
        },
        "FNSTSW m": FloatingEmitters.unwaiting { p, i throws(GuestFault) in
            try p.write(i, UInt64(p.x87.status), size: 2)
        },
        "FNSTSW ax": FloatingEmitters.unwaiting { p, _ in p.core.set(Register.ax, p.x87.status) },
        "FLDENV": FloatingEmitters.waiting { p, i throws(GuestFault) in
            let layout = X87Layout(p, i)
            let bytes = try p.readArea(i, size: layout.size)
            layout.load(bytes, into: &p.x87)
        },
        "FNSTENV": FloatingEmitters.unwaiting { p, i throws(GuestFault) in
            let layout = X87Layout(p, i)
            try p.writeArea(i, layout.bytes(p.x87))
            p.x87.setControl(p.x87.control | X87Status.exceptions)
        },
        "FRSTOR": FloatingEmitters.waiting { p, i throws(GuestFault) in
            let layout = X87Layout(p, i)
            let bytes = try p.readArea(i, size: layout.size + 80)
            layout.load(bytes, into: &p.x87)
            for place in 0..<8 { p.x87[place] = bytes.extended(layout.size + 10 * place) }
        },
        "FNSAVE": FloatingEmitters.unwaiting { p, i throws(GuestFault) in
            let layout = X87Layout(p, i)
            var bytes = layout.bytes(p.x87)
            for place in 0..<8 { bytes.append(p.x87[place]) }
            try p.writeArea(i, bytes)
            p.x87.initialize()
        },
        // The 8087's and the 80287's.
        "FDISI8087_NOP": FloatingEmitters.unwaiting { _, _ in },
        "FENI8087_NOP": FloatingEmitters.unwaiting { _, _ in },
        "FSETPM": FloatingEmitters.unwaiting { _, _ in },
    ]
}

/// Which of the four layouts: by operand size, and whether segments hold addresses divided by sixteen.
struct X87Layout {
    var isNarrow: Bool
    var isReal: Bool

    init(_ processor: X86Processor, _ i: DecodedInstruction) {
        isNarrow = i.operandSize == 2
        isReal = processor.mode.isReal
    }

    /// Of the environment, in front of the registers.
    var size: Int { isNarrow ? 14 : 28 }

    func bytes(_ x87: X87State) -> StateArea {
        var area = StateArea(size: size)
        let width = isNarrow ? 2 : 4
        let words: [UInt16] = [x87.control, x87.status, x87.tagWord]
        for (index, word) in words.enumerated() {
            area.put(UInt64(word), size: 2, at: index * width)
            if !isNarrow { area.put(0xFFFF, size: 2, at: index * width + 2) }
        }
        let instruction = x87.lastInstruction
        let operand = x87.lastOperand
        let opcode = UInt64(x87.lastOpcode)
        switch (isNarrow, isReal) {
        case (true, false):
            area.put(instruction, size: 2, at: 6)
            area.put(operand, size: 2, at: 10)
        case (true, true):
            area.put(instruction, size: 2, at: 6)
            area.put(instruction >> 4 & 0xF000 | opcode, size: 2, at: 8)
            area.put(operand, size: 2, at: 10)
            area.put(operand >> 4 & 0xF000, size: 2, at: 12)
        case (false, false):
            area.put(instruction, size: 4, at: 12)
            area.put(opcode << 16, size: 4, at: 16)
            area.put(operand, size: 4, at: 20)
            area.put(0xFFFF_0000, size: 4, at: 24)
        case (false, true):
            area.put(instruction & 0xFFFF | 0xFFFF_0000, size: 4, at: 12)
            area.put((instruction >> 16 & 0xFFFF) << 12 | opcode, size: 4, at: 16)
            area.put(operand & 0xFFFF | 0xFFFF_0000, size: 4, at: 20)
            area.put((operand >> 16 & 0xFFFF) << 12, size: 4, at: 24)
        }
        return area
    }

    func load(_ area: StateArea, into x87: inout X87State) {
        let width = isNarrow ? 2 : 4
        x87.control = UInt16(area.number(0, size: 2))
        x87.status = UInt16(area.number(width, size: 2))
        x87.tagWord = UInt16(area.number(2 * width, size: 2))
        switch (isNarrow, isReal) {
        case (true, false):
            x87.lastInstruction = area.number(6, size: 2)
            x87.lastOperand = area.number(10, size: 2)
            x87.lastOpcode = 0
        case (true, true):
            x87.lastInstruction = area.number(6, size: 2) | (area.number(8, size: 2) & 0xF000) << 4
            x87.lastOperand = area.number(10, size: 2) | (area.number(12, size: 2) & 0xF000) << 4
            x87.lastOpcode = UInt16(area.number(8, size: 2) & 0x7FF)
        case (false, false):
            x87.lastInstruction = area.number(12, size: 4)
            x87.lastOperand = area.number(20, size: 4)
            x87.lastOpcode = UInt16(area.number(18, size: 2) & 0x7FF)
        case (false, true):
            x87.lastInstruction = area.number(12, size: 2) | (area.number(16, size: 4) >> 12 & 0xFFFF) << 16
            x87.lastOperand = area.number(20, size: 2) | (area.number(24, size: 4) >> 12 & 0xFFFF) << 16
            x87.lastOpcode = UInt16(area.number(16, size: 4) & 0x7FF)
        }
        x87.setControl(x87.control)
    }
}
