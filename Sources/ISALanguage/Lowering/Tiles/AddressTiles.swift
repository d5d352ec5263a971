// Patterns of storage accesses.

extension TileSelector {
    /// An address in the form that loads and stores take; every address has one.
    func address(_ id: NodeID) -> AddressTile {
        var tile = AddressTile(base: id)
        if !isReady(id), case .binary(.add, let p, let q) = graph[id], let offset = graph.constant(q) {
            tile.base = p
            tile.offset = offset
        }
        let inner = displaced(tile.base)
        // Without a mask in between, displacement and offset are one number.
        if inner.mask == .max {
            return AddressTile(base: inner.base, offset: inner.displacement &+ tile.offset)
        }
        return AddressTile(base: inner.base, displacement: inner.displacement, mask: inner.mask, offset: tile.offset)
    }

    /// A value as (base + displacement) & mask.
    func displaced(_ id: NodeID) -> AddressTile {
        guard !isReady(id) else { return AddressTile(base: id) }
        if let masked = graph.maskOperand(id) {
            if !isReady(masked.value), case .binary(.add, let p, let q) = graph[masked.value],
                let displacement = graph.constant(q)
            {
                return AddressTile(base: p, displacement: displacement, mask: masked.mask)
            }
            return AddressTile(base: masked.value, mask: masked.mask)
        }
        if case .binary(.add, let p, let q) = graph[id], let displacement = graph.constant(q) {
            return AddressTile(base: p, displacement: displacement)
        }
        return AddressTile(base: id)
    }

    func load(_ address: NodeID, _ guarded: NodeID?, _ known: Bool) -> Tile {
        if let guarded {
            return Tile(MicroOp(.loadBounded, x: graph.storageCount), b: address, c: guarded)
        }
        if let cell = graph.constant(address) {
            return cell < graph.storageCount ? Tile(MicroOp(.loadConstant, x: cell)) : Tile(MicroOp(.constant))
        }
        guard known else {
            return Tile(MicroOp(.loadBounded, x: graph.storageCount), b: address, c: nil)
        }
        let tile = self.address(address)
        return Tile(MicroOp(.load, x: tile.displacement, y: tile.mask, z: tile.offset), b: tile.base)
    }

    /// Registers that lie over the first cells: `if a < n then r[a] else e[a]`.
    func overlay(_ condition: NodeID, _ a: NodeID, _ b: NodeID) -> Tile? {
        guard !isReady(a), !isReady(b), case .element(let first, let elements, let index) = graph[a],
            case .load(let cell, let guarded, true) = graph[b],
            let file = RegisterOverlay(condition, index, first, elements, self)
        else { return nil }
        if let guarded, !graph.isNegation(guarded, of: condition) { return nil }
        guard let tile = file.access(to: cell, self) else { return nil }
        return Tile(
            MicroOp(.loadOverlaid, c: file.packed, x: tile.displacement, y: tile.mask, z: tile.offset), b: tile.base)
    }
}

/// Registers that are also the first cells of storage.
struct RegisterOverlay {
    let address: NodeID
    let first: Int
    let count: UInt64

    /// `condition` says that the address is that of a register, and `index` that it is this one.
    init?(_ condition: NodeID, _ index: NodeID, _ first: Int, _ elements: Int, _ selector: TileSelector) {
        let graph = selector.graph
        guard case .binary(.less, let address, let limit) = graph[condition], let count = graph.constant(limit),
            count > 0, count <= UInt64(elements), count < 1 << 16, first < 1 << 16
        else { return nil }
        if index != address {
            // The index takes the address's low bits: all that an address below the count has.
            let (value, mask) = graph.maskOperand(address) ?? (address, .max)
            guard let low = graph.maskOperand(index), low.mask & (low.mask &+ 1) == 0, (count &- 1) & ~low.mask == 0,
                low.value == address || (low.value == value && mask & low.mask == low.mask)
            else { return nil }
        }
        self.address = address
        self.first = first
        self.count = count
    }

    /// As micro-ops have it in `c`.
    var packed: UInt32 { UInt32(first) | UInt32(count) << 16 }

    /// How to reach a cell that lies at a fixed distance from the address; nil if it does not.
    func access(to cell: NodeID, _ selector: TileSelector) -> AddressTile? {
        let own = selector.displaced(address)
        let accessed = selector.address(cell)
        guard accessed.base == own.base, accessed.mask == own.mask else { return nil }
        var tile = own
        if own.mask == .max {
            tile.offset = accessed.offset &- own.displacement
        } else {
            guard accessed.displacement == own.displacement else { return nil }
            tile.offset = accessed.offset
        }
        return tile
    }
}
