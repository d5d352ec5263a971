/// Keys on their way to the guest. Ctrl-A begins a command to Trapline, as it does with QEMU.
struct ConsoleKeys {
    enum Outcome: Hashable {
        case byte(UInt8)
        case leave
        case snapshot
        case help
        case nothing
    }

    private var isCommand = false
    /// Keys come from a person; what is piped in is the guest's whole.
    let hasCommands: Bool

    init(hasCommands: Bool) { self.hasCommands = hasCommands }

    mutating func take(_ byte: UInt8) -> Outcome {
        guard hasCommands else { return .byte(byte) }
        if !isCommand {
            isCommand = byte == 1
            return isCommand ? .nothing : .byte(byte)
        }
        isCommand = false
        switch byte {
        case 1, UInt8(ascii: "a"): return .byte(1)
        case UInt8(ascii: "x"), UInt8(ascii: "X"), 0x18: return .leave
        case UInt8(ascii: "s"), UInt8(ascii: "S"): return .snapshot
        case UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "?"): return .help
        default: return .nothing
        }
    }

    static let help = [
        "Ctrl-A x       leave", "Ctrl-A s       write the snapshot that --snapshot names",
        "Ctrl-A h       this list", "Ctrl-A Ctrl-A  send Ctrl-A to the guest",
    ]
}
