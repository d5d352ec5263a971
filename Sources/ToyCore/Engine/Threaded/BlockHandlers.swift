import ISALanguage

// Handlers at a block's ends.

@inline(__always) func handleSkip(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    aside(s, op, c, m, left)
}

@inline(__always) func handleEnter(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    let after = left &- o.a
    if _slowPath(after < 0) { return aside(s, op, c, m, left) }
    return straightOn(s, op, c, m, after)
}

@inline(__always) func handleEnterAndJump(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    let after = left &- o.a
    if _slowPath(after < 0) { return go(o.cold + 1, s, c, m, left) }
    return go(linked(o.pointee.x), s, c, m, after)
}

@inline(__always) func handleJump(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    go(linked(operation(op).pointee.x), s, c, m, left)
}

@inline(__always) func handleJumpIndirect(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    let target = slots(s)[o.b]
    if let head = jumpTarget(slots(s), target) { return go(head, s, c, m, left) }
    slots(s)[o.a] = target
    return aside(s, op, c, m, left)
}

/// The only one that calls nobody.
@inline(__always) func handleLeave(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    slots(s)[EngineWord.left] = UInt64(UInt(bitPattern: op))
    return left
}
