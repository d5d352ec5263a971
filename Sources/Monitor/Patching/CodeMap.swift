import ISALanguage

/// What is known of the guest's code under one translation: the instructions found by following control
/// flow, and which of them must be overwritten so that nothing runs directly that has not been looked at.
struct CodeMap {
    /// An instruction that control can reach.
    struct Site {
        var role: Role
        /// Every cell that its units are fetched from.
        var cells: Set<UInt64>
        /// Its first unit; nil where that cannot be fetched.
        var first: FetchedCells?
        /// What the first unit's cells hold while it is overwritten.
        var replacement: [UInt64]?
        var isPatched = false
    }

    enum Role: Equatable {
        /// Goes on to the next instruction, or traps to the monitor by itself.
        case plain
        /// Must not run directly.
        case critical
        /// Goes to one of these addresses.
        case transfer(Set<UInt64>)
        /// Where it goes depends on registers or storage: interpreted each time, and its target looked at.
        case indirect
        /// The scan stopped before it.
        case frontier
    }

    private(set) var sites: [UInt64: Site] = [:]
    /// The guest's own contents of every cell that was looked at.
    private(set) var contents: [UInt64: UInt64] = [:]
    /// What stands in overwritten cells while the guest runs directly.
    private(set) var patches: [UInt64: UInt64] = [:]
    /// Two sites that share a cell want different contents there, or no trapping encoding can be written:
    /// code under this translation has to be interpreted.
    private(set) var cannotPatch = false

    subscript(address: UInt64) -> Site? { sites[address] }

    /// The address has been looked at, and execution may go on from it.
    func covers(_ address: UInt64) -> Bool {
        guard let site = sites[address] else { return false }
        return site.role != .frontier
    }

    mutating func add(_ site: Site, at address: UInt64, contents cells: [UInt64: UInt64]) {
        sites[address] = site
        contents.merge(cells) { old, _ in old }
    }

    /// Decides anew which sites must be overwritten, after sites were added.
    ///
    /// - Parameter replacement: what a site's first unit is overwritten with; nil if it cannot be.
    /// - Returns: how many sites are overwritten that were not before.
    mutating func settle(replacement: (UInt64, Site) -> [UInt64]?) -> UInt64 {
        var wanted: [UInt64] = sites.filter { mustPatch($0.value) }.map(\.key)
        var patched: Set<UInt64> = []
        var newlyPatched: UInt64 = 0
        patches = [:]
        while let address = wanted.popLast() {
            guard var site = sites[address], patched.insert(address).inserted else { continue }
            guard let first = site.first, let cells = site.replacement ?? replacement(address, site) else {
                cannotPatch = true
                return 0
            }
            site.replacement = cells
            for (cell, content) in zip(first.addresses, cells) where content != contents[cell] {
                if let other = patches[cell], other != content { cannotPatch = true }
                patches[cell] = content
            }
            if !site.isPatched { newlyPatched &+= 1 }
            site.isPatched = true
            sites[address] = site
            // An instruction that reaches into an overwritten cell from before it would fetch the wrong
            // extension: it is overwritten as well.
            for (other, site) in sites where !patched.contains(other) {
                if first.addresses.contains(where: { site.cells.contains($0) && patches[$0] != nil }) {
                    wanted.append(other)
                }
            }
        }
        for (address, site) in sites where site.isPatched && !patched.contains(address) {
            sites[address]?.isPatched = false
        }
        return newlyPatched
    }

    private func mustPatch(_ site: Site) -> Bool {
        switch site.role {
        case .plain: false
        case .critical, .indirect, .frontier: true
        case .transfer(let targets): !targets.allSatisfy { sites[$0] != nil }
        }
    }
}
