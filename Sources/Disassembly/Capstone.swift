import CCapstone

/// Capstone, opened for one architecture. It is a second opinion; nothing that Trapline decides rests on it.
public final class Capstone {
    /// One instruction as Capstone reads it.
    public struct Reading: Hashable, Sendable {
        public var mnemonic: String
        public var operands: String
        /// In bytes.
        public var length: Int
        public var isPrivileged: Bool
    }

    public let target: CapstoneTarget
    private var handle: csh = 0

    /// Nil where this build of Capstone lacks the architecture.
    public init?(_ target: CapstoneTarget) {
        self.target = target
        let modes = target.modes.reduce(0) { $0 | Int(bitPattern: UInt(truncatingIfNeeded: $1.rawValue)) }
        guard cs_open(target.architecture, cs_mode(rawValue: cs_mode.RawValue(truncatingIfNeeded: modes)), &handle) == CS_ERR_OK
        else { return nil }
        cs_option(handle, CS_OPT_DETAIL, Int(CS_OPT_ON.rawValue))
    }

    deinit { cs_close(&handle) }

    /// "4.0".
    public static var version: String {
        var major: Int32 = 0
        var minor: Int32 = 0
        cs_version(&major, &minor)
        return "\(major).\(minor)"
    }

    /// Every mnemonic of the architecture, each once, in Capstone's order.
    public var mnemonics: [String] {
        var seen: Set<String> = []
        return (1..<target.end).compactMap { number in
            guard let text = cs_insn_name(handle, number) else { return nil }
            let name = String(cString: text)
            return !name.isEmpty && seen.insert(name).inserted ? name : nil
        }
    }

    /// The first instruction in some bytes; nil where Capstone sees none.
    public func read(_ bytes: [UInt8], at address: UInt64 = 0) -> Reading? {
        var found: UnsafeMutablePointer<cs_insn>?
        let count = cs_disasm(handle, bytes, bytes.count, address, 1, &found)
        guard count > 0, let found else { return nil }
        defer { cs_free(found, count) }
        // Safety: both arrays end in 0 and live until cs_free.
        let mnemonic = withUnsafePointer(to: &found.pointee.mnemonic) {
            $0.withMemoryRebound(to: CChar.self, capacity: 32) { String(cString: $0) }
        }
        let operands = withUnsafePointer(to: &found.pointee.op_str) {
            $0.withMemoryRebound(to: CChar.self, capacity: 160) { String(cString: $0) }
        }
        return Reading(
            mnemonic: mnemonic, operands: operands, length: Int(found.pointee.size),
            isPrivileged: cs_insn_group(handle, found, UInt32(CS_GRP_PRIVILEGE.rawValue)))
    }
}
