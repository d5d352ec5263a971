import ISALanguage

// What the micro-ops that go straight on do. Both engines are made of these bodies.
//
// Safety, here and in the other bodies: slot numbers come from the lowering, which hands out slots of
// this very plan; cell numbers are known to be in the storage, or are compared with its size here.

@inline(__always) func bodyConstant(_ s: Slots, _ o: Operations) { s[o.a] = o.pointee.x }
@inline(__always) func bodyMove(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] }
@inline(__always) func bodyAdd(_ s: Slots, _ o: Operations) { s[o.a] = (s[o.b] &+ s[o.c]) & o.pointee.y }
@inline(__always) func bodyAddImmediate(_ s: Slots, _ o: Operations) {
    s[o.a] = (s[o.b] &+ o.pointee.x) & o.pointee.y
}
@inline(__always) func bodySubtract(_ s: Slots, _ o: Operations) { s[o.a] = (s[o.b] &- s[o.c]) & o.pointee.y }
@inline(__always) func bodySubtractFromImmediate(_ s: Slots, _ o: Operations) {
    s[o.a] = (o.pointee.x &- s[o.b]) & o.pointee.y
}
@inline(__always) func bodyMultiply(_ s: Slots, _ o: Operations) { s[o.a] = (s[o.b] &* s[o.c]) & o.pointee.y }
@inline(__always) func bodyMultiplyImmediate(_ s: Slots, _ o: Operations) {
    s[o.a] = (s[o.b] &* o.pointee.x) & o.pointee.y
}
@inline(__always) func bodyAnd(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] & s[o.c] }
@inline(__always) func bodyAndImmediate(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] & o.pointee.x }
@inline(__always) func bodyOr(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] | s[o.c] }
@inline(__always) func bodyOrImmediate(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] | o.pointee.x }
@inline(__always) func bodyXor(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] ^ s[o.c] }
@inline(__always) func bodyXorImmediate(_ s: Slots, _ o: Operations) { s[o.a] = s[o.b] ^ o.pointee.x }

// Amounts fixed by the lowering are below 64.
@inline(__always) func bodyShiftLeftImmediate(_ s: Slots, _ o: Operations) {
    s[o.a] = (s[o.b] &<< UInt64(o.pointee.c)) & o.pointee.y
}
@inline(__always) func bodyShiftRightImmediate(_ s: Slots, _ o: Operations) {
    s[o.a] = (s[o.b] &>> UInt64(o.pointee.c)) & o.pointee.y
}
@inline(__always) func bodyShiftLeft(_ s: Slots, _ o: Operations) {
    let (value, amount, width) = (s[o.b], s[o.c], o.pointee.y)
    s[o.a] = amount >= width ? 0 : (value &<< amount) & (UInt64.max &>> (64 &- width))
}
@inline(__always) func bodyShiftRight(_ s: Slots, _ o: Operations) {
    let (value, amount) = (s[o.b], s[o.c])
    s[o.a] = amount >= o.pointee.y ? 0 : value &>> amount
}
@inline(__always) func bodyShiftRightSigned(_ s: Slots, _ o: Operations) {
    let unused = 64 &- o.pointee.y
    let signed = Int64(bitPattern: s[o.b] &<< unused) &>> Int64(bitPattern: unused)
    let amount = min(s[o.c], 63)
    s[o.a] = UInt64(bitPattern: signed &>> Int64(bitPattern: amount)) & (UInt64.max &>> unused)
}
@inline(__always) func bodySignExtend(_ s: Slots, _ o: Operations) {
    s[o.a] = UInt64(bitPattern: extended(s[o.b], o.pointee.c)) & o.pointee.y
}
@inline(__always) func bodyMerge(_ s: Slots, _ o: Operations) {
    let kept = s[o.b] & o.pointee.x
    let placed = (s[o.c] &<< UInt64(o.pointee.d)) & o.pointee.y
    s[o.a] = kept | placed
}
@inline(__always) func bodyMergeRight(_ s: Slots, _ o: Operations) {
    let kept = (s[o.b] &>> UInt64(o.pointee.d)) & o.pointee.x
    let placed = (s[o.c] &<< o.pointee.z) & o.pointee.y
    s[o.a] = kept | placed
}
@inline(__always) func bodyCarry(_ s: Slots, _ o: Operations) {
    let mask = o.pointee.x
    let sum = (s[o.b] & mask) &+ (s[o.c] & mask) &+ o.pointee.y
    s[o.a] = sum &>> o.pointee.z
}
@inline(__always) func bodyCarryImmediate(_ s: Slots, _ o: Operations) {
    let sum = (s[o.b] & o.pointee.x) &+ o.pointee.y
    s[o.a] = sum &>> o.pointee.z
}
@inline(__always) func bodyOrTable(_ s: Slots, _ o: Operations) {
    let index = s[o.c] &* 2 &+ s[o.d]
    let entry = (o.pointee.x &>> (index &* 16)) & 0xFFFF
    s[o.a] = s[o.b] | entry
}
@inline(__always) func bodyAddFlagging(_ s: Slots, _ o: Operations) {
    addFlagging(s, o, s[o.b], s[o.c], carryAt: o.pointee.z)
}
@inline(__always) func bodyAddImmediateFlagging(_ s: Slots, _ o: Operations) {
    addFlagging(s, o, s[o.b], o.pointee.z, carryAt: UInt64(o.pointee.c))
}
@inline(__always) func addFlagging(_ s: Slots, _ o: Operations, _ p: UInt64, _ q: UInt64, carryAt width: UInt64) {
    let sum = p &+ q
    let out = (sum &>> width) &* 2
    let into = ((p ^ q ^ sum) &>> (width &- 1)) & 1
    let entry = (o.pointee.x &>> ((out &+ into) &* 16)) & 0xFFFF
    s[o.a] = sum & o.pointee.y
    s[o.d] |= entry
}
@inline(__always) func bodySelect(_ s: Slots, _ o: Operations) {
    let (then, otherwise) = (s[o.c], s[o.d])
    s[o.a] = s[o.b] != 0 ? then : otherwise
}

/// What is rare enough to be computed by the language's own arithmetic.
@inline(never) func bodyUnary(_ s: Slots, _ o: Operations) {
    let all = UnaryOperator.allCases
    s[o.a] = ConcreteArithmetic.unary(all[Int(o.pointee.x)], s[o.b], width: Int(o.pointee.y))
}
@inline(never) func bodyBinary(_ s: Slots, _ o: Operations) {
    let all = BinaryOperator.allCases
    let width = Int(o.pointee.y)
    s[o.a] = ConcreteArithmetic.binary(
        all[Int(o.pointee.x)], s[o.b], s[o.c], width: width, operandWidth: width, rightWidth: Int(o.pointee.z))
}

@inline(__always) func extended(_ value: UInt64, _ shift: UInt32) -> Int64 {
    Int64(bitPattern: value &<< UInt64(shift)) &>> Int64(shift)
}

// MARK: - Comparisons

@inline(__always) func isEqual(_ s: Slots, _ o: Operations) -> Bool { s[o.b] == s[o.c] }
@inline(__always) func isLess(_ s: Slots, _ o: Operations) -> Bool { s[o.b] < s[o.c] }
@inline(__always) func isLessSigned(_ s: Slots, _ o: Operations, shift: UInt32) -> Bool {
    Int64(bitPattern: s[o.b] &<< UInt64(shift)) < Int64(bitPattern: s[o.c] &<< UInt64(shift))
}
@inline(__always) func isEqual(_ s: Slots, _ o: Operations, to value: UInt64) -> Bool { s[o.b] == value }
@inline(__always) func isLess(_ s: Slots, _ o: Operations, than value: UInt64) -> Bool { s[o.b] < value }
@inline(__always) func isLessSigned(_ s: Slots, _ o: Operations, than value: UInt64, shift: UInt32) -> Bool {
    extended(s[o.b], shift) < Int64(bitPattern: value)
}
@inline(__always) func set(_ s: Slots, _ o: Operations, _ bit: Bool) { s[o.a] = bit ? 1 : 0 }

// MARK: - Register files

@inline(__always) func bodyElement(_ s: Slots, _ o: Operations) { s[o.a] = s[o.c &+ Int(s[o.b])] }
@inline(__always) func bodyElementBounded(_ s: Slots, _ o: Operations) {
    let index = s[o.b]
    s[o.a] = index < o.pointee.x ? s[o.c &+ Int(index)] : 0
}
@inline(__always) func bodySetElement(_ s: Slots, _ o: Operations) {
    let index = s[o.b]
    if index < o.pointee.x, s[o.d] != 0 { s[o.a &+ Int(index)] = s[o.c] }
}
