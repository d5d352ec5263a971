import ISALanguage
import OpcodeNotation

/// Why a program cannot be scanned with a machine's file.
public enum ScannerError: Error, Sendable {
    /// The file says of no instruction how it is encoded.
    case noEncodings(machine: String)
    /// A unit of so many bits is no whole number of bytes, in which files are kept.
    case unitOfBits(Int, machine: String)
    /// An encoding in the machine's file cannot be read.
    case notation(NotationError, instruction: String, SourceLocation)

    /// One line: what is wrong.
    public var cause: String {
        switch self {
        case .noEncodings(let machine): return "machine '\(machine)' does not say how its instructions are encoded"
        case .unitOfBits(let bits, let machine):
            return "the instructions of '\(machine)' are made of units of \(bits) bits, which are not whole bytes"
        case .notation(let error, let instruction, let place):
            return "\(place.file):\(place.line):\(place.column): the encoding of '\(instruction)': \(error.message) "
                + "(\(error.text))"
        }
    }

    /// One line: what to do.
    public var remedy: String {
        switch self {
        case .noEncodings: return "give the instructions patterns ('encoding') or opcodes ('opcode')"
        case .unitOfBits: return "run 'trapline asm' and 'trapline disasm' on programs of this machine"
        case .notation(let error, _, _): return error.remedy.isEmpty ? "see Docs/OpcodeNotation.md" : error.remedy
        }
    }
}

/// Finds a machine's instructions in programs, by what its file says of their encodings and of nothing else.
public struct CodeScanner {
    enum Way {
        case opcodes(OpcodeDecoder)
        case patterns(PatternDecoder)
    }

    let way: Way
    let variantCount: Int
    /// Variants of which the file does not say how they are encoded: they are not found.
    public let unencoded: [Int]

    /// - Parameter mode: how code is read where the notation leaves it open; nil: 64 bits where the program counter
    ///   has so many, else 32.
    /// - Parameter isBigEndian: the byte order of the program's file; nil: the machine's own.
    public init(
        _ description: MachineDescription, mode: CodeMode? = nil, isBigEndian: Bool? = nil
    ) throws(ScannerError) {
        variantCount = description.instructions.count
        // Beside encoding patterns, texts are remarks for the reader.
        let isByTexts = description.instructions.allSatisfy(\.isListed)
        unencoded = description.instructions.indices.filter {
            let instruction = description.instructions[$0]
            return instruction.isListed && (!isByTexts || instruction.opcodes.allSatisfy(PrefixReader.isPrefix))
        }
        var patterns: [(OpcodePattern, Int)] = []
        for (index, instruction) in description.instructions.enumerated() where isByTexts {
            for text in instruction.opcodes where !PrefixReader.isPrefix(text) {
                do {
                    patterns.append((try OpcodePattern(text), index))
                } catch {
                    throw .notation(error, instruction: instruction.name, instruction.location)
                }
            }
        }
        if !patterns.isEmpty {
            let width = description.state.first { $0.role == .pc }?.width ?? 64
            let flows = description.instructions.map { ControlFlow(of: $0, in: description) }
            way = .opcodes(OpcodeDecoder(patterns, flows: flows, mode: mode ?? (width > 32 ? .bits64 : .bits32)))
        } else if isByTexts {
            throw .noEncodings(machine: description.name)
        } else if let decoder = PatternDecoder(description, isBigEndian: isBigEndian) {
            way = .patterns(decoder)
        } else {
            throw .unitOfBits(description.unitWidth, machine: description.name)
        }
    }
}
