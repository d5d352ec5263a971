/// The options of `run`, checked: what does not make sense is refused before any file is read.
struct RunPlan {
    /// For each virtual machine the files that go into it: a guest, or monitors in its machine's own code, from the
    /// outermost on, and the guest of the innermost.
    var guests: [[String]]
    var machine: String?
    var monitor: MonitorChoice
    /// Monitors on top of one another; 0: the guest owns the machine.
    var depth: Int
    var storage: Int?
    var maxSteps: UInt64?
    var timeout: Double?
    var seed: UInt64
    var trace: Set<TraceSubject>
    var cost: CostModel?

    init(_ command: RunCommand) throws {
        try self.init(
            guests: command.guests, machine: command.machine, monitor: command.monitor, limits: command.limits)
        trace = try RunPlan.subjects(command.reports.trace)
        cost = try command.reports.cost.map { try CostModel(parsing: $0) }
    }

    init(
        guests files: [String], machine options: MachineOptions, monitor choice: MonitorOptions, limits: LimitOptions?
    ) throws {
        guests = [try RunPlan.stack(files)] + options.vm.map { [$0] }
        if let machine = options.machine, let isa = options.isa, machine != isa {
            throw Failure(.usage, "--machine \(quoted(machine)) and --isa \(quoted(isa)) name two machines",
                remedy: "give one of them: an ISA file is the machine")
        }
        machine = options.isa ?? options.machine
        monitor = choice.monitor
        depth = try RunPlan.depth(choice)
        storage = try options.storage.map(RunPlan.cells)
        maxSteps = limits?.maxSteps
        timeout = limits?.timeout
        if let timeout, !(timeout > 0 && timeout.isFinite) {
            throw Failure(.usage, "--timeout \(timeout) is no time", remedy: "give seconds, more than 0")
        }
        seed = options.seed
        trace = []
        if guests.count > 1, monitor == .bare {
            throw Failure(.usage, "several virtual machines need a monitor, and --monitor is bare",
                remedy: "add --monitor vmm, or let --monitor auto choose")
        }
        if guests.count > 1, depth > 1 {
            throw Failure(.usage, "--vm and --depth \(depth) do not go together",
                remedy: "leave one of them out")
        }
    }

    private static func stack(_ files: [String]) throws -> [String] {
        if files.isEmpty {
            throw Failure(.usage, "no guest is given",
                remedy: "give an assembly source or an image: trapline run GUEST")
        }
        if files.count > greatestDepth + 1 {
            throw Failure(.usage,
                "\(files.count) guests one inside the other are more than the \(greatestDepth + 1) that are allowed",
                remedy: "give fewer; several virtual machines side by side are had with --vm")
        }
        return files
    }

    /// More levels are of no use to anybody, and each takes storage and time.
    static let greatestDepth = 16

    private static func depth(_ options: MonitorOptions) throws -> Int {
        let isBare = options.monitor == .bare
        guard let depth = options.depth else { return isBare ? 0 : 1 }
        guard (0...greatestDepth).contains(depth) else {
            throw Failure(.usage, "--depth \(depth) is not between 0 and \(greatestDepth)",
                remedy: "give a number of monitors in that range")
        }
        if isBare, depth > 0 {
            throw Failure(.usage, "--depth \(depth) with --monitor bare: bare means no monitor",
                remedy: "name the monitor: --monitor vmm --depth \(depth)")
        }
        return depth
    }

    /// `4096`, `64K`, `1M`: cells.
    static func cells(_ text: String) throws -> Int {
        var digits = text[...]
        var shift = 0
        if let last = text.last, let factor: Int = ["K": 10, "k": 10, "M": 20, "m": 20][last] {
            digits = text.dropLast()
            shift = factor
        }
        guard let number = Int(digits), number > 0, number <= (1 << 40) >> shift, digits.first != "+" else {
            throw Failure(.usage, "-m \(quoted(text)) is no size of storage",
                remedy: "give cells: -m 4096, -m 64K, -m 1M")
        }
        return number << shift
    }

    static func subjects(_ text: String?) throws -> Set<TraceSubject> {
        guard let text else { return [] }
        var subjects: Set<TraceSubject> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let subject = TraceSubject(rawValue: word) else {
                let known = TraceSubject.allCases.map(\.rawValue)
                throw Failure(.usage, "--trace: \(quoted(word)) cannot be traced",
                    remedy: remedy(
                        for: word, among: known,
                        otherwise: "give any of \(known.joined(separator: ", ")), with commas"))
            }
            subjects.insert(subject)
        }
        return subjects
    }
}
