// The image as a text file: a line a fact, numbers in hexadecimal.
//
//     trapline-image 1
//     machine third-generation
//     entry 20
//     segment 20
//     cells 120000000000 470000000000
//     zeros 10
//     symbol loop 21
//     constant SIZE 80
//     line 20 7
//     end
//
// `cells` and `zeros` go on where the segment has come to; segments ascend and do not overlap.
// The reader takes nothing else: no comment, no blank line, no repeated entry.

extension Image {
    /// The text format, version 1.
    public var text: String {
        var text = "trapline-image 1\nmachine \(machine)\nentry \(Self.hexadecimal(entry))\n"
        for segment in segments {
            text += "segment \(Self.hexadecimal(segment.address))\n"
            Self.append(segment.cells, to: &text)
        }
        for (name, value) in symbols.sorted(by: { $0.key < $1.key }) {
            text += "\(constants.contains(name) ? "constant" : "symbol") \(name) \(Self.hexadecimal(value))\n"
        }
        for (address, line) in lines.sorted(by: { $0.key < $1.key }) {
            text += "line \(Self.hexadecimal(address)) \(line)\n"
        }
        return text + "end\n"
    }

    private static func hexadecimal(_ value: UInt64) -> String { String(value, radix: 16, uppercase: true) }

    private static func append(_ cells: [UInt64], to text: inout String) {
        var index = 0
        while index < cells.count {
            var end = index
            while end < cells.count, cells[end] == 0 { end += 1 }
            if end - index >= 8 {
                text += "zeros \(hexadecimal(UInt64(end - index)))\n"
            } else {
                end = index
                text += "cells"
                while end < cells.count, end - index < 8 {
                    text += " " + hexadecimal(cells[end])
                    end += 1
                }
                text += "\n"
            }
            index = end
        }
    }

    /// Reads the text format.
    /// - Parameter path: names the file in errors.
    /// - Throws: an error with the line that is wrong.
    public init(text bytes: some Collection<UInt8>, path: String = "image") throws(ImageError) {
        var reader = ImageReader(path: path)
        var number = 0
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            number += 1
            try reader.take(rest[..<newline], number: number)
            rest = rest[rest.index(after: newline)...]
        }
        guard rest.isEmpty else {
            throw reader.failure("the last line has no end: the file has been cut off", number + 1)
        }
        self = try reader.finished(after: number)
    }
}

/// What is wrong with an image file.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    public var diagnostic: Diagnostic
    public var description: String { diagnostic.rendered }
}

/// Reads image lines one after the other; each may be of a few kinds only, depending on what came before.
private struct ImageReader {
    let path: String
    private var image = Image(machine: "")
    private var hasEntry = false
    private var total = 0
    private var stage = Stage.header

    private enum Stage { case header, machine, content, ended }

    private static let entryLimit = 1 << 20

    init(path: String) { self.path = path }

    func failure(_ message: String, _ line: Int) -> ImageError {
        let place = SourceSpan(SourceLocation(file: path, line: line, column: 1), length: 1)
        return ImageError(diagnostic: Diagnostic(
            message, at: place, remedy: "make the image again with 'trapline asm'"))
    }

    mutating func take(_ bytes: some Collection<UInt8>, number: Int) throws(ImageError) {
        guard bytes.count <= 4096 else { throw failure("this line is longer than 4096 characters", number) }
        let words = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        switch stage {
        case .header:
            guard words.count == 2, words[0] == "trapline-image" else {
                throw failure("this is no image: it does not start with 'trapline-image 1'", number)
            }
            guard words[1] == "1" else {
                throw failure("image version '\(shown(words[1]))' is not known, only 1", number)
            }
            stage = .machine
        case .machine:
            guard words.count == 2, words[0] == "machine", isName(words[1]) else {
                throw failure("'machine NAME' is expected here", number)
            }
            image.machine = words[1]
            stage = .content
        case .content:
            try content(words, number)
        case .ended:
            throw failure("there is something after 'end'", number)
        }
    }

    mutating func finished(after number: Int) throws(ImageError) -> Image {
        guard stage == .ended else { throw failure("the image has no 'end': it has been cut off", number) }
        return image
    }

    private mutating func content(_ words: [String], _ number: Int) throws(ImageError) {
        switch (words[0], words.count) {
        case ("entry", 2):
            guard !hasEntry else { throw failure("the entry is given twice", number) }
            hasEntry = true
            image.entry = try value(words[1], number)
        case ("segment", 2):
            try open(at: try value(words[1], number), number)
        case ("cells", 2...9):
            for word in words.dropFirst() { try append(try value(word, number), count: 1, number) }
        case ("zeros", 2):
            try append(0, count: try value(words[1], number), number)
        case ("symbol", 3), ("constant", 3):
            guard isName(words[1]), image.symbols.count < Self.entryLimit else {
                throw failure("'\(shown(words[1]))' cannot be a symbol here", number)
            }
            guard image.symbols.updateValue(try value(words[2], number), forKey: words[1]) == nil else {
                throw failure("symbol '\(words[1])' is given twice", number)
            }
            if words[0] == "constant" { image.constants.insert(words[1]) }
        case ("line", 3):
            guard let line = Int(words[2]), line > 0, image.lines.count < Image.cellLimit else {
                throw failure("'\(shown(words[2]))' is no line number", number)
            }
            guard image.lines.updateValue(line, forKey: try value(words[1], number)) == nil else {
                throw failure("address \(words[1]) has two lines", number)
            }
        case ("end", 1):
            guard hasEntry else { throw failure("the image has no entry", number) }
            stage = .ended
        default:
            throw failure("'\(shown(words[0]))' is no line of an image", number)
        }
    }

    private mutating func open(at address: UInt64, _ number: Int) throws(ImageError) {
        if let last = image.segments.last {
            guard address >= last.address, address - last.address >= UInt64(last.cells.count) else {
                throw failure("this segment begins before the last one ends", number)
            }
        }
        guard image.segments.count < Self.entryLimit else { throw failure("too many segments", number) }
        image.segments.append(Image.Segment(address: address, cells: []))
    }

    private mutating func append(_ value: UInt64, count: UInt64, _ number: Int) throws(ImageError) {
        guard let last = image.segments.indices.last else { throw failure("cells before any segment", number) }
        guard count <= UInt64(Image.cellLimit - total) else {
            throw failure("the image has more than \(Image.cellLimit) cells", number)
        }
        let end = image.segments[last].address.addingReportingOverflow(UInt64(image.segments[last].cells.count) + count)
        guard !end.overflow else { throw failure("this segment goes beyond the last address", number) }
        total += Int(count)
        image.segments[last].cells.append(contentsOf: repeatElement(value, count: Int(count)))
    }

    private func value(_ word: String, _ number: Int) throws(ImageError) -> UInt64 {
        guard word.utf8.count <= 16, word.utf8.allSatisfy({ LineReader.isDigit($0) || LineReader.isLetter($0) }),
            let value = UInt64(word, radix: 16)
        else { throw failure("'\(shown(word))' is no hexadecimal number of at most 64 bits", number) }
        return value
    }

    private func isName(_ word: String) -> Bool {
        !word.isEmpty && word.utf8.count <= 256 && word.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    }

    private func shown(_ word: String) -> String {
        var shown = ""
        for scalar in word.unicodeScalars.prefix(24) {
            shown.unicodeScalars.append(scalar.value < 32 || scalar.value > 126 ? "?" : scalar)
        }
        return shown
    }
}
