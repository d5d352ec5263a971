import ISALanguage
import Machine

/// Monitors one inside the other (Theorem 2): each level is a guest of the one below, and the topmost runs the
/// guest proper. Depth 0 is the bare machine.
///
/// Only the topmost monitor patches or takes hypercalls: what it lets run directly has no critical instruction
/// left, so the monitors below it see innocuous and trapping ones only.
public struct Nest {
    /// What runs the guest: the topmost virtual machine, or at depth 0 the processor itself.
    public let processor: any Processor
    /// From the lowest level up; empty at depth 0.
    public let levels: [VirtualMachine]

    /// Where in each level's storage its monitor stands.
    public enum Placement: Sendable {
        /// Below its guest, as in the paper's standard map.
        case low
        /// Above its guest, whose cells then have the same addresses on both sides. Right for machines whose trap
        /// vectors lie outside the guest's storage.
        case high
    }

    /// Cells of each level that its guest does not get, as if its monitor stood there.
    public static let reserved = 64

    /// Cells that a machine must have so that the guest at this depth gets `extent`.
    public static func cells(forGuestOf extent: Int, depth: Int) -> Int { extent + max(depth, 0) * reserved }

    /// - Parameters:
    ///   - processor: the real machine.
    ///   - blueprint: what all the monitors work from.
    ///   - depth: how many monitors.
    ///   - request: what each of them is to be. The guest proper gets `request.extent` cells, the levels below
    ///     what they need for that; without an extent, all there is.
    public init(
        on processor: any Processor, blueprint: Blueprint, depth: Int, request: Allocator.Request,
        placement: Placement = .low
    ) throws(MonitorError) {
        var levels: [VirtualMachine] = []
        var top = processor
        if request.kind != .bare {
            for level in 0..<max(depth, 0) {
                var request = request
                let available = max(top.storage.count - Nest.reserved, 0)
                let wanted = request.extent.map { Nest.cells(forGuestOf: $0, depth: depth - 1 - level) }
                request.extent = wanted ?? available
                if level < depth - 1, request.kind == .patch || request.kind == .paravirt { request.kind = .vmm }
                let reserved = placement == .low ? Nest.reserved : 0
                let allocator = Allocator(top, blueprint: blueprint, reserved: reserved)
                let machine = try allocator.makeMachine(request)
                levels.append(machine)
                top = machine
            }
        }
        self.processor = top
        self.levels = levels
    }
}
