import CYAML

/// A YAML document as a tree. Aliases are refused: a few of them can stand for gigabytes.
public indirect enum YAMLNode: Sendable {
    case text(String)
    case list([YAMLNode])
    /// Keys in the document's order; the last of several alike counts.
    case map([(key: String, value: YAMLNode)])

    public subscript(key: String) -> YAMLNode? {
        guard case .map(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}

/// What is wrong with a document, and where.
public struct YAMLError: Error, Sendable {
    /// From 1.
    public var line: Int
    public var column: Int
    public var cause: String
}

/// Reads one document with libyaml.
public struct YAMLReader: ~Copyable {
    /// Deeper documents are refused.
    static let depthLimit = 64

    private let reader: OpaquePointer
    private var event = trapline_yaml_event()

    /// The first document in the bytes; an empty text where there is none.
    public static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
        let result: Result<YAMLNode, YAMLError> = bytes.withUnsafeBufferPointer { buffer in
            // Safe: the reader, which keeps the pointer, is gone before the buffer is.
            guard let made = trapline_yaml_new(buffer.baseAddress, buffer.count) else {
                return .failure(YAMLError(line: 1, column: 1, cause: "out of memory"))
            }
            var reader = YAMLReader(reader: made)
            do throws(YAMLError) {
                return .success(try reader.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(reader: OpaquePointer) { self.reader = reader }

    deinit { trapline_yaml_free(reader) }

    private mutating func advance() throws(YAMLError) {
        trapline_yaml_next(reader, &event)
        switch event.kind {
        case TRAPLINE_YAML_ERROR: throw failure(scalar)
        case TRAPLINE_YAML_MEMORY: throw failure("out of memory")
        case TRAPLINE_YAML_ALIAS: throw failure("an alias, which is not read here")
        default: break
        }
    }

    private func failure(_ cause: String) -> YAMLError {
        YAMLError(line: Int(clamping: event.line) + 1, column: Int(clamping: event.column) + 1, cause: cause)
    }

    /// Safe: the text belongs to the event and is copied before the next one.
    private var scalar: String {
        guard let start = event.text else { return "" }
        let raw = UnsafeRawBufferPointer(start: start, count: event.length)
        return String(decoding: raw, as: UTF8.self)
    }

    private mutating func document() throws(YAMLError) -> YAMLNode {
        repeat { try advance() } while event.kind == TRAPLINE_YAML_OTHER
        return event.kind == TRAPLINE_YAML_END ? .text("") : try node(depth: 0)
    }

    /// The node that begins with the current event.
    private mutating func node(depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth < YAMLReader.depthLimit else { throw failure("nested deeper than \(YAMLReader.depthLimit)") }
        switch event.kind {
        case TRAPLINE_YAML_SCALAR: return .text(scalar)
        case TRAPLINE_YAML_LIST:
            var items: [YAMLNode] = []
            try advance()
            while event.kind != TRAPLINE_YAML_CLOSE {
                items.append(try node(depth: depth + 1))
                try advance()
            }
            return .list(items)
        case TRAPLINE_YAML_MAP:
            var members: [(key: String, value: YAMLNode)] = []
            try advance()
            while event.kind != TRAPLINE_YAML_CLOSE {
                guard event.kind == TRAPLINE_YAML_SCALAR else { throw failure("a key that is no text") }
                let key = scalar
                try advance()
                members.append((key, try node(depth: depth + 1)))
                try advance()
            }
            return .map(members)
        default: throw failure("the document ends too early")
        }
    }
}
