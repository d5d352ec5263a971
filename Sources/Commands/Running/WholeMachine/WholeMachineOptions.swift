import ArgumentParser

/// The options of `run` for a PC with its devices, spelt as QEMU spells them. Storage (`-m`) is an option of every run,
/// and stands with the machine's.
struct WholeMachineOptions: ParsableArguments {
    @Option(
        name: [.customLong("kernel", withSingleDash: true), .long],
        help: ArgumentHelp("The kernel: bzImage, ELF file with a PVH note, Multiboot, boot sector.", valueName: "file"))
    var kernel: String?

    @Option(
        name: [.customLong("initrd", withSingleDash: true), .long],
        help: ArgumentHelp(
            "Its initial file system; for Multiboot its modules, \"FILE WORDS,FILE WORDS\".", valueName: "file"))
    var initrd: String?

    @Option(
        name: [.customLong("append", withSingleDash: true), .long],
        help: ArgumentHelp("The kernel's command line.", valueName: "words"))
    var append: String?

    @Option(
        name: [.customLong("smp", withSingleDash: true), .long],
        help: ArgumentHelp("How many processors. (default: 1)", valueName: "n"))
    var smp: String?

    @Option(
        name: [.customLong("drive", withSingleDash: true), .long],
        help: ArgumentHelp("A disk: file=FILE,format=raw[,readonly=on]; may be repeated.", valueName: "settings"))
    var drive: [String] = []

    @Option(
        name: [.customLong("hda", withSingleDash: true), .long],
        help: ArgumentHelp("The first disk, from a raw image.", valueName: "file"))
    var hda: String?

    @Option(
        name: [.customLong("serial", withSingleDash: true), .long],
        help: ArgumentHelp("Where the serial line goes: stdio, as without this option.", valueName: "where"))
    var serial: String?

    @Flag(
        name: [.customLong("nographic", withSingleDash: true), .long],
        help: "No screen, as without this option: the console is the serial line.")
    var nographic = false

    @Flag(
        name: [.customLong("no-reboot", withSingleDash: true), .long],
        help: "Leave when the guest restarts the machine.")
    var noReboot = false

    @Flag(name: .customShort("s"), help: .hidden)
    var debuggerAtPort = false

    @Flag(name: .customShort("S"), help: .hidden)
    var startStopped = false

    @Option(
        name: .long,
        help: ArgumentHelp("How the kernel is started: pvh, linux, multiboot or flat. (default: what suits it)",
            valueName: "protocol"))
    var bootProtocol: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The kernel is bare code, begun in 16, 32 or 64-bit mode.", valueName: "bits"))
    var flatMode: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("Where bare code goes. (default: 0x7C00 for 16 bits, else 0x100000)", valueName: "address"))
    var base: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write the whole machine to a file when the run is left, and at Ctrl-A s, to go on from later.",
            valueName: "file"))
    var snapshot: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Go on from a snapshot; the machine's options are those it was written with.", valueName: "file"))
    var restore: String?

    /// One of the options asks for a whole machine.
    var isUsed: Bool {
        kernel != nil || initrd != nil || append != nil || smp != nil || !drive.isEmpty || hda != nil || serial != nil
            || nographic || noReboot || debuggerAtPort || startStopped || bootProtocol != nil || flatMode != nil
            || base != nil || snapshot != nil || restore != nil
    }
}
