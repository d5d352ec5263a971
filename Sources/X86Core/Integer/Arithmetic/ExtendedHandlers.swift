// ADX, BMI1, BMI2 and CRC32: micro-ops of three registers. Intel SDM volume 2.

enum ExtendedHandlers {
    /// Register `a` plus `b` plus CF, into CF; or with OF in its place.
    static func addThrough(_ size: Int, overflow: Bool) -> Handler {
        switch (size, overflow) {
        case (4, false):
            return { c, o in
                let (out, of) = (ExtendedHandlers.add(c, o, UInt32.self, Core(c).cf), Core(c).of)
                Core(c).setCarryAndOverflow(cf: out, of: of)
                return next(c, o)
            }
        case (_, false):
            return { c, o in
                let (out, of) = (ExtendedHandlers.add(c, o, UInt64.self, Core(c).cf), Core(c).of)
                Core(c).setCarryAndOverflow(cf: out, of: of)
                return next(c, o)
            }
        case (4, true):
            return { c, o in
                let (out, cf) = (ExtendedHandlers.add(c, o, UInt32.self, Core(c).of), Core(c).cf)
                Core(c).setCarryAndOverflow(cf: cf, of: out)
                return next(c, o)
            }
        case (_, true):
            return { c, o in
                let (out, cf) = (ExtendedHandlers.add(c, o, UInt64.self, Core(c).of), Core(c).cf)
                Core(c).setCarryAndOverflow(cf: cf, of: out)
                return next(c, o)
            }
        }
    }

    @inline(__always)
    private static func add<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type, _ carry: Bool
    ) -> Bool {
        let (sum, first) = Core(c).get(Op(o).a, Word.self).addingReportingOverflow(Core(c).get(Op(o).b, Word.self))
        let (result, second) = sum.addingReportingOverflow(carry ? 1 : 0)
        Core(c).set(Op(o).a, result)
        return first || second
    }

    /// CRC-32C, the polynomial 11EDC6F41 read backwards: register `a` takes the bytes of `b`.
    static func checksum(_ size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                ExtendedHandlers.checksum(c, o, 1)
                return next(c, o)
            }
        case 2:
            return { c, o in
                ExtendedHandlers.checksum(c, o, 2)
                return next(c, o)
            }
        case 4:
            return { c, o in
                ExtendedHandlers.checksum(c, o, 4)
                return next(c, o)
            }
        default:
            return { c, o in
                ExtendedHandlers.checksum(c, o, 8)
                return next(c, o)
            }
        }
    }

    @inline(__always)
    private static func checksum(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ bytes: Int) {
        var sum = Core(c).get(Op(o).a, UInt32.self)
        var value = Core(c)[Op(o).b]
        let table = checksums
        for _ in 0..<bytes {
            sum = sum >> 8 ^ table[Int((sum ^ UInt32(truncatingIfNeeded: value)) & 0xFF)]
            value >>= 8
        }
        Core(c).set(Op(o).a, sum)
    }

    // Safety: made once, only read, and never freed.
    nonisolated(unsafe) private static let checksums: UnsafePointer<UInt32> = {
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
        for index in 0..<256 {
            var sum = UInt32(index)
            for _ in 0..<8 { sum = sum & 1 != 0 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
            table[index] = sum
        }
        return UnsafePointer(table)
    }()

    // MARK: - Three operands: register `a` becomes what is made of `b` and `c`

    /// The results' meaning is in the operation's name; flags are set as the manual says.
    enum Operation: CaseIterable {
        case andNot, extractField, zeroHighBits
        case resetLowest, maskToLowest, isolateLowest
        case deposit, extract
        case shiftLeft, shiftRight, shiftRightSigned, rotateRight
    }

    @inline(__always)
    private static func apply<Word: GuestWord>(_ operation: Operation, _ core: Core, _ x: Word, _ y: Word) -> Word {
        let count = y & Word(Word.bitWidth - 1)
        switch operation {
        case .andNot:
            let result = ~x & y
            core.setLogicFlags(result)
            return result
        case .extractField:
            // Start and length in the bytes of the second operand.
            let length = y >> 8 & 0xFF
            let shifted = x >> (y & 0xFF)
            let result = shifted & ((1 << length) &- 1)
            core.setLogicFlags(result)
            return result
        case .zeroHighBits:
            let index = y & 0xFF
            let result = x & ((1 << index) &- 1)
            core.setResultFlags(result, cf: index >= Word(Word.bitWidth), of: false)
            return result
        case .resetLowest:
            let result = x & (x &- 1)
            core.setResultFlags(result, cf: x == 0, of: false)
            return result
        case .maskToLowest:
            let result = x ^ (x &- 1)
            core.setResultFlags(result, cf: x == 0, of: false)
            return result
        case .isolateLowest:
            let result = x & (0 &- x)
            core.setResultFlags(result, cf: x != 0, of: false)
            return result
        case .deposit:
            var (rest, mask, result) = (x, y, Word(0))
            while mask != 0 {
                if rest & 1 != 0 { result |= mask & (0 &- mask) }
                mask &= mask &- 1
                rest >>= 1
            }
            return result
        case .extract:
            var (mask, bit, result) = (y, Word(1), Word(0))
            while mask != 0 {
                if x & mask & (0 &- mask) != 0 { result |= bit }
                mask &= mask &- 1
                bit = bit &<< 1
            }
            return result
        case .shiftLeft: return x &<< count
        case .shiftRight: return x &>> count
        case .shiftRightSigned:
            return Word(truncatingIfNeeded: Int64(bitPattern: signExtended(x)) &>> Int64(truncatingIfNeeded: count))
        case .rotateRight: return x &>> count | x &<< (0 &- count)
        }
    }

    @inline(__always)
    private static func run<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ operation: Operation, _: Word.Type
    ) {
        let (core, op) = (Core(c), Op(o))
        core.set(op.a, apply(operation, core, core.get(op.b, Word.self), core.get(op.c, Word.self)))
    }

    static func handler(_ operation: Operation, size: Int) -> Handler {
        let both = pair(operation)
        return size == 8 ? both.quadword : both.doubleword
    }

    private static func pair(_ operation: Operation) -> (doubleword: Handler, quadword: Handler) {
        switch operation {
        case .andNot:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .andNot, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .andNot, UInt64.self)
                    return next(c, o)
                }
            )
        case .extractField:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .extractField, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .extractField, UInt64.self)
                    return next(c, o)
                }
            )
        case .zeroHighBits:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .zeroHighBits, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .zeroHighBits, UInt64.self)
                    return next(c, o)
                }
            )
        case .resetLowest:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .resetLowest, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .resetLowest, UInt64.self)
                    return next(c, o)
                }
            )
        case .maskToLowest:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .maskToLowest, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .maskToLowest, UInt64.self)
                    return next(c, o)
                }
            )
        case .isolateLowest:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .isolateLowest, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .isolateLowest, UInt64.self)
                    return next(c, o)
                }
            )
        case .deposit:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .deposit, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .deposit, UInt64.self)
                    return next(c, o)
                }
            )
        case .extract:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .extract, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .extract, UInt64.self)
                    return next(c, o)
                }
            )
        case .shiftLeft:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .shiftLeft, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .shiftLeft, UInt64.self)
                    return next(c, o)
                }
            )
        case .shiftRight:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .shiftRight, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .shiftRight, UInt64.self)
                    return next(c, o)
                }
            )
        case .shiftRightSigned:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .shiftRightSigned, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .shiftRightSigned, UInt64.self)
                    return next(c, o)
                }
            )
        case .rotateRight:
            return (
                { c, o in
                    ExtendedHandlers.run(c, o, .rotateRight, UInt32.self)
                    return next(c, o)
                },
                { c, o in
                    ExtendedHandlers.run(c, o, .rotateRight, UInt64.self)
                    return next(c, o)
                }
            )
        }
    }

    // MARK: - MULX

    /// D times register `b`: the high half to `a`, the low half to `c`. No flags.
    static func multiply(_ size: Int) -> Handler {
        if size == 4 {
            return { c, o in
                let product = UInt64(Core(c).get(Register.dx, UInt32.self)) &* UInt64(Core(c).get(Op(o).b, UInt32.self))
                Core(c)[Op(o).c] = product & 0xFFFF_FFFF
                Core(c)[Op(o).a] = product >> 32
                return next(c, o)
            }
        }
        return { c, o in
            let (high, low) = Core(c)[Register.dx].multipliedFullWidth(by: Core(c)[Op(o).b])
            Core(c)[Op(o).c] = low
            Core(c)[Op(o).a] = high
            return next(c, o)
        }
    }
}
