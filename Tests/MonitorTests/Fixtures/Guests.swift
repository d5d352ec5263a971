import Foundation
import ISALanguage
import Machine

@testable import Monitor

/// Guests in assembly, and a console to run them at.
enum Guests {
    static let folder: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return parts.joined(separator: "/") + "/Lessons/guests/"
    }()

    static let timesharing = assemble(read("timesharing.s"), for: Machines.thirdGeneration)

    static func read(_ name: String) -> String {
        guard let text = try? String(contentsOfFile: folder + name, encoding: .utf8) else {
            preconditionFailure("there is no guest \(name)")
        }
        return text
    }

    static func assemble(_ source: String, for machine: MachineDescription) -> Image {
        do {
            return try Assembler(machine).assemble(source, path: "guest.s")
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension Processor {
    func load(_ image: Image, of machine: MachineDescription) {
        for segment in image.segments {
            for (offset, cell) in segment.cells.enumerated() { storage[Int(segment.address) + offset] = cell }
        }
        storageChanged(0..<storage.count)
        guard let counter = machine.state.firstIndex(where: { $0.role == .pc }) else { return }
        self[counter, 0] = image.entry
    }
}

/// A console with a prepared input, and what was written to it.
final class TestConsole {
    private(set) var output = ""
    private var input: [UInt64]
    private let machine: MachineDescription

    init(_ machine: MachineDescription, input: String, on processor: any Processor) {
        self.machine = machine
        self.input = input.utf8.map(UInt64.init)
        for binding in machine.devices { offer(processor, binding) }
    }

    private func port(_ name: String, _ binding: DeviceBinding) -> StateID? {
        binding.ports.first { $0.port == name }?.component
    }

    private func offer(_ processor: any Processor, _ binding: DeviceBinding) {
        guard let port = port("in", binding) else { return }
        processor[port.index, 0] = input.first ?? ConcreteArithmetic.mask(machine.state[port.index].width)
    }

    func serve(_ device: Int, of processor: any Processor) {
        let binding = machine.devices[device]
        if let send = port("send", binding), processor[send.index, 0] != 0, let out = port("out", binding) {
            output.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: processor[out.index, 0])))
            processor[send.index, 0] = 0
        }
        if let take = port("take", binding), processor[take.index, 0] != 0 {
            if !input.isEmpty { input.removeFirst() }
            offer(processor, binding)
            processor[take.index, 0] = 0
        }
    }

    /// Runs until something other than the console stops the machine, or the budget is used up.
    func run(_ processor: any Processor, budget: UInt64 = 1_000_000) -> Exit {
        let start = processor.completedInstructions
        while processor.completedInstructions - start < budget {
            let exit = processor.run(budget: budget - (processor.completedInstructions - start))
            guard case .portAccess(let device) = exit else { return exit }
            serve(device, of: processor)
        }
        return .budget
    }
}
