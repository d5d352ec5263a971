import ISALanguage

// Handlers that read cells.

@inline(__always) func handleLoadConstant(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyLoadConstant(slots(s), operation(op), slots(c))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleLoad(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyLoad(slots(s), operation(op), slots(c))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleLoadBounded(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyLoadBounded(slots(s), operation(op), slots(c))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleLoadOverlaid(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyLoadOverlaid(slots(s), operation(op), slots(c))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleLoadChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return aside(s, op, c, m, left) }
    slots(s)[o.a] = slots(c)[at]
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleLoadOverlaidChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let isFine = bodyLoadOverlaidChecked(slots(s), operation(op), slots(c))
    if _slowPath(!isFine) { return aside(s, op, c, m, left) }
    return straightOn(s, op, c, m, left)
}

// A register takes up a cell.

@inline(__always) func handleAddConstantCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, constantCell(slots(c), o), .add)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSubtractConstantCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, constantCell(slots(c), o), .subtract)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAndConstantCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, constantCell(slots(c), o), .and)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleOrConstantCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, constantCell(slots(c), o), .or)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleXorConstantCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, constantCell(slots(c), o), .xor)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAddCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .add)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSubtractCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .subtract)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAndCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .and)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleOrCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .or)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleXorCell(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    bodyAccumulate(slots(s), o, cell(slots(c), slots(s), o), .xor)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAddCellChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return aside(s, op, c, m, left) }
    bodyAccumulate(slots(s), o, slots(c)[at], .add)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSubtractCellChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return aside(s, op, c, m, left) }
    bodyAccumulate(slots(s), o, slots(c)[at], .subtract)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAndCellChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return aside(s, op, c, m, left) }
    bodyAccumulate(slots(s), o, slots(c)[at], .and)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleOrCellChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return aside(s, op, c, m, left) }
    bodyAccumulate(slots(s), o, slots(c)[at], .or)
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleXorCellChecked(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    let o = operation(op)
    guard let at = checkedAddress(slots(s), o) else { return aside(s, op, c, m, left) }
    bodyAccumulate(slots(s), o, slots(c)[at], .xor)
    return straightOn(s, op, c, m, left)
}
