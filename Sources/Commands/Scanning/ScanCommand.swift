import ArgumentParser
import ISALanguage
import Images
import Scanning
import Virtualizability

struct ScanCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Find the critical instructions in a program or a kernel image.",
        discussion: """
            Reads ELF files, Linux kernels (bzImage; LZ4, XZ, gzip, zstd) and, with --isa, raw code. \
            Critical are the instructions that the check of the machine finds sensitive and unprivileged \
            without a policy; for each it says whether the best policy repairs it.

            Code is followed from symbols and the entry point, and read in order where nothing leads. \
            What only the order says is marked: it may be data.

            Exit codes:
              0    no critical instruction, or a policy repairs all
              1    critical instructions that no policy repairs
              3    only uncertain ones, or their classes are undecided
              64   usage             70   internal
              65   bad file          74   input or output failed
              66   no such file
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("An ELF file, a bzImage, or raw code.", valueName: "binary"))
    var binary: String

    @Option(name: .long, help: "The machine: a path, or a name in ISA/. (default: as the ELF file says)")
    var isa: String?

    @Option(name: .long, help: ArgumentHelp("Address of raw code: 4096 or 0x1000.", valueName: "address"))
    var base: String?

    @Option(name: .long, help: ArgumentHelp("How x86 code is read: 64, 32 or 16.", valueName: "bits"))
    var mode: ModeChoice?

    @Option(
        name: .long, help: ArgumentHelp("Write the ELF file inside a kernel image, for other tools.", valueName: "file"))
    var unpackTo: String?

    @OptionGroup var question: QuestionOptions

    @Option(name: .long, help: "How the report is written to standard output.")
    var format: ScanFormat = .text

    @Flag(name: .long, help: "As text, leave the single sites out.")
    var brief = false
}

enum ScanFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, sarif
}

enum ModeChoice: Int, ExpressibleByArgument, CaseIterable {
    case bits16 = 16, bits32 = 32, bits64 = 64

    var mode: CodeMode { CodeMode(rawValue: rawValue) ?? .bits64 }

    init?(argument: String) {
        guard let value = Int(argument) else { return nil }
        self.init(rawValue: value)
    }

    static var allValueStrings: [String] { allCases.map { String($0.rawValue) } }
}

extension ScanCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let image = try readImage(in: context)
        let asked = try MachineQuestion(try machineName(image), options: question, in: context)
        let names = [asked.description.name] + asked.description.ancestors
        if let machine = image.machine, machine.contradicts(names) {
            throw Failure(.badInput, "\(quoted(binary)) is for \(machine.title), not for the machine '\(names[0])'",
                remedy: "leave --isa away" + (machine.isaName.map { ", or say --isa \($0)" } ?? ""))
        }
        let scanner: CodeScanner
        do {
            scanner = try CodeScanner(
                asked.description, mode: mode?.mode, isBigEndian: image.machine?.isBigEndian)
        } catch {
            throw Failure(.badInput, error.cause, remedy: error.remedy)
        }
        try context.interruption.check()
        let scan = CodeScan(image, with: scanner)
        try context.interruption.check()
        let present = scan.counts.indices.filter { scan.counts[$0].total > 0 }
        let critical = asked.criticalVariants(among: present, in: context)
        if critical.wasInterrupted { throw Failure.interrupted }
        if let reason = critical.notApplicable {
            throw Failure(.undecided, "\(asked.description.name): the theorems do not apply: \(reason)",
                remedy: "critical instructions are those of a machine with two modes and a trap mechanism")
        }
        let findings = ScanFindings(
            file: binary, image: image, description: asked.description, scan: scan, critical: critical,
            unencoded: scanner.unencoded.count, isStrict: question.strict)
        switch format {
        case .text:
            let text = ScanText(findings: findings, palette: context.terminal.outputPalette)
            try text.write(withSites: !brief) { try context.output.line($0) }
        case .json: try context.output.write(ScanDocuments(findings: findings).json)
        case .csv: try context.output.write(ScanDocuments(findings: findings).csv)
        case .sarif: try context.output.write(ScanDocuments(findings: findings).sarif)
        }
        return findings.status
    }

    private func readImage(in context: Context) throws -> ProgramImage {
        let bytes = try readFile(binary, what: "the program", limit: 1 << 30)
        let place = try base.map(address)
        let image: ProgramImage?
        do {
            if let unpackTo {
                guard FileKind(recognising: bytes) == .linuxKernel else {
                    throw Failure(.usage, "--unpack-to is for kernel images, and \(quoted(binary)) is none",
                        remedy: "leave the option away")
                }
                let writer = try FileWriter(path: unpackTo)
                try writer.write(try LinuxKernel(bytes).payload)
                try writer.finish()
            }
            image = try ProgramImage(reading: bytes)
        } catch let error as ProgramImageError {
            throw Failure(.badInput, "\(quoted(binary)): \(error.cause)", remedy: error.remedy)
        }
        if let image {
            guard base == nil else {
                throw Failure(.usage, "--base is for raw code, and \(quoted(binary)) says itself where its code lies",
                    remedy: "leave the option away")
            }
            return image
        }
        guard isa != nil else {
            let kind = FileKind(recognising: bytes)
            throw Failure(.badInput, "\(quoted(binary)) is \(kind.description), not an ELF file or a kernel",
                remedy: "if it is raw code, name its machine with --isa, and its address with --base")
        }
        return ProgramImage(
            machine: nil, code: [CodeRegion(name: "", address: place ?? 0, bytes: bytes[...])], remarks: ["raw code"])
    }

    private func machineName(_ image: ProgramImage) throws -> String {
        if let isa { return isa }
        if let name = image.machine?.isaName { return name }
        throw Failure(.badInput, "\(quoted(binary)) is for \(image.machine?.title ?? "no processor that is named"), "
            + "which no machine of the library describes", remedy: "name a machine with --isa")
    }

    private func address(_ text: String) throws -> UInt64 {
        let isHexadecimal = text.hasPrefix("0x")
        guard let value = UInt64(isHexadecimal ? text.dropFirst(2) : text[...], radix: isHexadecimal ? 16 : 10) else {
            throw Failure(.usage, "--base \(quoted(text)) is no address", remedy: "write it as 4096 or 0x1000")
        }
        return value
    }
}
