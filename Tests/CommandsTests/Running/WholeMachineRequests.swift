import Images
import Testing

@testable import Commands

@Suite struct WholeMachineRequests {
    private func request(_ arguments: [String], storage: String? = nil) throws -> WholeMachineRequest {
        try WholeMachineRequest.parse(try WholeMachineOptions.parse(arguments), storage: storage)
    }

    private func refusal(_ arguments: [String], storage: String? = nil) -> Failure? {
        do {
            _ = try request(arguments, storage: storage)
            return nil
        } catch {
            return error as? Failure
        }
    }

    @Test func optionsAreSpeltAsQEMUSpellsThem() throws {
        let found = try request(
            [
                "-kernel", "vmlinuz", "-initrd", "initrd.gz", "-append", "console=ttyS0 quiet", "-smp", "2", "-nographic",
                "-drive", "file=b.img,format=raw,readonly=on", "-hda", "a.img", "-no-reboot", "-serial", "mon:stdio",
            ], storage: "1G")
        var wanted = WholeMachineRequest()
        wanted.kernel = "vmlinuz"
        wanted.initrd = "initrd.gz"
        wanted.append = "console=ttyS0 quiet"
        wanted.storage = 1 << 30
        wanted.processors = 2
        wanted.drives = [.init(path: "a.img"), .init(path: "b.img", isReadOnly: true)]
        wanted.noReboot = true
        #expect(found == wanted)
        #expect(try request(["--kernel", "k", "--append", "a"]).append == "a")
        #expect(try request(["-kernel", "k"]).storage == 512 << 20)
        #expect(try WholeMachineOptions.parse(["-no-reboot"]).isUsed)
        let again = try request(["--restore", "before.snap", "--snapshot", "after.snap"])
        #expect(again.restore == "before.snap" && again.snapshot == "after.snap" && again.kernel == nil)
        #expect(try WholeMachineOptions.parse(["--restore", "before.snap"]).isUsed)
        #expect(try !WholeMachineOptions.parse([]).isUsed)
    }

    @Test(arguments: ["512M": 512, "512": 512, "1G": 1024, "size=96M": 96, "512MiB": 512, "2gb": 2048, "4096k": 4])
    func sizesOfStorage(text: String, mebibytes: UInt64) throws {
        #expect(try WholeMachineRequest.bytes(text) == mebibytes << 20)
    }

    @Test(arguments: ["", "M", "0", "-1M", "1T", "99999999999999999999", "65G", "1.5G", "512MM", "1021K", "5 M"])
    func otherSizesAreRefused(text: String) {
        let failure = #expect(throws: Failure.self) { try WholeMachineRequest.bytes(text) }
        #expect(failure?.status == .usage)
        #expect(failure?.remedy.isEmpty == false)
    }

    @Test func processorsAreCounted() throws {
        #expect(try WholeMachineRequest.processors("4") == 4)
        #expect(try WholeMachineRequest.processors("cpus=2") == 2)
        #expect(try WholeMachineRequest.processors("4,sockets=2,cores=2,threads=1") == 4)
        #expect(try WholeMachineRequest.processors("sockets=2,cores=3") == 6)
        for text in ["0", "x", "4,sockets=3", "17", "2,maxcpus=4", "2,", "cpus=", "99999999999999999999"] {
            #expect(throws: Failure.self) { try WholeMachineRequest.processors(text) }
        }
    }

    @Test func drivesAreReadAsQEMUReadsThem() throws {
        #expect(try DriveOption.parse("file=a,,b.img,format=raw,if=none,id=d0") == .init(path: "a,b.img"))
        #expect(try DriveOption.parse("file=x=y").path == "x=y")
        for (text, cause) in [
            ("format=raw", "names no file"), ("file=a,format=qcow2", "format 'qcow2'"), ("file=a,if=virtio", "only NVMe"),
            ("file=a,media=cdrom", "disks only"), ("file=a,readonly=maybe", "on or off"), ("file=a,fomat=raw", "'fomat'"),
            ("a.img", "no NAME=VALUE"), ("", "no NAME=VALUE"),
        ] {
            let failure = #expect(throws: Failure.self) { try DriveOption.parse(text) }
            #expect(failure?.cause.contains(cause) == true, "\(text): \(failure?.cause ?? "")")
        }
    }

    @Test func whatDoesNotGoTogetherIsRefused() {
        #expect(refusal(["-append", "quiet"])?.cause == "-append 'quiet' is for a kernel, and none is given")
        #expect(refusal(["-initrd", "i"]) != nil)
        #expect(refusal(["-kernel", "k", "-s"])?.cause.hasPrefix("-s: ") == true)
        #expect(refusal(["-kernel", "k", "-S"])?.remedy.contains("--trace") == true)
        #expect(refusal(["-kernel", "k", "-serial", "pty"]) != nil)
        #expect(refusal(["-kernel", "k", "--base", "0x1000"]) != nil)
        #expect(refusal(["-kernel", "k", "--flat-mode", "48"]) != nil)
        #expect(refusal(["-kernel", "k", "--flat-mode", "32", "--base", "x"]) != nil)
        #expect(refusal(["-kernel", "k", "--flat-mode", "32", "--boot-protocol", "pvh"]) != nil)
        #expect(refusal(["-kernel", "k", "--boot-protocol", "multibot"])?.remedy == "did you mean 'multiboot'?")
        #expect(refusal(["-kernel", "k", "--flat-mode", "16", "--base", "0x7c00"]) == nil)
    }

    @Test(arguments: [
        ["-netdev", "user"], ["-nic", "none"], ["-device", "e1000"], ["-vga", "std"], ["-enable-kvm"], ["-cpu", "host"],
        ["-bios", "b"], ["-cdrom", "c.iso"], ["-accel", "kvm"], ["-M", "q35"], ["-d", "int"], ["-snapshot"],
    ])
    func flagsThatAreNotTakenHaveACause(arguments: [String]) {
        let outcome = trapline(["run"] + arguments)
        #expect(outcome.status == .usage)
        let lines = outcome.diagnostics.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("trapline: \(arguments[0]) is not taken: ") == true, "\(outcome.diagnostics)")
    }

    @Test func valuesAreNoFlags() {
        #expect(UnsupportedOptions.refusal(in: ["run", "-kernel", "-d", "--append", "-net", "--trace", "traps"]) == nil)
        #expect(UnsupportedOptions.refusal(in: ["run", "-append", "x", "-net"])?.cause.hasPrefix("-net ") == true)
    }

    @Test func filesAreReadForTheLoaders() throws {
        let scratch = try ScratchFolder()
        try scratch.file("code", bytes: [0xF4])
        try scratch.file("kernel", bytes: [0xF4, 0xEB])
        let context = scratch.context
        var whole = WholeMachineRequest()
        whole.kernel = "code"
        whole.flatMode = .long64
        whole.base = 0x20_0000
        #expect(try whole.bootPlan(rsdp: nil, in: context).state.rip == 0x20_0000)
        whole.kernel = "kernel"
        whole.flatMode = nil
        whole.base = nil
        var failure = #expect(throws: Failure.self) { try whole.bootPlan(rsdp: nil, in: context) }
        #expect(failure?.status == .badInput)
        #expect(failure?.cause.hasPrefix("cannot boot 'kernel': this is ") == true)
        whole.kernel = "absent"
        failure = #expect(throws: Failure.self) { try whole.bootPlan(rsdp: nil, in: context) }
        #expect(failure?.status == .noInput)
        let modules = try WholeMachineRequest.modules("vmlinuz quiet a=b,,c,initrd.gz")
        #expect(modules.map(\.path) == ["vmlinuz", "initrd.gz"])
        #expect(modules.map(\.words) == ["vmlinuz quiet a=b,c", "initrd.gz"])
        #expect(throws: Failure.self) { try WholeMachineRequest.modules("a,,b, ,c") }
    }
}

extension ScratchFolder {
    /// A world without a terminal in this folder.
    var context: Context {
        Context(
            output: OutputStream(), diagnostics: OutputStream(), input: InputStream(bytes: []), environment: [:],
            terminal: .none, interruption: .never, executable: nil, folder: path)
    }
}
