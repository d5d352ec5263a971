import Foundation
import ISALanguage
import Machine
import Monitor
import ToyCore

@testable import Classroom

/// The guest of Lessons/guests, on its machine, bare or under a monitor.
enum Timesharing {
    static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    static let description: MachineDescription = {
        let loader = FileSourceLoader(folders: [root + "/ISA"])
        do { return try MachineLoader.load("third-generation", from: loader) } catch { fatalError("\(error)") }
    }()

    static let source: String = {
        guard let text = try? String(contentsOfFile: root + "/Lessons/guests/timesharing.s", encoding: .utf8) else {
            fatalError("the guest cannot be read")
        }
        return text
    }()

    static func guest(_ source: String, _ kind: MonitorKind, depth: Int = 1, input: String? = nil) throws -> SteppedGuest {
        let image = try Assembler(description).assemble(source, path: "guest.s", anyMachine: false)
        let cells = 4096 + (kind == .bare ? 0 : depth * Nest.reserved)
        let real = try ToyProcessor(description, storage: GuestStorage(count: cells, cellWidth: 48))
        let nest = try Nest(
            on: real, blueprint: Blueprint(of: description), depth: kind == .bare ? 0 : depth,
            request: Allocator.Request(kind, extent: 4096))
        for segment in image.segments {
            for (offset, cell) in segment.cells.enumerated() {
                nest.processor.storage[Int(segment.address) + offset] = cell
            }
        }
        nest.processor.storageChanged(0..<4096)
        nest.processor[0, 0] = image.entry
        let view = GuestView(nest.processor, of: description, symbols: image.labels)
        return try SteppedGuest(
            view, levels: nest.levels, real: real, input: Array((input ?? "").utf8), isOpen: input == nil)
    }
}
