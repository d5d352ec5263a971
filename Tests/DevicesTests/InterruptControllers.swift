import Devices
import Machine
import Testing

@Suite struct InterruptControllers {
    let watched = WatchedLine()
    let pair: CascadedControllers

    init() {
        pair = CascadedControllers(output: watched.line)
        start()
    }

    private func start(automatic: Bool = false) {
        for (chip, vector, wiring) in [(pair.first, UInt64(0x30), UInt64(4)), (pair.second, 0x38, 2)] {
            chip.write(0, width: 1, value: 0x11)
            chip.write(1, width: 1, value: vector)
            chip.write(1, width: 1, value: wiring)
            chip.write(1, width: 1, value: automatic ? 3 : 1)
            chip.write(1, width: 1, value: 0)
        }
    }
    private func pulse(_ interrupt: Int) {
        pair.set(interrupt, true)
        pair.set(interrupt, false)
    }
    private func end(_ interrupt: Int? = nil, second: Bool = false) {
        if second { pair.second.write(0, width: 1, value: 0x20) }
        pair.first.write(0, width: 1, value: interrupt.map { 0x60 | UInt64($0) } ?? 0x20)
    }

    /// Linux looks for the chip by writing a mask and reading it back.
    @Test func theMaskReadsBack() {
        pair.first.write(1, width: 1, value: 0xFB)
        #expect(pair.first.read(1, width: 1) == 0xFB)
    }

    @Test func edgesAreServedByPriority() {
        pulse(4)
        #expect(watched.isRaised)
        pulse(1)
        #expect(pair.acknowledge() == 0x31)
        // 4 waits until 1 is done, 0 does not.
        #expect(!watched.isRaised)
        pulse(0)
        #expect(pair.acknowledge() == 0x30)
        end()
        #expect(!watched.isRaised)
        end()
        #expect(pair.acknowledge() == 0x34)
        end(4)
        #expect(!watched.isRaised)
    }

    @Test func theSecondChipAnswersThroughTheFirst() {
        pulse(8)
        #expect(pair.acknowledge() == 0x38)
        pulse(12)
        #expect(!watched.isRaised)
        end(second: true)
        #expect(pair.acknowledge() == 0x3C)
        end(second: true)
        #expect(!watched.isRaised)
    }

    @Test func aHeldLineThatIsLevelTriggeredComesAgain() {
        pair.edgeLevel.write(1, width: 1, value: 0xFF)
        #expect(pair.edgeLevel.read(1, width: 1) == 0xDE)
        pair.set(10, true)
        #expect(pair.acknowledge() == 0x3A)
        end(second: true)
        #expect(pair.acknowledge() == 0x3A)
        pair.set(10, false)
        end(second: true)
        #expect(!watched.isRaised)
        // An edge does not.
        pair.set(5, true)
        #expect(pair.acknowledge() == 0x35)
        end()
        #expect(!watched.isRaised)
    }

    @Test func masksHoldRequestsBack() {
        pair.first.write(1, width: 1, value: 0x10)
        pulse(4)
        #expect(!watched.isRaised)
        #expect(pair.first.read(0, width: 1) == 0x10)
        pair.first.write(1, width: 1, value: 0)
        #expect(pair.acknowledge() == 0x34)
        pair.first.write(0, width: 1, value: 0x0B)
        #expect(pair.first.read(0, width: 1) == 0x10)
        pair.first.write(0, width: 1, value: 0x0A)
        #expect(pair.first.read(0, width: 1) == 0)
    }

    /// A level that goes away before the answer leaves vector 7 (15), which is not in service.
    @Test func whatIsNobodysIsInput7() {
        pair.edgeLevel.write(0, width: 1, value: 0x20)
        pair.set(5, true)
        pair.set(5, false)
        #expect(pair.acknowledge() == 0x37)
        pair.first.write(0, width: 1, value: 0x0B)
        #expect(pair.first.read(0, width: 1) == 0)
    }

    @Test func automaticEndAndRotation() {
        start(automatic: true)
        pulse(3)
        #expect(pair.acknowledge() == 0x33)
        pulse(6)
        #expect(pair.acknowledge() == 0x36)
        // Rotation at the automatic end: what was served goes to the back.
        pair.first.write(0, width: 1, value: 0x80)
        pulse(0)
        #expect(pair.acknowledge() == 0x30)
        pulse(0)
        pulse(1)
        #expect(pair.acknowledge() == 0x31)
        #expect(pair.acknowledge() == 0x30)
        // Requests of the second chip that waited while another was taken are not forgotten.
        pulse(9)
        pulse(14)
        #expect(pair.acknowledge() == 0x39)
        #expect(pair.acknowledge() == 0x3E)
        #expect(!watched.isRaised)
    }

    @Test func setPriorityAndSpecialMask() {
        pair.first.write(0, width: 1, value: 0xC0 | 3)
        pulse(3)
        pulse(4)
        #expect(pair.acknowledge() == 0x34)
        // Masked, and in the special mask mode, what is in service no longer blocks.
        pair.first.write(1, width: 1, value: 0x10)
        #expect(!watched.isRaised)
        pair.first.write(0, width: 1, value: 0x68)
        #expect(watched.isRaised)
        #expect(pair.acknowledge() == 0x33)
    }

    @Test func pollingTakesTheRequest() {
        pulse(6)
        pair.first.write(0, width: 1, value: 0x0C)
        #expect(pair.first.read(0, width: 1) == 0x86)
        #expect(!watched.isRaised)
        pair.first.write(0, width: 1, value: 0x0C)
        #expect(pair.first.read(0, width: 1) == 0)
    }
}
