import Machine
import WholeMachine

/// A snapshot of a whole machine in a file, which appears whole or not at all.
enum SnapshotFile {
    static func write(_ machine: PCMachine, to path: String, in context: Context) throws {
        try FileWriter.write(machine.snapshot(), to: Path.join(context.folder, path))
    }

    /// The machine goes on from the file's; it is in no state to do so if this fails.
    static func restore(_ machine: PCMachine, from path: String, in context: Context) throws {
        let bytes = try readFile(Path.join(context.folder, path), what: "the snapshot", limit: 1 << 40)
        do {
            try machine.restore(bytes)
        } catch {
            throw Failure(.badInput, "cannot go on from the snapshot \(quoted(path)): \(error.text)",
                remedy: "give a file that --snapshot wrote, with the same program and the same --isa, -m, -smp and disks")
        }
    }
}
