import Classroom
import ISALanguage
import Machine

/// Runs one guest until it ends, a limit is reached or the user interrupts.
final class GuestRun {
    /// Why a run ended.
    enum Ending {
        case status(UInt64)
        case stepLimit, timeLimit
        case interrupted
        /// With the cause in words.
        case crashed(String)
    }

    let view: GuestView
    private(set) var history = TrapHistory()
    private let processor: any Processor
    private let devices: GuestBoard
    /// The bare machine beside it, while the two agree.
    private var twin: BareTwin?
    /// What the run has to say before it ends.
    private let note: (String) throws -> Void
    private let tracer: GuestTracer?
    private let maxSteps: UInt64
    private let deadline: Double
    private let interruption: Interruption
    private var hasStarted = false

    /// Instructions between two looks at the clock and at Ctrl-C.
    private static let slice: UInt64 = 1 << 20

    init(
        _ view: GuestView, devices: GuestBoard, twin: BareTwin?, tracer: GuestTracer?, maxSteps: UInt64?,
        deadline: Double?, interruption: Interruption, note: @escaping (String) throws -> Void
    ) {
        self.view = view
        processor = view.processor
        self.devices = devices
        self.twin = twin
        self.note = note
        self.tracer = tracer
        self.maxSteps = maxSteps ?? .max
        self.deadline = deadline ?? .infinity
        self.interruption = interruption
        // Traps come here on their way to the guest's vector: for the trace, the histogram, and the
        // account of a crash. One exit a trap costs nothing that can be measured beside the trap.
        processor.trapDisposition = .exit
    }

    /// Runs to the end.
    func run() throws -> Ending {
        while true {
            if let ending = try advance(by: GuestRun.slice) { return ending }
        }
    }

    /// Runs at most so many instructions. Returns nil if the guest can go on.
    func advance(by slice: UInt64) throws -> Ending? {
        if !hasStarted {
            hasStarted = true
            try devices.start(processor)
            try twin?.start()
            try tracer?.noteMode(view)
        }
        if interruption.isRequested { return .interrupted }
        if monotonicSeconds() > deadline { return .timeLimit }
        let target = min(maxSteps, processor.completedInstructions &+ slice)
        var trapsWithoutProgress = 0
        var completed = processor.completedInstructions
        while processor.completedInstructions < target {
            if interruption.isRequested { return .interrupted }
            let exit = try step(atMost: target &- processor.completedInstructions)
            if let ending = try handle(exit) { return ending }
            // A handler that traps at once completes nothing: it must not hold the host either.
            trapsWithoutProgress = processor.completedInstructions == completed ? trapsWithoutProgress + 1 : 0
            completed = processor.completedInstructions
            if trapsWithoutProgress > 10_000 {
                return .crashed("it traps for ever: its trap handler traps before it completes an instruction")
            }
        }
        return processor.completedInstructions >= maxSteps ? .stepLimit : nil
    }

    private func step(atMost budget: UInt64) throws -> Exit {
        let isTraced = tracer?.wantsSteps ?? false
        guard isTraced || devices.isOwing || twin != nil else { return processor.run(budget: budget) }
        if isTraced { try tracer?.before(view) }
        if devices.isOwing { try devices.settle(view.decoded(at: view.here), of: processor) }
        guard let twin else { return processor.run(budget: 1) }
        let (exit, account) = try twin.step()
        for line in account { try note(line) }
        if !twin.follows { self.twin = nil }
        return exit
    }

    private func handle(_ exit: Exit) throws -> Ending? {
        switch exit {
        case .budget: return nil
        case .portAccess(let device):
            try devices.serve(device, of: processor)
            try twin?.answer()
            return nil
        case .trap(let trap):
            history.add(trap)
            try tracer?.trap(trap, view)
            guard processor.deliver(trap) else {
                return .crashed("\(view.text(trap)), and it could not be delivered: the guest's vector is of no use")
            }
            try devices.serveRaised(of: processor)
            try twin?.answer()
            try tracer?.noteMode(view)
            return nil
        case .shutdown(let status): return .status(status)
        case .halt: return .crashed("it waits for an interrupt, and none can come")
        case .fault(let cause): return .crashed(cause)
        case .hypercall(let number): return .crashed("hypercall \(number), and nobody to answer it")
        case .breakpoint(let address): return .crashed("an unexpected breakpoint at \(view.number(address))")
        case .storageAccess(let address, _): return .crashed("an unexpected stop at cell \(view.number(address))")
        }
    }
}
