import ISALanguage
import Machine
import Testing

@testable import Monitor

/// A guest kernel with processes, system calls, a timer and a console: what it prints is the same without a
/// monitor, under any of them, and under four of them one inside the other.
@Suite struct GuestKernelTests {
    static let machine = Machines.thirdGeneration
    static let cells = 1024
    static let input = "Hello, monitor"

    struct Run: Equatable {
        var output: String
        var exit: Exit
        var completed: UInt64
    }

    static func run(
        depth: Int, request: Allocator.Request = Allocator.Request(.vmm)
    ) throws -> (Run, [VirtualMachine], ReferenceProcessor) {
        let real = ReferenceProcessor(machine, size: Nest.cells(forGuestOf: cells, depth: depth))
        var request = request
        request.extent = cells
        let nest = try Nest(on: real, blueprint: Machines.thirdGenerationBlueprint, depth: depth, request: request)
        let top = nest.processor
        top.load(Guests.timesharing, of: machine)
        if depth == 0 { real.trace = [] }
        let console = TestConsole(machine, input: input, on: top)
        let exit = console.run(top)
        return (Run(output: console.output, exit: exit, completed: top.completedInstructions), nest.levels, real)
    }

    static let bare: (run: Run, trace: [(instruction: Int, isUser: Bool)])? = try? {
        let (run, _, real) = try GuestKernelTests.run(depth: 0)
        return (run, real.trace ?? [])
    }()

    @Test func theBareMachineRunsIt() throws {
        let bare = try #require(GuestKernelTests.bare)
        #expect(bare.run.exit == .shutdown(status: 0))
        #expect(bare.run.output.contains("no process left"))
        #expect(bare.run.output.contains("is killed, trap 3"))
    }

    @Test(arguments: 1...4) func nestingChangesNothing(depth: Int) throws {
        let bare = try #require(GuestKernelTests.bare)
        let (run, levels, _) = try GuestKernelTests.run(depth: depth)
        #expect(run == bare.run)
        // Each level sees every trap of its guest once, and hands up what is not its own to handle.
        #expect(levels.count == depth)
        let traps = levels.map(\.statistics.trapped)
        #expect(traps.allSatisfy { $0 == traps[0] && $0 > 0 })
        #expect(levels.dropLast().allSatisfy { $0.statistics.interpreted == 0 })
    }

    @Test(arguments: [MonitorKind.hvm, .patch, .interpret]) func everyMonitorRunsIt(kind: MonitorKind) throws {
        let bare = try #require(GuestKernelTests.bare)
        for depth in [1, 2] {
            let (run, _, _) = try GuestKernelTests.run(depth: depth, request: Allocator.Request(kind))
            #expect(run == bare.run)
        }
    }

    /// A monitor that says hybrid interprets exactly the virtual supervisor's instructions, and one that says
    /// interpreter all of them: counted against the modes of the bare run.
    @Test func countsAgreeWithTheBareTraceByMode() throws {
        let bare = try #require(GuestKernelTests.bare)
        let user = UInt64(bare.trace.filter(\.isUser).count)
        let all = UInt64(bare.trace.count)
        #expect(user > 0 && user < all)

        let interpreter = try statistics(of: .interpret)
        #expect(interpreter.interpreted == all && interpreter.direct == 0)
        for (instruction, count) in interpreter.interpretedByInstruction.enumerated() {
            #expect(count == UInt64(bare.trace.filter { $0.instruction == instruction }.count))
        }

        let hybrid = try statistics(of: .hvm)
        #expect(hybrid.direct == user && hybrid.interpreted == all - user)

        let monitor = try statistics(of: .vmm)
        #expect(monitor.completed == all)
        for (instruction, count) in monitor.interpretedByInstruction.enumerated() where count > 0 {
            let claims = GuestKernelTests.machine.instructions[instruction].claims.map(\.claim)
            #expect(claims.contains(.privileged))
            #expect(count == UInt64(bare.trace.filter { $0.instruction == instruction }.count))
        }
        // Every trap of the processor was either interpreted or the guest's own.
        #expect(monitor.trapped == monitor.interpreted + monitor.reflected)
        #expect(monitor.injected > 0)
    }

    private func statistics(of kind: MonitorKind) throws -> Statistics {
        try #require(try GuestKernelTests.run(depth: 1, request: Allocator.Request(kind)).1.first).statistics
    }

    /// However the run is cut into pieces, it is the same run.
    @Test(arguments: [UInt64(1), 7, 64]) func budgetsDoNotShow(slice: UInt64) throws {
        let bare = try #require(GuestKernelTests.bare)
        let machine = GuestKernelTests.machine
        let real = ReferenceProcessor(machine, size: Nest.cells(forGuestOf: GuestKernelTests.cells, depth: 1))
        let allocator = Allocator(real, blueprint: Machines.thirdGenerationBlueprint, reserved: Nest.reserved)
        let guest = try allocator.makeMachine(Allocator.Request(.vmm))
        guest.load(Guests.timesharing, of: machine)
        let console = TestConsole(machine, input: GuestKernelTests.input, on: guest)
        var exit = Exit.budget
        while exit == .budget { exit = console.run(guest, budget: slice) }
        #expect(Run(output: console.output, exit: exit, completed: guest.completedInstructions) == bare.run)
    }
}
