import Images
import X86Core

/// What a PC's crashed guest leaves behind, in sentences: why, where, how it came there, and the stack.
struct WholeMachineAccount {
    private let processor: X86Processor
    private let reason: String
    private let symbols: KernelSymbols?

    init(_ processor: X86Processor, reason: String, image: String?, in context: Context) {
        self.processor = processor
        self.reason = reason
        let bytes = image.flatMap { try? readFile(Path.join(context.folder, $0), what: "the kernel", limit: 1 << 30) }
        symbols = bytes.flatMap { KernelSymbols(reading: $0) }
    }

    private func place(_ address: UInt64) -> String {
        let number = "0x" + String(address, radix: 16)
        return symbols?.name(of: address).map { "\(number) (\($0))" } ?? number
    }

    func lines() -> [String] {
        let state = processor.visibleState
        var lines = ["the guest crashed after \(processor.completed) instructions: \(reason)"]
        lines.append("  at \(place(state.instructionPointer)), level \(state.level), \(state.modeName)")
        let last = processor.history.entries.suffix(6)
        if !last.isEmpty {
            lines.append("  the last exceptions, the latest last:")
            for entry in last {
                let code = entry.code.map { ", error code 0x" + String($0, radix: 16) } ?? ""
                let detail = entry.vector == 14 ? ", address 0x" + String(entry.detail, radix: 16) : ""
                lines.append(
                    "    \(VisibleState.name(ofVector: entry.vector))\(code)\(detail) at \(place(entry.address)), level \(entry.level)")
            }
        }
        lines.append("  registers:")
        let names = VisibleState.registerNames
        for row in stride(from: 0, to: 16, by: 4) {
            let cells = (row..<row + 4).map { number in
                let digits = String(state.general[number], radix: 16)
                return names[number].padded(to: 3) + " " + String(repeating: "0", count: 16 - digits.count) + digits
            }
            lines.append("    " + cells.joined(separator: "  "))
        }
        let control = [("cr0", state.cr0), ("cr2", state.cr2), ("cr3", state.cr3), ("cr4", state.cr4), ("flags", state.flags)]
        lines.append("    " + control.map { "\($0.0) " + String($0.1, radix: 16) }.joined(separator: "  "))
        if let symbols {
            let calls = processor.stackWords(256).filter { symbols.name(of: $0) != nil && $0 >> 40 != 0 }.prefix(12)
            if !calls.isEmpty {
                lines.append("  on the stack:")
                for address in calls { lines.append("    \(place(address))") }
            }
        }
        return lines
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
