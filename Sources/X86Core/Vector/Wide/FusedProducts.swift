import CHostVector

// FMA: products that are added without having been rounded. By the host's instructions where it has them, else by
// `ExactProduct`. Intel SDM volume 1, section 14.5.

enum FusedProducts {
    /// Which operands are multiplied with each other, and to which the product is added: 1 is the destination, 2 the
    /// register of the prefix, 3 the rm operand.
    static let orders = ["132", "213", "231"]
    static let operations = ["MADD", "MSUB", "NMADD", "NMSUB", "MADDSUB", "MSUBADD"]
    private static let types = ["PS", "PD", "SS", "SD"]

    /// Asked once: the host does not change.
    private static let isHostAble = host_has_fma()

    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for (order, orderName) in orders.enumerated() {
            for (operation, operationName) in operations.enumerated() {
                for (type, typeName) in types.enumerated() where type < 2 || operation < 4 {
                    let name = "VF\(operationName)\(orderName)\(typeName)"
                    let kind = FusedKind(order: UInt8(order), operation: UInt8(operation), type: UInt8(type))
                    let handler = isHostAble ? host_fused(kind.order, kind.operation, kind.type) : nil
                    table[name + (type < 2 ? " ymm,ymm,ymm/m" : " xmm,xmm,xmm/m")] = emitter(kind, handler ?? portable)
                }
            }
        }
        return table
    }()

    private static func emitter(_ kind: FusedKind, _ handler: @escaping Handler) -> Emitter {
        { b, i in
            let isWide = kind.isPacked && i.is256
            let source = b.wideSource(size: isWide ? 32 : kind.isPacked ? 16 : kind.isDouble ? 8 : 4)
            b.guarded(i.reg, kind.tiny, isWide: isWide) { builder in
                builder.emit(handler, a: i.reg, b: i.third, c: source, d: kind.rawValue)
                let upper = VectorRegister.upper
                if isWide {
                    builder.emit(handler, a: upper(i.reg), b: upper(i.third), c: upper(source), d: kind.rawValue)
                } else {
                    builder.emit(WideRegisters.clear, a: upper(i.reg))
                }
            }
        }
    }

    /// Vector register `a`, with `b` and the one that `c` is the number of; `d` says what.
    static let portable: Handler = { c, o in
        let (core, op) = (Core(c), Op(o))
        FusedProducts.compute(FusedKind(rawValue: op.d), core.vector(op.a), core.vector(op.b), core.vector(op.c))
        return next(c, o)
    }

    /// The host's MXCSR says how to round, and gets the flags.
    static func compute(
        _ kind: FusedKind, _ first: UnsafeMutableRawPointer, _ second: UnsafeRawPointer, _ third: UnsafeRawPointer
    ) {
        var control = host_mxcsr()
        let format: BinaryFormat = kind.isDouble ? .double : .single
        let size = kind.isDouble ? 8 : 4
        func number(_ operand: UnsafeRawPointer, _ index: Int) -> UInt64 {
            size == 8
                ? operand.load(fromByteOffset: 8 * index, as: UInt64.self)
                : UInt64(operand.load(fromByteOffset: 4 * index, as: UInt32.self))
        }
        for index in 0..<(kind.isPacked ? 16 / size : 1) {
            let operands = [
                number(UnsafeRawPointer(first), index), number(second, index), number(third, index),
            ]
            let places = kind.places
            let product = ExactProduct(format: format, control: control)
            let result = product.sum(
                operands[places.x], operands[places.y], operands[places.z], negatesProduct: kind.negatesProduct,
                negatesAddend: kind.negatesAddend(index))
            control |= result.flags
            if size == 8 {
                first.storeBytes(of: result.bits, toByteOffset: 8 * index, as: UInt64.self)
            } else {
                first.storeBytes(of: UInt32(truncatingIfNeeded: result.bits), toByteOffset: 4 * index, as: UInt32.self)
            }
        }
        host_set_mxcsr(control)
    }
}

/// One of the sixty instructions, in a byte.
struct FusedKind {
    var rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }
    init(order: UInt8, operation: UInt8, type: UInt8) { rawValue = order << 5 | operation << 2 | type }

    var order: UInt8 { rawValue >> 5 }
    var operation: UInt8 { rawValue >> 2 & 7 }
    var type: UInt8 { rawValue & 3 }
    var isPacked: Bool { type < 2 }
    var isDouble: Bool { type & 1 != 0 }
    var negatesProduct: Bool { operation == 2 || operation == 3 }

    /// In the last two operations neighbours take turns.
    func negatesAddend(_ index: Int) -> Bool {
        switch operation {
        case 1, 3: true
        case 4: index & 1 == 0
        case 5: index & 1 != 0
        default: false
        }
    }

    /// x times y plus z, by places among the operands.
    var places: (x: Int, y: Int, z: Int) {
        switch order {
        case 0: (0, 2, 1)
        case 1: (1, 0, 2)
        default: (1, 2, 0)
        }
    }

    var tiny: TinyResult {
        switch type {
        case 0: .fourSingles
        case 1: .twoDoubles
        case 2: .oneSingle
        default: .oneDouble
        }
    }
}
