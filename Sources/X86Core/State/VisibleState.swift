/// What of a processor people and debuggers look at.
public struct VisibleState: Hashable, Sendable {
    public var general: [UInt64]
    public var instructionPointer: UInt64
    public var flags: UInt64
    public var level: Int
    public var cr0: UInt64
    public var cr2: UInt64
    public var cr3: UInt64
    public var cr4: UInt64
    public var efer: UInt64
    /// ES, CS, SS, DS, FS, GS.
    public var selectors: [UInt16]
    public var modeName: String

    public static let registerNames = [
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
    ]

    /// As Intel's manual calls it.
    public static func name(ofVector vector: UInt8) -> String {
        let names: [UInt8: String] = [
            0: "#DE", 1: "#DB", 2: "NMI", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 8: "#DF", 10: "#TS", 11: "#NP",
            12: "#SS", 13: "#GP", 14: "#PF", 16: "#MF", 17: "#AC", 18: "#MC", 19: "#XM",
        ]
        return names[vector] ?? "vector \(vector)"
    }
}

extension X86Processor {
    /// Between two instructions.
    public var visibleState: VisibleState {
        let modeName: String
        if mode.isLong64 {
            modeName = "64-bit mode"
        } else if mode.isVirtual8086 {
            modeName = "virtual-8086 mode"
        } else if mode.isProtected {
            modeName = control.efer & EFER.lma != 0 ? "compatibility mode" : "protected mode"
        } else {
            modeName = "real mode"
        }
        return VisibleState(
            general: (UInt8(0)..<16).map { core[$0] }, instructionPointer: instructionPointer, flags: core.flags,
            level: control.cpl, cr0: control.cr0, cr2: control.cr2, cr3: control.cr3, cr4: control.cr4,
            efer: control.efer, selectors: (0..<6).map { state.pointee.segments[$0].selector }, modeName: modeName)
    }

    /// Words from the top of the stack on, as far as they can be read without a fault.
    public func stackWords(_ count: Int) -> [UInt64] {
        var words: [UInt64] = []
        for index in 0..<UInt64(count) {
            let address = core[Register.sp] &+ 8 &* index
            guard address & 7 == 0, let page = try? walk(address, AccessKind(isOpen: true)).page else { break }
            words.append(realRead(page | address & 0xFFF, UInt64.self))
        }
        return words
    }
}
