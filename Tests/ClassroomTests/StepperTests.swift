import Debugging
import Machine
import Monitor
import Testing

@testable import Classroom

@Suite struct StepperTests {
    /// The guest as it is seen, and its cells.
    private func hash(_ guest: SteppedGuest) -> StateHash {
        var hash = StateHash()
        for value in guest.view.state { hash.add(value) }
        for cell in 0..<guest.view.processor.storage.count { hash.add(guest.view.processor.storage[cell]) }
        for byte in guest.output { hash.add(UInt64(byte)) }
        return hash
    }

    private func stepper(_ kind: MonitorKind, depth: Int = 1) throws -> Stepper {
        let stepper = Stepper(try Timesharing.guest(Timesharing.source, kind, depth: depth, input: "Hello.\n")) {
            try Timesharing.guest(Timesharing.source, .bare, input: "Hello.\n")
        }
        stepper.history.interval = 0
        return stepper
    }

    private static let kinds: [(MonitorKind, Int)] = [(.bare, 0), (.vmm, 1), (.vmm, 2), (.hvm, 1), (.interpret, 1)]

    @Test(arguments: kinds)
    func everyMomentIsTheSameWhicheverWayItIsReached(_ kind: MonitorKind, _ depth: Int) throws {
        let stepper = try stepper(kind, depth: depth)
        var hashes = [hash(stepper.guest)]
        var accounts: [StepAccount?] = [nil]
        for _ in 0..<700 {
            guard case .moved = try stepper.perform(.step) else { break }
            hashes.append(hash(stepper.guest))
            accounts.append(stepper.account)
        }
        #expect(hashes.count == 701)
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<80 {
            let target = Int.random(in: 1..<hashes.count, using: &numbers)
            _ = try stepper.perform(.go, String(target))
            #expect(stepper.position == UInt64(target))
            #expect(hash(stepper.guest) == hashes[target])
            #expect(stepper.account?.stages == accounts[target]?.stages)
            #expect(stepper.account?.changes == accounts[target]?.changes)
        }
        _ = try stepper.perform(.back)
        _ = try stepper.perform(.go, "700")
        #expect(hash(stepper.guest) == hashes[700])
    }

    @Test(arguments: kinds.dropFirst())
    func everyMonitorIsSeenToDoWhatTheBareMachineDoes(_ kind: MonitorKind, _ depth: Int) throws {
        let stepper = try stepper(kind, depth: depth)
        guard case .said(let text) = try stepper.perform(.diverge) else {
            Issue.record("nothing was said")
            return
        }
        #expect(text.hasPrefix("the same as the bare machine, to the end at step"))
        #expect(String(decoding: stepper.guest.output, as: UTF8.self).contains("HELLO."))
    }

    @Test func aTrapOpensIntoTheMonitorsParts() throws {
        let stepper = try stepper(.vmm)
        _ = try stepper.perform(.nextTrap)
        let account = try #require(stepper.account)
        #expect(account.isTrap)
        guard case .monitor(.exited(.trap(let trap))) = account.stages.first?.event else {
            Issue.record("the first stage is \(String(describing: account.stages.first))")
            return
        }
        #expect(stepper.view.trapName(trap.kind) == "privileged-instruction")
        #expect(account.stages.contains { $0.event == .monitor(.dispatched(.interpret)) })
        let narrator = Narrator(stepper) { "line \($0.line)" }
        var parts: [String] = []
        while case .moved = stepper.openings.isEmpty ? .left : try stepper.perform(.into), let open = stepper.opening {
            parts.append(narrator.openingSentence(open))
        }
        #expect(parts.count == stepper.openings.count)
        #expect(parts.contains { $0.contains("routine, ") && $0.contains("privileged.isa") })
        #expect(narrator.lines().contains { $0.contains("the interpreter routine of") })
    }

    @Test func theGuestsOwnTrapsAreDelivered() throws {
        for kind in [MonitorKind.bare, .vmm] {
            let stepper = try stepper(kind)
            var names: [String] = []
            while case .moved = try stepper.perform(.nextTrap) {
                if let trap = stepper.account?.trap { names.append(stepper.view.trapName(trap.kind)) }
            }
            #expect(names.contains("supervisor-call"))
            #expect(names.contains("timer-interrupt"))
            let forward = stepper.position
            var back = 0
            while case .moved = try stepper.perform(.previousTrap), stepper.position > 0 { back += 1 }
            #expect(back > names.count - 2)
            #expect(forward > 1000)
        }
    }

    @Test func changesSayWhy() throws {
        let stepper = try stepper(.vmm)
        _ = try stepper.perform(.step)
        let account = try #require(stepper.account)
        #expect(account.changes.contains { $0.why == "LA writes it" && $0.source?.line ?? 0 > 0 })
        #expect(account.changes.contains { $0.why == "the next instruction" })
    }

    @Test func theGuestWaitsForWhatIsTyped() throws {
        let stepper = Stepper(try Timesharing.guest(Timesharing.source, .vmm))
        stepper.history.interval = 0
        guard case .said(let text) = try stepper.perform(.run) else {
            Issue.record("it does not wait")
            return
        }
        #expect(text.contains("waits for input"))
        let waiting = stepper.position
        _ = try stepper.perform(.type, "a\\n")
        _ = try stepper.perform(.run)
        #expect(stepper.position > waiting)
        // What came later is not there earlier, and comes again at its moment.
        let later = (stepper.position, hash(stepper.guest))
        _ = try stepper.perform(.go, String(waiting))
        _ = try stepper.perform(.go, String(later.0))
        #expect(hash(stepper.guest) == later.1)
    }

    @Test func breakpointsAndMarks() throws {
        let stepper = try stepper(.vmm)
        _ = try stepper.perform(.breakpoint, "trap")
        guard case .said(let text) = try stepper.perform(.run) else {
            Issue.record("no breakpoint was met")
            return
        }
        #expect(text.contains("(trap)"))
        _ = try stepper.perform(.mark, "a")
        let place = stepper.position
        _ = try stepper.perform(.run)
        #expect(stepper.position > place)
        _ = try stepper.perform(.reverse)
        #expect(stepper.position == place)
        _ = try stepper.perform(.go, "+5")
        _ = try stepper.perform(.toMark, "a")
        #expect(stepper.position == place)
        guard case .refused = try stepper.perform(.go, "x"), case .refused = try stepper.perform(.toMark, "z"),
            case .refused = try stepper.perform(.breakpoint, "nowhere"), case .refused = try stepper.perform(.step, "-1")
        else {
            Issue.record("nonsense was taken")
            return
        }
    }

    @Test func keysAndWordsMeanOneThing() {
        var seen: Set<String> = []
        for command in StepperCommand.allCases {
            #expect(StepperCommand(word: command.rawValue) == command)
            for key in command.keys {
                #expect(seen.insert(key).inserted, "\(key) means two things")
                #expect(StepperCommand(key: key) == command)
            }
        }
    }
}
