import ISALanguage

// Handlers that write cells, and those that look whether code was overwritten or a cell is watched.

/// What every store ends with. A cell that held decoded code is rare, and noting it is a call; made from here, in
/// tail position, it costs the ordinary case no register.
@inline(__always) private func put(
    _ value: UInt64, _ at: Int, _ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int
) -> Int {
    slots(c)[at] = value
    if _slowPath(marked(m)[at] != 0) { return noteAndGoAside(s, op, c, m, left, at) }
    return straightOn(s, op, c, m, left)
}

@inline(never) private func noteAndGoAside(
    _ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int, _ at: Int
) -> Int {
    note(at, slots(s))
    return aside(s, op, c, m, left)
}

@inline(__always) func handleStore(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    let at = Int(bitPattern: UInt(address(slots(s), o) &+ o.pointee.z))
    return put(slots(s)[o.a], at, s, op, c, m, left)
}

@inline(__always) func handleStoreConstant(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return put(slots(s)[o.a], Int(bitPattern: UInt(o.pointee.x)), s, op, c, m, left)
}

@inline(__always) func handleStoreChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return go(o.cold + 1, s, c, m, left) }
    return put(slots(s)[o.a], at, s, op, c, m, left)
}

@inline(__always) func handleStoreOverlaid(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    let at = address(slots(s), o)
    if let slot = overlaidSlot(o, at) {
        slots(s)[slot] = slots(s)[o.a]
        return straightOn(s, op, c, m, left)
    }
    return put(slots(s)[o.a], Int(bitPattern: UInt(at &+ o.pointee.z)), s, op, c, m, left)
}

@inline(__always) func handleStoreOverlaidChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    let at = address(slots(s), o)
    if let slot = overlaidSlot(o, at) {
        slots(s)[slot] = slots(s)[o.a]
        return straightOn(s, op, c, m, left)
    }
    guard let cell = checkedBehindRegisters(o, at) else { return go(o.cold + 1, s, c, m, left) }
    return put(slots(s)[o.a], cell, s, op, c, m, left)
}

@inline(__always) func handleStoreNoting(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyStoreNoting(slots(s), operation(op), slots(c), marked(m))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleLeaveIfNoted(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    if _slowPath(slots(s)[EngineWord.noteCount] != 0) { return aside(s, op, c, m, left) }
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleWatch(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    if bodyWatch(slots(s), operation(op), marked(m)) { return aside(s, op, c, m, left) }
    return straightOn(s, op, c, m, left)
}
