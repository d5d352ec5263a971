import Images

/// How an instruction was found, from the surest to the least sure.
public enum Certainty: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// Control reaches it from a symbol or the entry point, by going on or by transfers that name their target.
    case followed = 1
    /// It stands behind what was followed, and nothing is known to lead there.
    case linear = 2
    /// The same, and bytes before it make no sense: it may be data, or begin elsewhere.
    case doubtful = 3

    public static func < (a: Certainty, b: Certainty) -> Bool { a.rawValue < b.rawValue }
}

/// One region of code with the instructions that were found in it.
struct SweptRegion {
    /// For each byte: the instruction that begins there, or 0.
    private(set) var marks: [Mark]
    /// Bytes that no instruction covers because no encoding fits there.
    private(set) var undescribed = 0
    /// Bytes that symbols say are data.
    private(set) var data = 0
    /// Bytes that fill the space between functions.
    private(set) var filling = 0

    struct Mark {
        /// One more than the encoding; 0: no instruction begins here.
        var encoding: UInt16 = 0
        var length: UInt8 = 0
        var certainty: UInt8 = 0
    }

    private let address: UInt64
    private let isData: (Int) -> Int?
    private let alignment: Int

    /// Follows control from the roots, then looks at what is left in order.
    ///
    /// - Parameter roots: offsets at which an instruction begins.
    /// - Parameter isData: for an offset, the end of the data object that lies there.
    init(
        _ region: CodeRegion, roots: [Int], isData: @escaping (Int) -> Int?, decoder: some CodeDecoder
    ) {
        address = region.address
        alignment = decoder.alignment
        self.isData = isData
        marks = Array(repeating: Mark(), count: region.bytes.count)
        region.bytes.withUnsafeBufferPointer { code in
            marks.withUnsafeMutableBufferPointer { marks in
                SweptRegion.follow(roots, in: code, at: region.address, &marks, decoder)
            }
            sweep(code, decoder)
        }
    }

    private static func follow<D: CodeDecoder>(
        _ roots: [Int], in code: UnsafeBufferPointer<UInt8>, at address: UInt64,
        _ marks: inout UnsafeMutableBufferPointer<Mark>, _ decoder: D
    ) {
        var open: [Int] = []
        for root in roots {
            open.append(root)
            while var place = open.popLast() {
                var isBehindCall = false
                while place >= 0, place < code.count, marks[place].encoding == 0, place % decoder.alignment == 0 {
                    let rest = UnsafeBufferPointer(rebasing: code[place...])
                    let unit = decoder.decode(rest, at: address &+ UInt64(place / decoder.alignment * decoder.addressesPerPlace))
                    guard let encoding = unit.encoding else { break }
                    // Behind a call that does not come back, compilers and linkers fill up.
                    if isBehindCall, unit.isFiller { break }
                    isBehindCall = unit.flow.contains(.call)
                    marks[place] = Mark(
                        encoding: UInt16(truncatingIfNeeded: encoding + 1), length: UInt8(clamping: unit.length),
                        certainty: Certainty.followed.rawValue)
                    let end = place + unit.length
                    if unit.flow.contains(.target), let distance = unit.distance {
                        let target = Int64(end).addingReportingOverflow(distance)
                        if !target.overflow, target.partialValue >= 0, target.partialValue < Int64(code.count),
                            marks[Int(target.partialValue)].encoding == 0
                        {
                            open.append(Int(target.partialValue))
                        }
                    }
                    guard unit.flow.contains(.next) else { break }
                    place = end
                }
            }
        }
    }

    /// What nothing led to, between the instructions that were followed.
    private mutating func sweep<D: CodeDecoder>(_ code: UnsafeBufferPointer<UInt8>, _ decoder: D) {
        var place = 0
        var gapEnd = 0
        var certainty = Certainty.linear
        // Nothing goes on into this place: the code before it ends, or has been filled up.
        var isBehindEnd = true
        var filledTo = -1
        while place < code.count {
            if marks[place].encoding != 0 {
                place += max(1, Int(marks[place].length))
                certainty = .linear
                isBehindEnd = true
                continue
            }
            if let end = isData(place) {
                let stop = min(max(end, place + 1), code.count)
                data += stop - place
                place = stop
                certainty = .linear
                isBehindEnd = true
                continue
            }
            if gapEnd <= place {
                gapEnd = place + 1
                while gapEnd < code.count, marks[gapEnd].encoding == 0 { gapEnd += 1 }
            }
            let rest = UnsafeBufferPointer(rebasing: code[place...])
            let unit = decoder.decode(rest, at: address &+ UInt64(place / decoder.alignment * decoder.addressesPerPlace))
            // An instruction that runs into a followed one begins at the wrong place.
            guard place % alignment == 0, let encoding = unit.encoding, place + unit.length <= gapEnd else {
                let step = alignment - place % alignment
                undescribed += min(step, code.count - place)
                place += step
                certainty = .doubtful
                isBehindEnd = false
                continue
            }
            let end = place + unit.length
            let isRun = end == gapEnd || code[end] == code[place] || filledTo == place
            if isBehindEnd, isRun, unit.isFiller {
                filling += unit.length
                place = end
                filledTo = end
                continue
            }
            isBehindEnd = !unit.flow.contains(.next) || unit.flow.contains(.call)
            marks[place] = Mark(
                encoding: UInt16(truncatingIfNeeded: encoding + 1), length: UInt8(clamping: unit.length),
                certainty: certainty.rawValue)
            place = end
        }
    }
}
