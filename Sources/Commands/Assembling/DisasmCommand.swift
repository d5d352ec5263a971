import ArgumentParser
import ISALanguage
import Images

struct DisasmCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "disasm",
        abstract: "Print an image as assembly, with the ISA file's own encodings.",
        discussion: """
            What no instruction describes is printed as data, so that assembling the output gives the \
            same cells.

            Exit codes:
              0    printed
              64   usage                              70   internal
              65   no image, or an error in it        74   input or output failed
              66   no such file
            """)

    @Argument(help: "The image, or an assembly source.")
    var image: String

    @Option(name: .long, help: "The machine, instead of the image's own: a path, or a name in ISA/.")
    var isa: String?

    @Option(name: .long, help: ArgumentHelp("First address to print: 16, 0x10 or 0o20.", valueName: "address"))
    var start: String?

    @Option(name: .long, help: ArgumentHelp("How many cells to print.", valueName: "n"))
    var count: Int?

    func perform(in context: Context) throws -> CommandStatus {
        let first = try start.map(address) ?? 0
        if let count, count < 1 {
            throw Failure(.usage, "--count \(count) is not above 0", remedy: "give a number of cells")
        }
        let guest = try LoadedGuest.load(image, machine: isa, in: context)
        let end = count.map { first.addingReportingOverflow(UInt64($0)) }.map { $0.overflow ? .max : $0.partialValue }
        let isWhole = start == nil && count == nil
        let text = DisassembledImage(guest.image, of: guest.description)
        if isWhole { for line in text.heading() { try context.output.line(line) } }
        try text.write(from: first, below: end ?? .max) { try context.output.line($0) }
        return .holds
    }

    private func address(_ text: String) throws -> UInt64 {
        let radixes = ["0x": 16, "0o": 8, "0b": 2]
        let radix = radixes[String(text.prefix(2))] ?? 10
        guard let value = UInt64(radix == 10 ? text[...] : text.dropFirst(2), radix: radix) else {
            throw Failure(.usage, "--start \(quoted(text)) is no address", remedy: "write it as 16, 0x10 or 0o20")
        }
        return value
    }
}
