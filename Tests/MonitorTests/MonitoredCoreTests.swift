import ISALanguage
import Machine
import Testing
import ToyCore

@testable import Monitor

/// Monitors on the core that runs machines in earnest.
@Suite struct MonitoredCoreTests {
    private func core(_ machine: MachineDescription, cells: Int) throws -> ToyProcessor {
        let width = machine.state.first { $0.role == .storage }?.width ?? 0
        return try ToyProcessor(machine, storage: GuestStorage(count: cells, cellWidth: width))
    }

    @Test(arguments: 0...4) func theGuestKernelPrintsTheSameAtEveryDepth(depth: Int) throws {
        let bare = try #require(GuestKernelTests.bare)
        let machine = GuestKernelTests.machine
        for kind in depth == 1 ? [MonitorKind.vmm, .hvm, .interpret] : [.vmm] {
            let cells = Nest.cells(forGuestOf: GuestKernelTests.cells, depth: depth)
            let nest = try Nest(
                on: core(machine, cells: cells), blueprint: Machines.thirdGenerationBlueprint, depth: depth,
                request: Allocator.Request(kind, extent: GuestKernelTests.cells))
            nest.processor.load(Guests.timesharing, of: machine)
            let console = TestConsole(machine, input: GuestKernelTests.input, on: nest.processor)
            let exit = console.run(nest.processor, budget: 20_000)
            #expect(GuestKernelTests.Run(
                output: console.output, exit: exit, completed: nest.processor.completedInstructions) == bare.run,
                "\(kind) at depth \(depth)")
        }
    }

    /// With an instruction to look for, the whole kernel is looked at and patched.
    @Test func theGuestKernelPrintsTheSamePatched() throws {
        let bare = try #require(GuestKernelTests.bare)
        let machine = PatchTests.machine
        let cells = Nest.cells(forGuestOf: GuestKernelTests.cells, depth: 2)
        var request = Allocator.Request(.patch, extent: GuestKernelTests.cells)
        request.critical = PatchTests.critical
        let nest = try Nest(
            on: core(machine, cells: cells), blueprint: PatchTests.blueprint, depth: 2, request: request)
        nest.processor.load(Guests.timesharing, of: machine)
        let console = TestConsole(machine, input: GuestKernelTests.input, on: nest.processor)
        let exit = console.run(nest.processor)
        #expect(GuestKernelTests.Run(
            output: console.output, exit: exit, completed: nest.processor.completedInstructions) == bare.run)
        let statistics = nest.levels[1].statistics
        #expect(statistics.patchedSites > 0 && statistics.direct > statistics.interpreted)
    }

    @Test(arguments: ["third-generation", "pdp-10", "m68010"], [MonitorKind.vmm, .patch, .interpret])
    func randomGuestsBehaveAsOnTheBareCore(name: String, kind: MonitorKind) throws {
        let machine = Machines.load(name)
        let critical = Machines.claimedCritical(in: machine)
        if kind == .vmm, !critical.isEmpty { return }
        let least = machine.state.first { $0.role == .storage }?.minimumCount ?? 0
        var random = RandomGuests(machine, seed: 31, size: max(least, 256))
        let blueprint = Blueprint(of: machine)
        for guest in 0..<12 {
            let state = random.next()
            if try trapsForEver(machine, state) { continue }
            var request = Allocator.Request(kind, extent: state.cells.count)
            request.critical = critical
            let bare = try core(machine, cells: state.cells.count)
            let nest = try Nest(
                on: core(machine, cells: Nest.cells(forGuestOf: state.cells.count, depth: 2)), blueprint: blueprint,
                depth: 2, request: request)
            bare.load(state)
            nest.processor.load(state)
            let lockStep = LockStep(bare: bare, monitored: nest.processor, described: machine)
            lockStep.serve = { processor, _, exit in
                guard case .portAccess(let device) = exit else { return false }
                for strobe in machine.devices[device].strobes { processor[strobe.index, 0] = 0 }
                return true
            }
            if case .diverged(let divergence) = lockStep.run(limit: 25) {
                Issue.record("\(name), \(kind), guest \(guest): \(divergence.text(in: machine))")
                return
            }
        }
    }

    /// Random vectors often lead nowhere, and thousands of deliveries under nested monitors say little.
    private func trapsForEver(_ machine: MachineDescription, _ state: MachineState) throws -> Bool {
        let bare = try core(machine, cells: state.cells.count)
        bare.load(state)
        for _ in 0..<25 {
            if case .fault = bare.run(budget: 1) { return true }
        }
        return false
    }
}
