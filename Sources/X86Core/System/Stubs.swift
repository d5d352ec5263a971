extension X86Processor {
    func checkedAddress(segment: Int, offset: UInt64, size: UInt64, isWrite: Bool) -> UInt64? {
        state.pointee.segments[segment].base &+ offset & 0xFFFF_FFFF
    }
    func watch(_ address: UInt64, _ access: AccessKind) throws(GuestFault) {}
    func function(_ name: String, _ instruction: DecodedInstruction) -> UInt64? { nil }
    func deliverFault() {}
    func deliverInterrupt(_ vector: UInt8) {}
    var watchesCode: Bool { false }
}
