import ISALanguage

// Handlers that go straight on and touch slots only.

@inline(__always) func handleConstant(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyConstant(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleMove(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyMove(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAdd(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyAdd(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAddImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyAddImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSubtract(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodySubtract(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSubtractFromImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodySubtractFromImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleMultiply(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyMultiply(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleMultiplyImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyMultiplyImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAnd(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyAnd(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAndImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyAndImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleOr(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyOr(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleOrImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyOrImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleXor(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyXor(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleXorImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyXorImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleShiftLeftImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyShiftLeftImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleShiftRightImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyShiftRightImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleShiftLeft(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyShiftLeft(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleShiftRight(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyShiftRight(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleShiftRightSigned(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyShiftRightSigned(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSignExtend(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodySignExtend(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleMerge(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyMerge(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleMergeRight(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyMergeRight(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleCarry(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyCarry(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleCarryImmediate(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyCarryImmediate(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleOrTable(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyOrTable(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAddFlagging(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyAddFlagging(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleAddImmediateFlagging(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyAddImmediateFlagging(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSelect(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodySelect(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleUnary(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyUnary(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleBinary(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyBinary(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleElement(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyElement(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleElementBounded(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodyElementBounded(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}

@inline(__always) func handleSetElement(_ s: Raw, _ op: RawOp, _ c: Raw, _ m: Raw, _ left: Int) -> Int {
    bodySetElement(slots(s), operation(op))
    return straightOn(s, op, c, m, left)
}
