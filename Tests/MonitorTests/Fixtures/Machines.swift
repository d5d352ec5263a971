import ISALanguage
import Machine

@testable import Monitor

/// The machines of the library, parsed once.
enum Machines {
    static let folder: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return parts.joined(separator: "/") + "/ISA"
    }()

    static let thirdGeneration = load("third-generation")
    static let thirdGenerationBlueprint = Blueprint(of: thirdGeneration)

    static func load(_ name: String) -> MachineDescription {
        do {
            return try MachineLoader.load(name, from: FileSourceLoader(folders: [folder]))
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }

    /// Instructions that Theorem 1 fails by, found by their own claims: enough for a test of monitors, which
    /// are told by the checker's verdict elsewhere.
    static func claimedCritical(in machine: MachineDescription) -> Set<Int> {
        Set(machine.instructions.indices.filter { index in
            let claims = machine.instructions[index].claims.map(\.claim)
            let sensitive: Set<Claim> = [
                .sensitive, .controlSensitive, .behaviourSensitive, .locationSensitive, .modeSensitive,
                .resourceSensitive, .trapSensitive,
            ]
            return claims.contains(.unprivileged) && claims.contains(where: sensitive.contains)
        })
    }
}

extension Processor {
    /// Loads a whole guest state, as the guest sees it.
    func load(_ state: MachineState) {
        for (component, shape) in layout.components.enumerated() {
            for element in 0..<shape.count { self[component, element] = state[StateID(component), element] }
        }
        for cell in 0..<min(storage.count, state.cells.count) { storage[cell] = state.cells[cell] }
        storageChanged(0..<storage.count)
    }
}

/// Random guests: states in which something is likely to happen, with a stretch of random instructions.
struct RandomGuests {
    private var sampler: StateSampler
    private let description: MachineDescription

    init(_ description: MachineDescription, seed: UInt64, size: Int = 256) {
        self.description = description
        sampler = StateSampler(description, seed: seed, size: size)
    }

    var size: Int { sampler.size }

    /// - Parameter first: index of the first instruction; random if nil.
    mutating func next(startingWith first: Int? = nil) -> MachineState {
        var state = sampler.runnableState()
        guard let counter = description.state.firstIndex(where: { $0.role == .pc }).map(StateID.init) else {
            return state
        }
        let start = state[counter]
        var at = start
        for place in 0..<12 {
            let wanted = place == 0 ? first : nil
            guard let instruction = wanted.map({ sampler.instruction($0) }) ?? sampler.instruction() else { continue }
            state[counter] = at
            guard sampler.place(instruction.units, in: &state) else { break }
            at = EvaluationParameters(here: at, length: instruction.length, in: description).next
        }
        state[counter] = start
        return state
    }
}

/// A guest both bare and under monitors, ready to be compared.
struct Pair {
    let bare: ReferenceProcessor
    let real: ReferenceProcessor
    let nest: Nest
    let lockStep: LockStep

    init(
        _ blueprint: Blueprint, state: MachineState, depth: Int = 1, request: Allocator.Request,
        placement: Nest.Placement = .low
    ) throws {
        let description = blueprint.virtualised.original
        var request = request
        request.extent = state.cells.count
        bare = ReferenceProcessor(description, size: state.cells.count)
        // Cells beyond the guest's, so that a guest that reaches too far reaches something.
        real = ReferenceProcessor(
            description, size: Nest.cells(forGuestOf: state.cells.count, depth: depth) + 64)
        nest = try Nest(
            on: real, blueprint: blueprint, depth: depth, request: request, placement: placement)
        // Random vectors often lead nowhere: no need to watch that 4096 times.
        bare.deliveryLimit = 16
        for level in nest.levels { level.deliveryLimit = 16 }
        bare.load(state)
        nest.processor.load(state)
        lockStep = LockStep(
            bare: bare, monitored: nest.processor, described: description, decoder: bare.decoder)
        var served: [Bool: UInt64] = [:]
        lockStep.serve = { processor, isBare, exit in
            guard case .portAccess(let device) = exit else { return false }
            served[isBare, default: 0] += 1
            let binding = description.devices[device]
            for strobe in binding.strobes { processor[strobe.index, 0] = 0 }
            for (port, component) in binding.ports where port == "in" {
                processor[component.index, 0] = served[isBare, default: 0] &* 7
            }
            return true
        }
    }
}
