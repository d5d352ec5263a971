/// A stretch of one source line: where it starts and how many characters it covers.
public struct SourceSpan: Hashable, Sendable {
    public var location: SourceLocation
    /// Counted in Unicode scalars; at least 1 when drawn.
    public var length: Int

    public init(_ location: SourceLocation, length: Int) {
        self.location = location
        self.length = length
    }

    /// From the start of this span to the end of another one, where both are on one line.
    func joined(to other: SourceSpan) -> SourceSpan {
        guard other.location.line == location.line, other.location.file == location.file,
            other.location.column >= location.column
        else { return self }
        return SourceSpan(location, length: other.location.column - location.column + other.length)
    }

    /// A part of this span, as a word inside a quoted pattern is part of the text token.
    func part(offset: Int, length: Int) -> SourceSpan {
        var start = location
        start.column += offset
        return SourceSpan(start, length: length)
    }
}
