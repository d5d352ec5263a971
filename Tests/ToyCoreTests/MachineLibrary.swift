#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ISALanguage
import Machine

@testable import ToyCore

/// The repository's own machines that can be run.
enum MachineLibrary {
    static let root: String = {
        // Tests/ToyCoreTests/MachineLibrary.swift
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    static let loader = FileSourceLoader(folders: [root + "/ISA"])

    /// Names of the machines of depth complete.
    static let complete: [String] = loader.machineNames.filter { name in
        (try? MachineLoader.load(name, from: loader))?.depth == .complete
    }

    static func machine(_ name: String) throws -> MachineDescription {
        try MachineLoader.load(name, from: loader)
    }

    /// A file's text.
    static func text(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    struct Unreadable: Error {
        var path: String
    }

    /// Random states as small as the machine can be, so that comparing them is quick.
    static func sampler(_ name: String, seed: UInt64) throws -> StateSampler {
        let description = try machine(name)
        let least = description.state.first { $0.role == .storage }?.minimumCount ?? 0
        return StateSampler(description, seed: seed, size: max(least, 128))
    }

    /// A core for states of this sampler.
    static func processor(_ sampler: StateSampler, engine: EngineKind = .best) throws -> ToyProcessor {
        let shape = StateShape(sampler.description)
        let storage = GuestStorage(count: sampler.size, cellWidth: shape.cellWidth)
        return try ToyProcessor(sampler.description, storage: storage, engine: engine)
    }
}

extension ToyProcessor {
    /// Starts anew in this state.
    func put(_ state: MachineState, exits: Bool) {
        trapDisposition = exits ? .exit : .deliver
        completedInstructions = 0
        for (index, component) in layout.components.enumerated() {
            for element in 0..<component.count { self[index, element] = state[StateID(index), element] }
        }
        // Safety: the core was made for states of this size.
        state.cells.withUnsafeBufferPointer { cells in
            guard let first = cells.baseAddress else { return }
            storage.cells.update(from: first, count: min(cells.count, storage.count))
        }
        storageChanged(0..<storage.count)
    }

    /// The first difference from a state, in words; nil if there is none.
    func difference(from state: MachineState) -> String? {
        for (index, component) in layout.components.enumerated() {
            for element in 0..<component.count where self[index, element] != state[StateID(index), element] {
                let values = "\(hex(self[index, element])), not \(hex(state[StateID(index), element]))"
                return "\(component.name)[\(element)] is \(values)"
            }
        }
        let isSame = state.cells.withUnsafeBytes { cells in
            guard let first = cells.baseAddress, cells.count == storage.count * 8 else { return false }
            return memcmp(first, storage.cells, cells.count) == 0
        }
        if isSame { return nil }
        for (cell, value) in state.cells.enumerated() where storage[cell] != value {
            return "cell \(hex(UInt64(cell))) is \(hex(storage[cell])), not \(hex(value))"
        }
        return nil
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}

/// The reference machine behind the same words as a processor.
struct ReferenceRunner {
    var machine: ReferenceMachine

    init(_ sampler: StateSampler) {
        machine = ReferenceMachine(sampler.description, size: sampler.size)
    }

    /// Starts anew in this state.
    mutating func put(_ state: MachineState, exits: Bool) {
        machine.state = state
        machine.completedInstructions = 0
        machine.trapDisposition = exits ? .exit : .deliver
    }

    /// Completes at most `budget` instructions. Gives up (nil) on a machine that traps for ever.
    mutating func run(budget: UInt64) -> Exit? {
        let limit = machine.completedInstructions &+ budget
        var fruitless = 0
        while true {
            if let status = machine.haltStatus() { return .shutdown(status: status) }
            if machine.completedInstructions == limit { return .budget }
            switch machine.step() {
            case .completed(_, _, let devices):
                fruitless = 0
                if let device = devices.first { return .portAccess(device: device) }
            case .trapped(let event, _, let delivered, let devices):
                fruitless += 1
                if fruitless > 50 { return nil }
                if !delivered {
                    return .trap(Trap(
                        kind: event.kind.index, detail: event.detail, address: event.address, resume: event.resume,
                        interrupt: event.interrupt))
                }
                if let device = devices.first { return .portAccess(device: device) }
            case .waiting: return .halt
            case .halted(let status): return .shutdown(status: status)
            case .fault(let cause): return .fault(cause.text(in: machine.description))
            }
        }
    }
}
