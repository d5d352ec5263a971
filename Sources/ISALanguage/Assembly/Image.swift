/// What a machine's storage holds before it starts: the assembler's product and `run`'s input.
public struct Image: Hashable, Sendable {
    /// Cells that lie together.
    public struct Segment: Hashable, Sendable {
        /// Real address of the first cell.
        public var address: UInt64
        public var cells: [UInt64]

        public init(address: UInt64, cells: [UInt64]) {
            self.address = address
            self.cells = cells
        }
    }

    /// The machine that it is for.
    public var machine: String
    /// In ascending order, without overlap.
    public var segments: [Segment]
    /// Where execution starts.
    public var entry: UInt64
    /// Labels and constants; a negative constant in two's complement.
    public var symbols: [String: UInt64]
    /// Which of them are constants: numbers that name no place.
    public var constants: Set<String>
    /// The source line (one-based) of each statement that put something at an address.
    public var lines: [UInt64: Int]

    /// No image has more cells than this.
    public static let cellLimit = 1 << 24

    public init(
        machine: String, segments: [Segment] = [], entry: UInt64 = 0, symbols: [String: UInt64] = [:],
        constants: Set<String> = [], lines: [UInt64: Int] = [:]
    ) {
        self.machine = machine
        self.segments = segments
        self.entry = entry
        self.symbols = symbols
        self.constants = constants
        self.lines = lines
    }

    /// Symbols that name a place.
    public var labels: [String: UInt64] { symbols.filter { !constants.contains($0.key) } }

    public var cellCount: Int { segments.reduce(0) { $0 + $1.cells.count } }

    /// Why the image does not fit a machine with `size` cells; nil if it does.
    public func misfit(in description: MachineDescription, size: Int) -> Diagnostic? {
        guard let storage = description.state.first(where: { $0.role == .storage }) else {
            return Diagnostic("machine '\(description.name)' has no storage", at: nil)
        }
        for segment in segments {
            let room = UInt64(max(size, 0))
            guard segment.address <= room, UInt64(segment.cells.count) <= room - segment.address else {
                let last = segment.address &+ UInt64(segment.cells.count)
                return Diagnostic(
                    "the image reaches up to address \(last), but the machine has \(size) cells", at: nil,
                    remedy: "give the machine more storage, or move what lies above with '.org'")
            }
            let mask = ConcreteArithmetic.mask(storage.width)
            if let wide = segment.cells.firstIndex(where: { $0 > mask }) {
                let address = segment.address &+ UInt64(wide)
                return Diagnostic(
                    "the cell at address \(address) holds 0x\(String(segment.cells[wide], radix: 16)), which does not "
                        + "fit into the \(storage.width) bits of a cell of machine '\(description.name)'", at: nil,
                    remedy: "run the image on machine '\(machine)', for which it was made")
            }
        }
        return nil
    }

    /// Puts the cells and the entry address into a state that has room for them (`misfit` is nil).
    /// What lies outside is left out.
    public func load(into state: inout MachineState) {
        for segment in segments {
            for (index, cell) in segment.cells.enumerated() {
                let (address, overflow) = segment.address.addingReportingOverflow(UInt64(index))
                guard !overflow, address < UInt64(state.cells.count) else { break }
                state.cells[Int(address)] = cell & ConcreteArithmetic.mask(state.shape.cellWidth)
            }
        }
        if let programCounter = state.shape.programCounter { state[programCounter] = entry }
    }
}
