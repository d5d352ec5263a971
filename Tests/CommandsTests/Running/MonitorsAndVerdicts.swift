import Foundation
import Testing

@testable import Commands

/// Monitors against, and in accordance with, what the verdict on the machine says.
@Suite struct MonitorsAndVerdicts {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    /// A program for a third generation machine; its trap handler is at `trap`.
    private func guest(_ code: String, for machine: String) throws -> String {
        let head = """
                    .machine \(machine)
                    .org 0
            old:    .word 0, trap<<31 | 0x8000, 0, 0
                    .org 16
                    .entry start

            """
        return try scratch.file("guest.s", head + code)
    }

    private func overlay(_ name: String, _ text: String) throws -> String {
        try scratch.file("\(name).isa", "machine \(name)\nextends third-generation\n\n" + text)
    }

    // MARK: Forced

    /// Prints M and the mode as its instruction SMD shows it.
    private static let leak = """
        start:  LA   r1,'M'
                OUT  r1
                SMD  r2
                LA   r1,'0'(r2)
                OUT  r1
                HALT r2
        trap:   HALT r0
        """

    @Test func aForcedMonitorShowsThePredictedDivergence() throws {
        let path = try guest(MonitorsAndVerdicts.leak, for: "third-generation-mode-leak")
        let bare = trapline(["run", path])
        #expect(bare.status == .holds && bare.output == "M0")
        let forced = trapline(["run", path, "--monitor", "vmm"])
        #expect(forced.status == .guest(1) && forced.output == "M1")
        let lines = forced.diagnostics.split(separator: "\n").map(String.init)
        #expect(lines.prefix(4) == [
            "note: against the verdict: vmm is refuted: wrong for SMD {d:register r}",
            "divergence after 2 instructions, at 0x12: SMD {d:register r}",
            "  r2 is 0 bare and 1 under the monitor",
            "  as the verdict predicts for this instruction; the run goes on under the monitor alone",
        ])
        // And it is the instruction that 'check' names.
        let check = trapline(["check", "third-generation-mode-leak", "--format", "json", "--fail-on", "never"])
        #expect(check.output.contains("wrong for SMD {d:register r}"))
    }

    @Test(arguments: ["hvm", "patch", "interpret", "auto"]) func theOthersRunTheSameGuest(monitor: String) throws {
        let path = try guest(MonitorsAndVerdicts.leak, for: "third-generation-mode-leak")
        let outcome = trapline(["run", path, "--monitor", monitor, "--stats"])
        #expect(outcome.status == .holds && outcome.output == "M0")
        #expect(!outcome.diagnostics.contains("divergence") && !outcome.diagnostics.contains("against the verdict"))
        if monitor == "auto" {
            #expect(outcome.diagnostics.hasPrefix("monitor hvm: "))
            #expect(outcome.diagnostics.contains("not vmm: refuted: wrong for SMD"))
        }
    }

    /// With input: the twin gets the same, and neither waits for the other.
    @Test func theTwinReadsTheSameInput() throws {
        let path = try guest("""
            start:  IN   r1
                    LA   r2,0-0x1FF(r1)
                    JZ   r2,over
                    OUT  r1
                    JMP  start
            over:   SMD  r2
                    HALT r2
            trap:   HALT r0
            """, for: "third-generation-mode-leak")
        let forced = trapline(["run", path, "--monitor", "vmm"], input: "typed")
        #expect(forced.output == "typed")
        #expect(forced.diagnostics.contains("divergence after 28 instructions, at 0x15: SMD"))
    }

    @Test func paravirtRefusesWhatIsLeft() throws {
        let path = try guest(MonitorsAndVerdicts.leak, for: "third-generation-mode-leak")
        let refused = trapline(["run", path, "--monitor", "paravirt"])
        #expect(refused.status == .badInput && refused.output.isEmpty)
        #expect(refused.diagnostics.contains("the guest has 'SMD {d:register r}' at 0x12, which does not trap"))
        // The table's first row: the register's number is in r1.
        let called = MonitorsAndVerdicts.leak.replacingOccurrences(
            of: "        SMD  r2\n", with: "        LA   r1,2\n        SVC  0xFFFFFF00\n")
        let aware = trapline(["run", try guest(called, for: "third-generation-mode-leak"), "--monitor", "paravirt"])
        #expect(aware.status == .holds && aware.output == "M0", "\(aware.diagnostics)")
    }

    // MARK: What the verdict asks of a monitor

    /// SHB shrinks the bound without a trap. The handler ends with the bound that the old PSW has: the one that the
    /// program gave itself, and the store behind it has trapped.
    @Test(arguments: [["bare"], ["vmm"], ["vmm", "--depth", "2"], ["hvm"], ["patch"], ["interpret"]])
    func aBoundThatTheGuestShrankIsReadAgain(monitor: [String]) throws {
        let path = try guest("""
            start:  LPSW user
            user:   .word 1<<47 | program<<16 | 100
            trap:   LD   r1,old
                    AND  r1,mask
                    HALT r1
            mask:   .word 0xFFFF
            program: LA  r1,10
                    SHB  r1
                    ST   r0,20
                    SVC  0
            """, for: "third-generation-shrink-bound")
        let outcome = trapline(["run", path, "--monitor"] + monitor)
        #expect(outcome.status == .guest(10), "\(monitor): \(outcome.diagnostics)")
        #expect(!outcome.diagnostics.contains("against the verdict"))
    }

    @Test func whatIsDeclaredMirroredMustBeHarmless() throws {
        let open = try overlay("gated", """
            state
              control gate : 1  handled mirror

            replace instruction "HALT {d:register r}"
              encoding 0x47 d:4 _:36
              trap privileged-instruction when user = 1 and gate = 0
              exit-code <- r[d][7..0]
              stopped   <- 1

            instruction "SGT {d:register r}"
              encoding 0x5D d:4 _:36
              gate <- r[d][0]

            """)
        // What HALT does once the guest has opened the gate concerns the guest alone: the verdict sees to it.
        let path = try guest(
            "start:  LA r1,1\n        SGT r1\n        LA r1,5\n        HALT r1\ntrap:   HALT r0\n", for: "gated")
        #expect(trapline(["check", open]).status == .holds)
        for monitor in ["bare", "vmm", "interpret"] {
            let outcome = trapline(["run", path, "--isa", open, "--monitor", monitor])
            #expect(outcome.status == .guest(5) && outcome.diagnostics.isEmpty, "\(monitor): \(outcome.diagnostics)")
        }
        // What it lets a guest do to the relocation register is named.
        let leaking = try overlay("leaking", """
            state
              control gate : 1  handled mirror

            replace instruction "LRB location"
              encoding 0x41 _:4 location
              trap privileged-instruction when user = 1 and gate = 0
              base <- e[address(location)][30..16]

            """)
        let checked = trapline(["check", leaking])
        #expect(checked.status == .refuted)
        #expect(checked.output.contains("LRB location"))
        // What masks the monitor's interrupts cannot be mirrored at all.
        let mask = try overlay("unmasked", """
            state
              replace control ie : 1  handled mirror

            """)
        let plain = try guest("start:  LA r1,5\n        HALT r1\ntrap:   HALT r0\n", for: "third-generation")
        for arguments in [["check", mask], ["run", plain, "--isa", mask, "--monitor", "vmm"]] {
            let masked = trapline(arguments)
            #expect(masked.status == .badInput)
            #expect(
                (masked.output + masked.diagnostics).contains("'ie' is declared 'handled mirror', but 'ie' decides"))
        }
        // The library's machine with a mirrored segment register declares a harmless one.
        let harmless = try guest("""
            start:  LA   r1,3
                    LSG  r1
                    RSG  r2
                    HALT r2
            trap:   HALT r0
            """, for: "third-generation-user-base")
        let outcome = trapline(["run", harmless, "--monitor", "vmm"])
        #expect(outcome.status == .guest(3), "\(outcome.diagnostics)")
        #expect(outcome.diagnostics.isEmpty)
    }

    /// A machine whose monitor would keep shadow tables runs, but not directly under a monitor.
    @Test func shadowTablesAreRefusedAloud() throws {
        let shadow = try overlay("shadowed", "replace map shadow\n")
        let path = try guest("start:  LA r1,5\n        HALT r1\ntrap:   HALT r0\n", for: "shadowed")
        for monitor in ["bare", "interpret"] {
            let outcome = trapline(["run", path, "--isa", shadow, "--monitor", monitor])
            #expect(outcome.status == .guest(5), "\(outcome.diagnostics)")
        }
        for monitor in ["vmm", "hvm", "patch"] {
            let outcome = trapline(["run", path, "--isa", shadow, "--monitor", monitor])
            #expect(outcome.status == .badInput)
            #expect(outcome.diagnostics.contains("translates by tables in storage ('map shadow')"))
            #expect(outcome.diagnostics.contains("remedy: use --monitor interpret"))
        }
        let auto = trapline(["run", path, "--isa", shadow, "--monitor", "auto"])
        #expect(auto.status == .guest(5))
        #expect(auto.diagnostics.hasPrefix("monitor interpret: "))
    }

    /// The paper's first exception: the monitor stands above its guest, and the guest's addresses are the real ones.
    @Test func theGuestIsNotMovedWhereThatIsWhatTheVerdictAsks() throws {
        let path = try guest("""
            start:  LRA  r1,start
                    HALT r1
            trap:   HALT r0
            """, for: "third-generation-load-real-address-high")
        for options in [[], ["--monitor", "vmm"], ["--monitor", "auto", "--depth", "2"]] {
            let outcome = trapline(["run", path] + options)
            #expect(outcome.status == .guest(16), "\(options): \(outcome.diagnostics)")
            #expect(!outcome.diagnostics.contains("against the verdict"))
        }
        // Where the vectors are in the way, or there is another guest, that is no remedy.
        let low = try guest("""
            start:  LRA  r1,start
                    HALT r1
            trap:   HALT r0
            """, for: "third-generation-load-real-address")
        let forced = trapline(["run", low, "--monitor", "vmm"])
        #expect(forced.diagnostics.contains("against the verdict: vmm is refuted: wrong for LRA"))
        #expect(forced.diagnostics.contains("divergence after 0 instructions"))
    }

    // MARK: The PDP-10

    @Test func thePDP10ComesApartAtJRST1() throws {
        let kernel = repositoryRoot + "/Lessons/guests/kernel-pdp-10.s"
        let bare = trapline(["run", kernel])
        #expect(bare.output.contains("my flag USER is 1") && bare.output.contains("my own flag USER is 0"))
        let forced = trapline(["run", kernel, "--monitor", "vmm", "--max-steps", "20000"])
        #expect(forced.diagnostics.contains("against the verdict: vmm is refuted: wrong for JRST 1,ea, "))
        #expect(forced.diagnostics.contains("at 0o103: JRST 1,ea\n  user is 1 bare and 0 under the monitor\n"))
        #expect(forced.output != bare.output)
        #expect(trapline(["run", kernel, "--monitor", "interpret"]).output == bare.output)
    }
}
