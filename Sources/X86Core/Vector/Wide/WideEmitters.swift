import CHostVector

/// Instructions with VEX prefixes, by mnemonic and form. What SSE has they do half by half with its own handlers, with
/// a destination that is no operand; forms with `ymm` have 16 or 32 bytes as VEX.L says, forms with `xmm` 16.
enum WideEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        let parts = [
            WideRegisters.table, lanes, floating, WideMoves.table, WideParts.table, MaskedMoves.table, Gathers.table,
            FusedProducts.table, HalfPrecision.table,
        ]
        for part in parts { table.merge(part) { first, _ in first } }
        return table
    }()

    // MARK: - Integer lanes

    /// Immediates of which each half has its own part.
    private static let parted: [String: Controls] = [
        "SHUFPD": { ($0 & 3, $0 >> 2 & 3) }, "BLENDPD": { ($0 & 3, $0 >> 2 & 3) }, "BLENDPS": { ($0 & 15, $0 >> 4) },
        "MPSADBW": { ($0 & 7, $0 >> 3 & 7) },
    ]
    private static let whole: Controls = { ($0, $0) }

    private static var lanes: [String: Emitter] {
        var table: [String: Emitter] = [:]
        let parts = [
            IntegerLanes.sums, IntegerLanes.products, IntegerLanes.comparisons, IntegerLanes.bits, IntegerLanes.orders,
            IntegerLanes.controlled, Ciphers.rounds, Ciphers.controlled, ["PCMPGTQ": handle_pcmpgtq],
        ]
        for (name, handler) in parts.joined() {
            let controls = parted[name] ?? whole
            table["V\(name) xmm,xmm,xmm/m"] = binary(handler, mayBeWide: false, controls)
            table["V\(name) ymm,ymm,ymm/m"] = binary(handler, mayBeWide: true, controls)
            table["V\(name) xmm,xmm/m"] = unary(handler, mayBeWide: false)
            table["V\(name) ymm,ymm/m"] = unary(handler, mayBeWide: true)
        }
        table["VPBLENDD ymm,ymm,ymm/m"] = binary(handle_blendps, mayBeWide: true, parted["BLENDPS"] ?? whole)
        table["VPERMILPS ymm,ymm/m"] = unary(handle_pshufd, mayBeWide: true)
        for (name, handler) in IntegerLanes.shifts {
            table["V\(name) xmm,xmm,xmm/m"] = shifted(handler, mayBeWide: false)
            table["V\(name) ymm,ymm,ymm/m"] = shifted(handler, mayBeWide: true)
        }
        for (name, handler) in IntegerLanes.counted {
            table["V\(name) xmm,xmm"] = counted(handler, mayBeWide: false)
            table["V\(name) ymm,ymm"] = counted(handler, mayBeWide: true)
        }
        for (size, part) in [(8, IntegerLanes.widening8), (4, IntegerLanes.widening4), (2, IntegerLanes.widening2)] {
            for (name, handler) in part {
                table["V\(name) xmm,xmm/m"] = widening(handler, size: size, mayBeWide: false)
                table["V\(name) ymm,ymm/m"] = widening(handler, size: size, mayBeWide: true)
            }
        }
        return table
    }

    static func binary(
        _ handler: @escaping Handler, mayBeWide: Bool, _ controls: @escaping Controls = whole
    ) -> Emitter {
        { b, i in
            let isWide = mayBeWide && i.is256
            let source = b.wideSource(size: isWide ? 32 : 16)
            b.halves(handler, i.reg, i.third, source, isWide: isWide, controls(b.control))
        }
    }

    private static func unary(_ handler: @escaping Handler, mayBeWide: Bool) -> Emitter {
        { b, i in
            let isWide = mayBeWide && i.is256
            let source = b.wideSource(size: isWide ? 32 : 16)
            b.halves(handler, i.reg, of: source, isWide: isWide, (b.control, b.control))
        }
    }

    /// By the low half of the last operand, which has 16 bytes always.
    private static func shifted(_ handler: @escaping Handler, mayBeWide: Bool) -> Emitter {
        { b, i in
            let source = b.wideSource(size: 16)
            b.halves(handler, i.reg, i.third, source, isWide: mayBeWide && i.is256, sharesSecond: true)
        }
    }

    /// By an immediate; the prefix names the destination.
    private static func counted(_ handler: @escaping Handler, mayBeWide: Bool) -> Emitter {
        { b, i in
            let isWide = mayBeWide && i.is256
            b.halves(handler, i.third, i.rm, i.rm, isWide: isWide, (b.control, b.control))
        }
    }

    private static func widening(_ handler: @escaping Handler, size: Int, mayBeWide: Bool) -> Emitter {
        { b, i in
            let isWide = mayBeWide && i.is256
            let source = b.wideSource(size: isWide ? 2 * size : size)
            b.widened(handler, i.reg, of: source, size: UInt8(size), isWide: isWide)
        }
    }

    // MARK: - Floating point

    private static let relations: [String: Handler] = [
        "CMPPS": handle_cmpps_relation, "CMPPD": handle_cmppd_relation, "CMPSS": handle_cmpss_relation,
        "CMPSD": handle_cmpsd_relation,
    ]
    private static let fromNarrower: Set<String> = ["CVTPS2PD", "CVTDQ2PD"]
    private static let toNarrower: Set<String> = ["CVTPD2PS", "CVTPD2DQ", "CVTTPD2DQ"]

    private static var floating: [String: Emitter] {
        var table: [String: Emitter] = [:]
        let parts = [
            FloatingLanes.sums, FloatingLanes.products, FloatingLanes.others, FloatingLanes.controlled,
            FloatingLanes.conversions,
        ]
        for (name, lane) in parts.joined() {
            let many = relations[name]
            table["V\(name) xmm,xmm,xmm/m"] = binary(lane, many, mayBeWide: false)
            table["V\(name) ymm,ymm,ymm/m"] = binary(lane, many, mayBeWide: true)
            if fromNarrower.contains(name) {
                table["V\(name) ymm,ymm/m"] = widening(lane)
            } else {
                table["V\(name) ymm,ymm/m"] = toNarrower.contains(name) ? narrowing(lane) : unary(lane)
            }
        }
        for (name, lane) in FloatingLanes.flags { table["V\(name) xmm,xmm/m"] = VectorEmitters.arithmetic(lane) }
        for (name, handlers) in FloatingLanes.fromGeneral { table["V\(name) xmm,xmm,reg/m"] = fromGeneral(handlers) }
        for (size, part) in [(4, FloatingLanes.toGeneral4), (8, FloatingLanes.toGeneral8)] {
            for (name, handlers) in part {
                table["V\(name) reg,xmm/m"] = VectorEmitters.convertedTo(handlers, size: size)
            }
        }
        return table
    }

    /// - Parameter many: where the immediate may be greater than that of SSE's instruction: for those.
    private static func binary(_ lane: FloatingLane, _ many: Handler?, mayBeWide: Bool) -> Emitter {
        { b, i in
            let isWide = mayBeWide && i.is256
            let source = b.wideSource(size: isWide ? 32 : lane.size)
            var control = b.control
            var handler = lane.handler
            if let many {
                control &= 31
                if control > 7 { handler = many }
            }
            b.guarded(i.reg, lane.tiny, isWide: isWide) {
                $0.halves(handler, i.reg, i.third, source, isWide: isWide, (control, control))
            }
        }
    }

    private static func unary(_ lane: FloatingLane) -> Emitter {
        { b, i in
            let source = b.wideSource(size: i.is256 ? 32 : 16)
            b.guarded(i.reg, lane.tiny, isWide: i.is256) {
                $0.halves(lane.handler, i.reg, of: source, isWide: i.is256, ($0.control, $0.control))
            }
        }
    }

    private static func widening(_ lane: FloatingLane) -> Emitter {
        { b, i in
            let source = b.wideSource(size: i.is256 ? 16 : 8)
            b.guarded(i.reg) { $0.widened(lane.handler, i.reg, of: source, size: 8, isWide: i.is256) }
        }
    }

    private static func narrowing(_ lane: FloatingLane) -> Emitter {
        { b, i in
            let source = b.wideSource(size: i.is256 ? 32 : 16)
            let tiny: TinyResult = lane.tiny == .twoSingles && i.is256 ? .fourSingles : lane.tiny
            b.guarded(i.reg, tiny) { $0.narrowed(lane.handler, i.reg, of: source, isWide: i.is256) }
        }
    }

    private static func fromGeneral(_ handlers: (narrow: Handler, wide: Handler)) -> Emitter {
        { b, i in
            let isLong = i.isWide && b.mode.isLong64
            let source = b.generalSource(size: isLong ? 8 : 4)
            b.guarded(i.reg) { builder in
                // The number comes from a general register, which no half of a vector stands in the way of.
                builder.emit(WideRegisters.copyClearing, a: i.reg, b: i.third)
                builder.emit(isLong ? handlers.wide : handlers.narrow, a: i.reg, b: source)
            }
        }
    }
}
