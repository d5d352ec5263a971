import Machine

/// One interrupt controller (Intel 8259A data sheet). It stands at two ports: commands at the first, masks and
/// initialisation words at the second.
public final class InterruptController8259: StatefulDevice {
    public let name: String
    /// The output changed, or may have.
    var changed: () -> Void = {}

    /// The levels at the eight inputs, the requests that are latched or present, and those in service.
    private var inputs: UInt8 = 0
    private var requests: UInt8 = 0
    private var inService: UInt8 = 0
    private var mask: UInt8 = 0xFF
    private var vectorBase: UInt8 = 0
    /// The input of lowest priority; the next one, around the circle, has the highest.
    private var lowest: UInt8 = 7
    /// The initialisation word that is awaited next: 2, 3 or 4; 0 in operation.
    private var awaited: UInt8 = 0
    private var isSingle = false
    private var needsFourth = false
    private var isLevelForAll = false
    private var endsItself = false
    private var rotatesItself = false
    private var isFullyNestedForCascade = false
    private var isSpecialMask = false
    private var readsInService = false
    private var isPolled = false
    /// The edge/level control register of the chip sets that followed the EISA (port 0x4D0 or 0x4D1).
    public internal(set) var levelInputs: UInt8 = 0 {
        didSet { refresh() }
    }
    /// A chain's first chip has another at this input, and one is its answer where that chip asks.
    let cascade: UInt8?

    init(name: String, cascade: UInt8?) {
        self.name = name
        self.cascade = cascade
    }

    public func reset() {
        inputs = 0
        requests = 0
        inService = 0
        mask = 0xFF
        vectorBase = 0
        awaited = 0
        isSingle = false
        needsFourth = false
        levelInputs = 0
        beginInitialisation(0)
        mask = 0xFF
        awaited = 0
        changed()
    }

    // MARK: Inputs and output

    func set(_ input: UInt8, _ isRaised: Bool) {
        let bit = UInt8(1) << (input & 7)
        let wasRaised = inputs & bit != 0
        inputs = isRaised ? inputs | bit : inputs & ~bit
        if isLevel(bit) {
            requests = isRaised ? requests | bit : requests & ~bit
        } else if isRaised, !wasRaised {
            requests |= bit
        }
        changed()
    }

    /// The input that interrupts now, as the priorities have it; nil: the output is low.
    var pending: UInt8? {
        let open = requests & ~mask
        guard open != 0, let input = highest(open) else { return nil }
        var blocking = isSpecialMask ? inService & ~mask : inService
        // In the special fully nested mode a second request of the cascaded chip gets through.
        if isFullyNestedForCascade, let cascade, input == cascade { blocking &= ~cascadeBit }
        guard blocking != 0, let serving = highest(blocking) else { return input }
        return rank(input) < rank(serving) ? input : nil
    }

    /// The processor takes an interrupt. What is nobody's turns into input 7, which is then not in service
    /// (data sheet, "Interrupt Sequence", 5).
    func acknowledge() -> (input: UInt8?, vector: UInt8) {
        guard let input = pending else { return (nil, vectorBase | 7) }
        take(input)
        changed()
        return (input, vectorBase | input)
    }

    private func take(_ input: UInt8) {
        let bit = UInt8(1) << input
        if !isLevel(bit) { requests &= ~bit }
        if endsItself {
            if rotatesItself { lowest = input }
        } else {
            inService |= bit
        }
    }

    private var cascadeBit: UInt8 { cascade.map { 1 << $0 } ?? 0 }
    /// The second chip's request counts as a level: what it no longer asks for must not be answered, and what it
    /// still asks for after an answer must not be forgotten.
    private func isLevel(_ bit: UInt8) -> Bool { isLevelForAll || (levelInputs | cascadeBit) & bit != 0 }
    private func rank(_ input: UInt8) -> UInt8 { (input &- lowest &- 1) & 7 }
    private func highest(_ bits: UInt8) -> UInt8? { (0..<8).filter { bits >> $0 & 1 != 0 }.min { rank($0) < rank($1) } }

    /// Edge and level changed places: level requests are what is at the inputs now.
    private func refresh() {
        let level = isLevelForAll ? 0xFF : levelInputs | cascadeBit
        requests = requests & ~level | inputs & level
        changed()
    }

    // MARK: Ports

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        if isPolled {
            isPolled = false
            guard let input = pending else { return 0 }
            take(input)
            changed()
            return 0x80 | UInt64(input)
        }
        if offset & 1 != 0 { return UInt64(mask) }
        return UInt64(readsInService ? inService : requests)
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        let value = UInt8(truncatingIfNeeded: value)
        if offset & 1 != 0 {
            writeData(value)
        } else if value & 0x10 != 0 {
            beginInitialisation(value)
        } else if value & 0x08 != 0 {
            writeModes(value)
        } else {
            endInterrupt(command: value >> 5, input: value & 7)
        }
        changed()
    }

    /// ICW1: the edge sense circuit starts afresh, so that an input that is high must fall and rise again.
    private func beginInitialisation(_ word: UInt8) {
        isLevelForAll = word & 0x08 != 0
        isSingle = word & 0x02 != 0
        needsFourth = word & 0x01 != 0
        mask = 0
        inService = 0
        lowest = 7
        endsItself = false
        rotatesItself = false
        isFullyNestedForCascade = false
        isSpecialMask = false
        readsInService = false
        isPolled = false
        requests = isLevelForAll ? inputs : inputs & (levelInputs | cascadeBit)
        awaited = 2
    }

    private func writeData(_ value: UInt8) {
        switch awaited {
        case 2:
            vectorBase = value & 0xF8
            awaited = !isSingle ? 3 : needsFourth ? 4 : 0
        case 3:
            // Which inputs have chips behind them, or which of them this chip is: wiring that a PC does not change.
            awaited = needsFourth ? 4 : 0
        case 4:
            endsItself = value & 0x02 != 0
            isFullyNestedForCascade = value & 0x10 != 0
            awaited = 0
        default: mask = value
        }
    }

    /// OCW3.
    private func writeModes(_ value: UInt8) {
        if value & 0x04 != 0 { isPolled = true }
        if value & 0x02 != 0 { readsInService = value & 0x01 != 0 }
        if value & 0x40 != 0 { isSpecialMask = value & 0x20 != 0 }
    }

    /// OCW2.
    private func endInterrupt(command: UInt8, input: UInt8) {
        switch command {
        case 0: rotatesItself = false
        case 4: rotatesItself = true
        case 1, 5:
            let ending = isSpecialMask ? inService & ~mask : inService
            guard let served = highest(ending) else { return }
            inService &= ~(1 << served)
            if command == 5 { lowest = served }
        case 3, 7:
            inService &= ~(1 << input)
            if command == 7 { lowest = input }
        case 6: lowest = input
        default: break
        }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&inputs)
        try state.pass(&requests)
        try state.pass(&inService)
        try state.pass(&mask)
        try state.pass(&vectorBase)
        vectorBase &= 0xF8
        try state.pass(&lowest)
        lowest &= 7
        try state.pass(&awaited)
        try state.pass(&isSingle)
        try state.pass(&needsFourth)
        try state.pass(&isLevelForAll)
        try state.pass(&endsItself)
        try state.pass(&rotatesItself)
        try state.pass(&isFullyNestedForCascade)
        try state.pass(&isSpecialMask)
        try state.pass(&readsInService)
        try state.pass(&isPolled)
        var level = levelInputs
        let kept = requests
        try state.pass(&level)
        levelInputs = level
        requests = kept
    }
}
