import Foundation
import Images

/// A program for x86-64 with critical instructions at known places, and with bytes that only look like some.
/// Debian's assembler makes it; the sites are labels in its symbol table.
struct PlantedProgram {
    var path: String
    /// Address and kind of each planted site; `isReached`: control can be seen to get there.
    var sites: [UInt64: (kind: String, isReached: Bool)] = [:]
    let scratch: ScratchFolder

    /// What is planted, by the beginning of the variant's name.
    static let planted = [
        "PUSHF": "pushfq", "POPF": "popfq", "SGDT": "sgdt (%rsp)", "SIDT": "sidt 8(%rsp)", "SLDT": "sldt %eax",
        "STR": "str %ax", "SMSW": "smsw %eax", "MOV": "mov %cs, %eax", "LAR": "lar %cx, %eax", "LSL": "lsl %cx, %eax",
        "VERR": "verr %cx", "VERW": "verw 4(%rax)",
    ]

    private static let filling = [
        "mov %rsp, %rbp", "add $0x9c9c9c9c, %eax", "lea 0x9d(%rax,%rcx,4), %rdx", "movabs $0x9d9c9d9c9d9c9d9c, %rbx",
        "xor %eax, %eax", "imul $0x9c, %rdi, %rsi", "nop",
        "lock cmpxchg %rcx, 0x109c(%rdx)", "rep movsb", "mov %gs:0x9c, %rax", "bswap %r9", "cmovne %rdi, %rsi",
        "shld $0x9c, %rax, %rdx", "movzbl 0x9d9d(%rip), %eax", "popcnt %rax, %rcx", "sub $-0x64, %r11b",
    ]

    /// So many functions of a few dozen instructions each.
    init(functions: Int, seed: UInt64) throws {
        scratch = try ScratchFolder()
        path = scratch.path + "/planted"
        var generator = Generator(state: seed)
        var number = 0
        var text = ".text\n.globl _start\n.type _start, @function\n_start:\n"
        for index in 0..<functions { text += "  call function_\(index)\n" }
        text += "  ud2\n"
        for index in 0..<functions {
            text += ".p2align 4\n.type function_\(index), @function\nfunction_\(index):\n"
            for _ in 0..<12 { text += PlantedProgram.piece(index, &number, &generator) }
            text += "  ret\n" + PlantedProgram.decoy(index, &generator) + ".size function_\(index), .-function_\(index)\n"
        }
        let source = try scratch.file("planted.s", text)
        try run("/usr/bin/as", ["--64", source, "-o", scratch.path + "/planted.o"])
        try run("/usr/bin/ld", [scratch.path + "/planted.o", "-o", path])
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for symbol in try ELFFile(bytes[...]).symbols() where symbol.name.hasPrefix("site.") {
            let words = symbol.name.split(separator: ".").map(String.init)
            sites[symbol.address] = (words[2], words[3] == "reached")
        }
    }

    private static func piece(_ function: Int, _ number: inout Int, _ generator: inout Generator) -> String {
        number += 1
        let fill = (0..<3).map { _ in "  \(filling[generator.below(filling.count)])\n" }.joined()
        let kinds = planted.keys.sorted()
        let kind = kinds[generator.below(kinds.count)]
        let site = "\(planted[kind] ?? "nop")\n"
        switch generator.below(6) {
        case 0: return fill + "site.\(number).\(kind).reached: \(site)"
        case 1: return fill + "  jne 1f\n" + fill + "1:\nsite.\(number).\(kind).reached: \(site)"
        case 2: return fill + "  jmp 1f\n  .byte 0x9c, 0x0f\n1:\nsite.\(number).\(kind).reached: \(site)"
        case 3:
            // The cases of a switch: only a table in the read-only data knows of them.
            return """
                  ja 1f
                  jmp *table_\(number)(,%rax,8)
                case_\(number): \(fill)site.\(number).\(kind).hidden: \(site)  jmp 1f
                .pushsection .rodata
                table_\(number): .quad case_\(number)
                .popsection
                1:

                """
        default: return fill
        }
    }

    /// Behind a function's end: a jump table, a text, numbers; some with symbols that say so.
    private static func decoy(_ function: Int, _ generator: inout Generator) -> String {
        let head = ".type decoy_\(function), @object\n.p2align 3\ndecoy_\(function):\n"
        let tail = ".size decoy_\(function), .-decoy_\(function)\n"
        switch generator.below(4) {
        case 0: return head + ".quad 0x9c9c9c9c9c9c9c9c, function_0, 0x9d\n" + tail
        case 1: return head + ".ascii \"\\234\\235 no code \\017\\001\"\n" + tail
        case 2: return ".byte 0x9c, 0x06, 0x9d, 0x0e\n"
        default: return ""
        }
    }

    private struct Generator {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
    }
}

/// Runs a program of Debian's to its end; its standard output.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw CocoaError(.executableLoad, userInfo: ["program": program, "status": process.terminationStatus])
    }
    return String(decoding: bytes, as: UTF8.self)
}
