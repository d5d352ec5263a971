import Machine
import Testing

@testable import Devices

@Suite struct SmallPorts {
    @Test func whatNobodyAnswersIsAllOnes() {
        let bench = BoardBench()
        #expect(bench.in(0x2F8) == 0xFF)
        #expect(bench.in(0x1F0, width: 2) == 0xFFFF)
        #expect(bench.in(0xFFFF, width: 4) == 0xFFFF_FFFF)
        #expect(bench.load(0xD000_0000, width: 8) == .max)
        #expect(bench.load(0xFED0_0000) == 0xFFFF_FFFF)
        bench.out(0x80, 0x42)
        #expect(bench.in(0x80) == 0x42)
        // A wide access is cut into bytes for a device that is one byte wide.
        bench.out(0x21, 0xABCD, width: 2)
        #expect(bench.in(0x21, width: 2) == 0xFFCD)
    }

    /// The tests that Linux and memory testers make, and the mouse that is not there.
    @Test func theKeyboardControllerAnswersItsTests() {
        let bench = BoardBench()
        #expect(bench.in(0x64) & 1 == 0)
        bench.out(0x64, 0xAA)
        #expect(bench.in(0x64) & 1 == 1)
        #expect(bench.in(0x60) == 0x55)
        bench.out(0x64, 0x20)
        let configuration = bench.in(0x60)
        bench.out(0x64, 0x60)
        bench.out(0x60, configuration & ~1 | 0x30)
        bench.out(0x64, 0x20)
        #expect(bench.in(0x60) == configuration & ~1 | 0x30)
        bench.out(0x64, 0xAB)
        #expect(bench.in(0x60) == 0)
        // What is sent through the mouse's loop comes back as the keyboard's: no mouse port.
        bench.out(0x64, 0xD3)
        bench.out(0x60, 0x5A)
        #expect(bench.in(0x64) & 0x21 == 0x01)
        #expect(bench.in(0x60) == 0x5A)
        bench.out(0x64, 0xA9)
        #expect(bench.in(0x60) == 0x03)
        // A byte for the keyboard is not taken.
        bench.out(0x60, 0xF2)
        #expect(bench.in(0x64) & 0x41 == 0x41)
        #expect(bench.in(0x60) == 0xFE)
    }

    @Test func theKeyboardsInterruptIsItsFullBuffer() {
        let bench = BoardBench()
        bench.startControllers(masks: 0xFFFD)
        bench.out(0x64, 0xD2)
        bench.out(0x60, 0x1C)
        #expect(bench.acknowledge() == 0x31)
        #expect(bench.in(0x60) == 0x1C)
    }

    @Test func everyWayToAResetIsOne() {
        let bench = BoardBench()
        bench.out(0x64, 0xFE)
        bench.out(0x64, 0xD1)
        bench.out(0x60, 0xFE)
        bench.out(0x92, 1)
        bench.out(0xCF9, 0x02)
        #expect(bench.events.count == 3)
        bench.out(0xCF9, 0x06)
        #expect(bench.events == ["reset", "reset", "reset", "reset"])
        // The address register is untouched by that.
        bench.out(0xCF8, 0x8000_0000, width: 4)
        bench.out(0xCF9, 0x00)
        #expect(bench.in(0xCF8, width: 4) == 0x8000_0000)
    }

    @Test func theA20GateReadsBack() {
        let bench = BoardBench()
        #expect(bench.in(0x92) == 2)
        bench.out(0x92, 0)
        bench.out(0x64, 0xD0)
        #expect(bench.in(0x60) & 2 == 0)
        bench.out(0x64, 0xD1)
        bench.out(0x60, 3)
        #expect(bench.in(0x92) == 2)
    }

    @Test func theDebugPortGivesAStatus() {
        let bench = BoardBench()
        bench.out(0xF4, 0x10, width: 4)
        bench.out(0xF4, 0)
        bench.out(0xF4, 0x1_00FF, width: 2)
        #expect(bench.events == ["exit 33", "exit 1", "exit 511"])
    }

    @Test func powerOffIsTheTypeThatTheTablesName() {
        let bench = BoardBench()
        #expect(bench.in(0x604, width: 2) & 1 == 1)
        bench.out(0x604, 1 << 13 | 1 << 10, width: 2)
        #expect(bench.events.isEmpty)
        bench.out(0x604, 5 << 10, width: 2)
        #expect(bench.events.isEmpty)
        bench.out(0x604, 5 << 10 | 1 << 13, width: 2)
        #expect(bench.events == ["off"])
        #expect(bench.in(0x604, width: 2) == 5 << 10 | 1)
    }

    @Test func theButtonInterruptsAndIsCleared() {
        let bench = BoardBench()
        bench.startControllers(masks: 0xFDFB)
        bench.out(0x602, 0x0100, width: 2)
        bench.board.power.pressButton()
        #expect(bench.acknowledge() == 0x39)
        #expect(bench.in(0x600, width: 2) == 0x0100)
        bench.out(0x600, 0x0100, width: 2)
        #expect(bench.in(0x600, width: 2) == 0)
    }

    @Test func thePowerTimerRunsAtItsRate() {
        let bench = BoardBench()
        let before = bench.in(0x608, width: 4)
        bench.wait(1_000_000_000)
        #expect(bench.in(0x608, width: 4) - before == 3_579_545)
        // Its upper bit's change interrupts, if that is wanted.
        bench.out(0x602, 1, width: 2)
        let due = bench.board.deadline
        #expect(due / 1_000_000_000 == 599)
        bench.board.advance(to: due)
        #expect(bench.in(0x608, width: 4) == 1 << 31)
        #expect(bench.in(0x600, width: 2) == 1)
    }
}
