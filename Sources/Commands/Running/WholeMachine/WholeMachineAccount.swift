import X86Core

/// What a PC's crashed guest leaves behind, in sentences: why, where, how it came there, and the stack.
struct WholeMachineAccount {
    private let processor: X86Processor
    private let reason: String
    private let places: KernelPlaces

    init(_ processor: X86Processor, reason: String, places: KernelPlaces) {
        self.processor = processor
        self.reason = reason
        self.places = places
    }

    func lines() -> [String] {
        let state = processor.visibleState
        var lines = ["the guest crashed after \(processor.completed) instructions: \(reason)"]
        lines.append("  at \(places.text(state.instructionPointer)), level \(state.level), \(state.modeName)")
        let last = processor.history.entries.suffix(6)
        if !last.isEmpty {
            lines.append("  the last exceptions, the latest last:")
            for entry in last {
                let exception = places.text(
                    exception: VisibleState.name(ofVector: entry.vector), code: entry.code,
                    detail: entry.vector == 14 ? entry.detail : nil, at: entry.address, level: entry.level)
                lines.append("    " + exception)
            }
        }
        lines.append("  registers:")
        let names = VisibleState.registerNames
        for row in stride(from: 0, to: 16, by: 4) {
            let cells = (row..<row + 4).map { number in
                padded(names[number], to: 3) + " " + hexadecimal(state.general[number], digits: 16).lowercased()
            }
            lines.append("    " + cells.joined(separator: "  "))
        }
        let control = [("cr0", state.cr0), ("cr2", state.cr2), ("cr3", state.cr3), ("cr4", state.cr4), ("flags", state.flags)]
        lines.append("    " + control.map { "\($0.0) " + String($0.1, radix: 16) }.joined(separator: "  "))
        if let symbols = places.symbols {
            let calls = processor.stackWords(256).filter { symbols.name(of: $0) != nil && $0 >> 40 != 0 }.prefix(12)
            if !calls.isEmpty {
                lines.append("  on the stack:")
                for address in calls { lines.append("    \(places.text(address))") }
            }
        }
        return lines
    }
}
