import Foundation

/// Makes cases from the corpus and runs them.
struct Fuzzer {
    let corpus: FuzzCorpus
    let seed: UInt64
    var mutator: Mutator

    init(seed: UInt64) throws {
        corpus = try FuzzCorpus()
        self.seed = seed
        mutator = Mutator(seed: seed)
    }

    /// Runs so many cases, as processes or inside this one, and returns how many, and what failed. A long run keeps
    /// that as fixtures.
    mutating func run(_ run: FuzzRun, asProcess: Bool) throws -> (count: Int, failures: [String]) {
        var failures: [String] = []
        var number = 0
        while number < run.count, Date() < run.deadline {
            number += 1
            let fuzzCase = nextCase()
            let scratch = try ScratchFolder()
            let reason = try asProcess
                ? fuzzCase.failure(in: scratch) : fuzzCase.failureInside(scratch, log: run.isLong)
            guard let reason else { continue }
            let name = "\(fuzzCase.arguments[0])-\(seed)-\(number)"
            failures.append("\(name): \(fuzzCase.arguments.joined(separator: " ")): \(reason)")
            if run.isLong { try fuzzCase.keep(as: name, because: reason) }
        }
        return (number, failures)
    }

    private mutating func nextCase() -> FuzzCase {
        switch Int.random(in: 0..<12, using: &mutator.random) {
        case 0...3: return machineCase()
        case 4...6: return sourceCase()
        case 7...8: return imageCase()
        case 9...10 where !corpus.certificates.isEmpty: return certificateCase()
        default: return commandLineCase()
        }
    }

    private mutating func machineCase() -> FuzzCase {
        let machine = mutator.pick(corpus.machines)
        var files = machine.files
        let index = Int.random(in: 0..<files.count, using: &mutator.random)
        files[index].bytes = mutator.mutate(files[index].bytes)
        let main = files.contains { $0.name == "machine.isa" } ? "machine.isa" : files[0].name
        let guest = mutator.pick(corpus.guests)
        files.append(guest)
        switch Int.random(in: 0..<20, using: &mutator.random) {
        case 0: return FuzzCase(files: files, arguments: ["check", main], patience: 1.5)
        case 1: return FuzzCase(files: files, arguments: ["classify", main, "--format", "csv"], patience: 1.5)
        case 2: return FuzzCase(files: files, arguments: ["explain", main, "LPSW"], patience: 1.5)
        case 3...9:
            let arguments = ["run", guest.name, "--isa", main, "--max-steps", "20000", "--timeout", "2"]
            return FuzzCase(files: files, arguments: arguments, patience: 5)
        default: return FuzzCase(files: files, arguments: ["asm", guest.name, "--isa", main, "--listing"], patience: 5)
        }
    }

    private mutating func sourceCase() -> FuzzCase {
        var guest = mutator.pick(corpus.guests)
        guest.bytes = mutator.mutate(guest.bytes)
        if Bool.random(using: &mutator.random) {
            return FuzzCase(files: [guest], arguments: ["asm", guest.name, "-o", "out.img"], patience: 5)
        }
        return FuzzCase(files: [guest], arguments: ["run", guest.name] + runOptions(), patience: 5)
    }

    private mutating func imageCase() -> FuzzCase {
        guard !corpus.images.isEmpty else { return commandLineCase() }
        var image = mutator.pick(corpus.images)
        image.bytes = mutator.mutate(image.bytes)
        if Bool.random(using: &mutator.random) {
            return FuzzCase(files: [image], arguments: ["disasm", image.name], patience: 5)
        }
        return FuzzCase(files: [image], arguments: ["run", image.name] + runOptions(), patience: 5)
    }

    private mutating func runOptions() -> [String] {
        let monitor = mutator.pick(["bare", "vmm", "hvm", "patch", "interpret"])
        let depth = monitor == "bare" ? [] : ["--depth", mutator.pick(["1", "2"])]
        return ["--monitor", monitor, "--max-steps", "20000", "--timeout", "2"] + depth
    }

    private mutating func certificateCase() -> FuzzCase {
        var files = corpus.certificates.map { (name: "dir/" + $0.name, bytes: $0.bytes) }
        let index = Int.random(in: 0..<files.count, using: &mutator.random)
        if Int.random(in: 0..<8, using: &mutator.random) == 0 {
            files.remove(at: index)
        } else {
            files[index].bytes = mutator.mutate(files[index].bytes)
        }
        return FuzzCase(files: files, arguments: ["verify", "dir"], patience: 10)
    }

    /// Words that commands know, in no order that they expect.
    private mutating func commandLineCase() -> FuzzCase {
        let words = [
            "check", "classify", "explain", "diff", "witness", "verify", "crosscheck", "new", "doctor", "asm", "disasm", "run",
            "help", "--help", "--version", "--theorem", "--format", "--assume", "--strict", "--depth", "--monitor",
            "--trace", "--cost", "-m", "--vm", "--seed", "--max-steps", "1", "-1", "0",
            "99999999999999999999", "1e400", "nan",
            "json", "sarif", "vmm", "auto", "a=b", "=", "", "-", "--", "nothing.s", "nothing", "/", "/dev/null", "..",
            "third-generation", "LPSW", "\u{FFFD}", "traps,instructions", "1,2,3", "64K", "18446744073709551615",
        ]
        var arguments = [mutator.pick(Array(words.prefix(12)))]
        for _ in 0..<Int.random(in: 0...6, using: &mutator.random) { arguments.append(mutator.pick(words)) }
        return FuzzCase(files: [], arguments: arguments, patience: 1.5)
    }
}
