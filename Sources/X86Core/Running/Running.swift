import Machine

/// Why a processor stopped, to whoever runs it.
public enum ProcessorStop: Hashable, Sendable {
    /// As many instructions are completed as were asked for.
    case limit
    /// The processor waits for an interrupt.
    case halted
    /// Nothing goes on: a fault while a double fault was delivered.
    case shutdown(String)
    /// Asked for from outside, between two instructions.
    case asked
}

extension X86Processor {
    /// Runs until `limit` steps are completed in all, or until something stops it.
    ///
    /// A step is an instruction, an iteration of one that repeats itself, or the delivery of an exception or interrupt.
    /// Between two steps the state is whole, and nothing that is due there is done twice or left out because a run ended
    /// or began: so the same state comes after as many steps, however they are divided into runs. And each takes some of
    /// the time, so that a guest whose handlers fault for ever does not keep the host.
    public func run(until limit: UInt64) -> ProcessorStop {
        runLimit = limit
        enterHostArithmetic()
        defer { leaveHostArithmetic() }
        while true {
            state.pointee.attention = false
            if let shutdown { return .shutdown(shutdown) }
            if isAskedToStop {
                isAskedToStop = false
                return .asked
            }
            guard completed < runLimit else { return .limit }
            state.pointee.remaining = Int64(bitPattern: runLimit &- completed)
            if deliversWhatIsDue() {
                completed &+= 1
                continue
            }
            if isHalted { return .halted }
            isRepeating = false
            if mustStep { runSingle() } else { runBlocks() }
            completed = runLimit &- UInt64(bitPattern: state.pointee.remaining)
        }
    }

    /// Asks `run` to come back between two instructions.
    public func stop() {
        isAskedToStop = true
        lookUp()
    }

    /// Only one instruction may run before something is looked at.
    private var mustStep: Bool {
        hasShadow && (interruptRequested || nonMaskablePending || debugPending != 0)
            || state.pointee.systemFlags & (Flag.tf | Flag.rf) != 0 || watchesCode || watches || blockLimit <= 1 || isObserved
    }

    private func runBlocks() {
        do {
            let block = try findBlock()
            if Int64(block.count) > state.pointee.remaining { return runSingle() }
            var head = block.head
            while true {
                runChain(UnsafeMutableRawPointer(state), from: head)
                switch state.pointee.leaveReason {
                case .budget:
                    if state.pointee.remaining > 0 { runSingle() }
                    return
                case .attention: return
                case .lookup:
                    // To look for code is a part of the instruction there: it may fault, and marks pages as accessed.
                    if state.pointee.remaining <= 0 { return }
                    let left = state.pointee.leftAt
                    let page = instructionPointer
                    // Where everything is forgotten for want of room, the micro-op that was left is gone, too.
                    let era = blocks.era
                    let block = try findBlock()
                    if let left, era == blocks.era { link(left, to: block, page) }
                    if state.pointee.attention { return }
                    if Int64(block.count) > state.pointee.remaining {
                        if state.pointee.remaining > 0 { runSingle() }
                        return
                    }
                    head = block.head
                case .exception:
                    giveBack()
                    return deliverInPlace()
                case .alone:
                    giveBack()
                    return runSingle()
                }
            }
        } catch {
            failToFetch(error)
        }
    }

    private func failToFetch(_ error: GuestFault) {
        if error == .alone { return shutDown("instructions are fetched from where no storage is") }
        state.pointee.remaining &-= 1
        fault = error
        deliverInPlace()
    }

    /// The delivery has been counted in the failed instruction's place; while it is under way, whoever looks sees the
    /// count before it.
    private func deliverInPlace() {
        completed = runLimit &- UInt64(bitPattern: state.pointee.remaining) &- 1
        deliverFault()
    }

    /// One instruction, in a block of its own.
    private func runSingle() {
        stepsNot = false
        let flags = state.pointee.systemFlags
        let wasPending = debugPending
        // The cold calls of single instructions are used once.
        let kept = coldCalls.count
        defer { coldCalls.removeLast(coldCalls.count - kept) }
        state.pointee.isSingle = true
        currentUnpaid = 1
        state.pointee.context = .max - 1
        state.pointee.globalContext = .max - 1
        defer {
            state.pointee.isSingle = false
            contextChanged()
        }
        do {
            let head = try makeSingle()
            if isObserved { tellOfInstruction() }
            runChain(UnsafeMutableRawPointer(state), from: head)
        } catch {
            return failToFetch(error)
        }
        if state.pointee.leaveReason == .exception {
            giveBack()
            // A debug exception that was due before counts with what the instruction raises.
            debugPending = wasPending
            deliverInPlace()
            return
        }
        // RF is there for one instruction: see `takeFlags` for the one that sets it.
        if flags & Flag.rf != 0 { state.pointee.systemFlags &= ~Flag.rf }
        if flags & Flag.tf != 0, !stepsNot { debugPending |= DR6.step }
    }

    /// The instruction that failed, and those behind it in its block, are not completed.
    private func giveBack() {
        guard let left = state.pointee.leftAt else { return }
        let op = Op(left)
        state.pointee.remaining &+= Int64(op.at.pointee.unpaid)
        // The exception's delivery takes the instruction's place in the count.
        if state.pointee.leaveReason == .exception { state.pointee.remaining &-= 1 }
        core[Register.block] = cut(core[Register.block] &+ UInt64(op.at.pointee.offset))
        nextIP = cut(core[Register.block] &+ UInt64(op.at.pointee.length))
        // Traps come after the instruction.
        if state.pointee.leaveReason == .exception, fault?.isTrap == true {
            currentIP = core[Register.block]
            core[Register.block] = nextIP
        }
    }

    /// The micro-op that did not know where to go learns it.
    private func link(_ left: UnsafeMutableRawPointer, to block: Block, _ pointer: UInt64) {
        let op = left.assumingMemoryBound(to: MicroOp.self)
        let handler = op.pointee.handler
        if handler == FlowHandlers.unlinkedAddress {
            guard block.secondPage == nil, left < singleOps || left >= singleOps + 256 * MicroOp.stride else { return }
            op.pointee.immediate = UInt64(UInt(bitPattern: block.head))
            op.pointee.handler = FlowHandlers.linkedAddress
            op.pointee.addressing.rawValue = Addressing.isLinked
        } else if handler == FlowHandlers.staleAddress, left != block.head {
            op.pointee.target = block.head
            op.pointee.handler = FlowHandlers.forwardAddress
        }
    }

    /// Delivers the first of what is due between two instructions, in the order of Intel SDM volume 3, table 6-2.
    /// - Returns: false: there is nothing.
    private func deliversWhatIsDue() -> Bool {
        if isTaskFault {
            isTaskFault = false
            deliverFault()
            return true
        }
        if debugPending != 0, !hasShadow || !shadowIsStack {
            let bits = debugPending
            debugPending = 0
            isHalted = false
            fault = .debug(bits, isTrap: true)
            deliverFault()
            return true
        }
        if nonMaskablePending, !nonMaskableBlocked, !hasShadow {
            nonMaskablePending = false
            nonMaskableBlocked = true
            isHalted = false
            deliverInterrupt(2)
            return true
        }
        if interruptRequested, !hasShadow, state.pointee.systemFlags & Flag.interrupt != 0, let vector = takeInterrupt() {
            isHalted = false
            deliverInterrupt(vector)
            return true
        }
        guard !isHalted, !isRepeating else { return false }
        let bits = codeBreakpoints()
        guard bits != 0 else { return false }
        fault = .debug(bits, isTrap: false)
        deliverFault()
        return true
    }

    private func takeInterrupt() -> UInt8? {
        time.now = max(time.now, completed &+ timeOffset)
        return bus?.acknowledgeInterrupt(processor: number)
    }

    func shutDown(_ reason: String) { shutdown = shutdown ?? reason }
}

extension X86Processor {
    /// It has instructions to run, or an interrupt to take.
    public var isRunnable: Bool {
        if isWaitingForStartUp || shutdown != nil { return false }
        if !isHalted { return true }
        return nonMaskablePending || debugPending != 0
            || interruptRequested && state.pointee.systemFlags & Flag.interrupt != 0
    }
}
