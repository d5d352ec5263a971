extension OpcodePattern {
    /// Reads the notation. Throws what is wrong and where.
    public init(_ text: String) throws(NotationError) {
        var reader = PatternReader(text)
        self = try reader.pattern()
    }
}

/// Reads the words of one line from left to right; each step takes the words that it knows.
private struct PatternReader {
    struct Word {
        var text: Substring
        var range: Range<Int>
    }

    let text: String
    let words: [Word]
    var position = 0
    var result = OpcodePattern(opcode: 0)

    init(_ text: String) {
        self.text = text
        var words: [Word] = []
        var offset = 0
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !part.isEmpty { words.append(Word(text: part, range: offset..<offset + part.count)) }
            offset += part.count + 1
        }
        self.words = words
    }

    var word: Substring? { position < words.count ? words[position].text : nil }

    /// Steps over the next word if it is this one.
    mutating func takes(_ expected: String) -> Bool {
        guard let word, word == expected else { return false }
        position += 1
        return true
    }

    func error(_ message: String, remedy: String = "", at index: Int? = nil) -> NotationError {
        let index = index ?? position
        let range = index < words.count ? words[index].range : text.count..<text.count
        return NotationError(message, remedy: remedy, in: text, at: range)
    }

    mutating func pattern() throws(NotationError) -> OpcodePattern {
        guard !words.isEmpty else { throw error("an opcode is missing", remedy: "write for example \"01 /r\"") }
        if let word, word.split(separator: ".").first.flatMap({ OpcodePattern.Scheme(rawValue: String($0)) }) != nil {
            try vectorPrefix()
            try opcode()
        } else {
            legacyPrefixes()
            try legacyOpcode()
        }
        try operands()
        try immediates()
        try lock()
        try mode()
        if position < words.count { throw stray() }
        return result
    }

    // MARK: prefixes

    private mutating func legacyPrefixes() {
        if takes("NP") {
            result.mandatory = .none
        } else if let word, let prefix = OpcodePattern.MandatoryPrefix(rawValue: String(word)), prefix.byte != nil {
            result.mandatory = prefix
            position += 1
        }
        if takes("REX.W") {
            result.width = .one
            result.needsREX = true
        } else if takes("REX") {
            result.needsREX = true
        }
    }

    private mutating func vectorPrefix() throws(NotationError) {
        let word = words[position]
        var parts = word.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...]
        var offset = word.range.lowerBound
        func fault(_ message: String, _ remedy: String) -> NotationError {
            let width = parts.first?.count ?? 0
            return NotationError(
                message, remedy: remedy, in: text, at: min(offset, text.count)..<min(offset + width, text.count))
        }
        func next() -> String? { parts.first }
        func advance() { offset += (parts.popFirst()?.count ?? 0) + 1 }

        let scheme = OpcodePattern.Scheme(rawValue: parts[0]) ?? .vex
        result.scheme = scheme
        advance()
        guard let length = next().flatMap(OpcodePattern.Length.init(rawValue:)) else {
            throw fault("a vector length is missing after \(scheme.rawValue)", "write 128, 256, 512, L0, L1, LZ or LIG")
        }
        if length == .bits512, scheme != .evex {
            throw fault("\(scheme.rawValue) has no length 512", "write 128 or 256")
        }
        result.length = length
        advance()
        result.mandatory = .none
        if let prefix = next().flatMap(OpcodePattern.MandatoryPrefix.init(rawValue:)), prefix.byte != nil {
            result.mandatory = prefix
            advance()
        }
        let maps: [OpcodePattern.Map] =
            scheme == .xop
            ? [.x8, .x9, .xA] : [.map0F, .map0F38, .map0F3A, .map4, .map5, .map6, .map7]
        guard let map = next().flatMap(OpcodePattern.Map.init(rawValue:)), maps.contains(map) else {
            throw fault("a map is missing", "write one of \(maps.map(\.rawValue).joined(separator: " "))")
        }
        result.map = map
        advance()
        if let width = next() {
            guard !width.isEmpty, let known = OpcodePattern.Width(rawValue: width) else {
                throw fault("\"\(width)\" is not known here", "write W0, W1 or WIG, or nothing")
            }
            result.width = known
            advance()
        } else {
            result.width = .ignored
        }
        if !parts.isEmpty { throw fault("\"\(parts.first ?? "")\" is too much", "the parts end with W0, W1 or WIG") }
        position += 1
    }

    // MARK: opcode

    private mutating func legacyOpcode() throws(NotationError) {
        if takes("0F") {
            result.map = .map0F
            if takes("38") { result.map = .map0F38 } else if takes("3A") { result.map = .map0F3A }
        }
        try opcode()
    }

    private mutating func opcode() throws(NotationError) {
        guard let first = try byte() else {
            if word?.split(separator: ".").first.flatMap({ OpcodePattern.Scheme(rawValue: String($0)) }) != nil
                || ["NP", "REX", "REX.W"].contains(word)
            {
                throw error(
                    "\"\(word ?? "")\" stands in the wrong place",
                    remedy:
                        "the order is: NP, 66, F2 or F3; REX; opcode. VEX, EVEX and XOP hold their prefix themselves")
            }
            throw error("an opcode byte is missing", remedy: "write two hexadecimal digits, for example 0F 01 /0")
        }
        if result.scheme == .legacy, result.map == .oneByte, Self.prefixBytes.contains(first) {
            throw error(
                "\(hexadecimal(first)) is a prefix, not an opcode",
                remedy: "of prefixes only one of 66, F2 and F3 stands in the notation, in front", at: position - 1)
        }
        result.opcode = first
        if result.addend == .stack {
            throw error(
                "+i belongs to the byte after the opcode", remedy: "write for example D8 C0+i", at: position - 1)
        }
        if result.addend != nil { return }
        // A byte more is a ModRM byte that belongs to the opcode.
        if let second = try byte() {
            result.modRM = .fixed(second)
            if result.addend == .register {
                throw error(
                    "+r belongs to the opcode byte", remedy: "write +i for a position on the stack", at: position - 1)
            }
            if result.addend == .stack, second < 0xC0 {
                throw error("+i needs a ModRM byte that names a register, C0 or more", at: position - 1)
            }
        }
    }

    private static let prefixBytes: Set<UInt8> = [
        0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3,
    ]

    /// A byte in upper-case digits, with its addend.
    private mutating func byte() throws(NotationError) -> UInt8? {
        guard let word else { return nil }
        let parts = word.split(separator: "+", omittingEmptySubsequences: false)
        guard parts[0].count == 2, parts[0].allSatisfy({ $0.isHexDigit && !$0.isLowercase }),
            let value = UInt8(parts[0], radix: 16)
        else { return nil }
        if parts.count > 1 {
            guard parts.count == 2, let addend = OpcodePattern.Addend(rawValue: String(parts[1])) else {
                throw error("\"\(word)\": what is added is +r or +i")
            }
            guard value & 7 == 0 else {
                throw error(
                    "\"\(word)\": the low three bits are the number's",
                    remedy: "write \(hexadecimal(value & 0xF8))+\(addend.rawValue)")
            }
            result.addend = addend
        }
        position += 1
        return value
    }

    // MARK: operands

    private mutating func operands() throws(NotationError) {
        if let word, word.hasPrefix("/") {
            guard result.modRM == nil else {
                throw error("the ModRM byte is fixed already", remedy: "at most one fixed byte follows the opcode")
            }
            guard result.addend == nil else { throw error("an opcode with +r or +i has no ModRM byte") }
            if word == "/r" {
                result.modRM = .register
            } else if let digit = UInt8(word.dropFirst()), digit < 8, word.count == 2 {
                result.modRM = .digit(digit)
            } else {
                throw error("\"\(word)\": after / stands r or a digit from 0 to 7")
            }
            position += 1
        }
        let isOpen = result.modRM == .register || result.hasDigit
        if let word, let form = OpcodePattern.Form(rawValue: String(word)), form != .any {
            guard isOpen else { throw error("\(word) restricts /r or /0 to /7, which are missing") }
            result.form = form
            position += 1
        }
        if word == "vsib" {
            guard isOpen, result.form != .register else {
                throw error("vsib is a memory operand's, after /r or a digit")
            }
            result.isVectorIndexed = true
            result.form = .memory
            position += 1
        }
    }

    private mutating func immediates() throws(NotationError) {
        while let word {
            if let immediate = OpcodePattern.Immediate.names[String(word)] {
                result.immediates.append(immediate)
            } else if word.hasPrefix("ib=") {
                let digits = word.dropFirst(3)
                guard digits.count == 2, digits.allSatisfy({ $0.isHexDigit && !$0.isLowercase }),
                    let value = UInt8(digits, radix: 16)
                else { throw error("\"\(word)\": after = stand two hexadecimal digits in upper case") }
                result.immediates.append(.fixed(value))
            } else {
                return
            }
            if result.immediates.count > 2 { throw error("an instruction has at most two immediates") }
            position += 1
        }
    }

    private mutating func lock() throws(NotationError) {
        guard word == "lock" else { return }
        guard result.scheme == .legacy, result.modRM == .register || result.hasDigit, result.form != .register else {
            throw error("lock is for a memory operand, after /r or a digit")
        }
        result.takesLock = true
        position += 1
    }

    private mutating func mode() throws(NotationError) {
        while let word, let mode = OpcodePattern.LongMode(rawValue: String(word)), mode != .same {
            guard result.longMode == .same else { throw error("one of i64, o64 and d64 is enough") }
            result.longMode = mode
            position += 1
        }
    }

    private func stray() -> NotationError {
        let word = words[position].text
        let isByte = word.count == 2 && word.allSatisfy(\.isHexDigit)
        if isByte, word.contains(where: \.isLowercase) {
            return error(
                "\"\(word)\" is not known here", remedy: "bytes are written in upper case: \(word.uppercased())")
        }
        return error(
            "\"\(word)\" is not expected here",
            remedy: "the order is: prefixes, opcode, /r or /digit, reg or mem, vsib, immediates, lock, mode")
    }
}
