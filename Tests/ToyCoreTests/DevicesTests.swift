import Devices
import ISALanguage
import Machine
import Testing

@testable import ToyCore

@Suite("The board and its console")
struct DevicesTests {
    /// Prints its input in capitals, then halts with the number of characters.
    static let echo = """
                .machine third-generation
                .org 16
                .entry start
        start:  IN   r1
                LA   r2,0-0x1FF(r1)
                JZ   r2,done
                AND  r1,capital
                OUT  r1
                LA   r3,1(r3)
                JMP  start
        done:   HALT r3
        capital: .word 0xDF
        """

    private final class Screen: ByteSink {
        var bytes: [UInt8] = []
        var flushes = 0
        /// Further characters are refused.
        var room = Int.max

        struct Full: Error {}

        func put(_ byte: UInt8) throws {
            guard bytes.count < room else { throw Full() }
            bytes.append(byte)
        }

        func flush() { flushes += 1 }
    }

    /// Has a byte only when it is waited for, as a terminal has.
    private final class Typist: ByteSource {
        private var bytes: [UInt8]
        private(set) var waits = 0
        let isReady = false

        init(_ text: String) { bytes = Array(text.utf8) }

        func next() -> UInt8? {
            waits += 1
            return bytes.isEmpty ? nil : bytes.removeFirst()
        }
    }

    private func bindings(_ processor: ToyProcessor) -> [PortBinding] {
        processor.description.devices.map { device in
            PortBinding(
                kind: device.kind, name: device.name, ports: device.ports.map { ($0.port, $0.component.index) },
                strobes: device.strobes.map(\.index))
        }
    }

    private func board(_ processor: ToyProcessor, input: any ByteSource, screen: Screen) throws -> Board {
        try Board(
            processor.layout, bindings: bindings(processor),
            registry: DeviceRegistry { Console(input: input, output: screen) })
    }

    /// Serves devices until something else stops the machine.
    private func run(_ processor: ToyProcessor, on board: Board) throws -> Exit {
        try board.start(processor)
        let input = Set(processor.description.devices.flatMap { $0.ports.map(\.component.index) })
        while true {
            // It cannot be told here what an instruction reads: each may read the port that is owed.
            if board.isOwing { try board.settle(input, of: processor) }
            switch processor.run(budget: board.isOwing ? 1 : 1000) {
            case .budget: continue
            case .portAccess(let device): try board.serve(device, of: processor)
            case let exit: return exit
            }
        }
    }

    @Test("Echoes the input to its end")
    func echo() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let screen = Screen()
        let input = StoredBytes(Array("virtual machine".utf8))
        #expect(try run(processor, on: board(processor, input: input, screen: screen)) == .shutdown(status: 15))
        #expect(String(decoding: screen.bytes, as: UTF8.self) == "VIRTUAL\0MACHINE")
    }

    /// On the MC68000's board a register is written by a trap's delivery: no instruction completes in between.
    static let boardWrites = """
                .machine m68000
                .org 0x400
                .entry start
        start:  MOVE.W #'o',0xFFFF06
                MOVE.W #'n',0xFFFF06
                MOVE.W #'e',0xFFFF06
                MOVE.W #3,0xFFFF0A
        """

    @Test("Deliveries raise strobes one after the other", arguments: EngineKind.working, [false, true])
    func deliveries(_ engine: EngineKind, isObserved: Bool) throws {
        let description = try MachineLibrary.machine("m68000")
        let image = try Assembler(description).assemble(DevicesTests.boardWrites)
        var state = MachineState(description, size: 1024)
        image.load(into: &state)
        if let programCounter = state.shape.programCounter { state[programCounter] = image.entry }
        let storage = GuestStorage(count: 1024, cellWidth: state.shape.cellWidth)
        let processor = try ToyProcessor(description, storage: storage, engine: engine)
        processor.put(state, exits: false)
        if isObserved { processor.breakpoints = [0] }
        var reference = ReferenceMachine(Decoder(description), state: state)
        for letter in "one".utf8 {
            guard case .trapped(_, _, delivered: true, devices: [0]) = reference.step() else {
                Issue.record("the reference machine reports no device")
                return
            }
            let (out, send) = (try component("tty-out", description), try component("tty-send", description))
            #expect(reference.state[StateID(out), 0] == UInt64(letter))
            reference.state[StateID(send), 0] = 0
        }
        let screen = Screen()
        #expect(try run(processor, on: board(processor, input: StoredBytes([]), screen: screen)) == .shutdown(status: 3))
        #expect(String(decoding: screen.bytes, as: UTF8.self) == "one")
        #expect(processor.completedInstructions == 0)
    }

    private func component(_ name: String, _ description: MachineDescription) throws -> Int {
        try #require(description.state.firstIndex { $0.name == name })
    }

    @Test("What is not there yet is owed, and waited for with nothing held back")
    func owing() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let screen = Screen()
        let typist = Typist("ab")
        let board = try board(processor, input: typist, screen: screen)
        try board.start(processor)
        #expect(board.isOwing && typist.waits == 0)
        let send = try #require(processor.description.devices.first?.ports.first { $0.port == "send" }).component.index
        try board.settle([send], of: processor)
        #expect(board.isOwing && typist.waits == 0)
        #expect(try run(processor, on: board) == .shutdown(status: 2))
        #expect(String(decoding: screen.bytes, as: UTF8.self) == "AB")
        #expect(typist.waits == 4 && screen.flushes == 4)
    }

    @Test("A follower sees what its leader has taken, and nothing sooner")
    func sharing() {
        let shared = SharedBytes(StoredBytes([1, 2]))
        #expect(!shared.follower.isReady && shared.leader.isReady)
        #expect(shared.leader.next() == 1 && shared.follower.isReady)
        #expect(shared.follower.next() == 1 && !shared.follower.isReady)
        #expect(shared.leader.next() == 2 && shared.leader.next() == nil)
        #expect(shared.follower.next() == 2 && shared.follower.isReady && shared.follower.next() == nil)
    }

    @Test("A device that cannot write says so")
    func failure() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let screen = Screen()
        screen.room = 1
        let board = try board(processor, input: StoredBytes([97, 98]), screen: screen)
        #expect(throws: Screen.Full.self) { try run(processor, on: board) }
        #expect(screen.bytes == [65])
    }

    @Test("Unknown kinds and ports are refused")
    func mismatches() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let registry = DeviceRegistry { Console(input: StoredBytes([]), output: Screen()) }
        let drum = PortBinding(kind: "drum", name: "drum", ports: [], strobes: [])
        #expect(throws: Board.Mismatch.self) {
            try Board(processor.layout, bindings: [drum], registry: registry)
        }
        let port = PortBinding(kind: "console", name: "console", ports: [("bell", 0)], strobes: [])
        #expect(throws: Board.Mismatch.self) {
            try Board(processor.layout, bindings: [port], registry: registry)
        }
    }
}
