import ArgumentParser
import ISALanguage
import Images

struct AsmCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "asm",
        abstract: "Assemble a program with the ISA file's own encodings.",
        discussion: """
            The source's first line names its machine: .machine NAME

            Exit codes:
              0    assembled
              64   usage                              70   internal
              65   an error in source or ISA file     74   input or output failed
              66   no such file
            """)

    @Argument(help: "The assembly source.")
    var source: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where the image goes. (default: SOURCE with .img)", valueName: "file"))
    var output: String?

    @Option(name: .long, help: "The machine, instead of the source's own: a path, or a name in ISA/.")
    var isa: String?

    @Flag(name: .long, help: "Print addresses, cells and source lines to standard output instead of writing an image.")
    var listing = false

    func perform(in context: Context) throws -> CommandStatus {
        let guest = try LoadedGuest.load(source, machine: isa, in: context)
        if listing {
            for line in AssemblyListing(guest).lines() {
                try context.output.line(line)
            }
            return .holds
        }
        let target = output ?? Path.join(Path.parent(source), Path.stem(source) + ".img")
        try checkReplaceable(target)
        try FileWriter.write(guest.image.text.utf8, to: target)
        context.note("\(target): \(guest.image.cellCount) cells for \(guest.description.name)")
        return .holds
    }

    /// A name that nobody gave may stand for something else than an earlier image.
    private func checkReplaceable(_ target: String) throws {
        guard output == nil, kind(ofPath: target) == .file else { return }
        if FileKind(recognising: try readFile(target, what: "the earlier image")) == .traplineImage { return }
        throw Failure(.inputOutput, "\(quoted(target)) is there and is no image, so it is not overwritten",
            remedy: "name the image yourself: -o FILE")
    }
}
