#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ISALanguage
import Testing

@testable import ToyCore

/// Swift does not promise that a call in tail position becomes a jump, and the threaded engine would
/// overflow the stack if it did not. So this looks at what the compiler made of the handlers.
@Suite("The threaded engine's handlers end in jumps")
struct DispatchTests {
    #if !DEBUG
        @Test("No handler calls the next one", .enabled(if: access("/usr/bin/objdump", X_OK) == 0, "needs objdump"))
        func tailCalls() throws {
            var handlers = 0
            for function in try disassembly().split(separator: "\n\n") {
                let lines = function.split(separator: "\n")
                // The C entry points, which is what stands in micro-ops.
                guard let name = lines.first, name.contains("7ToyCore"), name.contains("handle"), name.hasSuffix("FTo>:")
                else { continue }
                handlers += 1
                let calls = lines.filter { $0.contains("call ") }
                #expect(!calls.contains { $0.contains("*") }, "\(name) calls through a register")
                // Similar functions may be merged by the compiler, into a call of what they have in common.
                #expect(!calls.contains { $0.contains("handle") }, "\(name) calls another handler")
                let jumpsOn = lines.contains { $0.contains("jmp    *") }
                #expect(jumpsOn || name.contains("handleLeavey"), "\(name) does not jump on")
            }
            #expect(handlers == Opcode.allCases.count)
        }

        /// The machine code of this very program.
        private func disassembly() throws -> String {
            let command = "/usr/bin/objdump -d --no-show-raw-insn /proc/\(getpid())/exe"
            let pipe = try #require(popen(command, "r"))
            defer { pclose(pipe) }
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = fread(&buffer, 1, buffer.count, pipe)
                if count == 0 { break }
                text += buffer.prefix(count)
            }
            return String(decoding: text, as: UTF8.self)
        }
    #endif
}
