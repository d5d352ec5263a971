import Images

/// A PC that is to be run: the options, checked. What does not make sense is refused before any file is read.
struct WholeMachineRequest: Hashable {
    struct Drive: Hashable {
        var path: String
        var isReadOnly = false
    }

    /// Nil: none is given, and the machine has nothing to run unless a guest is.
    var kernel: String?
    /// As given: a path, or for a Multiboot kernel a list of modules.
    var initrd: String?
    var append = ""
    /// In bytes.
    var storage = WholeMachineRequest.usualStorage
    var processors = 1
    /// The first is the first disk.
    var drives: [Drive] = []
    var noReboot = false
    /// What the clock shows at power-on: seconds since the beginning of 1970.
    var date: Int64 = 1_700_000_000
    var bootProtocol: BootProtocol?
    var flatMode: FlatMode?
    var base: UInt64?

    /// Where the machine is written when the run is left.
    var snapshot: String?
    /// What it goes on from.
    var restore: String?

    static let usualStorage: UInt64 = 512 << 20
    static let leastStorage: UInt64 = 1 << 20
    static let greatestStorage: UInt64 = 64 << 30
    static let greatestProcessors = 16

    /// - Parameter storage: what `-m` says.
    static func parse(_ options: WholeMachineOptions, storage: String?) throws -> WholeMachineRequest {
        try refuseDebugger(options)
        var request = WholeMachineRequest()
        request.kernel = options.kernel
        if options.kernel == nil {
            let orphans = [
                ("-append", options.append), ("-initrd", options.initrd), ("--boot-protocol", options.bootProtocol),
                ("--flat-mode", options.flatMode.map(String.init)), ("--base", options.base),
            ]
            if let orphan = orphans.first(where: { $0.1 != nil }) {
                throw Failure(.usage, "\(orphan.0) \(quoted(orphan.1 ?? "")) is for a kernel, and none is given",
                    remedy: "add -kernel FILE")
            }
        }
        request.initrd = options.initrd
        request.append = options.append ?? ""
        request.storage = try storage.map(bytes) ?? usualStorage
        request.processors = try options.smp.map(processors) ?? 1
        // The first disk is the one that has the name.
        if let path = options.hda { request.drives.append(Drive(path: path)) }
        for text in options.drive { request.drives.append(try DriveOption.parse(text)) }
        request.noReboot = options.noReboot
        try checkSerial(options.serial)
        request.snapshot = options.snapshot
        request.restore = options.restore
        try request.take(options)
        return request
    }

    private mutating func take(_ options: WholeMachineOptions) throws {
        if let name = options.bootProtocol {
            guard let known = BootProtocol(rawValue: name) else {
                let names = BootProtocol.allCases.map(\.rawValue)
                throw Failure(.usage, "--boot-protocol \(quoted(name)) is none that is spoken here",
                    remedy: remedy(
                        for: name, among: names, otherwise: "give one of \(names.joined(separator: ", "))"))
            }
            bootProtocol = known
        }
        if let bits = options.flatMode {
            guard let mode = FlatMode(rawValue: bits) else {
                throw Failure(.usage, "--flat-mode \(bits) is no mode", remedy: "give 16, 32 or 64")
            }
            flatMode = mode
        }
        if let text = options.base {
            guard let address = number(text) else {
                throw Failure(.usage, "--base \(quoted(text)) is no address", remedy: "give a number: --base 0x100000")
            }
            base = address
        }
        let isFlat = flatMode != nil || bootProtocol == .flat
        if base != nil, !isFlat {
            throw Failure(.usage, "--base says where bare code goes, and the kernel is not said to be that",
                remedy: "add --flat-mode 16, 32 or 64")
        }
        if flatMode != nil, let bootProtocol, bootProtocol != .flat {
            throw Failure(.usage, "--flat-mode and --boot-protocol \(bootProtocol.rawValue) do not go together",
                remedy: "leave one of them out")
        }
    }

    private static func refuseDebugger(_ options: WholeMachineOptions) throws {
        guard options.debuggerAtPort || options.startStopped else { return }
        throw Failure(.usage, "\(options.debuggerAtPort ? "-s" : "-S"): whole machines have no debugger yet",
            remedy: "see what the guest does with --trace, or step through a guest of a smaller machine")
    }

    /// The serial line is on standard input and output already.
    private static func checkSerial(_ text: String?) throws {
        guard let text, text != "stdio", text != "mon:stdio" else { return }
        throw Failure(.usage, "-serial \(quoted(text)): the serial line goes to standard input and output only",
            remedy: "leave -serial out, and redirect: trapline run ... > FILE")
    }

    /// `512M`, `1G`, `512` (MiB), `512MiB`, `size=512M`; in bytes.
    static func bytes(_ text: String) throws -> UInt64 {
        var given = Substring(text)
        if given.hasPrefix("size=") { given = given.dropFirst(5) }
        let digits = given.prefix { $0.isASCII && $0.isNumber }
        let shifts: [String: UInt64] = [
            "": 20, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20, "g": 30, "gb": 30, "gib": 30,
        ]
        let unit = given.dropFirst(digits.count).lowercased()
        guard let shift = shifts[unit], let number = UInt64(digits), number <= UInt64.max >> shift else {
            throw Failure(.usage, "-m \(quoted(text)) is no size of storage", remedy: "give MiB or GiB: -m 512M, -m 1G")
        }
        let size = number << shift
        guard size >= leastStorage, size <= greatestStorage else {
            throw Failure(.usage, "-m \(quoted(text)) is not between 1M and \(greatestStorage >> 30)G",
                remedy: "give a size in that range; Linux wants 96M or more")
        }
        guard size % 4096 == 0 else {
            throw Failure(.usage, "-m \(quoted(text)) is no whole number of pages of 4 KiB",
                remedy: "give a multiple of 4K")
        }
        return size
    }

    /// `2`, `cpus=2`, and with QEMU's topology behind, which has to agree.
    static func processors(_ text: String) throws -> Int {
        var count: Int?
        var product = 1
        var hasTopology = false
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = words.count == 2 ? String(words[0]) : "cpus"
            guard let number = words.last.flatMap({ Int($0) }), number > 0, number <= 4096,
                ["cpus", "sockets", "dies", "cores", "threads", "maxcpus"].contains(name)
            else {
                throw Failure(.usage, "-smp \(quoted(text)): \(quoted(String(part))) is not understood",
                    remedy: "give a number of processors: -smp 2")
            }
            if name == "cpus" { count = number } else if name != "maxcpus" {
                product *= min(number, greatestProcessors + 1)
                hasTopology = true
            } else if number > (count ?? number) {
                throw Failure(.usage, "-smp \(quoted(text)): processors cannot be added while the machine runs",
                    remedy: "leave maxcpus out")
            }
            product = min(product, 1 << 20)
        }
        let number = count ?? (hasTopology ? product : 1)
        guard number <= greatestProcessors else {
            throw Failure(.usage, "-smp \(quoted(text)): \(number) processors are more than \(greatestProcessors)",
                remedy: "give a number from 1 to \(greatestProcessors)")
        }
        guard !hasTopology || product == number else {
            throw Failure(
                .usage, "-smp \(quoted(text)): sockets, dies, cores and threads make \(product), not \(number)",
                remedy: "give the number alone: -smp \(number)")
        }
        return number
    }

    private func number(_ text: String) -> UInt64? {
        let lower = text.lowercased()
        return lower.hasPrefix("0x") ? UInt64(lower.dropFirst(2), radix: 16) : UInt64(lower)
    }
}
