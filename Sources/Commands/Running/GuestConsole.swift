import ISALanguage
import Machine

/// Serves a guest's console: what it sends goes to a sink, what it takes comes from a source.
///
/// The input register always holds the next character, so a byte must be there before the guest reads
/// the register. Waiting for it earlier than that would hold a guest that still has something to
/// print; so where no byte is at hand the register is left `isOwed`, and `settle` fills it right
/// before an instruction that reads it.
final class GuestConsole {
    private let description: MachineDescription
    private let input: InputStream
    private let sink: ([UInt8]) throws -> Void
    private let bindings: [Binding]
    /// By index into the description's instructions: which input registers its program reads.
    private let readers: [Set<Int>]
    private var owed: Set<Int> = []

    private struct Binding {
        var out, send, input, take: Int?
    }

    init(_ description: MachineDescription, input: InputStream, sink: @escaping ([UInt8]) throws -> Void) {
        self.description = description
        self.input = input
        self.sink = sink
        let bindings = description.devices.map { device in
            func port(_ name: String) -> Int? { device.ports.first { $0.port == name }?.component.index }
            return device.kind == "console"
                ? Binding(out: port("out"), send: port("send"), input: port("in"), take: port("take")) : Binding()
        }
        self.bindings = bindings
        let registers = Set(bindings.compactMap(\.input))
        readers = description.instructions.map { instruction in
            Set(instruction.program.operations.compactMap { operation -> Int? in
                guard case .read(let component) = operation else { return nil }
                return registers.contains(component.index) ? component.index : nil
            })
        }
    }

    /// Some input register does not hold the next character yet.
    var isOwed: Bool { !owed.isEmpty }

    /// Gives every input register its first character, where one is at hand.
    func start(_ processor: any Processor) {
        for binding in bindings { offer(binding, processor) }
    }

    /// Serves one device after the instruction that asked for it, and lowers its strobes.
    func serve(_ device: Int, of processor: any Processor) throws {
        guard bindings.indices.contains(device) else { return }
        let binding = bindings[device]
        if let send = binding.send, processor[send, 0] != 0 {
            processor[send, 0] = 0
            if let out = binding.out { try sink([UInt8(truncatingIfNeeded: processor[out, 0])]) }
        }
        if let take = binding.take, processor[take, 0] != 0 {
            processor[take, 0] = 0
            offer(binding, processor)
        }
        let served = [binding.send, binding.take]
        for strobe in description.devices[device].strobes where !served.contains(strobe.index) {
            processor[strobe.index, 0] = 0
        }
    }

    /// Serves what a trap delivered by the host has asked for.
    func serveRaised(of processor: any Processor) throws {
        for (index, device) in description.devices.enumerated()
        where device.strobes.contains(where: { processor[$0.index, 0] != 0 }) {
            try serve(index, of: processor)
        }
    }

    /// Before an instruction: waits for the characters that it is about to read.
    func settle(_ instruction: Int?, of processor: any Processor) {
        guard let instruction, readers.indices.contains(instruction) else { return }
        for register in owed.intersection(readers[instruction]) { fill(register, processor) }
    }

    private func offer(_ binding: Binding, _ processor: any Processor) {
        guard let register = binding.input else { return }
        if input.isReady { fill(register, processor) } else { owed.insert(register) }
    }

    /// All ones stand for the end of the input.
    private func fill(_ register: Int, _ processor: any Processor) {
        owed.remove(register)
        let ones = ConcreteArithmetic.mask(description.state[register].width)
        processor[register, 0] = input.next().map(UInt64.init) ?? ones
    }
}
