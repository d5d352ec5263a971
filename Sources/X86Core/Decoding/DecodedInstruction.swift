import OpcodeNotation

/// One instruction, taken apart. What the numbers mean is for the instruction to say.
struct DecodedInstruction {
    enum Repeat: UInt8 { case none, whileNotEqual, whileEqual }

    /// Index into the decoder's records.
    var record: Int
    /// Index into the decoder's encodings.
    var encoding: Int
    /// Bytes, prefixes and all.
    var length: Int = 0
    /// From the first byte of the block.
    var offset: Int = 0

    // Prefixes.
    var hasLock = false
    var repeats = Repeat.none
    /// ES, CS, SS, DS, FS or GS by number, where a prefix says so.
    var segmentPrefix: UInt8?
    var hasREX = false
    /// A REX.W, or the W of VEX.
    var isWide = false
    /// VEX: the third operand's number, and whether the vectors have 256 bits.
    var third: UInt8 = 0
    var is256 = false
    var isVEX = false

    var opcode: UInt8 = 0
    /// The low three bits of the opcode, or of a fixed ModRM byte, with REX.B: `+r`, `+i`.
    var low: UInt8 = 0
    /// ModRM's three fields; reg and rm with their REX bits.
    var modRM: UInt8 = 0
    var reg: UInt8 = 0
    var rm: UInt8 = 0
    /// The rm operand is in storage, at `memory`.
    var isMemory = false
    var memory = MemoryOperand()
    /// The index that a SIB byte names, where it is a vector register; nil: there is no SIB byte.
    var vectorIndex: UInt8?

    /// 2, 4 or 8 bytes: by mode, prefixes and what the encoding says.
    var operandSize: Int = 4
    /// 2, 4 or 8 bytes.
    var addressSize: Int = 8
    /// As they stand there, zero-extended; `immediateSizes` in bytes.
    var immediates: InlineArray<2, UInt64> = [0, 0]
    var immediateSizes: InlineArray<2, Int> = [0, 0]

    /// Immediate 0, zero-extended.
    var immediate: UInt64 { immediates[0] }
    /// Immediate 0 with its sign.
    var signedImmediate: UInt64 {
        guard immediateSizes[0] > 0, immediateSizes[0] < 8 else { return immediates[0] }
        let unused = UInt64(64 - 8 * immediateSizes[0])
        return UInt64(bitPattern: Int64(bitPattern: immediates[0] << unused) >> Int64(unused))
    }

    /// Of two encodings that differ in the opcode's lowest bit only, the even one is about bytes.
    var isByteOpcode: Bool { opcode & 1 == 0 }
    /// How far behind the block's first byte the next instruction begins.
    var nextOffset: Int { offset + length }
}

/// An operand in storage.
struct MemoryOperand: Hashable {
    /// Numbers of general registers; `Register.none` where there is none.
    var base: UInt8 = Register.none
    var index: UInt8 = Register.none
    /// A power of two: 0 to 3.
    var scale: UInt8 = 0
    var displacement: Int64 = 0
    /// The base is the address of the next instruction.
    var isRelative = false
    /// By prefix, or SS where the base is SP or BP, else DS.
    var segment: UInt8 = 3
}
