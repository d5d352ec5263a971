import Testing

/// The C library under its names, and nothing else from outside.
private let systemModules: Set<String> = ["Glibc", "Musl", "Darwin", "Synchronization"]

/// A module that an `import` line names, without attributes, kinds and submodules.
func importedModule(_ line: Substring) -> String? {
    var words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
    while let first = words.first, ["public", "internal", "package", "private", "fileprivate"].contains(first) {
        words.removeFirst()
    }
    guard words.first == "import", words.count > 1 else { return nil }
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
    let module = name.split(separator: ".").first.map(String.init)
    // A line of another language inside a text: `import json, sys`.
    return module.flatMap { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? $0 : nil }
}

@Suite struct ImportEdges {
    let repository = Repository()
    /// Which module may import which: the table of Docs/Architecture.md, and nothing else.
    private let allowedEdges: [String: Set<String>]

    init() throws {
        allowedEdges = try Self.edges(in: repository.text("Docs/Architecture.md"))
    }

    /// The rows "| `A`, `B` | what | C, D |" of the table of modules.
    private static func edges(in text: String) throws -> [String: Set<String>] {
        let table = try #require(text.firstMatch(of: /\| module \| what \| imports \|\n\|[-|]+\|\n((?:\|.*\n)+)/))
        var edges: [String: Set<String>] = [:]
        for row in table.output.1.split(separator: "\n") {
            let cells = row.split(separator: "|").map { $0.split(whereSeparator: { " ,`".contains($0) }).map(String.init) }
            let imports = cells.last.map { $0 == ["nothing"] || $0 == ["–"] ? [] : Set($0) }
            for module in cells.first ?? [] {
                #expect(edges[module] == nil, "two rows speak of \(module)")
                edges[module] = imports
            }
        }
        #expect(edges.count > 20)
        return edges
    }

    @Test func everyImportIsAnAllowedEdge() throws {
        var seen = 0
        for file in try repository.files(under: "Sources", suffixes: [".swift"]) {
            let allowed = try #require(allowedEdges[file.target], "\(file.path): a module that the table does not name")
            for line in file.lines {
                guard let module = importedModule(line) else { continue }
                seen += 1
                #expect(
                    allowed.contains(module) || systemModules.contains(module),
                    "\(file.path) imports \(module); \(file.target) may import \(allowed.sorted())")
            }
        }
        #expect(seen > 20)
    }

    @Test func thePackageDeclaresNoFurtherEdge() throws {
        let declared = try declaredTargets()
        for (target, edges) in allowedEdges {
            let dependencies = try #require(declared[target], "Package.swift lacks \(target)")
            let further = dependencies.subtracting(edges).sorted()
            #expect(further.isEmpty, "\(target) depends on \(further)")
        }
        for target in declared.keys where !target.hasSuffix("Tests") {
            #expect(allowedEdges[target] != nil, "\(target) has no row in the table")
        }
    }

    @Test func testsImportTheirSubjectsOnly() throws {
        let declared = try declaredTargets()
        let outside: Set<String> = ["Testing", "Foundation", "FoundationXML", "ArgumentParser"]
        for file in try repository.files(under: "Tests", suffixes: [".swift"]) {
            // What the subjects depend on is visible through them.
            let direct = declared[file.target] ?? []
            let visible = direct.union(direct.flatMap { allowedEdges[$0] ?? [] })
            for module in file.lines.compactMap(importedModule) {
                #expect(
                    visible.contains(module) || outside.contains(module) || systemModules.contains(module),
                    "\(file.path) imports \(module), which Package.swift does not give it")
            }
        }
    }

    @Test func importLinesAreRead() {
        #expect(importedModule("import Machine") == "Machine")
        #expect(importedModule("@testable import ISALanguage") == "ISALanguage")
        #expect(importedModule("public import struct Machine.Trap") == "Machine")
        #expect(importedModule("    import Foundation.NSData") == "Foundation")
        #expect(importedModule("// import Machine") == nil)
        #expect(importedModule("let important = 1") == nil)
    }

    /// Targets of Package.swift with the names among their dependencies.
    private func declaredTargets() throws -> [String: Set<String>] {
        let text = try repository.text("Package.swift")
        var targets: [String: Set<String>] = [:]
        // Within a target's parentheses there are others, two deep.
        let pattern = /(?:[tT]arget|systemLibrary)\(\s*name: "(\w+)"((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/
        for declaration in text.matches(of: pattern) {
            let list = declaration.output.2.firstMatch(of: /dependencies: \[((?:[^\[\]])*)\]/)?.output.1 ?? ""
            var names: Set<String> = []
            for name in list.matches(of: /(?:name: )?"([\w-]+)"(?!\s*\))/) { names.insert(String(name.output.1)) }
            targets[String(declaration.output.1)] = names.filter { $0 != "swift-argument-parser" }
        }
        #expect(targets.count >= 15)
        return targets
    }
}
