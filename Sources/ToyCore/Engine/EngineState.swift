import ISALanguage

/// The slots that micro-ops work on. A few words in front of the first one belong to the engine.
typealias Slots = UnsafeMutablePointer<UInt64>
typealias Operations = UnsafePointer<MicroOp>

/// Words in front of slot 0.
enum EngineWord {
    /// Address of the `leave` micro-op that ended a run.
    static let left = -1
    /// Number of cells noted since the last run, and where their addresses go.
    static let noteCount = -2
    static let notes = -3
    /// The current context's jump cache.
    static let jumpCache = -4
    /// The watched cell that an instruction is about to touch.
    static let watched = -5
    static let count = 8
}

/// What a cell is to the core, besides data.
enum CellMark {
    static let code: UInt8 = 1
    static let watched: UInt8 = 2
}

/// Where computed jumps look for the block at a program counter.
struct JumpCacheEntry {
    var programCounter: UInt64
    /// Address of the block's head.
    var head: UInt

    static let empty = JumpCacheEntry(programCounter: .max, head: 0)
}

enum JumpCache {
    static let size = 1024
    static let mask: UInt64 = 1023
}

extension UnsafePointer where Pointee == MicroOp {
    // The operands as indices.
    @inline(__always) var a: Int { Int(pointee.a) }
    @inline(__always) var b: Int { Int(pointee.b) }
    @inline(__always) var c: Int { Int(pointee.c) }
    @inline(__always) var d: Int { Int(pointee.d) }

    /// Where the cold path begins.
    @inline(__always) var cold: Operations { self + d }
}
