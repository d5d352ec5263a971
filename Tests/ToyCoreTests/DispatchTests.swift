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
            let code = try disassembly()
            var handlers = 0
            var jumps = 0
            for function in code.split(separator: "\n\n") {
                guard let name = function.split(separator: "\n").first, name.contains("ThreadedEngine"),
                    name.contains("EngineO10arithmetic") || name.contains("EngineO10comparison")
                        || name.contains("EngineO7storage") || name.contains("EngineO5skips")
                        || name.contains("EngineO5turns") || name.contains("EngineO7control")
                else { continue }
                handlers += 1
                if function.contains("jmp    *") { jumps += 1 }
                #expect(!function.contains("call   *"), "\(name) calls through a register")
            }
            #expect(handlers >= Opcode.allCases.count - 1)
            // Some symbols are no more than a jump to the handler itself.
            #expect(jumps >= Opcode.allCases.count - 8)
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
