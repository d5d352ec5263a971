import ISALanguage

/// How the bits of a unit come out of the cells that its fetch loads, found by running the machine's own
/// fetch program on altered cells: so a unit can be written where the machine fetches it from.
struct FetchedCells {
    /// The cells that the fetch loads, as addresses of the machine below, in the order of loading.
    var addresses: [UInt64]
    /// What they hold, the guest's own contents.
    var contents: [UInt64]
    var unit: UInt64

    /// Which bit of which loaded cell each bit of the unit is.
    struct Layout: Hashable {
        var sources: [Source?]
        struct Source: Hashable {
            var cell: Int
            var bit: Int
        }
    }

    /// The cells' contents with which the fetch gives `wanted`; nil if they cannot be found.
    ///
    /// - Parameters:
    ///   - layouts: what earlier calls found; most machines have one layout only.
    ///   - refetch: the unit fetched when the cells hold these contents, nil if the fetch traps.
    func contents(
        giving wanted: UInt64, cellWidth: Int, unitWidth: Int, layouts: inout [Layout],
        refetch: ([UInt64]) -> UInt64?
    ) -> [UInt64]? {
        for layout in layouts {
            if let found = apply(layout, wanted), refetch(found) == wanted { return found }
        }
        guard let layout = probe(cellWidth: cellWidth, unitWidth: unitWidth, refetch: refetch),
            let found = apply(layout, wanted), refetch(found) == wanted
        else { return nil }
        layouts.append(layout)
        return found
    }

    private func apply(_ layout: Layout, _ wanted: UInt64) -> [UInt64]? {
        var result = contents
        for (bit, source) in layout.sources.enumerated() {
            let value = (wanted >> UInt64(bit)) & 1
            guard let source, result.indices.contains(source.cell) else {
                // A bit that no cell gives must already be right.
                if (unit >> UInt64(bit)) & 1 != value { return nil }
                continue
            }
            let mask: UInt64 = 1 << UInt64(source.bit)
            result[source.cell] = value == 1 ? result[source.cell] | mask : result[source.cell] & ~mask
        }
        return result
    }

    /// Inverts one bit after the other and looks which bit of the unit follows.
    private func probe(cellWidth: Int, unitWidth: Int, refetch: ([UInt64]) -> UInt64?) -> Layout? {
        var sources: [Layout.Source?] = Array(repeating: nil, count: unitWidth)
        for cell in contents.indices {
            for bit in 0..<cellWidth {
                var altered = contents
                altered[cell] ^= 1 << UInt64(bit)
                guard let changed = refetch(altered).map({ $0 ^ unit }), changed.nonzeroBitCount == 1 else { continue }
                let position = changed.trailingZeroBitCount
                if position < unitWidth, sources[position] == nil {
                    sources[position] = Layout.Source(cell: cell, bit: bit)
                }
            }
        }
        return sources.allSatisfy({ $0 == nil }) ? nil : Layout(sources: sources)
    }
}
