import Foundation
import ISALanguage
import Machine
import Testing
import ToyCore

@testable import Monitor
@testable import Paravirt

/// `Docs/Hypercalls.md` has the table that the code makes, and the guests in `Lessons/guests` use its numbers. To
/// accept a changed table, run the tests with TRAPLINE_RECORD=1 and read the difference.
@Suite struct HypercallsPageTests {
    static let page: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return parts.joined(separator: "/") + "/Docs/Hypercalls.md"
    }()

    private func table(_ name: String, performing patterns: [String]) throws -> HypercallTable {
        let machine = Machines.load(name)
        let critical = try patterns.map { pattern in
            try #require(machine.instructions.firstIndex { $0.name == pattern }, "\(name) has no '\(pattern)'")
        }
        return try HypercallTable(for: InstructionCatalogue(machine), critical: Set(critical))
    }

    /// The page's rows for a machine, and the instructions that they perform.
    private func section(_ name: String, of text: String) -> (rows: [String], patterns: [String]) {
        let lines = text.components(separatedBy: "\n")
        let start = lines.firstIndex(of: "### \(name)") ?? lines.count
        let rows = lines.dropFirst(start).drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        let patterns = rows.dropFirst(2).compactMap { row -> String? in
            let cells = row.components(separatedBy: "`")
            return cells.count > 3 ? cells[3] : nil
        }
        return (Array(rows), patterns)
    }

    @Test(arguments: ["pdp-10", "m68000", "third-generation-mode-leak"])
    func thePageHasTheTable(name: String) throws {
        let text = try String(contentsOfFile: HypercallsPageTests.page, encoding: .utf8)
        let (rows, patterns) = section(name, of: text)
        let lines = try table(name, performing: patterns).lines()
        if ProcessInfo.processInfo.environment["TRAPLINE_RECORD"] != nil, rows != lines {
            let changed = text.replacingOccurrences(
                of: "### \(name)\n\n" + rows.joined(separator: "\n"),
                with: "### \(name)\n\n" + lines.joined(separator: "\n"))
            try changed.write(toFile: HypercallsPageTests.page, atomically: true, encoding: .utf8)
            return
        }
        #expect(rows == lines)
        #expect(rows.count > 2)
    }

    private struct Run: Equatable {
        var output: String
        var exit: Exit
    }

    private func run(_ file: String, on name: String, request: Allocator.Request?) throws -> (Run, VirtualMachine?) {
        let machine = Machines.load(name)
        let width = machine.state.first { $0.role == .storage }?.width ?? 0
        let cells = 1 << 13
        let real = try ToyProcessor(
            machine, storage: GuestStorage(count: cells + (request == nil ? 0 : Nest.reserved), cellWidth: width))
        var processor: any Processor = real
        var guest: VirtualMachine?
        if var request {
            request.extent = cells
            let nest = try Nest(on: real, blueprint: Blueprint(of: machine), depth: 1, request: request)
            guest = nest.levels[0]
            processor = nest.processor
        }
        processor.load(Guests.assemble(Guests.read(file), for: machine), of: machine)
        if let guest, guest.kind == .paravirt { try LoadCheck.check(guest) }
        let console = TestConsole(machine, input: "typed", on: processor)
        let exit = console.run(processor, budget: 50_000)
        return (Run(output: console.output, exit: exit), guest)
    }

    /// Without their knowing anything, the monitors that the verdict admits run the same kernels.
    @Test(arguments: ["pdp-10", "m68000"], [MonitorKind.hvm, .patch, .interpret])
    func theKernelsRunUnderOtherMonitors(name: String, kind: MonitorKind) throws {
        let page = try String(contentsOfFile: HypercallsPageTests.page, encoding: .utf8)
        let table = try table(name, performing: section(name, of: page).patterns)
        var request = Allocator.Request(kind)
        request.critical = Set(table.rows.map(\.hypercall.instruction))
        let (bare, _) = try run("kernel-\(name).s", on: name, request: nil)
        let (monitored, _) = try run("kernel-\(name).s", on: name, request: request)
        #expect(bare.output.contains("own "))
        #expect(monitored == bare)
    }

    /// The kernels that ask the monitor print what the others print on the bare machine; the others are refused.
    @Test(arguments: ["pdp-10", "m68000"]) func theKernelsThatKnowTheirMonitorRun(name: String) throws {
        let page = try String(contentsOfFile: HypercallsPageTests.page, encoding: .utf8)
        let table = try table(name, performing: section(name, of: page).patterns)
        var request = Allocator.Request(.paravirt)
        request.critical = Set(table.rows.map(\.hypercall.instruction))
        request.hypercalls = table.hypercalls
        let (bare, _) = try run("kernel-\(name).s", on: name, request: nil)
        let (aware, guest) = try run("kernel-\(name)-paravirt.s", on: name, request: request)
        #expect(bare.output.hasPrefix("kernel: starting the program\n"))
        #expect(aware == bare)
        let statistics = try #require(guest).statistics
        #expect(statistics.hypercalls.values.reduce(0, +) > 0 && statistics.direct > statistics.interpreted)
        let error = #expect(throws: MonitorError.self) { try run("kernel-\(name).s", on: name, request: request) }
        #expect(error?.remedy.contains("hypercall") == true)
    }
}
