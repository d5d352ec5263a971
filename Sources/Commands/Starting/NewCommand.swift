import ArgumentParser

struct NewCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a commented starting file for your own machine, and a guest for it.",
        discussion: """
            Writes NAME.isa and NAME.s into the current folder; both check and run at once. Files that \
            are there already are never overwritten.

            Exit codes:
              0    written
              64   usage
              74   output failed, or a file is there already
            """)

    @Argument(help: "The machine's name: letters, digits and hyphens.")
    var name: String

    func perform(in context: Context) throws -> CommandStatus {
        try checkName()
        let description = Path.join(context.folder, name + ".isa")
        let guest = Path.join(context.folder, name + ".s")
        for path in [description, guest] where kind(ofPath: path) != .nothing {
            throw Failure(.inputOutput, "\(quoted(path)) is there already, and is not overwritten",
                remedy: "choose another name, or move that file away")
        }
        try FileWriter.write(StartingMachine.description(name: name).utf8, to: description)
        do {
            try FileWriter.write(StartingMachine.guest(name: name).utf8, to: guest)
        } catch {
            removeFile(description)
            throw error
        }
        try context.output.line("\(name).isa  the machine: trapline check \(name).isa")
        try context.output.line("\(name).s    a guest for it: trapline run \(name).s")
        return .holds
    }

    private func checkName() throws {
        let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
        let isPlain = name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        let beginsWell = name.utf8.first.map(isLetter) ?? false
        guard isPlain, beginsWell, name.utf8.last != 0x2D, !name.contains("--"), name.utf8.count <= 64 else {
            throw Failure(.usage, "\(quoted(name)) is no name for a machine",
                remedy: "use a letter, then letters, digits and inner hyphens; at most 64")
        }
    }
}
