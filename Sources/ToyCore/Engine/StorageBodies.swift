import ISALanguage

// What micro-ops do to cells. A store into a cell that holds decoded code notes it and says so.

typealias Cells = UnsafeMutablePointer<UInt64>
typealias Marks = UnsafeMutablePointer<UInt8>

@inline(__always) func address(_ s: Slots, _ o: Operations) -> UInt64 { (s[o.b] &+ o.pointee.x) & o.pointee.y }

@inline(__always) func cell(_ cells: Cells, _ s: Slots, _ o: Operations) -> UInt64 {
    cells[Int(bitPattern: UInt(address(s, o) &+ o.pointee.z))]
}
@inline(__always) func constantCell(_ cells: Cells, _ o: Operations) -> UInt64 {
    cells[Int(bitPattern: UInt(o.pointee.x))]
}

@inline(__always) func bodyLoadConstant(_ s: Slots, _ o: Operations, _ cells: Cells) {
    s[o.a] = constantCell(cells, o)
}
@inline(__always) func bodyLoad(_ s: Slots, _ o: Operations, _ cells: Cells) { s[o.a] = cell(cells, s, o) }
@inline(__always) func bodyLoadBounded(_ s: Slots, _ o: Operations, _ cells: Cells) {
    let at = s[o.b]
    s[o.a] = at < o.pointee.x && s[o.c] != 0 ? cells[Int(bitPattern: UInt(at))] : 0
}
/// The slot of the register that lies at an address, or nil if none does.
@inline(__always) func overlaidSlot(_ o: Operations, _ at: UInt64) -> Int? {
    let file = o.pointee.c
    if at >= UInt64(file &>> 16) { return nil }
    return Int(file & 0xFFFF) &+ Int(bitPattern: UInt(at))
}
@inline(__always) func bodyLoadOverlaid(_ s: Slots, _ o: Operations, _ cells: Cells) {
    let at = address(s, o)
    if let slot = overlaidSlot(o, at) {
        s[o.a] = s[slot]
    } else {
        s[o.a] = cells[Int(bitPattern: UInt(at &+ o.pointee.z))]
    }
}
/// The cell's number behind registers, or nil if the address fails its check.
@inline(__always) func checkedBehindRegisters(_ o: Operations, _ at: UInt64) -> Int? {
    if _slowPath(at >= o.pointee.z &>> 32) { return nil }
    return Int(bitPattern: UInt(at &+ (o.pointee.z & 0xFFFF_FFFF)))
}
/// Returns false if the address fails its check.
@inline(__always) func bodyLoadOverlaidChecked(_ s: Slots, _ o: Operations, _ cells: Cells) -> Bool {
    let at = address(s, o)
    if let slot = overlaidSlot(o, at) {
        s[o.a] = s[slot]
        return true
    }
    guard let cell = checkedBehindRegisters(o, at) else { return false }
    s[o.a] = cells[cell]
    return true
}

/// The address, or nil if it fails its check.
@inline(__always) func checkedAddress(_ s: Slots, _ o: Operations) -> Int? {
    let at = address(s, o)
    if _slowPath(at >= UInt64(o.pointee.c)) { return nil }
    return Int(bitPattern: UInt(at &+ o.pointee.z))
}

@inline(__always) func bodyAccumulate(_ s: Slots, _ o: Operations, _ value: UInt64, _ operation: Accumulation) {
    let old = s[o.a]
    switch operation {
    case .add: s[o.a] = (old &+ value) & o.pointee.y
    case .subtract: s[o.a] = (old &- value) & o.pointee.y
    case .and: s[o.a] = old & value & o.pointee.y
    case .or: s[o.a] = (old | value) & o.pointee.y
    case .xor: s[o.a] = (old ^ value) & o.pointee.y
    }
}

/// How a register takes up a cell.
enum Accumulation {
    case add, subtract, and, or, xor
}

/// Returns true if the cell held decoded code.
@inline(__always) func put(_ value: UInt64, _ at: Int, _ s: Slots, _ cells: Cells, _ marks: Marks) -> Bool {
    cells[at] = value
    if _fastPath(marks[at] == 0) { return false }
    note(at, s)
    return true
}

/// Keeps the address of a cell for the host. There is room for every store of one instruction.
@inline(never) func note(_ at: Int, _ s: Slots) {
    let count = Int(s[EngineWord.noteCount])
    guard let notes = UnsafeMutablePointer<UInt64>(bitPattern: UInt(s[EngineWord.notes])) else { return }
    notes[count] = UInt64(at)
    s[EngineWord.noteCount] = UInt64(count &+ 1)
}

@inline(__always) func bodyStore(_ s: Slots, _ o: Operations, _ cells: Cells, _ marks: Marks) -> Bool {
    let at = Int(bitPattern: UInt(address(s, o) &+ o.pointee.z))
    return put(s[o.a], at, s, cells, marks)
}
@inline(__always) func bodyStoreConstant(_ s: Slots, _ o: Operations, _ cells: Cells, _ marks: Marks) -> Bool {
    put(s[o.a], Int(bitPattern: UInt(o.pointee.x)), s, cells, marks)
}
@inline(__always) func bodyStoreOverlaid(_ s: Slots, _ o: Operations, _ cells: Cells, _ marks: Marks) -> Bool {
    let at = address(s, o)
    if let slot = overlaidSlot(o, at) {
        s[slot] = s[o.a]
        return false
    }
    return put(s[o.a], Int(bitPattern: UInt(at &+ o.pointee.z)), s, cells, marks)
}
/// How far along its cold path the micro-op goes; nil: straight on.
@inline(__always) func bodyStoreOverlaidChecked(
    _ s: Slots, _ o: Operations, _ cells: Cells, _ marks: Marks
) -> Int? {
    let at = address(s, o)
    if let slot = overlaidSlot(o, at) {
        s[slot] = s[o.a]
        return nil
    }
    guard let cell = checkedBehindRegisters(o, at) else { return 1 }
    return put(s[o.a], cell, s, cells, marks) ? 0 : nil
}
@inline(__always) func bodyStoreNoting(_ s: Slots, _ o: Operations, _ cells: Cells, _ marks: Marks) {
    let at = s[o.b]
    if at < o.pointee.x, s[o.c] != 0 { _ = put(s[o.a], Int(bitPattern: UInt(at)), s, cells, marks) }
}
/// Returns true, and keeps the address, if the cell is watched.
@inline(__always) func bodyWatch(_ s: Slots, _ o: Operations, _ marks: Marks) -> Bool {
    let at = s[o.b]
    guard at < o.pointee.y, s[o.c] != 0, marks[Int(bitPattern: UInt(at))] & CellMark.watched != 0 else { return false }
    s[EngineWord.watched] = at
    return true
}

// MARK: - Jumps

/// The head of the block at a computed program counter, or nil.
@inline(__always) func jumpTarget(_ s: Slots, _ programCounter: UInt64) -> Operations? {
    // Safety: the word holds the address of `JumpCache.size` entries whenever blocks run.
    let cache = UnsafePointer<JumpCacheEntry>(bitPattern: UInt(s[EngineWord.jumpCache])).unsafelyUnwrapped
    let entry = cache + Int(bitPattern: UInt(programCounter & JumpCache.mask))
    if _slowPath(entry.pointee.programCounter != programCounter) { return nil }
    return Operations(bitPattern: entry.pointee.head)
}

@inline(__always) func linked(_ address: UInt64) -> Operations {
    // Safety: the core has put the address of a micro-op there before the block can run.
    Operations(bitPattern: UInt(address)).unsafelyUnwrapped
}
