import Foundation
import Images
import Testing

@testable import Commands

/// `fetch-kernel` with an apt and a dpkg-deb of the tests' own: shell scripts that know one package each.
@Suite struct FetchingKernels {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: scratch.path + "/tools", withIntermediateDirectories: true)
        try tool("apt-cache", "echo \"$3\"; echo '  Depends: linux-image-6.1.0-test-amd64'")
        try tool("apt-get", "[ \"$1\" = download ] && echo \"$3\" > \"$3_1_amd64.deb\"")
        try tool(
            "dpkg-deb",
            """
            mkdir -p "$3/boot" "$3/bin"
            case $3 in
            linux-*) printf kernel > "$3/boot/vmlinuz-6.1.0-test" ;;
            *) printf 'x\\0[\\0[[\\0awk\\0busybox\\0cat\\0\\0zz' > "$3/bin/busybox" ;;
            esac
            """)
    }

    private func tool(_ name: String, _ script: String) throws {
        let path = try scratch.file("tools/" + name, "#!/bin/sh\n" + script + "\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func fetch(_ arguments: [String] = ["--into", "cache"], tools: String = "/tools") -> CommandOutcome {
        trapline(
            ["fetch-kernel"] + arguments,
            environment: ["PATH": scratch.path + tools + ":/usr/bin:/bin", "HOME": scratch.path + "/home"],
            folder: scratch.path)
    }

    @Test func kernelAndFilesArePutIntoTheFolder() throws {
        let outcome = fetch()
        #expect(outcome.status == .holds)
        #expect(outcome.diagnostics.isEmpty)
        #expect(
            outcome.output == "trapline run -kernel cache/vmlinuz -initrd cache/initramfs.gz "
                + "-append \"console=ttyS0\" -m 512M -nographic\n")
        #expect(try scratch.text("cache/vmlinuz") == "kernel")
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/cache").sorted()
        #expect(names == ["initramfs.gz", "vmlinuz"])
        // What is there is not fetched again: apt may be gone.
        try tool("apt-get", "exit 1")
        #expect(fetch().status == .holds)
        #expect(fetch(["--into", "cache", "--again"]).status == .inputOutput)
        #expect(try scratch.text("cache/vmlinuz") == "kernel")
    }

    @Test func theUsersCacheIsTheUsualPlace() {
        #expect(fetch([]).output.contains("-kernel home/.cache/trapline/kernel/vmlinuz "))
        #expect(fetch(["--flavour", "standard"]).output.contains("/vmlinuz-standard "))
        #expect(fetch(["--flavour", "big"]).status == .usage)
        #expect(fetch(["--into", ""]).status == .usage)
    }

    @Test(arguments: [
        ("echo 'E: Failed to fetch http://deb/x  Could not resolve host' >&2; exit 100", "no way to the package server"),
        ("echo 'E: write, No space left on device' >&2; exit 100", "no space left on device"),
        ("echo 'E: Failed to fetch x  404  Not Found' >&2; exit 100", "the server has a later one"),
        ("exit 7", "exit code 7"), ("kill -9 $$", "exit code 137"), ("exit 0", "cannot fetch"),
    ])
    func whatGoesWrongIsSaid(script: String, cause: String) throws {
        try tool("apt-get", script)
        let outcome = fetch()
        #expect(outcome.status == .inputOutput)
        #expect(outcome.output.isEmpty)
        #expect(outcome.diagnostics.contains(cause), "\(outcome.diagnostics)")
        #expect(outcome.diagnostics.split(separator: "\n").count == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/cache").isEmpty)
    }

    @Test func withoutAptThereIsAnotherWay() throws {
        let outcome = trapline(
            ["fetch-kernel"], environment: ["PATH": "/nowhere", "HOME": scratch.path], folder: scratch.path)
        #expect(outcome.status == .noInput)
        #expect(outcome.diagnostics.contains("is not on this host"))
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try scratch.file("taken", "x")
        let outcome = fetch(["--into", "taken/cache"])
        #expect(outcome.status == .inputOutput)
        #expect(outcome.diagnostics.contains("taken/cache"))
    }

    @Test func ctrlCEndsTheOtherProgram() throws {
        try tool("apt-get", "sleep 60")
        let start = Date()
        let outcome = trapline(
            ["fetch-kernel", "--into", "cache"],
            environment: ["PATH": scratch.path + "/tools:/usr/bin:/bin"], folder: scratch.path,
            interruption: Interruption { Date().timeIntervalSince(start) > 0.3 })
        #expect(outcome.status == .interrupted)
        #expect(Date().timeIntervalSince(start) < 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/cache").isEmpty)
    }

    @Test func whatAKilledRunLeftIsRemoved() throws {
        // No process has so high a number.
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/cache/.fetching-2147483000/x", withIntermediateDirectories: true)
        #expect(fetch().status == .holds)
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/cache/.fetching-2147483000"))
    }

    @Test func shellWordsAreQuotedWhereTheyMust() {
        #expect(shellWord("a/b-c.d") == "a/b-c.d")
        #expect(shellWord("a b") == "'a b'")
        #expect(shellWord("it's") == "'it'\\''s'")
        #expect(shellWord("") == "''")
    }
}

@Suite struct BusyboxFileSystems {
    @Test func appletsAreFoundInTheProgram() {
        let names = ["[", "[[", "awk", "cat", "sh"]
        let program = Array("\u{7F}ELF...".utf8) + [0] + names.flatMap { Array($0.utf8) + [0] } + [0] + Array("aaa".utf8)
        let files = BusyboxFileSystem(busybox: program)
        #expect(files.appletNames == names)
        #expect(BusyboxFileSystem(busybox: [1, 2, 3]).appletNames.isEmpty)
        #expect(BusyboxFileSystem(busybox: []).appletNames.isEmpty)
        let text = String(decoding: files.archive.bytes, as: UTF8.self)
        for path in ["bin/awk", "bin/busybox", "dev/console", "init", "proc", "TRAILER!!!"] {
            #expect(text.contains("\(path)\0"))
        }
    }

    /// Any POSIX shell can read the script, and finds the command among the kernel's words.
    @Test(arguments: [
        ("console=ttyS0", ""), ("quiet trapline.run=poweroff x", "poweroff"),
        ("trapline.run=\"sha256sum /init; echo a\" quiet", "sha256sum /init; echo a"), ("xtrapline.run=no", ""),
    ])
    func theCommandIsFound(words: String, command: String) throws {
        let lines = BusyboxFileSystem.initScript.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "command=" })
        let end = try #require(lines.firstIndex { $0 == "esac" })
        let scratch = try ScratchFolder()
        try scratch.file("init", BusyboxFileSystem.initScript)
        try scratch.file("words", words)
        try scratch.file(
            "part", "words=$(cat words)\n" + lines[start...end].joined(separator: "\n") + "\nprintf %s \"$command\"\n")
        let outcome = try TraplineProcess.shell("sh -n init && sh part", folder: scratch.path)
        #expect(outcome.code == 0)
        #expect(outcome.output == command)
    }
}
