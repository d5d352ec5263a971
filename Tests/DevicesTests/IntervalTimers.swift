import Devices
import Machine
import Testing

@Suite struct IntervalTimers {
    let time = VirtualTime()
    let watched = WatchedLine()
    let timer: IntervalTimer8254
    let control: SystemControlPort

    init() {
        timer = IntervalTimer8254(time: time, line: watched.line)
        control = SystemControlPort(time: time, timer: timer)
        timer.reset()
    }

    private func write(_ offset: UInt64, _ value: UInt64) { timer.write(offset, width: 1, value: value) }
    private func read(_ offset: UInt64) -> UInt64 { timer.read(offset, width: 1) }
    private func count(_ counter: UInt64) -> UInt64 {
        write(3, counter << 6)
        let low = read(counter)
        return low | read(counter) << 8
    }
    private func start(_ counter: UInt64, mode: UInt64, _ value: UInt64) {
        write(3, counter << 6 | 0x30 | mode << 1)
        write(counter, value & 0xFF)
        write(counter, value >> 8)
    }
    private func run(until moment: UInt64) {
        while timer.deadline <= moment {
            time.now = timer.deadline
            timer.advance()
        }
        time.now = moment
    }
    private func ticks(_ count: UInt64) -> UInt64 { (count * 1_000_000_000 + 1_193_181) / 1_193_182 }

    @Test func aRateGeneratorRisesOncePerPeriod() {
        start(0, mode: 2, 11_932)
        let before = watched.rises
        run(until: 1_000_000_000)
        #expect(watched.rises - before == 99 || watched.rises - before == 100)
        #expect(count(0) <= 11_932)
        // One tick of each period is low.
        run(until: timer.deadline)
        time.now = timer.deadline
        timer.advance()
        #expect(abs(Int64(timer.deadline) - Int64(time.now)) < 10_000_000)
    }

    @Test(arguments: [(0, 1), (4, 1)]) func oneShotsFireOnce(mode: UInt64, rises: Int) {
        start(0, mode: mode, 1000)
        let before = watched.rises
        run(until: ticks(998))
        #expect(watched.rises == before)
        run(until: 1_000_000_000)
        #expect(watched.rises - before == rises)
        #expect(timer.deadline == .max)
    }

    @Test func aSquareWaveIsHighForHalfOfItsPeriod() {
        start(0, mode: 3, 1000)
        run(until: ticks(100))
        #expect(watched.isRaised)
        run(until: ticks(600))
        #expect(!watched.isRaised)
        run(until: ticks(1100))
        #expect(watched.isRaised)
        // It counts by twos.
        #expect((700...900).contains(count(0)))
    }

    /// Linux measures the processor with counter 2: gate at port 0x61, mode 0, then it watches the upper byte.
    @Test func counter2MeasuresTime() {
        control.write(0, width: 1, value: control.read(0, width: 1) & ~2 | 1)
        write(3, 0xB0)
        write(2, 0xFF)
        write(2, 0xFF)
        #expect(control.read(0, width: 1) & 0x20 == 0)
        time.now = ticks(257)
        _ = read(2)
        #expect(read(2) == 0xFE)
        time.now = ticks(65_530)
        #expect(control.read(0, width: 1) & 0x20 == 0)
        time.now = ticks(65_537)
        #expect(control.read(0, width: 1) & 0x20 == 0x20)
    }

    @Test func theGateHoldsCounter2() {
        start(2, mode: 0, 1000)
        time.now = ticks(5000)
        #expect(control.read(0, width: 1) & 0x20 == 0)
        control.write(0, width: 1, value: 1)
        time.now += ticks(400)
        control.write(0, width: 1, value: 0)
        time.now += ticks(5000)
        #expect((595...605).contains(count(2)))
        #expect(control.read(0, width: 1) & 0x20 == 0)
    }

    @Test func aNewRateBeginsWithTheNextPeriod() {
        start(0, mode: 2, 1000)
        run(until: ticks(500))
        write(0, 100)
        write(0, 0)
        let before = watched.rises
        run(until: ticks(990))
        #expect(watched.rises == before)
        run(until: ticks(1002 + 1000))
        #expect(watched.rises - before == 10 || watched.rises - before == 11)
    }

    @Test func latchedAndReadBackValuesStay() {
        start(0, mode: 2, 0x1234)
        time.now = ticks(0x35)
        write(3, 0xC2)
        time.now = ticks(0x200)
        // Status first, then the count of that moment.
        #expect(read(0) & 0x3F == 0x34)
        #expect(read(0) | read(0) << 8 == 0x1200)
        #expect(count(0) < 0x1100)
        // Status alone; a count that has just been written is not in the counter yet.
        start(1, mode: 2, 10)
        write(3, 0xE4)
        #expect(read(1) & 0x40 == 0x40)
        time.now += 1000
        write(3, 0xE4)
        #expect(read(1) & 0x40 == 0)
    }

    @Test func decimalCountersCountDecimally() {
        write(3, 0x31)
        write(0, 0x00)
        write(0, 0x10)
        time.now = ticks(2)
        #expect(count(0) == 0x0999)
    }

    @Test func lowAndHighBytesAlone() {
        write(3, 0x14)
        write(0, 0x40)
        time.now = ticks(0x11)
        #expect(read(0) == 0x30)
        write(3, 0x24)
        write(0, 0x40)
        #expect(read(0) >= 0x3F)
    }

    @Test func aTriggerStartsTheRetriggerableOneShot() {
        start(2, mode: 1, 100)
        #expect(control.read(0, width: 1) & 0x20 == 0x20)
        control.write(0, width: 1, value: 1)
        time.now = ticks(50)
        #expect(control.read(0, width: 1) & 0x20 == 0)
        time.now = ticks(110)
        #expect(control.read(0, width: 1) & 0x20 == 0x20)
    }
}
