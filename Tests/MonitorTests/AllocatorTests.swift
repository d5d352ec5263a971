import ISALanguage
import Machine
import Testing

@testable import Monitor

/// Several guests on one machine: each has its own cells and its share of the time, and does what it does alone.
@Suite struct AllocatorTests {
    static let machine = Machines.thirdGeneration
    static let cells = 1024

    static let looping = """
                .machine third-generation
                .org 16
                .entry start
        start:  JMP  start
        """

    /// Stores into its last cells and on, until it is stopped.
    static let straying = """
                .machine third-generation
                .org 0
                .word 0, trap<<31 | 0x8000, 0, 0
                .org 16
                .entry start
        start:  LA   r1,1000
        up:     ST   r1,0(r1)
                LA   r1,1(r1)
                JMP  up
        trap:   LA   r2,-1
                HALT r2
        """

    static let halting = """
                .machine third-generation
                .org 16
                .entry start
        start:  LA   r1,42
                HALT r1
        """

    private struct Guest {
        var machine: VirtualMachine
        var console: TestConsole
        var exit: Exit?
    }

    private func run(
        _ sources: [Image], slice: UInt64, budget: UInt64, kind: MonitorKind = .vmm
    ) throws -> ([(output: String, exit: Exit?)], Allocator) {
        let real = ReferenceProcessor(
            AllocatorTests.machine, size: Nest.reserved + AllocatorTests.cells * sources.count)
        let allocator = Allocator(real, blueprint: Machines.thirdGenerationBlueprint, reserved: Nest.reserved)
        var guests: [Guest] = []
        for image in sources {
            let machine = try allocator.makeMachine(Allocator.Request(kind, extent: AllocatorTests.cells))
            machine.load(image, of: AllocatorTests.machine)
            let console = TestConsole(AllocatorTests.machine, input: GuestKernelTests.input, on: machine)
            guests.append(Guest(machine: machine, console: console))
        }
        allocator.run(slice: slice, budget: budget) { index, exit in
            if case .portAccess(let device) = exit {
                guests[index].console.serve(device, of: guests[index].machine)
                return .resume
            }
            guests[index].exit = exit
            return .retire
        }
        return (guests.map { ($0.console.output, $0.exit) }, allocator)
    }

    @Test func everyGuestPrintsWhatItPrintsAlone() throws {
        let bare = try #require(GuestKernelTests.bare)
        let machine = AllocatorTests.machine
        let images = [
            Guests.timesharing, Guests.assemble(AllocatorTests.looping, for: machine),
            Guests.assemble(AllocatorTests.straying, for: machine), Guests.timesharing,
            Guests.assemble(AllocatorTests.halting, for: machine),
        ]
        let (guests, _) = try run(images, slice: 50, budget: 5 * (bare.run.completed + 500))
        #expect(guests[0].output == bare.run.output && guests[0].exit == bare.run.exit)
        #expect(guests[3].output == bare.run.output && guests[3].exit == bare.run.exit)
        #expect(guests[1].exit == nil)
        #expect(guests[2].exit == .shutdown(status: 255))
        #expect(guests[4].exit == .shutdown(status: 42))
    }

    @Test func aGuestThatStoresEverywhereStoresOnlyIntoItsOwnCells() throws {
        let machine = AllocatorTests.machine
        let straying = Guests.assemble(AllocatorTests.straying, for: machine)
        let idle = Guests.assemble(AllocatorTests.halting, for: machine)
        let (_, allocator) = try run([idle, straying, idle], slice: 7, budget: 4000)
        let alone = try run([idle], slice: 7, budget: 100).1.machines[0]
        for neighbour in [0, 2] {
            for cell in 0..<AllocatorTests.cells {
                #expect(allocator.machines[neighbour].storage[cell] == alone.storage[cell])
            }
        }
        for cell in 0..<Nest.reserved { #expect(allocator.processor.storage[cell] == 0) }
    }

    @Test func storageIsGivenOnlyOnce() throws {
        let real = ReferenceProcessor(AllocatorTests.machine, size: 300)
        let allocator = Allocator(real, blueprint: Machines.thirdGenerationBlueprint)
        let first = try allocator.makeMachine(Allocator.Request(.vmm, extent: 200))
        #expect(first.map.window == 0..<200 && allocator.freeCells == 100)
        #expect(throws: MonitorError.self) { try allocator.makeMachine(Allocator.Request(.vmm, extent: 101)) }
        #expect(throws: MonitorError.self) { try allocator.makeMachine(Allocator.Request(.vmm, extent: 8)) }
        #expect(throws: MonitorError.self) { try allocator.makeMachine(Allocator.Request(.bare)) }
        #expect(try allocator.makeMachine(Allocator.Request(.vmm)).map.window == 200..<300)
    }
}
