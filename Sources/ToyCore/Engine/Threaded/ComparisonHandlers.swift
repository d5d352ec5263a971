import ISALanguage

// Handlers that make one bit of two values.

@inline(__always) func handleSetEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, isEqual(slots(s), o))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetNotEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, !isEqual(slots(s), o))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, isLess(slots(s), o))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetNotLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, !isLess(slots(s), o))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, isLessSigned(slots(s), o, shift: o.pointee.d))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetNotLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, !isLessSigned(slots(s), o, shift: o.pointee.d))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, isEqual(slots(s), o, to: o.pointee.x))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetNotEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, !isEqual(slots(s), o, to: o.pointee.x))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, isLess(slots(s), o, than: o.pointee.x))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetNotLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, !isLess(slots(s), o, than: o.pointee.x))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.d))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetNotLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    set(slots(s), o, !isLessSigned(slots(s), o, than: o.pointee.x, shift: o.pointee.d))
    return straightOn(s, op, c, m, left)
}
