import Machine
import Testing
import WholeMachine
import X86Core

@Suite struct Snapshots {
    private func running() throws -> TestMachine? {
        guard let code = try GuestPrograms.assemble(GuestPrograms.busy) else { return nil }
        let made = try TestMachine.running(code)
        made.run(to: 123_457)
        return made
    }

    private func refusal(_ bytes: [UInt8], of machine: PCMachine) -> String? {
        do {
            try machine.restore(bytes)
            return nil
        } catch {
            return error.text
        }
    }

    @Test func aSnapshotGoesIntoAMachineThatHasRun() throws {
        guard let made = try running() else { return }
        let bytes = made.machine.snapshot()
        made.run(to: 300_000)
        let later = made.machine.digest()
        try made.machine.restore(bytes)
        #expect(made.machine.snapshot() == bytes)
        made.run(to: 300_000)
        #expect(made.machine.digest() == later)
    }

    /// Going back is a snapshot and the input that came after it.
    @Test func whatCameInComesInAgain() throws {
        guard let code = try GuestPrograms.assemble(GuestPrograms.echo) else { return }
        let made = try TestMachine.running(code)
        var numbers = Sequence64(state: 3)
        var early: [UInt8] = []
        for (index, byte) in "to be or not to be".utf8.enumerated() {
            made.run(to: made.machine.time.now + 1 + numbers.next(below: 300_000))
            if index == 5 { early = made.machine.snapshot() }
            made.machine.receive(byte)
        }
        made.run(to: 9_000_000)
        #expect(String(decoding: made.console.text, as: UTF8.self) == "to be or not to be")
        let later = (log: made.machine.inputLog, digest: made.machine.digest())
        try made.machine.restore(early)
        #expect(made.machine.inputLog.count == 5)
        made.machine.repeatInput(of: later.log)
        made.run(to: 9_000_000)
        #expect(made.machine.digest() == later.digest)
        #expect(made.machine.inputLog == later.log)
    }

    @Test func othersSnapshotsAreRefused() throws {
        guard let made = try running() else { return }
        let bytes = made.machine.snapshot()
        #expect(try refusal(bytes, of: TestMachine(storage: 2 << 20).machine) == "it is of a machine with 1 MiB, and this one has 2 MiB")
        #expect(try refusal(bytes, of: TestMachine(processors: 2).machine)?.contains("1 processors") == true)
        var other = bytes
        other[8] += 1
        #expect(refusal(other, of: made.machine)?.contains("version") == true)
        other = bytes
        other[0] = 0
        #expect(refusal(other, of: made.machine) == "it is no snapshot of a machine")
        #expect(refusal([], of: made.machine) == "it is no snapshot of a machine")
    }

    /// A snapshot goes on with the instructions that it was written with, and no others.
    @Test func anotherMachineFileIsRefused() throws {
        guard let made = try running() else { return }
        let bytes = made.machine.snapshot()
        var changed = try EmbeddedRecords.machines().long
        let halt = try #require(changed.firstIndex { $0.mnemonic == "HLT" && !$0.checks.isEmpty })
        changed[halt].checks = []
        var configuration = made.configuration
        configuration.machineFile = "x86-64-hlt"
        let other = try PCMachine(configuration, decoding: Decoding(long: changed), serialOutput: made.console)
        let text = try #require(refusal(bytes, of: other))
        #expect(text == "it is of a machine with the instructions of 'x86-64', and this one has those of 'x86-64-hlt'")
        // The same instructions under another name are the same machine.
        configuration.machineFile = "my-x86"
        let same = try PCMachine(configuration, decoding: TestMachine.decoding.get(), serialOutput: made.console)
        #expect(refusal(bytes, of: same) == nil)
        #expect(same.digest() == made.machine.digest())
    }

    @Test func damageIsNoticed() throws {
        guard let made = try running() else { return }
        let bytes = made.machine.snapshot()
        var numbers = Sequence64(state: 5)
        for _ in 0..<200 {
            let cut = Int(numbers.next(below: UInt64(bytes.count)))
            #expect(refusal(Array(bytes[..<cut]), of: made.machine) != nil)
            var changed = bytes
            changed[Int(numbers.next(below: UInt64(bytes.count)))] ^= UInt8(1 + numbers.next(below: 255))
            #expect(refusal(changed, of: made.machine) != nil)
        }
        #expect(refusal(bytes + [0], of: made.machine) != nil)
    }

    /// Whoever computes the hash anew gets as far as the parts, which look at what they are given; what they take, the
    /// machine runs with, for better or worse.
    @Test func whatIsMeantToDeceiveDoesNoHarm() throws {
        guard let made = try running() else { return }
        let bytes = made.machine.snapshot()
        var numbers = Sequence64(state: 11)
        var taken = 0
        for round in 0..<600 {
            var changed = bytes
            // Most of the bytes are storage: the rest comes first.
            let bound = UInt64(round % 4 == 0 ? bytes.count : 12_000)
            for _ in 0...numbers.next(below: 3) {
                let place = 56 + Int(numbers.next(below: bound - 56))
                changed[place] = [0, 1, 0x7F, 0x80, 0xFF][Int(numbers.next(below: 5))] ^ UInt8(numbers.next(below: 4))
            }
            if round % 7 == 0 { changed.removeLast(Int(numbers.next(below: 1000))) }
            var length = SnapshotWriter()
            length.put(UInt64(changed.count - 56))
            changed.replaceSubrange(32..<40, with: length.bytes)
            var hash = StateHash()
            hash.add(Array(changed[56...]))
            var halves = SnapshotWriter()
            halves.put(hash.halves.0)
            halves.put(hash.halves.1)
            changed.replaceSubrange(40..<56, with: halves.bytes)
            let victim = try TestMachine()
            guard refusal(changed, of: victim.machine) == nil else { continue }
            taken += 1
            let limit = victim.machine.time.now + 20_000
            for _ in 0..<100 where victim.machine.time.now < limit { _ = victim.machine.run(until: limit) }
        }
        #expect(taken > 0)
    }
}
