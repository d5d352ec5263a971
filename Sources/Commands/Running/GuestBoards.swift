import Classroom
import Devices
import ISALanguage
import Machine

extension GuestBoard {
    /// A guest's devices.
    static func make(
        for description: MachineDescription, of layout: StateLayout, input: any ByteSource, output: any ByteSink
    ) throws -> GuestBoard {
        try explaining(description) { try GuestBoard(description, of: layout, input: input, output: output) }
    }

    /// What is wrong with a guest's devices is wrong in the machine's file.
    static func explaining<Result>(_ description: MachineDescription, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as Board.Mismatch {
            throw Failure(.badInput, "machine \(quoted(description.name)): \(error.text)",
                remedy: "correct the 'device' line in its ISA file")
        }
    }
}
