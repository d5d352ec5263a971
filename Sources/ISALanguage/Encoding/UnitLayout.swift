/// How a fetch unit lies in cells: a 16-bit unit of a machine with 8-bit cells takes two, and which of
/// them is the more significant is whatever the machine's fetch makes of them.
public struct UnitLayout: Hashable, Sendable {
    public let unitWidth: Int
    public let cellWidth: Int
    public let cellsPerUnit: Int
    /// By how much program addresses go up from one cell to the next: 2 where addresses are those of bytes
    /// and cells have 16 bits.
    public let addressesPerCell: Int
    /// The cell at the lowest address holds the least significant bits.
    public let leastSignificantFirst: Bool

    public init(_ description: MachineDescription) {
        let shape = StateShape(description)
        unitWidth = min(max(description.unitWidth, 1), 64)
        cellWidth = min(max(shape.cellWidth, 1), 64)
        cellsPerUnit = (unitWidth + cellWidth - 1) / cellWidth
        addressesPerCell = max(description.addressesPerUnit / cellsPerUnit, 1)
        leastSignificantFirst = cellsPerUnit > 1 && UnitLayout.lowAddressIsLow(description)
    }

    /// Fetches from storage in which only the cell at the fetched address is not zero. A machine whose
    /// initial state cannot fetch anywhere is taken to put the more significant cell first.
    private static func lowAddressIsLow(_ description: MachineDescription) -> Bool {
        var state = MachineState(description, size: min(MachineState.usualSize(of: description), 1 << 12))
        guard !state.cells.isEmpty else { return false }
        let evaluator = ConcreteEvaluator(description)
        for address in 0..<state.cells.count {
            state.cells[address] = 1
            defer { state.cells[address] = 0 }
            guard case .done(let results) = evaluator.evaluate(
                description.fetch, arguments: [UInt64(address)], over: &state), let unit = results.first, unit != 0
            else { continue }
            return unit == 1
        }
        return false
    }

    /// The cells of a unit, lowest address first.
    public func cells(of unit: UInt64) -> [UInt64] { cells(of: unit, width: unitWidth) }

    /// The cells of a number of `width` bits, in the same order as those of a unit.
    public func cells(of value: UInt64, width: Int) -> [UInt64] {
        var cells: [UInt64] = []
        var low = 0
        while low < width {
            cells.append((value >> UInt64(low)) & ConcreteArithmetic.mask(min(cellWidth, width - low)))
            low += cellWidth
        }
        return leastSignificantFirst ? cells : cells.reversed()
    }

    /// The unit that some cells make, lowest address first; nil if there are too few.
    public func unit(of cells: some Collection<UInt64>) -> UInt64? {
        guard cells.count >= cellsPerUnit else { return nil }
        let own = Array(cells.prefix(cellsPerUnit))
        return (leastSignificantFirst ? own.reversed() : own).reduce(0) { unit, cell in
            ((unit << UInt64(cellWidth)) | (cell & ConcreteArithmetic.mask(cellWidth)))
        } & ConcreteArithmetic.mask(unitWidth)
    }
}
