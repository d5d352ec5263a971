import ArgumentParser

/// Parses the arguments (without the executable's name), performs the command, and presents what
/// went wrong. Never throws: every way to end is an `CommandStatus`.
public func runTrapline(arguments: [String], in context: Context) -> CommandStatus {
    var status: CommandStatus
    do {
        status = try perform(arguments: arguments, in: context)
        try context.output.flush()
    } catch let failure as Failure {
        status = present(failure, in: context)
    } catch {
        status = present(
            Failure(.internalFault, "unexpected error: \(error)", remedy: "please report it with the command line"),
            in: context)
    }
    try? context.diagnostics.flush()
    return status
}

private func perform(arguments: [String], in context: Context) throws -> CommandStatus {
    // Before the parser, which takes "-snapshot" for seven flags of one letter, help among them.
    if arguments.first == "run", let refusal = UnsupportedOptions.refusal(in: arguments) { throw refusal }
    let command: ParsableCommand
    do {
        command = try Trapline.parseAsRoot(arguments)
    } catch {
        return try presentParsing(error, arguments: arguments, in: context)
    }
    if let command = command as? any TraplineCommand { return try command.perform(in: context) }
    // The root alone, or `help`: both print help.
    var parsed = command
    do {
        try parsed.run()
    } catch {
        return try presentParsing(error, arguments: arguments, in: context)
    }
    return .holds
}

/// Help and the version are answers; everything else that parsing throws is a usage error.
private func presentParsing(_ error: any Error, arguments: [String], in context: Context) throws -> CommandStatus {
    if Trapline.exitCode(for: error).isSuccess {
        let text = Trapline.fullMessage(for: error, columns: min(context.terminal.columns, 100))
        try context.output.write(text.hasSuffix("\n") ? text : text + "\n")
        return .holds
    }
    let names = Trapline.configuration.subcommands.map { $0._commandName }
    guard let name = arguments.first, !name.hasPrefix("-"), !names.contains(name) else {
        let page = arguments.first.flatMap { names.contains($0) ? "\($0) " : nil } ?? ""
        throw Failure(.usage, parsingCause(error), remedy: "see 'trapline \(page)--help'")
    }
    let near = suggestion(for: name, among: names).map { "did you mean 'trapline \($0)'? See" } ?? "see"
    throw Failure(.usage, "no command \(quoted(name))", remedy: "\(near) 'trapline --help'")
}

/// The parser's message in one line; its list of possible values, a line each, becomes words with commas.
private func parsingCause(_ error: any Error) -> String {
    let lines = Trapline.message(for: error).split(separator: "\n").map { $0.drop { $0 == " " } }
    let text = lines.filter { !$0.hasPrefix("- ") }.joined(separator: " ")
    let values = lines.filter { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }.joined(separator: ", ")
    return values.isEmpty ? text : "\(text) \(values)"
}

private func present(_ failure: Failure, in context: Context) -> CommandStatus {
    // What was printed before the failure belongs to the reader, unless writing is what failed.
    do { try context.output.flush() } catch {}
    if !failure.isQuiet {
        try? context.diagnostics.write(failure.text(palette: context.terminal.diagnosticsPalette))
    }
    return failure.status
}
