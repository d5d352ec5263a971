import Testing

@Suite struct SourceShape {
    let repository = Repository()

    /// What a test writes is not read by anybody, and says so in its first line.
    @Test func noFileIsLongerThan700Lines() throws {
        for file in try repository.swiftFiles() where file.lines.first?.hasPrefix("// Made from") != true {
            #expect(file.lines.count <= 700, "\(file.path) has \(file.lines.count) lines")
        }
    }

    /// 120 characters are the rule; a table or a message may break it now and then, never by much.
    @Test func linesAreAtMost120CharactersWithFewExceptions() throws {
        var all = 0
        var long = 0
        for file in try repository.swiftFiles() {
            for (number, line) in file.lines.enumerated() {
                all += 1
                if line.count > 120 { long += 1 }
                if line.count > 150 { Issue.record("\(file.path):\(number + 1) has \(line.count) characters") }
            }
        }
        #expect(long * 200 <= all, "\(long) of \(all) lines are longer than 120 characters")
    }

    @Test func medianFileLengthIsReadable() throws {
        let lengths = try repository.files(under: "Sources", suffixes: [".swift"]).map(\.lines.count).sorted()
        let median = try #require(lengths.isEmpty ? nil : lengths[lengths.count / 2])
        #expect((60...200).contains(median), "the median is \(median) lines")
    }

    @Test func foldersHoldFewerThan20Files() throws {
        var counts: [String: Int] = [:]
        for file in try repository.files(under: "Sources", suffixes: [".swift", ".h", ".cpp"]) {
            counts[file.folder, default: 0] += 1
        }
        for (folder, count) in counts {
            #expect(count < 20, "\(folder) holds \(count) files")
        }
    }

    @Test func namesSayWhatIsInside() throws {
        let forbidden = ["Utils", "Util", "Helper", "Helpers", "Manager", "Impl", "Common", "Misc", "Stuff"]
        for file in try repository.swiftFiles() {
            for part in file.path.split(separator: "/") {
                let words = camelWords(part.split(separator: ".").first ?? "")
                for word in words {
                    #expect(!forbidden.contains(word), "\(file.path): a name with \(word) does not say what is inside")
                }
            }
        }
    }

    @Test func typesSayWhatTheyAre() throws {
        let declaration = /(?:struct|class|enum|protocol|actor) (\w+)/
        let forbidden: Set<String> = ["Utils", "Util", "Helper", "Helpers", "Manager", "Impl", "Common", "Misc"]
        for file in try repository.swiftFiles() {
            for (number, line) in file.lines.enumerated() {
                guard !line.contains("//"), let match = line.firstMatch(of: declaration) else { continue }
                for word in camelWords(match.output.1) {
                    #expect(!forbidden.contains(word), "\(file.path):\(number + 1): \(match.output.1)")
                }
            }
        }
    }

    /// "TraceFormat" as ["Trace", "Format"].
    private func camelWords(_ name: Substring) -> [String] {
        name.matches(of: /[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/).map { String($0.output) }
    }
}
