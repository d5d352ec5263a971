import Classroom
import Devices
import ISALanguage
import Machine
import Monitor

/// The bare machine beside a guest whose monitor is forced against the verdict. Both are loaded with the same guest
/// and get the same input, and they are compared after every instruction: where they come apart first is the
/// divergence that the verdict predicts. The twin's own output goes nowhere.
final class BareTwin {
    private let lockStep: LockStep
    private let view: GuestView
    private let devices: GuestBoard
    /// The instructions for which the verdict predicts it, as indices of the description.
    private let predicted: Set<Int>
    /// The twin's exit that is not answered yet.
    private var pending: Exit = .budget
    private var isTogether = true
    private var steps = 0

    /// Instructions after which a run that has not come apart is left alone: comparing costs a thousand times more
    /// than running.
    private static let patience = 1 << 20

    /// - Parameters:
    ///   - bare: loaded as the guest's own machine is.
    ///   - input: what follows the guest's own input.
    init(
        _ bare: any Processor, beside guest: GuestView, input: any ByteSource, predicted: Set<Int>
    ) throws {
        self.predicted = predicted
        view = GuestView(bare, of: guest.description)
        devices = try GuestBoard.make(
            for: guest.description, of: bare.layout, input: input, output: SilentOutput())
        lockStep = LockStep(bare: bare, monitored: guest.processor, described: guest.description)
        lockStep.suspects = predicted
        bare.trapDisposition = .exit
    }

    /// The two are in the same state, as far as has been seen.
    var follows: Bool { isTogether }

    func start() throws { try devices.start(lockStep.bare) }

    /// Runs one instruction on both machines; the guest's devices are settled already.
    ///
    /// - Returns: the guest's exit, and what there is to say if the two have just come apart.
    func step() throws -> (exit: Exit, account: [String]) {
        try devices.settle(view.decoded(at: view.here), of: lockStep.bare)
        let step = lockStep.step()
        pending = step.bare
        steps += 1
        guard let divergence = step.divergence else {
            guard steps == BareTwin.patience else { return (step.monitored, []) }
            isTogether = false
            return (step.monitored, [
                "no divergence in the first \(steps) instructions; the run goes on under the monitor alone",
            ])
        }
        isTogether = false
        return (step.monitored, account(of: divergence))
    }

    /// Answers the twin's own exit as the guest's has been answered.
    func answer() throws {
        switch pending {
        case .portAccess(let device): try devices.serve(device, of: lockStep.bare)
        case .trap(let trap):
            // Where only one of the two can deliver it, the next comparison shows that.
            _ = lockStep.bare.deliver(trap)
            try devices.serveRaised(of: lockStep.bare)
        default: break
        }
    }

    private func account(of divergence: LockStep.Divergence) -> [String] {
        let description = view.description
        let name = divergence.instruction.map { description.instructions[$0].name } ?? "no instruction"
        let isPredicted = divergence.instruction.map(predicted.contains) ?? false
        return [
            "divergence after \(divergence.completed) instructions, at \(view.number(divergence.address)): \(name)",
            "  " + divergence.difference.text(in: description),
            isPredicted
                ? "  as the verdict predicts for this instruction; the run goes on under the monitor alone"
                : "  the verdict does not name this instruction; the run goes on under the monitor alone",
            "  remedy: use --monitor auto, which chooses what the verdict admits",
        ]
    }
}
