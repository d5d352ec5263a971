import Glibc
import Machine

/// The run of a machine with its past: whatever has been visited can be visited again, by a state that was kept and the
/// way from there once more.
///
/// States are kept as often as the way between two of them takes `interval` of the host's time; where that needs more
/// memory than `memoryLimit`, some are given up, and going back takes longer.
public final class History<Subject: Replayable> {
    public let subject: Subject
    /// The furthest position that has been visited.
    public private(set) var frontier: UInt64
    /// Positions right behind each trap up to the frontier.
    public private(set) var traps: [UInt64] = []
    /// Where the machine stood still for good, and why.
    public private(set) var end: (position: UInt64, cause: String)?
    /// Asked now and then during a run: true lets it pause.
    public var isInterrupted: () -> Bool = { false }
    /// Told now and then during a long run where it is.
    public var progress: (UInt64) -> Void = { _ in }

    /// Seconds of the host's processor between two states that are kept.
    public var interval = 0.015
    /// Bytes for all the states together.
    public var memoryLimit = 1 << 30

    private struct Checkpoint {
        var position: UInt64
        var state: [UInt8]
        var storage: StorageImages.Image
        /// Seconds from the one before.
        var cost: Double
    }

    private let images: StorageImages
    private var checkpoints: [Checkpoint] = []
    /// The image from which storage differs in the changed pages at most.
    private var lastImage: StorageImages.Image?
    private var sinceCheckpoint = 0.0
    private var chunk: UInt64 = 1024

    public init(of subject: Subject) {
        self.subject = subject
        frontier = subject.position
        images = StorageImages(of: subject.storageBytes)
        keep()
    }

    public var position: UInt64 { subject.position }
    public var beginning: UInt64 { checkpoints[0].position }
    /// Bytes that the states take, nearly.
    public var memory: Int { images.bytesHeld + checkpoints.reduce(0) { $0 + $1.state.count } }
    public var checkpointCount: Int { checkpoints.count }

    // MARK: Forward

    /// Runs on until a condition is met, a position is reached, or the end.
    public func run(to target: UInt64 = .max, stops: StopConditions = StopConditions()) throws -> Arrival {
        var isLeaving = true
        while true {
            if position >= target { return .reached }
            if let end, position >= end.position { return .ended(end.cause) }
            // Where it has been before it is there at once.
            if position >= frontier, isInterrupted() { return .interrupted }
            let arrival = try advance(to: target, stops: stops, isLeaving: isLeaving)
            isLeaving = false
            switch arrival {
            case .reached, .interrupted, .beginning: continue
            case .stopped(.trap) where !stops.traps: continue
            case .stopped, .ended: return arrival
            }
        }
    }

    /// One piece of the way, which never leads from what has been visited to what has not.
    private func advance(to target: UInt64, stops: StopConditions, isLeaving: Bool) throws -> Arrival {
        let isNew = position >= frontier
        var limit = min(target, position &+ chunk < position ? .max : position &+ chunk)
        if !isNew { limit = min(limit, frontier) }
        var asked = stops
        if isNew { asked.traps = true }
        let start = processorSeconds()
        let before = position
        let arrival = try subject.run(to: limit, stops: asked, isLeaving: isLeaving)
        let seconds = processorSeconds() - start
        if position &- before >= chunk {
            if seconds < 0.002 { chunk = min(chunk * 2, 1 << 32) }
            if seconds > 0.006 { chunk = max(chunk / 2, 256) }
        }
        if isNew {
            note(arrival)
            sinceCheckpoint += seconds
            if sinceCheckpoint >= interval { keep() }
            progress(position)
        }
        return arrival
    }

    private func note(_ arrival: Arrival) {
        frontier = max(frontier, position)
        switch arrival {
        case .stopped(.trap): if traps.last != position { traps.append(position) }
        case .ended(let cause): end = (position, cause)
        default: break
        }
    }

    // MARK: Anywhere

    /// Goes to a position: back, or forward as far as there is anything.
    @discardableResult
    public func go(to target: UInt64) throws -> Arrival {
        let target = max(target, beginning)
        if let index = checkpoints.lastIndex(where: { $0.position <= target }),
            target < position || checkpoints[index].position > position
        {
            try restore(index)
        }
        return try run(to: target)
    }

    /// Goes back to where a condition was met last.
    public func runBack(stops: StopConditions) throws -> Arrival {
        let present = position
        var best: (position: UInt64, stop: Stop)?
        if stops.traps, let trap = lastTrap(before: present) { best = (trap, .trap) }
        if !stops.places.isEmpty,
            let found = try lastPlace(stops.places, before: present, notBefore: best?.position ?? 0)
        {
            best = found
        }
        if isInterrupted() {
            try go(to: present)
            return .interrupted
        }
        guard let best else {
            try go(to: beginning)
            return .beginning
        }
        try go(to: best.position)
        return .stopped(best.stop)
    }

    private func lastTrap(before position: UInt64) -> UInt64? {
        var (low, high) = (0, traps.count)
        while low < high {
            let middle = (low + high) / 2
            if traps[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? traps[low - 1] : nil
    }

    /// Looks from one kept state to the next, from the present back.
    private func lastPlace(
        _ stops: StopConditions, before present: UInt64, notBefore least: UInt64
    ) throws -> (position: UInt64, stop: Stop)? {
        var upper = present
        while let index = checkpoints.lastIndex(where: { $0.position < upper }), upper > least {
            try restore(index)
            var found: (UInt64, Stop)?
            var isLeaving = false
            while position < upper {
                if isInterrupted() { return nil }
                let arrival = try subject.run(to: upper, stops: stops, isLeaving: isLeaving)
                guard case .stopped(let stop) = arrival else { break }
                if position < upper { found = (position, stop) }
                isLeaving = true
            }
            if let found { return found.0 > least ? found : nil }
            upper = checkpoints[index].position
        }
        return nil
    }

    /// What was known of the future is forgotten: the present has been changed from outside.
    public func forgetFuture() {
        checkpoints.removeAll { $0.position > position }
        traps.removeAll { $0 > position }
        frontier = position
        end = nil
        if let last = checkpoints.last, last.position == position { checkpoints.removeLast() }
        keep()
    }

    // MARK: Keeping

    private func keep() {
        if let last = checkpoints.last, last.position >= position { return }
        var writer = SnapshotWriter()
        subject.save(to: &writer)
        let image = images.capture(after: lastImage, changed: subject.takeChangedPages())
        lastImage = image
        checkpoints.append(
            Checkpoint(position: position, state: writer.bytes, storage: image, cost: sinceCheckpoint))
        sinceCheckpoint = 0
        while memory > memoryLimit, checkpoints.count > 3 { giveOneUp() }
    }

    /// The one whose loss makes the longest way shortest; the first and the last stay.
    private func giveOneUp() {
        var best = 1
        for index in 1..<checkpoints.count - 1
        where checkpoints[index].cost + checkpoints[index + 1].cost
            < checkpoints[best].cost + checkpoints[best + 1].cost
        {
            best = index
        }
        checkpoints[best + 1].cost += checkpoints[best].cost
        checkpoints.remove(at: best)
    }

    private func restore(_ index: Int) throws {
        let checkpoint = checkpoints[index]
        let written = images.restore(checkpoint.storage, after: lastImage, changed: subject.takeChangedPages())
        lastImage = checkpoint.storage
        var reader = SnapshotReader(checkpoint.state)
        try subject.restore(from: &reader)
        for page in written {
            subject.storageRestored(page * StorageImages.pageSize..<(page + 1) * StorageImages.pageSize)
        }
        // The pages that were just written are the image's own.
        _ = subject.takeChangedPages()
    }

    /// Storage at this moment: two of them compared show what a step changed.
    public func capture() -> StorageImages.Image {
        let image = images.capture(after: lastImage, changed: subject.takeChangedPages())
        lastImage = image
        return image
    }

    /// The words, with where they lie in bytes, in which two images differ.
    public func words(
        changedFrom one: StorageImages.Image, to other: StorageImages.Image
    ) -> [(offset: Int, from: UInt64, to: UInt64)] {
        images.differences(one, other).flatMap { range in
            stride(from: range.lowerBound, to: range.upperBound, by: 8).compactMap { offset in
                let words = (images.word(at: offset, of: one), images.word(at: offset, of: other))
                return words.0 == words.1 ? nil : (offset, words.0, words.1)
            }
        }
    }
}

/// Seconds that this thread has had of the processor: another process's share is none of a machine's way.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
