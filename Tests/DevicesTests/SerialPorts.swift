import Devices
import Machine
import Testing

@Suite struct SerialPorts {
    let time = VirtualTime()
    let watched = WatchedLine()
    let output = CollectedBytes()
    let port: SerialPort

    init() { port = SerialPort(time: time, line: watched.line, output: output) }

    private func read(_ offset: UInt64) -> UInt64 { port.read(offset, width: 1) }
    private func write(_ offset: UInt64, _ value: UInt64) { port.write(offset, width: 1, value: value) }

    /// The sequence by which Linux's 8250 driver tells a 16550A from everything else.
    @Test func linuxFindsA16550A() {
        write(1, 0)
        #expect(read(1) == 0)
        write(1, 0x0F)
        #expect(read(1) & 0x0F == 0x0F)
        write(1, 0)
        // The loop: RTS and OUT2 come back as clear to send and carrier.
        write(4, 0x10 | 0x0A)
        #expect(read(6) & 0xF0 == 0x90)
        write(4, 0)
        write(3, 0xBF)
        write(2, 0)
        write(3, 0)
        write(2, 1)
        #expect(read(2) >> 6 == 3)
        // No extended features where a divisor latch would hide them: the register shows the identification.
        write(3, 0x80)
        #expect(read(2) != 0)
        write(3, 0)
        // No larger FIFO, and no enable bits beyond the fourth.
        write(2, 0x21)
        #expect(read(2) >> 5 == 6)
        write(1, 0x40)
        #expect(read(1) & 0x40 == 0)
        write(7, 0x5A)
        #expect(read(7) == 0x5A)
        #expect(read(5) == 0x60)
    }

    /// Linux asks twice whether an empty transmitter interrupts whoever begins to listen.
    @Test func anEmptyTransmitterTellsEachNewListener() {
        for _ in 0..<2 {
            write(1, 2)
            #expect(watched.isRaised)
            #expect(read(2) & 0x0F == 2)
            #expect(!watched.isRaised)
            #expect(read(2) & 0x0F == 1)
            write(1, 0)
        }
    }

    /// Whoever sends from a file waits until somebody receives.
    @Test func aGuestListensOnceItReceives() {
        #expect(!port.isListening && port.listensFrom == .max)
        write(1, 0x0F)
        write(1, 0)
        time.now = 5_000_000
        #expect(!port.isListening)
        write(1, 1)
        #expect(!port.isListening && port.listensFrom == 6_000_000)
        time.now = 6_000_000
        #expect(port.isListening)
        write(1, 0)
        #expect(!port.isListening)
        // A sender looks once before each character, a receiver that polls looks again and again.
        for _ in 0..<200 {
            _ = read(5)
            write(0, 0x41)
        }
        #expect(!port.isListening)
        for _ in 0..<64 { _ = read(5) }
        #expect(port.isListening)
        write(0, 0x42)
        #expect(port.isListening)
    }

    @Test func whatIsWrittenGoesOutAndAsksForMore() {
        write(1, 2)
        _ = read(2)
        for byte in "ok\n".utf8 { write(0, UInt64(byte)) }
        #expect(output.text == "ok\n")
        #expect(watched.isRaised)
        // The divisor latch is not the transmitter.
        write(3, 0x83)
        write(0, 1)
        write(1, 0)
        #expect(read(0) == 1)
        write(3, 3)
        #expect(output.text == "ok\n")
    }

    @Test func withoutFIFOEachCharacterInterruptsAndTheNextOneWaitsOutside() {
        write(1, 1)
        port.receive(0x41)
        port.receive(0x42)
        #expect(watched.isRaised)
        #expect(read(2) & 0x0F == 4)
        #expect(read(5) & 1 == 1)
        #expect(read(0) == 0x41)
        #expect(read(0) == 0x42)
        #expect(read(5) & 3 == 0)
        #expect(!watched.isRaised)
    }

    /// Trigger level 8, as Linux sets it: fewer characters wait for the timeout of four characters' time.
    @Test func fewCharactersAreToldOfAfterATimeout() {
        write(3, 0x83)
        write(0, 1)
        write(1, 0)
        write(3, 3)
        write(2, 0x81)
        write(1, 1)
        port.receive(0x41)
        #expect(!watched.isRaised)
        let due = port.deadline
        #expect(due == 4 * 10 * 1_000_000_000 / 115_200)
        time.now = due
        port.advance()
        #expect(read(2) & 0x0F == 0x0C)
        #expect(read(0) == 0x41)
        #expect(!watched.isRaised)
        #expect(port.deadline == .max)
        for byte in UInt8(0)..<8 { port.receive(byte) }
        #expect(read(2) & 0x0F == 4)
        #expect(read(0) == 0)
        #expect(read(2) & 0x0F == 1)
    }

    @Test func nothingIsLostOfALongInput() {
        write(2, 1)
        for byte in 0..<200 { port.receive(UInt8(byte)) }
        var seen: [UInt8] = []
        while read(5) & 1 != 0 { seen.append(UInt8(read(0))) }
        #expect(seen == (0..<200).map(UInt8.init))
        #expect(read(5) & 2 == 0)
    }

    @Test func theLoopOverrunsAndReportsIt() {
        write(2, 1)
        write(4, 0x10)
        write(1, 4)
        for byte in 0..<17 { write(0, UInt64(byte)) }
        #expect(output.bytes.isEmpty)
        #expect(read(2) & 0x0F == 6)
        #expect(read(5) & 2 == 2)
        #expect(read(5) & 2 == 0)
        #expect((0..<16).map { _ in read(0) } == (0..<16).map(UInt64.init))
    }

    @Test func modemLinesThatChangeInterrupt() {
        write(1, 8)
        #expect(read(6) == 0xB0)
        write(4, 0x10)
        #expect(watched.isRaised)
        #expect(read(2) & 0x0F == 0)
        #expect(read(6) == 0x0B)
        #expect(!watched.isRaised)
    }
}
