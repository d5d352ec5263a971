/// Far transfers, interrupts and the flags register.
enum TransferEmitters {
    static let table: [String: Emitter] = [
        "LJMP rm": SystemEmitters.ending { p, i throws(GuestFault) in
            let (selector, offset) = try p.farPointer(i)
            try p.farTransfer(selector, offset, size: i.operandSize, isCall: false)
        },
        "LCALL rm": SystemEmitters.ending { p, i throws(GuestFault) in
            let (selector, offset) = try p.farPointer(i)
            try p.farTransfer(selector, offset, size: i.operandSize, isCall: true)
        },
        "LJMP to,target": SystemEmitters.ending { p, i throws(GuestFault) in
            try p.farTransfer(
                UInt16(truncatingIfNeeded: i.immediates[1]), i.immediates[0], size: i.operandSize, isCall: false)
        },
        "LCALL to,target": SystemEmitters.ending { p, i throws(GuestFault) in
            try p.farTransfer(
                UInt16(truncatingIfNeeded: i.immediates[1]), i.immediates[0], size: i.operandSize, isCall: true)
        },
        "RETF": SystemEmitters.ending { p, i throws(GuestFault) in try p.farReturn(size: i.operandSize, released: 0) },
        "RETF n": SystemEmitters.ending { p, i throws(GuestFault) in
            try p.farReturn(size: i.operandSize, released: i.immediate)
        },
        "RETFQ": SystemEmitters.ending { p, i throws(GuestFault) in try p.farReturn(size: 8, released: 0) },
        "IRET": SystemEmitters.ending { p, i throws(GuestFault) in try p.interruptReturn(size: i.operandSize) },
        "IRETD": SystemEmitters.ending { p, i throws(GuestFault) in try p.interruptReturn(size: i.operandSize) },
        "IRETQ": SystemEmitters.ending { p, i throws(GuestFault) in try p.interruptReturn(size: 8) },
        "INT": SystemEmitters.ending { p, i throws(GuestFault) in
            try p.softwareInterrupt(UInt8(truncatingIfNeeded: i.immediate), i)
        },
        "INT3": SystemEmitters.ending { p, i throws(GuestFault) in try p.softwareInterrupt(3, i) },
        "INTO": SystemEmitters.ending { p, i throws(GuestFault) in
            if p.core.of { try p.softwareInterrupt(4, i) }
        },
        // The machine's file raises it as a trap.
        "INT1": { b, _ in b.raise(GuestFault(1)) },
        "PUSHF": SystemEmitters.cold { p, i throws(GuestFault) in try p.pushFlags(size: p.flagsSize(i)) },
        "PUSHFD": SystemEmitters.cold { p, i throws(GuestFault) in try p.pushFlags(size: p.flagsSize(i)) },
        "PUSHFQ": SystemEmitters.cold { p, i throws(GuestFault) in try p.pushFlags(size: p.flagsSize(i)) },
        "POPF": SystemEmitters.ending { p, i throws(GuestFault) in try p.popFlags(size: p.flagsSize(i)) },
        "POPFD": SystemEmitters.ending { p, i throws(GuestFault) in try p.popFlags(size: p.flagsSize(i)) },
        "POPFQ": SystemEmitters.ending { p, i throws(GuestFault) in try p.popFlags(size: p.flagsSize(i)) },
    ]
}

extension X86Processor {
    /// In 64-bit mode pushes have eight bytes, or two.
    func stackOperandSize(_ i: DecodedInstruction) -> Int { mode.isLong64 && i.operandSize == 4 ? 8 : i.operandSize }
    func flagsSize(_ i: DecodedInstruction) -> Int { stackOperandSize(i) }

    /// Offset and selector behind it, in storage.
    func farPointer(_ i: DecodedInstruction) throws(GuestFault) -> (selector: UInt16, offset: UInt64) {
        let offset = try read(i, size: i.operandSize)
        let selector = try read(i, size: 2, plus: UInt64(i.operandSize))
        return (UInt16(truncatingIfNeeded: selector), offset)
    }
}
