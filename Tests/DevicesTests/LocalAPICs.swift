import Machine
import Testing

@testable import Devices

@Suite struct LocalAPICs {
    private func fixed(_ vector: UInt8, level: Bool = false) -> InterruptMessage {
        InterruptMessage(mode: .fixed, vector: vector, destination: 0, isLogical: false, isLevel: level)
    }
    private func enabled(_ processors: Int = 1) -> BoardBench {
        let bench = BoardBench(processors: processors)
        for processor in 0..<processors {
            bench.board.currentProcessor = processor
            bench.writeAPIC(0x0F, 0x1FF)
        }
        bench.board.currentProcessor = 0
        return bench
    }

    /// What Linux reads and writes back before it trusts the APIC.
    @Test func registersReadBack() {
        let bench = enabled(2)
        #expect(bench.readAPIC(0x03) == 0x0005_0014)
        #expect(bench.readAPIC(0x02) == 0)
        bench.board.currentProcessor = 1
        #expect(bench.readAPIC(0x02) == 0x0100_0000)
        bench.writeAPIC(0x0D, 0x0200_0000)
        bench.writeAPIC(0x0E, 0xFFFF_FFFF)
        #expect(bench.readAPIC(0x0D) == 0x0200_0000)
        #expect(bench.readAPIC(0x0E) == 0xFFFF_FFFF)
        bench.writeAPIC(0x08, 0x31)
        #expect(bench.readAPIC(0x08) == 0x31)
        #expect(bench.board.localAPICs[1].taskPriority == 0x31)
        // A register that does not exist is an error that can be asked for.
        _ = bench.readAPIC(0x3A)
        bench.writeAPIC(0x28, 0)
        #expect(bench.readAPIC(0x28) == 0x80)
    }

    /// The guest's word for KVM's paravirtual end of interrupt: bit 0.
    private final class EndWord {
        var bit = false
        var offers = 0
        func join(_ apic: LocalAPIC) {
            apic.offerEnd = { [self] in
                bit = true
                offers += 1
                return true
            }
            apic.withdrawEnd = { [self] in
                defer { bit = false }
                return !bit
            }
        }
    }

    @Test func anEndThatIsOfferedNeedsNoWrite() {
        let bench = enabled()
        let apic = bench.board.localAPICs[0]
        let word = EndWord()
        word.join(apic)
        apic.receive(fixed(0x41))
        #expect(bench.acknowledge() == 0x41)
        #expect(word.bit)
        // The guest ends it. What comes then is served at once, though its priority is the same.
        word.bit = false
        apic.receive(fixed(0x42))
        #expect(bench.requested[0])
        #expect(bench.acknowledge() == 0x42)
        #expect(word.offers == 2)
        word.bit = false
        // Nobody sees it in service any more.
        #expect(bench.readAPIC(0x12) == 0)
    }

    @Test func anEndThatIsNotTakenIsWritten() {
        let bench = enabled()
        let apic = bench.board.localAPICs[0]
        let word = EndWord()
        word.join(apic)
        apic.receive(fixed(0x41))
        #expect(bench.acknowledge() == 0x41)
        // Another arrives while it is served: the offer is withdrawn, and the guest has to write.
        apic.receive(fixed(0x42))
        #expect(!word.bit)
        #expect(!bench.requested[0])
        bench.writeAPIC(0x0B, 0)
        #expect(bench.requested[0])
        // The guest that writes all the same has ended one interrupt, not two.
        #expect(bench.acknowledge() == 0x42)
        #expect(word.bit)
        bench.writeAPIC(0x0B, 0)
        #expect(!word.bit)
        #expect(bench.readAPIC(0x12) == 0)
    }

    @Test func noEndIsOfferedWhereOthersWaitForIt() {
        let bench = enabled()
        let apic = bench.board.localAPICs[0]
        let word = EndWord()
        word.join(apic)
        // Another waits.
        apic.receive(fixed(0x41))
        apic.receive(fixed(0x61))
        #expect(bench.acknowledge() == 0x61)
        #expect(word.offers == 0)
        bench.writeAPIC(0x0B, 0)
        // The I/O APIC has to hear of a level's end.
        #expect(bench.acknowledge() == 0x41)
        bench.writeAPIC(0x0B, 0)
        word.offers = 0
        apic.receive(fixed(0x51, level: true))
        #expect(bench.acknowledge() == 0x51)
        #expect(word.offers == 0)
    }

    @Test func theHighestPriorityGoesFirstAndNests() {
        let bench = enabled()
        let apic = bench.board.localAPICs[0]
        apic.receive(fixed(0x41))
        apic.receive(fixed(0x61))
        #expect(bench.requested[0])
        #expect(bench.acknowledge() == 0x61)
        #expect(!bench.requested[0])
        #expect(bench.readAPIC(0x13) == 2 && bench.readAPIC(0x22) == 2)
        apic.receive(fixed(0x6F))
        #expect(!bench.requested[0])
        apic.receive(fixed(0x70))
        #expect(bench.acknowledge() == 0x70)
        bench.writeAPIC(0x0B, 0)
        bench.writeAPIC(0x0B, 0)
        #expect(bench.acknowledge() == 0x6F)
        bench.writeAPIC(0x0B, 0)
        bench.writeAPIC(0x08, 0x40)
        #expect(!bench.requested[0])
        apic.taskPriority = 0x30
        #expect(bench.requested[0])
        #expect(bench.acknowledge() == 0x41)
    }

    @Test func theTimerCountsAndFires() {
        let bench = enabled()
        // One-shot, divided by 16.
        bench.writeAPIC(0x32, 0xEC)
        bench.writeAPIC(0x3E, 0x3)
        bench.writeAPIC(0x38, 1000)
        #expect(bench.board.deadline == 16_000)
        bench.wait(8000)
        #expect(bench.readAPIC(0x39) == 500)
        bench.wait(7999)
        #expect(!bench.requested[0])
        bench.wait(1)
        #expect(bench.acknowledge() == 0xEC)
        #expect(bench.readAPIC(0x39) == 0)
        #expect(bench.board.deadline == .max)
        bench.writeAPIC(0x0B, 0)
        // Periodic: a period that passes while the vector waits is lost, the phase is kept.
        let start = bench.board.time.now
        bench.writeAPIC(0x32, 0x2_00EC)
        bench.writeAPIC(0x38, 100)
        bench.wait(1600 * 3 + 100)
        #expect(bench.acknowledge() == 0xEC)
        bench.writeAPIC(0x0B, 0)
        #expect(!bench.requested[0])
        #expect(bench.board.deadline == start + 1600 * 4)
        // Masked, it counts and is silent.
        bench.writeAPIC(0x32, 0x3_00EC)
        #expect(bench.board.deadline == .max)
        bench.wait(5000)
        #expect(bench.readAPIC(0x39) > 0)
        #expect(!bench.requested[0])
    }

    @Test func theTimestampDeadlineFiresOnce() {
        let bench = enabled()
        let apic = bench.board.localAPICs[0]
        bench.writeAPIC(0x32, 0x4_00EC)
        apic.timestampDeadline = 5000
        #expect(bench.board.deadline == 5000)
        apic.timestampOffset = 1000
        #expect(bench.board.deadline == 4000)
        bench.wait(4000)
        #expect(bench.acknowledge() == 0xEC)
        #expect(apic.timestampDeadline == 0)
        bench.writeAPIC(0x0B, 0)
        // One that is over already fires at once.
        apic.timestampDeadline = 1
        #expect(bench.acknowledge() == 0xEC)
    }

    @Test func switchedOffBySoftwareItIsSilent() {
        let bench = enabled()
        bench.writeAPIC(0x32, 0xEC)
        bench.writeAPIC(0x0F, 0xFF)
        #expect(bench.readAPIC(0x32) == 0x1_00EC)
        bench.writeAPIC(0x32, 0xEC)
        #expect(bench.readAPIC(0x32) == 0x1_00EC)
        bench.board.localAPICs[0].receive(fixed(0x41))
        #expect(!bench.requested[0])
    }

    // MARK: Between processors

    /// INIT and two start-ups, as Linux wakes the others.
    @Test func otherProcessorsAreStarted() {
        let bench = enabled(3)
        bench.writeAPIC(0x31, 2 << 24)
        bench.writeAPIC(0x30, 0xC500)
        bench.writeAPIC(0x30, 0x8500)
        bench.writeAPIC(0x30, 0x0699)
        bench.writeAPIC(0x30, 0x0699)
        #expect(bench.events == ["INIT 2", "SIPI 2 153", "SIPI 2 153"])
        #expect(bench.readAPIC(0x30) & 0x1000 == 0)
    }

    @Test func shorthandsAndDestinations() {
        let bench = enabled(4)
        func who(_ send: () -> Void) -> [Int] {
            send()
            return (0..<4).filter { processor in
                guard bench.acknowledge(processor) != nil else { return false }
                bench.board.currentProcessor = processor
                bench.writeAPIC(0x0B, 0)
                bench.board.currentProcessor = 0
                return true
            }
        }
        #expect(who { bench.writeAPIC(0x30, 0x4_0041) } == [0])
        #expect(who { bench.writeAPIC(0x30, 0x8_0041) } == [0, 1, 2, 3])
        #expect(who { bench.writeAPIC(0x30, 0xC_0041) } == [1, 2, 3])
        bench.writeAPIC(0x31, 0xFF00_0000)
        #expect(who { bench.writeAPIC(0x30, 0x41) } == [0, 1, 2, 3])
        // Flat logical destinations.
        for processor in 0..<4 {
            bench.board.currentProcessor = processor
            bench.writeAPIC(0x0D, 0x0100_0000 << UInt64(processor))
        }
        bench.board.currentProcessor = 0
        bench.writeAPIC(0x31, 0x0A00_0000)
        #expect(who { bench.writeAPIC(0x30, 0x841) } == [1, 3])
        // The lowest priority of those: one of them.
        bench.board.localAPICs[1].taskPriority = 0x20
        #expect(who { bench.writeAPIC(0x30, 0x941) } == [3])
        // Clusters.
        for processor in 0..<4 {
            bench.board.currentProcessor = processor
            bench.writeAPIC(0x0E, 0x0FFF_FFFF)
            bench.writeAPIC(0x0D, (UInt64(processor / 2) << 4 | 1 << UInt64(processor % 2)) << 24)
        }
        bench.board.currentProcessor = 0
        bench.writeAPIC(0x31, 0x1300_0000)
        #expect(who { bench.writeAPIC(0x30, 0x841) } == [2, 3])
        bench.writeAPIC(0x31, 0xF100_0000)
        #expect(who { bench.writeAPIC(0x30, 0x841) } == [0, 2])
        bench.writeAPIC(0x30, 0x4_0400)
        #expect(bench.events == ["NMI 0"])
    }

    @Test func x2APICIsEnteredAndLeftInOrder() {
        let bench = enabled(2)
        let apic = bench.board.localAPICs[1]
        #expect(apic.baseRegister == 0xFEE0_0800)
        #expect(bench.board.localAPICs[0].baseRegister == 0xFEE0_0900)
        #expect(!apic.writeBase(0xFEE0_0400))
        #expect(apic.writeBase(0xFEE0_0C00))
        #expect(!apic.writeBase(0xFEE0_0800))
        #expect(!apic.writeBase(0xFEE0_0C01))
        #expect(apic.readRegister(0x02) == 1)
        #expect(apic.readRegister(0x0D) == 2)
        #expect(apic.readRegister(0x0E) == nil)
        #expect(apic.readRegister(0x31) == nil)
        #expect(!apic.writeRegister(0x0B, 1))
        #expect(!apic.writeRegister(0x0D, 1))
        #expect(!apic.writeRegister(0x08, 1 << 32))
        // Sixty-four bits of command in one; itself by its own register.
        #expect(apic.writeRegister(0x30, 0x0000_0000_0000_4041))
        #expect(bench.acknowledge(0) == 0x41)
        #expect(apic.writeRegister(0x3F, 0x55))
        #expect(bench.acknowledge(1) == 0x55)
        // Nothing is in the window any more.
        bench.board.currentProcessor = 1
        #expect(bench.readAPIC(0x03) == 0xFFFF_FFFF)
        #expect(apic.writeBase(0xFEE0_0000))
        #expect(!apic.writeBase(0xFEE0_0C00))
        #expect(apic.writeBase(0xFEE0_0800))
        #expect(bench.readAPIC(0x03) == 0x0005_0014)
    }

    // MARK: I/O APIC and 8259

    @Test func theIOAPICShowsItsPins() {
        let bench = BoardBench()
        bench.store(BoardBench.ioAPIC, 1)
        #expect(bench.load(BoardBench.ioAPIC + 0x10) == 0x0017_0020)
        bench.writeEntry(3, 0x0100_0000_0001_A951)
        bench.store(BoardBench.ioAPIC, 0x16)
        #expect(bench.load(BoardBench.ioAPIC + 0x10) == 0x0001_A951)
        bench.store(BoardBench.ioAPIC, 0x17)
        #expect(bench.load(BoardBench.ioAPIC + 0x10) == 0x0100_0000)
        bench.store(BoardBench.ioAPIC, 0xF0)
        #expect(bench.load(BoardBench.ioAPIC + 0x10) == 0)
    }

    /// What Linux tries first for its timer: pin 2, edge, the 8259 masked.
    @Test func theTimerComesThroughPin2() {
        let bench = enabled(2)
        bench.startControllers()
        bench.writeEntry(2, 0x0100_0000_0000_0030)
        bench.startTimer(1193)
        bench.wait(3_000_000)
        #expect(bench.requested == [false, true])
        #expect(bench.acknowledge(1) == 0x30)
        #expect(bench.acknowledge(1) == nil)
    }

    @Test func levelsComeAgainUntilTheyAreServed() {
        let bench = enabled()
        let line = bench.board.interrupts.line(10)
        bench.writeEntry(10, 0x0000_0000_0000_A045)
        line.set(true)
        #expect(bench.acknowledge() == 0x45)
        #expect(bench.readAPIC(0x1A) == 0x20)
        bench.store(BoardBench.ioAPIC, 0x24)
        #expect(bench.load(BoardBench.ioAPIC + 0x10) == 0xE045)
        bench.writeAPIC(0x0B, 0)
        #expect(bench.acknowledge() == 0x45)
        line.set(false)
        bench.writeAPIC(0x0B, 0)
        #expect(!bench.requested[0])
        // Masked while it rises, seen when the mask goes.
        bench.writeEntry(10, 0x1_A045)
        line.set(true)
        #expect(!bench.requested[0])
        bench.writeEntry(10, 0xA045)
        #expect(bench.acknowledge() == 0x45)
        // The directed end, which version 0x20 has.
        bench.store(BoardBench.ioAPIC + 0x40, 0x45)
        bench.writeAPIC(0x0B, 0)
        #expect(bench.acknowledge() == 0x45)
    }

    /// Without an APIC set up, the 8259's interrupts reach processor 0, as firmware leaves it.
    @Test func virtualWire() {
        let bench = BoardBench(processors: 2)
        bench.startControllers(masks: 0xFFFE)
        bench.startTimer(1193)
        bench.wait(2_000_000)
        #expect(bench.requested == [true, false])
        #expect(bench.acknowledge() == 0x30)
        #expect(!bench.requested[0])
        bench.out(0x20, 0x20)
        bench.wait(1_000_000)
        // Masked at LINT0, it does not; with the APIC switched off altogether, it does.
        bench.writeAPIC(0x35, 0x1_0700)
        #expect(!bench.requested[0])
        #expect(bench.acknowledge() == nil)
        #expect(bench.board.localAPICs[0].writeBase(0xFEE0_0000))
        #expect(bench.requested[0])
        #expect(bench.acknowledge() == 0x30)
    }

    @Test func theBoardsNMIGoesThroughLINT1() {
        let bench = BoardBench(processors: 2)
        bench.board.raiseNonMaskable()
        #expect(bench.events == ["NMI 0"])
        bench.out(0x70, 0x80)
        bench.board.raiseNonMaskable()
        #expect(bench.events == ["NMI 0"])
    }
}
