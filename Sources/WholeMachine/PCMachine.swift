import Devices
import Images
import Machine
import X86Core

/// A PC: processors that take turns, storage, and the board. It is run in pieces by whoever has the terminal.
public final class PCMachine {
    public struct Configuration {
        /// Bytes of storage.
        public var storage: UInt64 = 128 << 20
        public var processors = 1
        /// What the clock shows at power-on: seconds since the beginning of 1970.
        public var date: Int64 = 0
        /// What the machine's random numbers come from.
        public var seed: UInt64 = 1
        public var disks: [any BlockDevice] = []
        /// Most instructions that a block of decoded code may have.
        public var blockLimit = 48
        /// The machine file that the instructions come from, as people call it.
        public var machineFile = "x86-64"

        public init() {}
    }

    /// Why the machine stopped.
    public enum Stop: Hashable, Sendable {
        /// As many nanoseconds of the machine's time have gone by as were asked for.
        case limit
        /// The guest has switched the machine off.
        case poweredOff
        /// The guest has asked for a reset.
        case reset
        /// The guest has given an exit status, at port 0xF4.
        case exited(status: UInt32)
        /// A processor cannot go on.
        case crashed(processor: Int, reason: String)
        /// Every processor waits, and no device will do anything before something comes from outside.
        case asleep
        /// Every processor waits, and a device will do something at this time; given only where `stopsWhenIdle` asks.
        case idle(until: UInt64)
        /// Somebody asked for it.
        case asked
    }

    /// A byte that came in at the serial line, and when.
    public struct InputRecord: Hashable, Sendable {
        public var time: UInt64
        public var byte: UInt8
    }

    public struct NoStorage: Error, Sendable { public let size: UInt64 }

    public let memory: GuestMemory
    public let time = VirtualTime()
    public let processors: [X86Processor]
    public let board: PCBoard
    private let wires: BusWires
    private let storageAccess: StorageAccess
    let diskCount: Int
    let decoding: Decoding
    let machineFile: String
    var stop: Stop?
    /// Time does not pass by itself where every processor waits: `run` comes back, and `pass` lets it go by.
    public var stopsWhenIdle = false
    /// All that has come in since power-on.
    public internal(set) var inputLog: [InputRecord] = []
    /// What comes in again at its times.
    private var expected: ArraySlice<InputRecord> = []
    /// Several processors take turns of so many instructions.
    static let slice: UInt64 = 2000

    /// - Throws: `NoStorage` if the host has not so much.
    public init(_ configuration: Configuration, decoding: Decoding, serialOutput: any ByteSink) throws(NoStorage) {
        guard let memory = GuestMemory(size: configuration.storage) else { throw NoStorage(size: configuration.storage) }
        self.memory = memory
        let access = StorageAccess(memory)
        storageAccess = access
        var board = PCBoard.Configuration()
        board.processors = configuration.processors
        board.date = configuration.date
        board.storageSize = configuration.storage
        board.disks = configuration.disks
        diskCount = configuration.disks.count
        self.decoding = decoding
        machineFile = configuration.machineFile
        self.board = PCBoard(board, time: time, serialOutput: serialOutput, memory: access)
        let time = time
        processors = (0..<configuration.processors).map { number in
            let processor = X86Processor(
                memory: memory, decoding: decoding, time: time, number: number,
                seed: configuration.seed &+ UInt64(number))
            processor.blockLimit = configuration.blockLimit
            processor.bootSeconds = UInt64(bitPattern: configuration.date)
            return processor
        }
        wires = BusWires(self.board)
        wires.connect(processors) { [unowned self] stop in self.end(with: stop) }
        memory.write(self.board.tables.bytes, at: self.board.tables.base)
    }

    private func end(with stop: Stop) {
        self.stop = self.stop ?? stop
        wires.current?.stop()
    }

    /// Loads what a boot plan says and puts the first processor at its beginning; the others wait for it.
    public func start(_ plan: BootPlan) {
        for piece in plan.pieces { memory.write(Array(piece.bytes), at: piece.address) }
        processors[0].start(from: StartState(plan.state))
        for processor in processors.dropFirst() { processor.initialise(waits: true) }
    }

    /// From outside, between two pieces of a run.
    public func requestStop() { stop = stop ?? .asked }

    /// Steps completed by all processors: instructions, and exceptions and interrupts delivered.
    public var completed: UInt64 { processors.reduce(0) { $0 + $1.completed } }

    /// Instructions completed by all processors.
    public var instructions: UInt64 { processors.reduce(0) { $0 + $1.instructions } }

    /// Runs until the machine's time is `moment`, or until something stops it. Several processors finish their turns,
    /// so that the time is up to a turn's length later then.
    public func run(until moment: UInt64) -> Stop {
        while true {
            if let stop {
                self.stop = nil
                return stop
            }
            board.advance(to: time.now)
            while let next = expected.first, next.time <= time.now {
                expected.removeFirst()
                receive(next.byte)
            }
            if stop != nil { continue }
            guard time.now < moment else { return .limit }
            let deadline = deadline
            let runnable = processors.filter(\.isRunnable)
            if let only = runnable.first, runnable.count == 1 {
                if let stop = run(only, until: min(moment, deadline)) { return stop }
            } else if !runnable.isEmpty {
                if let stop = turns(runnable, until: deadline) { return stop }
            } else if deadline == .max {
                return .asleep
            } else if stopsWhenIdle {
                return .idle(until: deadline)
            } else {
                // Nobody has anything to do: time passes at once.
                time.now = max(time.now, min(moment, deadline))
            }
        }
    }

    /// Time goes by while nobody has anything to do.
    public func pass(to moment: UInt64) { time.now = max(time.now, min(moment, deadline)) }

    /// The next time at which anything happens that no processor does.
    private var deadline: UInt64 { min(board.deadline, expected.first?.time ?? .max) }

    /// A byte comes in at the serial line.
    public func receive(_ byte: UInt8) {
        board.advance(to: time.now)
        inputLog.append(InputRecord(time: time.now, byte: byte))
        board.serial.receive(byte)
    }

    /// What had come in when this log was taken comes in again, as far as it has not yet: a machine that was restored from
    /// an earlier snapshot gets to the same state as the one that has the log.
    public func repeatInput(of log: [InputRecord]) { expected = log.dropFirst(inputLog.count) }

    /// The only processor that has something to do runs to the moment, or until it wakes another.
    private func run(_ processor: X86Processor, until moment: UInt64) -> Stop? {
        wires.isAlone = processors.count > 1
        defer { wires.isAlone = false }
        let stop = run(processor, from: time.now, to: moment)
        time.now = max(time.now, processor.completed &+ processor.timeOffset)
        return stop
    }

    /// Each of several has a turn of equal length, all from the same time on. Where turns begin and end does not depend
    /// on how far anybody wants the machine to run.
    private func turns(_ runnable: [X86Processor], until deadline: UInt64) -> Stop? {
        let begin = time.now
        let end = max(begin + 1, min(deadline, begin + Self.slice))
        for processor in runnable {
            if let stop = run(processor, from: begin, to: end) { return stop }
            // The guest has switched the machine off.
            if stop != nil { break }
        }
        time.now = max(time.now, end)
        return nil
    }

    private func run(_ processor: X86Processor, from begin: UInt64, to end: UInt64) -> Stop? {
        board.currentProcessor = processor.number
        wires.current = processor
        processor.timeOffset = begin &- processor.completed
        guard case .shutdown(let reason) = processor.run(until: processor.completed + (end - begin)) else { return nil }
        return .crashed(processor: processor.number, reason: reason)
    }
}

/// Storage as devices reach it.
final class StorageAccess: GuestMemoryAccess {
    private let memory: GuestMemory

    init(_ memory: GuestMemory) { self.memory = memory }

    func read(_ address: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let data = memory.read(bytes.count, at: address) else { return false }
        bytes.copyBytes(from: data)
        return true
    }

    func write(_ address: UInt64, from bytes: UnsafeRawBufferPointer) -> Bool { memory.write(Array(bytes), at: address) }
}

/// Between processors and board. After each access the board may have something to do earlier than before.
private final class BusWires: ProcessorBus {
    private let board: PCBoard
    var current: X86Processor?
    /// The others have nothing to do, and the processor that runs may wake one: its turn ends then.
    var isAlone = false

    init(_ board: PCBoard) { self.board = board }

    func connect(_ processors: [X86Processor], end: @escaping (PCMachine.Stop) -> Void) {
        for processor in processors {
            processor.connect(to: self, apic: board.localAPICs[processor.number]) { [unowned self] in settle() }
            processor.processorCount = processors.count
        }
        var signals = PCBoard.Signals()
        signals.interruptRequested = { [unowned self] number, level in
            processors[number].setInterruptRequest(level)
            if level { wake(processors[number]) }
        }
        signals.nonMaskable = { [unowned self] number in
            processors[number].raiseNonMaskableInterrupt()
            wake(processors[number])
        }
        signals.initialise = { processors[$0].initialise(waits: $0 != 0) }
        signals.startUp = { [unowned self] number, page in
            processors[number].startUp(page: page)
            wake(processors[number])
        }
        signals.powerOff = { end(.poweredOff) }
        signals.reset = { end(.reset) }
        signals.debugExit = { end(.exited(status: $0)) }
        board.signals = signals
        current = processors.first
    }

    private func wake(_ processor: X86Processor) {
        if isAlone, let current, processor !== current { current.endRun(at: board.time.now) }
    }

    func readPort(_ port: UInt16, width: Int) -> UInt64 {
        defer { settle() }
        return board.readPort(port, width: width)
    }
    func writePort(_ port: UInt16, width: Int, value: UInt64) {
        board.writePort(port, width: width, value: value)
        settle()
    }
    func readDevice(_ address: UInt64, width: Int) -> UInt64 {
        defer { settle() }
        return board.readDevice(address, width: width)
    }
    func writeDevice(_ address: UInt64, width: Int, value: UInt64) {
        board.writeDevice(address, width: width, value: value)
        settle()
    }
    func acknowledgeInterrupt(processor: Int) -> UInt8? { board.acknowledgeInterrupt(processor: processor) }

    private func settle() { current?.endRun(at: board.deadline) }
}

extension X86Processor {
    /// The local APIC's registers are model-specific registers and CR8, too. What is written there may be due before
    /// the present run ends.
    fileprivate func connect(to bus: any ProcessorBus, apic: LocalAPIC, settle: @escaping () -> Void) {
        self.bus = bus
        apic.offerEnd = { [unowned self] in offerEndOfInterrupt() }
        apic.withdrawEnd = { [unowned self] in withdrawEndOfInterrupt() }
        settleEndOfInterrupt = { apic.settleEnd() }
        readTaskPriority = { UInt64(apic.taskPriority >> 4) }
        writeTaskPriority = { apic.taskPriority = UInt8(truncatingIfNeeded: $0 << 4) }
        readControllerMSR = { number in
            switch number {
            case ModelSpecific.apicBase: return apic.baseRegister
            case ModelSpecific.tscDeadline: return apic.timestampDeadline
            default: return apic.isX2APIC ? apic.readRegister(Int(number - ModelSpecific.x2APIC.lowerBound)) : nil
            }
        }
        writeControllerMSR = { number, value in
            defer { settle() }
            switch number {
            case ModelSpecific.apicBase: return apic.writeBase(value)
            case ModelSpecific.tscDeadline:
                apic.timestampDeadline = value
                return true
            default:
                return apic.isX2APIC && apic.writeRegister(Int(number - ModelSpecific.x2APIC.lowerBound), value)
            }
        }
    }
}

extension StartState {
    init(_ boot: X86BootState) {
        self.init()
        general[0] = boot.rax
        general[1] = boot.rcx
        general[2] = boot.rdx
        general[3] = boot.rbx
        general[4] = boot.rsp
        general[5] = boot.rbp
        general[6] = boot.rsi
        general[7] = boot.rdi
        instructionPointer = boot.rip
        flags = boot.rflags
        cr0 = boot.cr0
        cr3 = boot.cr3
        cr4 = boot.cr4
        efer = boot.efer
        gdt = (boot.gdt.base, UInt32(boot.gdt.limit))
        idt = (boot.idt.base, UInt32(boot.idt.limit))
        segments = [boot.es, boot.cs, boot.ss, boot.ds, boot.fs, boot.gs, boot.ldtr, boot.tr].map {
            Segment(selector: $0.selector, base: $0.base, limit: $0.limit, attributes: $0.attributes)
        }
    }
}
