import ISALanguage

// Handlers that leave a block in its middle. Either way is as likely as the other.

/// The block was paid for as a whole when it was entered; what is skipped of it is given back.
@inline(__always) private func turn(
    _ isTaken: Bool, _ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int
) -> Int {
    let o = operation(op)
    if isTaken { return go(linked(o.pointee.x), s, c, m, left &+ Int(o.pointee.y)) }
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleTurnIfEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(isEqual(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleTurnIfNotEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(!isEqual(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleTurnIfLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(isLess(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleTurnIfNotLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(!isLess(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleTurnIfLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(isLessSigned(slots(s), o, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleTurnIfNotLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(!isLessSigned(slots(s), o, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleTurnIfEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(isEqual(slots(s), o, to: o.pointee.z), s, op, c, m, left)
}

@inline(__always) func handleTurnIfNotEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(!isEqual(slots(s), o, to: o.pointee.z), s, op, c, m, left)
}

@inline(__always) func handleTurnIfLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(isLess(slots(s), o, than: o.pointee.z), s, op, c, m, left)
}

@inline(__always) func handleTurnIfNotLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(!isLess(slots(s), o, than: o.pointee.z), s, op, c, m, left)
}

@inline(__always) func handleTurnIfLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(isLessSigned(slots(s), o, than: o.pointee.z, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleTurnIfNotLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return turn(!isLessSigned(slots(s), o, than: o.pointee.z, shift: o.pointee.a), s, op, c, m, left)
}
