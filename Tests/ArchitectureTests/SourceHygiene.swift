import Testing

@Suite struct SourceHygiene {
    let repository = Repository()

    /// Foundation costs start-up time and memory; the executable's path does without.
    @Test func sourcesDoWithoutFoundation() throws {
        for file in try repository.files(under: "Sources", suffixes: [".swift"]) {
            for module in file.lines.compactMap(importedModule) {
                #expect(!module.hasPrefix("Foundation"), "\(file.path) imports \(module)")
            }
        }
    }

    @Test func nothingIsLeftUnfinished() throws {
        let marks = [
            "TO" + "DO", "FIX" + "ME", "XX" + "X:", "fatal" + "Error(", "not " + "implemented", "unimpl" + "emented",
        ]
        for file in try repository.files(under: "Sources", suffixes: [".swift", ".h", ".cpp"]) {
            for (number, line) in file.lines.enumerated() {
                for mark in marks where line.contains(mark) {
                    Issue.record("\(file.path):\(number + 1) contains \(mark)")
                }
            }
        }
    }

    /// A published file names no folder of the machine it was written on, and no package mirror.
    @Test func noFileNamesTheMachineItWasWrittenOn() throws {
        let marks = [
            "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "loc" + "alhost:", "127.0." + "0.1", "/opt/" + "swift",
        ]
        let registries = ["artif" + "actory", "index-" + "url", "prox" + "y.golang"]
        for file in try repository.publishedFiles() {
            for (number, line) in file.lines.enumerated() {
                for mark in marks + registries where line.contains(mark) {
                    Issue.record("\(file.path):\(number + 1) contains \(mark)")
                }
            }
        }
    }

    /// Swift's XCTest must not creep in beside Swift Testing.
    @Test func testsUseOneFramework() throws {
        for file in try repository.files(under: "Tests", suffixes: [".swift"]) {
            for module in file.lines.compactMap(importedModule) {
                #expect(module != "XCTest", "\(file.path)")
            }
        }
    }
}
