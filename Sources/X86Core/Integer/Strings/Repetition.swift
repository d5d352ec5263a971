// REP, REPE and REPNE. Each repetition counts as an instruction: the run may end, and a fault may come, between any
// two of them. Intel SDM volume 2, REP/REPE/REPZ/REPNE/REPNZ.

/// What some repetitions in one go have done.
struct BulkResult {
    var count: Int64 = 0
    /// A comparison has ended the repetition.
    var isDecided = false
}

extension X86Processor {
    /// How many repetitions the run has left, with the one that the block has paid for.
    var affordable: Int64 { state.pointee.remaining &+ 1 }

    /// Pays for repetitions beyond the one that the block has paid for.
    func spend(_ iterations: Int64) { state.pointee.remaining &-= iterations }

    /// The instruction has not come to its end: it goes on where it is after what comes between.
    func repeatLater() {
        nextIP = currentIP
        isRepeating = true
    }

    /// A string instruction, with or without a prefix that repeats it. It must have a block of its own where it has one.
    /// - Parameter bulk: does as many as it can without a fault, a device or decoded code in the way, at most so many;
    ///   0 where the next one has to be done by itself.
    /// - Parameter step: does one, registers and all, or throws before it has changed anything. True: a comparison has
    ///   ended the repetition.
    func repeated(
        _ i: DecodedInstruction, bulk: (Int64) throws(GuestFault) -> BulkResult = { _ in BulkResult() },
        step: () throws(GuestFault) -> Bool
    ) throws(GuestFault) {
        if i.repeats == .none {
            _ = try step()
            return
        }
        var count = cut(core[Register.cx], to: i.addressSize)
        // The block has paid for the first repetition; without any, the instruction itself counts.
        var owed: Int64 = 0
        // A trap or an interrupt may follow each repetition.
        let isStepping = state.pointee.systemFlags & Flag.tf != 0
        while count > 0 {
            let limit = isStepping ? 1 - owed : state.pointee.remaining &+ 1 - owed
            if limit <= 0 || owed > 0 && state.pointee.attention { return repeatLater() }
            let most = Int64(truncatingIfNeeded: min(count, UInt64(limit)))
            var done = try bulk(most)
            if done.count > 0 {
                spend(done.count - 1 + owed)
            } else {
                // Paid in advance: if it fails, one is given back.
                spend(owed)
                done = BulkResult(count: 1, isDecided: try step())
            }
            owed = 1
            count -= UInt64(done.count)
            setGeneral(Register.cx, count, size: i.addressSize, i)
            if done.isDecided { return }
        }
    }
}
