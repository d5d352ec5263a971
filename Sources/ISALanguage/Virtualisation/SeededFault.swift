/// A mistake that a monitor's author could make, planted in the virtualised programs. Each is a change of
/// the programs themselves, so the checker must refute the squares of the faulty environment, and the
/// monitor, which executes the same programs, must be seen to misbehave. This is what shows that neither
/// the squares nor the monitor's tests are vacuous.
public enum SeededFault: String, Sendable, CaseIterable {
    case originOmittedOnLoad = "origin-omitted-on-load"
    case originOmittedOnStore = "origin-omitted-on-store"
    case boundNotClipped = "bound-not-clipped"
    case extentNotChecked = "extent-not-checked"
    case extentOffByOne = "extent-off-by-one"
    case programCounterNotAdvanced = "program-counter-not-advanced"
    case wrongReflectedMode = "wrong-reflected-mode"
    case ownedControlLeaked = "owned-control-leaked"
    case savedControlDropped = "saved-control-dropped"
    case savedRelocationDropped = "saved-relocation-dropped"
    case monitorVector = "monitor-vector"
    case resumeOffByOne = "resume-off-by-one"
    case resumeAtCall = "resume-at-call"
    case mapFromOldState = "map-from-old-state"
    case trapCodeWrong = "trap-code-wrong"
    case trapDetailLost = "trap-detail-lost"
    case timerNotCounted = "timer-not-counted"
    case modeReadFromReal = "mode-read-from-real"
    case relocationReadFromReal = "relocation-read-from-real"
    case maskReadFromReal = "mask-read-from-real"
    case acknowledgeForgotten = "acknowledge-forgotten"

    /// What the monitor's author got wrong.
    public var summary: String {
        switch self {
        case .originOmittedOnLoad: "interpreter routines load from the guest's address without adding the origin"
        case .originOmittedOnStore: "interpreter routines store to the guest's address without adding the origin"
        case .boundNotClipped: "the map lets the guest's bound reach beyond the storage it was given"
        case .extentNotChecked: "interpreter routines check addresses against the real machine's size"
        case .extentOffByOne: "interpreter routines allow the cell after the guest's last one"
        case .programCounterNotAdvanced: "interpreter routines leave the program counter at the instruction"
        case .wrongReflectedMode: "a reflected trap leaves the virtual mode as it was"
        case .ownedControlLeaked: "interpreter routines set the real control state along with the saved one"
        case .savedControlDropped: "interpreter routines do not save the guest's new control state"
        case .savedRelocationDropped: "interpreter routines do not save the guest's new relocation"
        case .monitorVector: "a reflected trap goes through the real machine's vector, not the guest's"
        case .resumeOffByOne: "a reflected trap saves the address after the one at which to resume"
        case .resumeAtCall: "a reflected call resumes at the call instead of after it"
        case .mapFromOldState: "the real relocation is derived from the virtual one before the instruction"
        case .trapCodeWrong: "a reflected trap carries another trap's code"
        case .trapDetailLost: "a reflected trap carries no detail"
        case .timerNotCounted: "interpreted instructions do not count down the guest's timer"
        case .modeReadFromReal: "interpreter routines take the real mode for the virtual one"
        case .relocationReadFromReal: "interpreter routines translate with the real relocation"
        case .maskReadFromReal: "the real interrupt mask decides whether the guest is interrupted"
        case .acknowledgeForgotten: "accepting a virtual interrupt leaves it pending"
        }
    }
}
