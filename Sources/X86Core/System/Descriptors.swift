// Descriptors, as segmentation and gates read them out of tables. Intel SDM volume 3, sections 3.4.5 and 5.8.

/// Eight bytes of a descriptor table, sixteen in long mode's system descriptors, and where they stand.
struct Descriptor {
    var raw: UInt64
    /// The second half of a system descriptor of sixteen bytes.
    var high: UInt64 = 0
    /// The linear address of the first byte.
    var address: UInt64 = 0
    var selector: UInt16

    /// Bits 40 to 43.
    var type: UInt8 { UInt8(truncatingIfNeeded: raw >> 40) & 15 }
    /// S: code or data, else a system descriptor or a gate.
    var isSegment: Bool { raw >> 44 & 1 != 0 }
    var isPresent: Bool { raw >> 47 & 1 != 0 }
    var level: Int { Int(truncatingIfNeeded: raw >> 45 & 3) }
    var isCode: Bool { isSegment && type & 8 != 0 }
    var isConforming: Bool { type & 4 != 0 }
    var isReadable: Bool { isSegment && (type & 8 == 0 || type & 2 != 0) }
    var isWritableData: Bool { isSegment && type & 10 == 2 }
    var isAccessed: Bool { raw >> 40 & 1 != 0 }
    var isLong: Bool { raw >> 53 & 1 != 0 }
    var isBig: Bool { raw >> 54 & 1 != 0 }

    /// In bytes, the last one.
    var limit: UInt32 {
        let field = UInt32(truncatingIfNeeded: raw & 0xFFFF | raw >> 32 & 0xF_0000)
        return raw >> 55 & 1 != 0 ? field << 12 | 0xFFF : field
    }
    var base: UInt64 { raw >> 16 & 0xFF_FFFF | raw >> 32 & 0xFF00_0000 | high << 32 }

    /// What a segment register keeps of it.
    func segment(_ selector: UInt16) -> Segment {
        Segment(selector: selector, attributes: UInt16(truncatingIfNeeded: raw >> 40) & 0xF0FF, limit: limit, base: base)
    }

    // As a gate.
    var gateSelector: UInt16 { UInt16(truncatingIfNeeded: raw >> 16) }
    /// 16-bit gates have no upper half.
    var gateOffset: UInt64 { raw & 0xFFFF | (type & 8 == 0 ? 0 : raw >> 32 & 0xFFFF_0000) | high << 32 }
    /// How many words a call gate copies.
    var gateCount: Int { Int(truncatingIfNeeded: raw >> 32 & 31) }
    /// Which of the task state segment's seven stacks a long-mode gate takes; 0: none of them.
    var gateStack: Int { Int(truncatingIfNeeded: raw >> 32 & 7) }
}

/// Types of system descriptors.
enum SystemType {
    static let task16: UInt8 = 1, local: UInt8 = 2, busyTask16: UInt8 = 3, callGate16: UInt8 = 4, taskGate: UInt8 = 5
    static let interruptGate16: UInt8 = 6, trapGate16: UInt8 = 7
    static let task: UInt8 = 9, busyTask: UInt8 = 11, callGate: UInt8 = 12
    static let interruptGate: UInt8 = 14, trapGate: UInt8 = 15
}

/// The error code of an exception about a selector: its requested level is not in it.
func errorCode(_ selector: UInt16) -> UInt32 { UInt32(selector & 0xFFFC) }

func isNull(_ selector: UInt16) -> Bool { selector & 0xFFFC == 0 }

extension X86Processor {
    /// EFER.LMA: 64-bit mode and compatibility mode.
    var isLongMode: Bool { control.efer & EFER.lma != 0 }

    /// A descriptor by its selector, which is not null.
    ///
    /// - Parameter vector: of the exception where the tables have none such.
    /// - Parameter external: added to the error code: EXT.
    func descriptor(_ selector: UInt16, vector: UInt8 = 13, external: UInt32 = 0) throws(GuestFault) -> Descriptor {
        var base = control.gdtBase
        var limit = control.gdtLimit
        if selector & 4 != 0 {
            if control.ldtr.isUnusable || isNull(control.ldtr.selector) {
                throw GuestFault(vector, code: errorCode(selector) | external)
            }
            base = control.ldtr.base
            limit = control.ldtr.limit
        }
        guard UInt32(selector | 7) <= limit else { throw GuestFault(vector, code: errorCode(selector) | external) }
        let address = base &+ UInt64(selector & 0xFFF8)
        return Descriptor(raw: try tableRead(address, size: 8), address: address, selector: selector)
    }

    /// In long mode gates, task states and local tables have sixteen bytes.
    func extend(_ descriptor: inout Descriptor, vector: UInt8 = 13, external: UInt32 = 0) throws(GuestFault) {
        guard isLongMode else { return }
        let refusal = GuestFault(vector, code: errorCode(descriptor.selector) | external)
        if descriptor.selector & 4 == 0 {
            guard UInt32(descriptor.selector | 7) + 8 <= control.gdtLimit else { throw refusal }
        } else {
            guard UInt32(descriptor.selector | 7) + 8 <= control.ldtr.limit else { throw refusal }
        }
        descriptor.high = try tableRead(descriptor.address &+ 8, size: 8)
        // Where a type would stand if it were a descriptor of its own there must be none.
        guard descriptor.high & 0x1F00_0000_0000 == 0 || descriptor.high >> 40 & 0x1F == 0 else { throw refusal }
        descriptor.high &= 0xFFFF_FFFF
    }

    /// Code and data in use are marked so in their table.
    func markAccessed(_ descriptor: inout Descriptor) throws(GuestFault) {
        guard !descriptor.isAccessed else { return }
        descriptor.raw |= 1 << 40
        try tableWrite(descriptor.address &+ 5, descriptor.raw >> 40 & 0xFF, size: 1)
    }

    /// Reads a table as the system itself does, at whatever level the program is.
    func tableRead(_ address: UInt64, size: Int) throws(GuestFault) -> UInt64 {
        let address = isLongMode ? address : address & 0xFFFF_FFFF
        if let host = systemPlace(address, size: size, isWrite: false) { return Self.load(host, size) }
        if isLongMode, !isCanonical(address) { throw .protection() }
        if address & 0xFFF <= UInt64(4096 - size) { return try systemRead(address, size: size) }
        var value: UInt64 = 0
        for index in 0..<size {
            value |= try systemRead(address &+ UInt64(index), size: 1) << UInt64(8 * index)
        }
        return value
    }

    /// Within one page.
    func tableWrite(_ address: UInt64, _ value: UInt64, size: Int) throws(GuestFault) {
        let address = isLongMode ? address : address & 0xFFFF_FFFF
        try systemWrite(address, value, size: size)
    }

    /// Where level 0 finds an address without a walk.
    func systemPlace(_ address: UInt64, size: Int, isWrite: Bool) -> UnsafeMutableRawPointer? {
        guard !watches else { return nil }
        let entry = translations.set(.supervisor) + TranslationBuffer.index(address)
        let tag = isWrite ? entry.pointee.writeTag : entry.pointee.readTag
        guard address ^ tag <= UInt64(4096 &- size) else { return nil }
        // Safety: only pages of the guest's storage are entered, and the comparison keeps the access within one.
        return UnsafeMutableRawPointer(bitPattern: UInt(address &+ entry.pointee.addend))
    }
}
