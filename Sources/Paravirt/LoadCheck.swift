import Machine
import Monitor

/// What the monitor looks at before it starts a guest that claims to know it.
public enum LoadCheck {
    /// Refuses an image in whose visible code a critical instruction is left: it would not trap, and the guest
    /// would silently go wrong. The machine must have been loaded and not yet run.
    ///
    /// - Throws: the first such instruction and its address.
    public static func check(_ machine: VirtualMachine) throws(MonitorError) {
        let findings = ReachableCode.criticalInstructions(in: machine)
        guard let first = findings.first else { return }
        let others = findings.count > 1 ? " (and \(findings.count - 1) more)" : ""
        throw MonitorError(
            "the guest has '\(first.name)' at 0x\(String(first.address, radix: 16, uppercase: true))\(others), "
                + "which does not trap",
            remedy: "replace it by its hypercall, or use --monitor patch")
    }
}
