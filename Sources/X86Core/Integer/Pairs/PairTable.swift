// The pairs, by what boots, compresses, computes digests and calls functions most. A handler may not be generic, so
// that each is a closure by itself. Docs/Design/006 tells how they were found.

extension Pairs {
    private static let move32Alone = MemoryHandlers.move(4), move64Alone = MemoryHandlers.move(8)
    private static let extendAlone = MoveHandlers.signExtend(from: 4, to: 8)
    private static let addressAlone = MoveHandlers.effectiveAddress(8, isPlain: true)
    private static let addAlone = DeadFlags.registers[0].1, andAlone = DeadFlags.registers[4].1
    private static let exclusiveOrAlone = DeadFlags.registers[8].1
    private static let andNumberAlone = DeadFlags.immediates[4].1, shiftRightAlone = DeadFlags.immediates[12].1
    private static let rotateLeftAlone = DeadFlags.immediates[16].1, rotateRightAlone = DeadFlags.immediates[18].1
    private static let load32Alone = PlainAddresses.table[2].1, load64Alone = PlainAddresses.table[3].1
    private static let store32Alone = PlainAddresses.table[6].1, store64Alone = PlainAddresses.table[7].1
    private static let loadByteAlone = MoveHandlers.load(1), loadWordAlone = MemoryHandlers.load(2)
    private static let pushAlone = StackHandlers.push, popAlone = StackHandlers.pop
    private static let pushReturnAlone = StackHandlers.pushReturn

    private static let byteEquals = comparing(BinaryFamily.compare.bytes.toMemory, 4)
    private static let byteDiffers = comparing(BinaryFamily.compare.bytes.toMemory, 5)

    /// A comparison with the jump behind it that asks for the condition of that number.
    private static func comparing(_ alone: Handler, _ condition: UInt8) -> Handler {
        guard let fused = Fusion.handler(unsafeBitCast(alone, to: UInt.self), condition) else {
            preconditionFailure("no handler compares and asks for condition \(condition)")
        }
        return fused
    }

    static var table: [Entry] { moves + arithmetic + loads + stack }

    private static let moves: [Entry] = [
        (move32Alone, move32Alone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.move32) }),
        (move32Alone, move64Alone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.move64) }),
        (move32Alone, extendAlone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.extend) }),
        (move32Alone, addAlone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.add) }),
        (move32Alone, andAlone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.and) }),
        (move32Alone, exclusiveOrAlone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.exclusiveOr) }),
        (move32Alone, shiftRightAlone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.shiftRight) }),
        (move32Alone, rotateRightAlone, { c, o in Pairs.both(c, o, Pairs.move32, Pairs.rotateRight) }),
        (move32Alone, load32Alone, { c, o in Pairs.then(c, o, Pairs.move32, Pairs.load32) }),
        (move32Alone, load64Alone, { c, o in Pairs.then(c, o, Pairs.move32, Pairs.load64) }),
        (move32Alone, store32Alone, { c, o in Pairs.then(c, o, Pairs.move32, Pairs.store32) }),
        (move64Alone, move32Alone, { c, o in Pairs.both(c, o, Pairs.move64, Pairs.move32) }),
        (move64Alone, move64Alone, { c, o in Pairs.both(c, o, Pairs.move64, Pairs.move64) }),
        (move64Alone, load32Alone, { c, o in Pairs.then(c, o, Pairs.move64, Pairs.load32) }),
        (move64Alone, load64Alone, { c, o in Pairs.then(c, o, Pairs.move64, Pairs.load64) }),
        (move64Alone, store64Alone, { c, o in Pairs.then(c, o, Pairs.move64, Pairs.store64) }),
        (move64Alone, pushAlone, { c, o in Pairs.then(c, o, Pairs.move64, Pairs.push) }),
        (move64Alone, pushReturnAlone, { c, o in Pairs.then(c, o, Pairs.move64, Pairs.pushReturn) }),
        (extendAlone, loadByteAlone, { c, o in Pairs.then(c, o, Pairs.extend, Pairs.loadByte) }),
        (addressAlone, move64Alone, { c, o in Pairs.both(c, o, Pairs.address, Pairs.move64) }),
        (addressAlone, addressAlone, { c, o in Pairs.both(c, o, Pairs.address, Pairs.address) }),
        (addressAlone, load64Alone, { c, o in Pairs.then(c, o, Pairs.address, Pairs.load64) }),
        (addressAlone, store64Alone, { c, o in Pairs.then(c, o, Pairs.address, Pairs.store64) }),
    ]

    private static let arithmetic: [Entry] = [
        (addAlone, move32Alone, { c, o in Pairs.both(c, o, Pairs.add, Pairs.move32) }),
        (addAlone, rotateRightAlone, { c, o in Pairs.both(c, o, Pairs.add, Pairs.rotateRight) }),
        (andAlone, addAlone, { c, o in Pairs.both(c, o, Pairs.and, Pairs.add) }),
        (andAlone, exclusiveOrAlone, { c, o in Pairs.both(c, o, Pairs.and, Pairs.exclusiveOr) }),
        (exclusiveOrAlone, move32Alone, { c, o in Pairs.both(c, o, Pairs.exclusiveOr, Pairs.move32) }),
        (exclusiveOrAlone, andAlone, { c, o in Pairs.both(c, o, Pairs.exclusiveOr, Pairs.and) }),
        (exclusiveOrAlone, exclusiveOrAlone, { c, o in Pairs.both(c, o, Pairs.exclusiveOr, Pairs.exclusiveOr) }),
        (exclusiveOrAlone, rotateLeftAlone, { c, o in Pairs.both(c, o, Pairs.exclusiveOr, Pairs.rotateLeft) }),
        (exclusiveOrAlone, rotateRightAlone, { c, o in Pairs.both(c, o, Pairs.exclusiveOr, Pairs.rotateRight) }),
        (shiftRightAlone, rotateRightAlone, { c, o in Pairs.both(c, o, Pairs.shiftRight, Pairs.rotateRight) }),
        (shiftRightAlone, exclusiveOrAlone, { c, o in Pairs.both(c, o, Pairs.shiftRight, Pairs.exclusiveOr) }),
        (rotateLeftAlone, addAlone, { c, o in Pairs.both(c, o, Pairs.rotateLeft, Pairs.add) }),
        (rotateLeftAlone, exclusiveOrAlone, { c, o in Pairs.both(c, o, Pairs.rotateLeft, Pairs.exclusiveOr) }),
        (rotateLeftAlone, rotateLeftAlone, { c, o in Pairs.both(c, o, Pairs.rotateLeft, Pairs.rotateLeft) }),
        (rotateRightAlone, andAlone, { c, o in Pairs.both(c, o, Pairs.rotateRight, Pairs.and) }),
        (rotateRightAlone, exclusiveOrAlone, { c, o in Pairs.both(c, o, Pairs.rotateRight, Pairs.exclusiveOr) }),
        (rotateRightAlone, rotateRightAlone, { c, o in Pairs.both(c, o, Pairs.rotateRight, Pairs.rotateRight) }),
    ]

    private static let loads: [Entry] = [
        (load32Alone, load32Alone, { c, o in Pairs.loading(c, o, UInt32.self, Pairs.load32) }),
        (load32Alone, store32Alone, { c, o in Pairs.loading(c, o, UInt32.self, Pairs.store32) }),
        (load32Alone, move32Alone, { c, o in Pairs.loading(c, o, UInt32.self) { Pairs.alone($0, $1, Pairs.move32) } }),
        (load32Alone, andNumberAlone, { c, o in
            Pairs.loading(c, o, UInt32.self) { Pairs.alone($0, $1, Pairs.andNumber) }
        }),
        (load64Alone, load32Alone, { c, o in Pairs.loading(c, o, UInt64.self, Pairs.load32) }),
        (load64Alone, load64Alone, { c, o in Pairs.loading(c, o, UInt64.self, Pairs.load64) }),
        (load64Alone, store64Alone, { c, o in Pairs.loading(c, o, UInt64.self, Pairs.store64) }),
        (load64Alone, pushReturnAlone, { c, o in Pairs.loading(c, o, UInt64.self, Pairs.pushReturn) }),
        (load64Alone, move64Alone, { c, o in Pairs.loading(c, o, UInt64.self) { Pairs.alone($0, $1, Pairs.move64) } }),
        (BinaryFamily.add.quadwords.registers, byteDiffers, { c, o in
            Pairs.addingAndComparing(c, o, UInt8.self, NotEqual.self)
        }),
        (BinaryFamily.add.quadwords.registers, byteEquals, { c, o in
            Pairs.addingAndComparing(c, o, UInt8.self, Equal.self)
        }),
        (BinaryFamily.and.doublewords.immediate, loadWordAlone, { c, o in
            Binary.toRegister(c, o, And.self, UInt32.self, ImmediateOperand.self)
            return Pairs.loadWord(c, o + MicroOp.stride)
        }),
    ]

    private static let stack: [Entry] = [
        (pushAlone, pushAlone, { c, o in Pairs.pushing(c, o, Core(c)[Op(o).a], Pairs.push) }),
        (pushAlone, move64Alone, { c, o in
            Pairs.pushing(c, o, Core(c)[Op(o).a]) { Pairs.alone($0, $1, Pairs.move64) }
        }),
        (pushAlone, move32Alone, { c, o in
            Pairs.pushing(c, o, Core(c)[Op(o).a]) { Pairs.alone($0, $1, Pairs.move32) }
        }),
        (pushReturnAlone, FlowHandlers.far, { c, o in
            Pairs.pushing(c, o, Core(c)[Register.block] &+ Op(o).immediate, Pairs.far)
        }),
        (popAlone, popAlone, { c, o in Pairs.popping(c, o, StackHandlers.popQuick) }),
        (popAlone, FlowHandlers.returnNear, { c, o in Pairs.popping(c, o, FlowHandlers.returnQuick) }),
    ]
}
