// BMI1 and BMI2. The prefix names the third register; W alone says how wide the operands are.

enum ExtendedEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        typealias Operation = ExtendedHandlers.Operation
        // The register of the prefix is the first operand.
        for (name, operation) in [("ANDN", Operation.andNot), ("PDEP", .deposit), ("PEXT", .extract)] {
            table[name] = { b, i in
                let size = BitEmitters.wide(b, i)
                let y = b.read(b.rm(size: size), size: size)
                b.emit(ExtendedHandlers.handler(operation, size: size), a: i.reg, b: i.third, c: y)
            }
        }
        let counted: [(String, Operation)] = [
            ("BEXTR", .extractField), ("BZHI", .zeroHighBits), ("SHLX", .shiftLeft), ("SHRX", .shiftRight),
            ("SARX", .shiftRightSigned),
        ]
        for (name, operation) in counted {
            table[name] = { b, i in
                let size = BitEmitters.wide(b, i)
                let x = b.read(b.rm(size: size), size: size)
                b.emit(ExtendedHandlers.handler(operation, size: size), a: i.reg, b: x, c: i.third)
            }
        }
        // The register of the prefix is the destination.
        for (name, operation) in [("BLSR", Operation.resetLowest), ("BLSMSK", .maskToLowest), ("BLSI", .isolateLowest)] {
            table[name] = { b, i in
                let size = BitEmitters.wide(b, i)
                let x = b.read(b.rm(size: size), size: size)
                b.emit(ExtendedHandlers.handler(operation, size: size), a: i.third, b: x, c: Register.none)
            }
        }
        table["RORX"] = { b, i in
            let size = BitEmitters.wide(b, i)
            let x = b.read(b.rm(size: size), size: size)
            b.emit(MemoryHandlers.constant, a: Register.t1, immediate: i.immediate)
            b.emit(ExtendedHandlers.handler(.rotateRight, size: size), a: i.reg, b: x, c: Register.t1)
        }
        table["MULX"] = { b, i in
            let size = BitEmitters.wide(b, i)
            let y = b.read(b.rm(size: size), size: size)
            b.emit(ExtendedHandlers.multiply(size), a: i.reg, b: y, c: i.third)
        }
        return table
    }()
}
