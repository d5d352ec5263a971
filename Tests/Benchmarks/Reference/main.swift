#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ISALanguage
import Machine
import ToyCore

// Benchmarks GUEST: runs a guest for the PDP-10 on the core until it halts, and prints its cells as "cell
// ADDRESS VALUE", octal; then how fast the reference evaluator executes the same guest, in million instructions a
// processor second. It runs in the repository's root.

/// Processor seconds of this thread.
func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func text(of path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw Problem(text: "\(path): cannot be read") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
}

struct Problem: Error {
    var text: String
}

func octal(_ value: UInt64, digits: Int = 1) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// The guest in the machine's storage, about to begin.
func start(_ path: String, _ description: MachineDescription) throws -> MachineState {
    let image = try Assembler(description).assemble(try text(of: path), path: path)
    var state = MachineState(description)
    image.load(into: &state)
    if let programCounter = state.shape.programCounter { state[programCounter] = image.entry }
    return state
}

func runCore(_ description: MachineDescription, _ state: MachineState) throws {
    let storage = GuestStorage(count: state.cells.count, cellWidth: state.shape.cellWidth)
    let processor = try ToyProcessor(description, storage: storage)
    for (index, component) in processor.layout.components.enumerated() {
        for element in 0..<component.count { processor[index, element] = state[StateID(index), element] }
    }
    for (cell, value) in state.cells.enumerated() { storage[cell] = value }
    guard case .shutdown = processor.run(budget: .max) else { throw Problem(text: "the guest does not halt") }
    // On this machine the accumulators are the first cells.
    let accumulators = description.state.firstIndex { $0.name == "ac" } ?? 0
    for cell in state.cells.indices {
        let value = cell < 16 ? processor[accumulators, cell] : storage[cell]
        if value != 0 { print("cell \(octal(UInt64(cell))) \(octal(value, digits: 12))") }
    }
}

func runReference(_ description: MachineDescription, _ state: MachineState) {
    var reference = ReferenceMachine(Decoder(description), state: state)
    let count: UInt64 = 200_000
    let start = seconds()
    while reference.completedInstructions < count { _ = reference.step() }
    print("reference \(Double(count) / (seconds() - start) / 1e6)")
}

guard CommandLine.arguments.count == 2 else {
    print("usage: Benchmarks GUEST")
    exit(64)
}
do {
    let description = try MachineLoader.load("pdp-10", from: FileSourceLoader(folders: ["ISA"]))
    let state = try start(CommandLine.arguments[1], description)
    try runCore(description, state)
    runReference(description, state)
} catch {
    print("\(error)")
    exit(70)
}
