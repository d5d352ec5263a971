import ISALanguage

// Handlers at a block's end that choose between two others.

@inline(__always) private func branch(
    _ isTaken: Bool, _ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int
) -> Int {
    let o = operation(op)
    if isTaken { return go(linked(o.pointee.x), s, c, m, left) }
    return go(linked(o.pointee.y), s, c, m, left)
}

@inline(__always) func handleBranchIfEqual(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return branch(isEqual(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleBranchIfLess(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return branch(isLess(slots(s), o), s, op, c, m, left)
}

@inline(__always) func handleBranchIfLessSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return branch(isLessSigned(slots(s), o, shift: o.pointee.a), s, op, c, m, left)
}

@inline(__always) func handleBranchIfEqualImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return branch(isEqual(slots(s), o, to: o.pointee.z), s, op, c, m, left)
}

@inline(__always) func handleBranchIfLessImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return branch(isLess(slots(s), o, than: o.pointee.z), s, op, c, m, left)
}

@inline(__always) func handleBranchIfLessSignedImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    return branch(isLessSigned(slots(s), o, than: o.pointee.z, shift: o.pointee.a), s, op, c, m, left)
}
