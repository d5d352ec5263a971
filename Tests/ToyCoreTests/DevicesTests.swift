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

    private final class Screen {
        var bytes: [UInt8] = []
        var pieces = 0
    }

    private func bindings(_ processor: ToyProcessor) -> [PortBinding] {
        processor.description.devices.map { device in
            PortBinding(
                kind: device.kind, name: device.name, ports: device.ports.map { ($0.port, $0.component.index) },
                strobes: device.strobes.map(\.index))
        }
    }

    private func board(_ processor: ToyProcessor, input: String, screen: Screen) throws -> Board {
        let registry = DeviceRegistry {
            Console(input: ByteSource(bytes: Array(input.utf8)), output: ByteSink { bytes throws(DeviceFailure) in
                screen.bytes += bytes
                screen.pieces += 1
            })
        }
        return try Board(processor.layout, bindings: bindings(processor), registry: registry)
    }

    @Test("Echoes the input to its end")
    func echo() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let screen = Screen()
        let outcome = try board(processor, input: "virtual machine", screen: screen).run(processor)
        #expect(outcome == .shutdown(status: 15))
        #expect(String(decoding: screen.bytes, as: UTF8.self) == "VIRTUAL\0MACHINE")
        #expect(screen.pieces == 1)
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
        #expect(try board(processor, input: "", screen: screen).run(processor) == .shutdown(status: 3))
        #expect(String(decoding: screen.bytes, as: UTF8.self) == "one")
        #expect(processor.completedInstructions == 0)
    }

    private func component(_ name: String, _ description: MachineDescription) throws -> Int {
        try #require(description.state.firstIndex { $0.name == name })
    }

    @Test("Limits end a run, and a later one goes on")
    func limits() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let screen = Screen()
        let board = try board(processor, input: "abc", screen: screen)
        #expect(board.run(processor, limits: RunLimits(instructions: 9)) == .instructionLimit)
        #expect(processor.completedInstructions == 9)
        let flag = InterruptionFlag()
        flag.raise()
        #expect(board.run(processor, limits: RunLimits(interruption: flag)) == .interrupted)
        #expect(board.run(processor, limits: RunLimits(deadline: RunLimits.now - 1)) == .timeLimit)
        #expect(board.run(processor) == .shutdown(status: 3))
        #expect(String(decoding: screen.bytes, as: UTF8.self) == "ABC")
    }

    @Test("A device that cannot write ends the run")
    func failure() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let failure = DeviceFailure(cause: "No space left on device", code: 28)
        let registry = DeviceRegistry {
            Console(input: ByteSource(bytes: [97]), output: ByteSink { _ throws(DeviceFailure) in throw failure })
        }
        let board = try Board(processor.layout, bindings: bindings(processor), registry: registry)
        #expect(board.run(processor) == .deviceFailure(failure))
    }

    @Test("Unknown kinds and ports are refused")
    func mismatches() throws {
        let (processor, _, _) = try Guest.pair(DevicesTests.echo)
        let registry = DeviceRegistry { Console(input: ByteSource(bytes: []), output: ByteSink { _ in }) }
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
