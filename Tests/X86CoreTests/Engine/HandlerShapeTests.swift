#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import Testing

@testable import X86Core

/// Swift does not promise that a call in tail position becomes a jump, and a handler that calls the next one lets the
/// host's stack grow until the run leaves. So this looks at what the compiler made of the handlers, in this very program.
@Suite("The x86 core's handlers end in jumps")
struct HandlerShapeTests {
    #if DEBUG
        private static let isRelease = false
    #else
        private static let isRelease = true
    #endif
    private static let hasReader = access("/usr/bin/objdump", X_OK) == 0

    /// What runs most: none of these calls anything, takes room on the host's stack, or comes back. One or the other saves
    /// a register while it works, where there is much to hold at once.
    private static var hot: [(name: String, handlers: [Handler])] {
        let sizes = [1, 2, 4, 8]
        return [
            ("flags", DeadFlags.setters), ("quiet", DeadFlags.quiet),
            ("silent", (DeadFlags.registers + DeadFlags.immediates + DeadFlags.others + DeadFlags.loading).map(\.1)),
            ("plain", PlainAddresses.table.map(\.1)), ("any address", PlainAddresses.table.map(\.0)),
            ("fused", Fusion.table.values.flatMap(\.values)),
            ("pairs", Pairs.table.map(\.both)),
            ("small", sizes.map { MoveHandlers.load($0) } + sizes.map { MoveHandlers.constant($0) }),
            ("stack", [StackHandlers.push, StackHandlers.pop, StackHandlers.pushReturn, StackHandlers.pushConstant]),
            (
                "flow",
                [FlowHandlers.enter, FlowHandlers.linked, FlowHandlers.far, FlowHandlers.indirect, FlowHandlers.returnNear]
                    + (0..<16).map { FlowHandlers.skip($0) }
            ),
        ]
    }

    @Test(
        "Hot handlers call nothing and jump on",
        .enabled(if: isRelease, "debug builds call handlers from a loop, which gets the next micro-op back"),
        .enabled(if: hasReader, "needs objdump: binutils"))
    func hotHandlers() throws {
        let functions = try disassembly(of: Self.hot.flatMap(\.handlers))
        for (name, handlers) in Self.hot {
            for (number, handler) in handlers.enumerated() {
                let code = try #require(functions[try place(handler)], "\(name) \(number) was not found")
                let calls = code.filter { Self.isCall($0) || $0.contains(",%rsp") }
                #expect(calls.isEmpty, "\(name) \(number) calls, or takes room on the stack: \(calls)")
                let saved = code.count { $0.hasPrefix("push") }
                #expect(saved <= 1, "\(name) \(number) saves \(saved) registers: \(code)")
                #expect(!code.contains { Self.isReturn($0) }, "\(name) \(number) comes back: \(code)")
                #expect(code.contains { $0.hasPrefix("jmp") && $0.contains("*") }, "\(name) \(number) does not jump on")
                #expect(code.last?.hasPrefix("jmp") == true, "\(name) \(number) does not end in a jump: \(code)")
            }
        }
    }

    /// Handlers of what is rare may call, but never the next handler: no call goes through a register, and none but the
    /// one that ends a run comes back.
    @Test(
        "No handler calls the next one",
        .enabled(if: isRelease, "debug builds call handlers from a loop, which gets the next micro-op back"),
        .enabled(if: hasReader, "needs objdump: binutils"))
    func allHandlers() throws {
        var seen = 0
        for (name, code) in try named(disassemblyLines(of: Self.hot.flatMap(\.handlers))) where Self.isHandler(name) {
            seen += 1
            #expect(!code.contains { Self.isCall($0) && $0.contains("*%") }, "\(name) calls through a register")
            if !name.contains("FlowHandlersO4exit") { #expect(!code.contains { Self.isReturn($0) }, "\(name) comes back") }
        }
        #expect(seen > 500)
    }

    /// A closure that takes a state and a micro-op, by its mangled name.
    private static func isHandler(_ name: Substring) -> Bool {
        name.contains("7X86Core") && name.contains("Sv_SvtcfU") && (name.hasSuffix("_") || name.hasSuffix("_To"))
    }

    private static func isCall(_ instruction: Substring) -> Bool { instruction.hasPrefix("call") }
    private static func isReturn(_ instruction: Substring) -> Bool { instruction.hasPrefix("ret") }

    // MARK: - The machine code of this program

    /// Where this program begins in storage: what its file calls 0.
    private static let base = Result { () throws(Unreadable) in
        let (path, address) = ("/proc/self/maps", X86Core.address(of: FlowHandlers.far))
        var first: [Substring: UInt] = [:]
        for line in try read(path, isCommand: false).split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 6 else { continue }
            let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            first[words[5]] = min(first[words[5]] ?? .max, bounds[0])
            if bounds[0] <= address, address < bounds[1] { return (file: String(words[5]), base: first[words[5]] ?? 0) }
        }
        throw Unreadable(what: path)
    }

    private struct Unreadable: Error { var what: String }

    private func place(_ handler: Handler) throws -> UInt { X86Core.address(of: handler) - (try Self.base.get().base) }

    private func disassemblyLines(of handlers: [Handler]) throws -> [Substring] {
        let (file, _) = try Self.base.get()
        let places = try handlers.map(place)
        let first = try #require(places.min()), last = try #require(places.max()) + 0x400
        let command = "/usr/bin/objdump -d --no-show-raw-insn --start-address=\(first) --stop-address=\(last) \(file)"
        return try Self.read(command, isCommand: true).split(separator: "\n")
    }

    /// By where they begin, the instructions of functions.
    private func disassembly(of handlers: [Handler]) throws -> [UInt: [Substring]] {
        let lines = try disassemblyLines(of: handlers).compactMap(Self.instruction)
        let wanted = Set(try handlers.map(place))
        var functions: [UInt: [Substring]] = [:]
        for (index, line) in lines.enumerated() where wanted.contains(line.place) {
            functions[line.place] = Self.function(lines[index...])
        }
        return functions
    }

    private func named(_ lines: [Substring]) throws -> [(Substring, [Substring])] {
        var found: [(Substring, [Substring])] = []
        for part in lines.split(whereSeparator: { $0.hasSuffix(":") && !$0.contains("\t") }) {
            guard part.startIndex > lines.startIndex else { continue }
            let header = lines[part.startIndex - 1]
            guard let open = header.firstIndex(of: "<") else { continue }
            let name = header[header.index(after: open)...].dropLast(2)
            found.append((name, Self.function(part.compactMap(Self.instruction)[...])))
        }
        return found
    }

    private typealias Line = (place: UInt, text: Substring)

    private static func instruction(_ line: Substring) -> Line? {
        let parts = line.split(separator: "\t")
        guard parts.count == 2, let colon = parts[0].lastIndex(of: ":"),
            let place = UInt(parts[0][..<colon].drop { $0 == " " }, radix: 16)
        else { return nil }
        return (place, parts[1])
    }

    /// A function ends with a jump or a return that nothing in it jumps over: what follows may have no name.
    private static func function(_ lines: ArraySlice<Line>) -> [Substring] {
        var code: [Substring] = []
        let begin = lines.first?.place ?? 0
        var furthest = begin
        for (place, text) in lines {
            code.append(text)
            let words = text.split(separator: " ", omittingEmptySubsequences: true)
            if text.hasPrefix("j"), words.count > 1, let target = UInt(words[1], radix: 16), target > begin,
                target - begin < 0x1000, words.last?.contains("+0x") == true
            {
                furthest = max(furthest, target)
            }
            if place >= furthest, text.hasPrefix("jmp") || text.hasPrefix("ret") { break }
        }
        return code
    }

    private static func read(_ what: String, isCommand: Bool) throws(Unreadable) -> String {
        guard let file = isCommand ? popen(what, "r") : fopen(what, "r") else { throw Unreadable(what: what) }
        defer { _ = isCommand ? pclose(file) : fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            text += buffer.prefix(count)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
