import ISALanguage

// Handlers that leave the straight line for the cold path, which is rare.

@inline(__always) private func skip(
    _ leaves: Bool, _ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int
) -> Int {
    if _slowPath(leaves) { return aside(s, op, c, m, left) }
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSkipIfEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(isEqual(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleSkipIfNotEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(!isEqual(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleSkipIfLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(isLess(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleSkipIfNotLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(!isLess(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleSkipIfLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(isLessSigned(slots(s), o, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleSkipIfNotLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(!isLessSigned(slots(s), o, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleSkipIfEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(isEqual(slots(s), o, to: o.pointee.x), s, op, c, m, left)
}

@inline(__always) func handleSkipIfNotEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(!isEqual(slots(s), o, to: o.pointee.x), s, op, c, m, left)
}

@inline(__always) func handleSkipIfLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(isLess(slots(s), o, than: o.pointee.x), s, op, c, m, left)
}

@inline(__always) func handleSkipIfNotLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(!isLess(slots(s), o, than: o.pointee.x), s, op, c, m, left)
}

@inline(__always) func handleSkipIfLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleSkipIfNotLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return skip(!isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.a), s, op, c, m, left)
}
