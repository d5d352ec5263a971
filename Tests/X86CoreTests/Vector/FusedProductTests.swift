import CHostVector
import Testing

@testable import X86Core

extension NativeTests {
    /// Fused products in integers against the host's own: values, flags, rounding, denormals, NaNs of every order.
    @Suite struct FusedProductTests {
        @Test(.enabled(if: host_has_fma(), "the host has no FMA"))
        func theHostAgreesWithExactProducts() throws {
            var operands = VectorOperands(generator: SplitMix(state: 21))
            let own = host_mxcsr()
            let machine = TestMachine()
            let core = machine.core
            var differences: [String: Int] = [:]
            var compared = 0
            for round in 0..<400 {
                let control = VectorNativeTests.masked[round % VectorNativeTests.masked.count] & ~0x3F
                for raw in UInt8(0)..<96 {
                    let kind = FusedKind(rawValue: raw)
                    guard let handler = host_fused(kind.order, kind.operation, kind.type) else { continue }
                    for number in UInt8(0)..<3 { core.setVector(number, operands.half(), operands.half()) }
                    // Half of the sums are of numbers that nearly cancel.
                    if operands.generator.next() & 1 == 0 { cancel(core, kind) }
                    core.copyVector(to: 3, from: 0)
                    var op = MicroOp(handler: 0)
                    (op.a, op.b, op.c) = (0, 1, 2)
                    var ops = [op, MicroOp(handler: unsafeBitCast(FlowHandlers.exit, to: UInt.self))]
                    host_set_mxcsr(control)
                    ops.withUnsafeMutableBytes { _ = handler(core.raw, $0.baseAddress!) }
                    let hostFlags = host_mxcsr()
                    host_set_mxcsr(control)
                    FusedProducts.compute(kind, core.vector(3), core.vector(1), core.vector(2))
                    let flags = host_mxcsr()
                    host_set_mxcsr(own)
                    compared += 1
                    let isEqual = core.half(0, 0) == core.half(3, 0) && core.half(0, 1) == core.half(3, 1)
                    if !isEqual || flags != hostFlags {
                        let name = "\(FusedProducts.operations[Int(kind.operation)])\(FusedProducts.orders[Int(kind.order)])"
                        differences["\(name) type \(kind.type) \(isEqual ? "flags" : "value")", default: 0] += 1
                    }
                }
            }
            #expect(differences.isEmpty, "\(differences)")
            #expect(compared > 20_000)
        }

        /// The addend becomes minus the rounded product, a little more or less.
        private func cancel(_ core: Core, _ kind: FusedKind) {
            let (x, y, z) = (UInt8(kind.places.x), UInt8(kind.places.y), UInt8(kind.places.z))
            for index in 0..<2 where kind.isDouble {
                let product = Double(bitPattern: core.half(x, index)) * Double(bitPattern: core.half(y, index))
                core.setElement(z, index, (-product).bitPattern &+ UInt64(index))
            }
            for index in 0..<4 where !kind.isDouble {
                let x = Float(bitPattern: core.element(x, index, UInt32.self))
                let y = Float(bitPattern: core.element(y, index, UInt32.self))
                core.setElement(z, index, (-(x * y)).bitPattern &- UInt32(index & 1))
            }
        }
    }
}
