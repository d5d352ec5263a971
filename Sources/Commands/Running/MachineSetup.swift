import ISALanguage
import Images
import Machine
import Monitor
import Paravirt
import ToyCore

/// Builds what runs the guests: the real machine, the monitors on it, and the guests' storage.
struct MachineSetup {
    /// One for each guest: what runs it.
    var processors: [any Processor] = []
    /// For each guest: its monitors from the lowest level up; empty on the bare machine.
    var levels: [[VirtualMachine]] = []
    /// The machine under everything.
    let real: ToyProcessor
    /// Where several guests share the machine: who divides it.
    var allocator: Allocator?
    /// Where a monitor is forced against the verdict: for each guest the bare machine, loaded with the same.
    var twins: [ToyProcessor] = []
    /// The instructions by which the verdict says that the guest goes wrong.
    var predicted: Set<Int> = []

    init(_ guests: [LoadedGuest], plan: RunPlan, selection: MonitorSelection) throws {
        let description = guests[0].description
        let isBare = selection.kind == .bare || plan.depth == 0
        let extent = try plan.storage ?? MachineSetup.usualExtent(of: description, guests: guests.count)
        let overhead = isBare ? 0 : guests.count > 1 ? Nest.reserved : plan.depth * Nest.reserved
        real = try MachineSetup.processor(description, cells: extent * guests.count + overhead, guestCells: extent)
        var request = Allocator.Request(selection.kind, extent: extent)
        request.critical = selection.critical
        request.hypercalls = selection.hypercalls
        request.rereadsRelocation = selection.rereadsRelocation
        do throws(MonitorError) {
            let blueprint = Blueprint(of: description, handlings: selection.handlings)
            if guests.count > 1 {
                let allocator = Allocator(real, blueprint: blueprint, reserved: Nest.reserved)
                for _ in guests { levels.append([try allocator.makeMachine(request)]) }
                processors = allocator.machines
                self.allocator = allocator
            } else {
                let nest = try Nest(
                    on: real, blueprint: blueprint, depth: isBare ? 0 : plan.depth, request: request,
                    placement: selection.placement)
                levels = [nest.levels]
                processors = [nest.processor]
            }
        } catch {
            throw Failure(monitor: error)
        }
        for (guest, processor) in zip(guests, processors) { try MachineSetup.put(guest, into: processor) }
        if selection.kind == .paravirt { try checkParavirtual() }
        // A guest that makes hypercalls is none of the bare machine's.
        guard selection.isForced, !isBare, selection.kind != .paravirt else { return }
        predicted = selection.critical
        for guest in guests {
            let twin = try MachineSetup.processor(description, cells: extent, guestCells: extent)
            try MachineSetup.put(guest, into: twin)
            twins.append(twin)
        }
    }

    /// What a guest gets if nobody says how much: the same at every depth that is usual, so that it
    /// sees the same machine whoever runs it.
    static func usualExtent(of description: MachineDescription, guests: Int) throws -> Int {
        let most = description.state.first { $0.role == .storage }?.count ?? 0
        let least = description.state.first { $0.role == .storage }?.minimumCount ?? 1
        let usual = MachineState.usualSize(of: description)
        let room = most - usual >= 4 * Nest.reserved ? usual : max(usual - 4 * Nest.reserved, usual / 2)
        return max(room / guests, min(least, most))
    }

    private static func processor(
        _ description: MachineDescription, cells: Int, guestCells: Int
    ) throws -> ToyProcessor {
        guard let storage = description.state.first(where: { $0.role == .storage }) else {
            throw Failure(.badInput, "machine \(quoted(description.name)) has no storage to run a guest in",
                remedy: "declare one in its ISA file")
        }
        guard guestCells >= storage.minimumCount else {
            throw Failure(.usage,
                "\(guestCells) cells are fewer than any \(description.name) has (\(storage.minimumCount))",
                remedy: "give at least -m \(storage.minimumCount)")
        }
        guard cells <= storage.count else {
            throw Failure(.usage,
                "guests and monitors need \(cells) cells, a \(description.name) has at most \(storage.count)",
                remedy: "give the guest less (-m), or use fewer monitors (--depth)")
        }
        do {
            return try ToyProcessor(description, storage: GuestStorage(count: cells, cellWidth: storage.width))
        } catch let refusal as ToyProcessor.Refusal {
            throw Failure(.badInput, refusal.text, remedy: "choose a machine that is described completely")
        }
    }

    private static func put(_ guest: LoadedGuest, into processor: any Processor) throws {
        let images = [guest] + guest.inside
        let placed: [[Images.Segment]]
        do throws(StackingError) {
            placed = try stack(images.map(\.stacked), cellWidth: processor.storage.cellWidth)
        } catch {
            throw Failure(.badInput, error.cause, remedy: error.remedy)
        }
        for (image, segments) in zip(images, placed) {
            do throws(LoadingError) {
                try load(segments, into: processor.storage)
            } catch {
                throw Failure(.badInput, "\(image.path): \(error.cause)", remedy: error.remedy)
            }
        }
        processor.storageChanged(0..<processor.storage.count)
        if let counter = guest.description.state.firstIndex(where: { $0.role == .pc }) {
            processor[counter, 0] = guest.image.entry
        }
    }

    private func checkParavirtual() throws {
        do {
            for machine in levels.compactMap(\.last) { try LoadCheck.check(machine) }
        } catch {
            throw Failure(monitor: error)
        }
    }
}

extension LoadedGuest {
    /// As it goes into storage, with the cell that its symbol for a guest's place means.
    fileprivate var stacked: StackedImage {
        let place = image.symbols[StackedImage.placeSymbol]
        let scale = UInt64(UnitLayout(description).addressesPerCell)
        return StackedImage(
            name: path, segments: image.segments.map { Images.Segment(address: $0.address, cells: $0.cells) },
            entry: image.entry, guest: place.map { $0 / scale })
    }
}
