/// The ways to look after a guest; all of them run it deprivileged, from the same virtualised programs.
public enum MonitorKind: String, Sendable, CaseIterable {
    /// No monitor: the guest owns the machine. The reference for equivalence.
    case bare
    /// Innocuous instructions run directly, what traps is interpreted. Section 4 of the paper.
    case vmm
    /// All virtual-supervisor code is interpreted, user code runs directly. Section 8.
    case hvm
    /// As `vmm`, and the guest's critical instructions are rewritten into trapping ones before they run.
    case patch
    /// As `vmm`, for a guest whose source has hypercalls in place of its critical instructions.
    case paravirt
    /// Nothing runs directly: the complete software interpreter machine.
    case interpret

    /// Guest code runs on the processor below at least some of the time, so the file must give a map.
    public var runsDirectly: Bool { self != .interpret }
}

/// Why a virtual machine cannot be made. One line of cause, one of remedy.
public struct MonitorError: Error, Hashable, Sendable {
    public var cause: String
    public var remedy: String

    public init(_ cause: String, remedy: String) {
        self.cause = cause
        self.remedy = remedy
    }
}
