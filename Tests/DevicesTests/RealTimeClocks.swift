import Machine
import Testing

@testable import Devices

@Suite struct RealTimeClocks {
    let time = VirtualTime()
    let watched = WatchedLine()
    let clock: RealTimeClock
    /// 2023-11-14 22:13:20, a Tuesday.
    static let date: Int64 = 1_700_000_000

    init() { clock = RealTimeClock(time: time, date: Self.date, line: watched.line) }

    private func read(_ index: UInt64) -> UInt64 {
        clock.write(0, width: 1, value: index)
        return clock.read(1, width: 1)
    }
    private func write(_ index: UInt64, _ value: UInt64) {
        clock.write(0, width: 1, value: index)
        clock.write(1, width: 1, value: value)
    }
    private func run(until moment: UInt64) {
        while clock.deadline <= moment {
            time.now = clock.deadline
            clock.advance()
        }
        time.now = moment
    }
    private var shown: [UInt64] { [0x32, 9, 8, 7, 6, 4, 2, 0].map(read) }

    @Test func theDateIsThatOfTheStartPlusTime() {
        #expect(shown == [0x20, 0x23, 0x11, 0x14, 0x03, 0x22, 0x13, 0x20])
        time.now = 50 * 60 * 1_000_000_000 * 3
        #expect(shown == [0x20, 0x23, 0x11, 0x15, 0x04, 0x00, 0x43, 0x20])
        #expect(read(0x0D) == 0x80)
    }

    @Test func binaryAndTwelveHours() {
        write(11, 0x06)
        #expect(shown == [20, 23, 11, 14, 3, 22, 13, 20])
        write(11, 0x04)
        #expect(read(4) == 0x80 | 10)
        write(11, 0x00)
        #expect(read(4) == 0x90)
    }

    @Test func theCalendarGoesBothWays() {
        for seconds in stride(from: Int64(-3_000_000_000), to: 8_000_000_000, by: 86_399 * 37) {
            let date = CalendarDate(seconds: seconds)
            #expect(date.seconds == seconds)
        }
        let leap = CalendarDate(seconds: 951_782_400)
        #expect(leap.month == 2 && leap.day == 29 && leap.year == 2000 && leap.weekday == 3)
    }

    /// As Linux sets it: stopped by SET and by the divider, half a second after that the first second ends.
    @Test func aDateThatIsSetCountsOn() {
        time.now = 1_300_000_000
        write(11, 0x82)
        write(10, 0x76)
        for (index, value) in [(9, 0x30), (8, 0x12), (7, 0x31), (4, 0x23), (2, 0x59), (0, 0x59), (0x32, 0x20)] {
            write(UInt64(index), UInt64(value))
        }
        time.now += 5_000_000_000
        #expect(read(0) == 0x59)
        write(11, 0x02)
        write(10, 0x26)
        time.now += 499_000_000
        #expect(shown == [0x20, 0x30, 0x12, 0x31, 0x03, 0x23, 0x59, 0x59])
        time.now += 2_000_000
        #expect(shown == [0x20, 0x31, 0x01, 0x01, 0x04, 0x00, 0x00, 0x00])
    }

    @Test func theUpdateIsAnnounced() {
        time.now = 999_800_000
        #expect(read(10) & 0x80 == 0x80)
        time.now = 999_000_000
        #expect(read(10) & 0x80 == 0)
    }

    @Test func periodicUpdateAndAlarmInterrupts() {
        // 1,024 Hz.
        write(11, 0x42)
        var rises = 0
        while time.now < 1_000_000_000 {
            run(until: min(clock.deadline, 1_000_000_000))
            clock.advance()
            if watched.isRaised {
                rises += 1
                #expect(read(12) == 0xC0 || time.now % 1_000_000_000 == 0)
            }
        }
        #expect(rises == 1024)
        #expect(!watched.isRaised)
        write(11, 0x12)
        run(until: 2_000_000_000)
        clock.advance()
        #expect(watched.isRaised)
        #expect(read(12) & 0x90 == 0x90)
        // 22:13:30, of any day.
        write(1, 0x30)
        write(3, 0x13)
        write(5, 0xFF)
        write(11, 0x22)
        _ = read(12)
        #expect(clock.deadline == 10_000_000_000)
        run(until: 10_000_000_000)
        #expect(watched.isRaised)
        #expect(read(12) & 0xA0 == 0xA0)
        #expect(clock.deadline == 3_610_000_000_000)
    }

    @Test func theAddressPortHoldsTheNMIBack() {
        clock.write(0, width: 1, value: 0x8F)
        #expect(clock.masksNMI)
        clock.write(1, width: 1, value: 0x0A)
        #expect(read(0x0F) == 0x0A)
        #expect(!clock.masksNMI)
    }
}
