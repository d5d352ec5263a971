/// Options that people know from QEMU and that mean something which is not here: each with its cause, and what to do
/// instead.
enum UnsupportedOptions {
    private struct Row {
        var names: [String]
        var cause: String
        var remedy: String
    }

    private static let rows = [
        Row(names: ["net", "netdev", "nic"], cause: "the machine has no network yet",
            remedy: "leave it out; put files into the initial file system or onto a disk (-drive)"),
        Row(names: ["device", "usb", "usbdevice", "soundhw", "audio", "audiodev", "virtfs", "fsdev", "tpmdev"],
            cause: "the machine's devices are fixed",
            remedy: "leave it out; disks are had with -drive file=FILE,format=raw"),
        Row(names: ["vga", "display", "vnc", "spice", "sdl", "gtk", "curses", "full-screen"],
            cause: "the machine has no screen", remedy: "use the serial line: -append \"console=ttyS0\" -nographic"),
        Row(names: ["enable-kvm", "accel", "no-kvm", "tcg"],
            cause: "the host's virtualisation is not used: guests run in software, the same on every host",
            remedy: "leave it out"),
        Row(names: ["cpu"], cause: "the processor is the one of the ISA file, and says with CPUID what it has",
            remedy: "leave it out; another description is had with --isa FILE"),
        Row(names: ["machine", "M"], cause: "boards are named with two hyphens",
            remedy: "write --machine pc, or leave it out: -kernel implies it"),
        Row(names: ["bios", "pflash", "L", "fw_cfg", "option-rom"], cause: "the machine has no firmware",
            remedy: "start the kernel itself: -kernel FILE; a boot sector is started without a BIOS"),
        Row(names: ["boot"], cause: "the machine has no firmware that would look for something to boot",
            remedy: "name the kernel: -kernel FILE"),
        Row(names: ["cdrom", "fda", "fdb", "sd", "mtdblock"], cause: "the machine has disks only",
            remedy: "give the image as a disk: -drive file=FILE,format=raw,readonly=on"),
        Row(names: ["hdb", "hdc", "hdd"], cause: "only the first disk has an option of its own",
            remedy: "give further disks with -drive file=FILE,format=raw"),
        Row(names: ["gdb"], cause: "whole machines have no debugger yet",
            remedy: "see what the guest does with --trace, or step through a guest of a smaller machine"),
        Row(names: ["monitor", "qmp", "qmp-pretty", "mon", "chardev"], cause: "there is no monitor to talk to",
            remedy: "leave it out; Ctrl-A h on the console tells what the keys do"),
        Row(names: ["d", "D", "trace", "singlestep", "one-insn-per-tb"], cause: "traces are asked for otherwise",
            remedy: "use --trace traps, --trace-file FILE"),
        Row(names: ["icount", "rtc"], cause: "virtual time is always the count of instructions",
            remedy: "leave it out; what a guest sees of the world is the same in every run with the same --seed"),
        Row(names: ["snapshot", "loadvm"], cause: "disks are written to, and snapshots are of the whole machine",
            remedy: "add readonly=on to the drive, or copy the image; machines are kept with --snapshot FILE, and go on "
                + "with --restore FILE"),
        Row(names: ["daemonize", "pidfile", "runas", "chroot", "sandbox"],
            cause: "the process stays where it is started",
            remedy: "let the shell do it: nohup trapline run ... &"),
        Row(names: ["dtb", "acpitable", "smbios", "numa", "object", "global", "uuid", "name", "readconfig"],
            cause: "the board's tables are fixed", remedy: "leave it out"),
        Row(names: ["no-shutdown", "no-acpi", "no-hpet", "nodefaults", "parallel", "watchdog"],
            cause: "the board is always the same, and leaves when the guest switches it off", remedy: "leave it out"),
    ]

    /// Options whose next argument is a value, whatever it looks like: those of `WholeMachineOptions` with one hyphen,
    /// and `-m`. They are known here before the arguments are parsed.
    private static let withValues: Set<String> = ["kernel", "initrd", "append", "drive", "hda", "serial", "smp", "m"]

    /// The first of the arguments that is such an option, refused. Options with two hyphens are ours: only one counts.
    static func refusal(in arguments: [String]) -> Failure? {
        var isValue = false
        for argument in arguments {
            let isOption = argument.hasPrefix("-") && !isValue
            isValue = isOption && withValues.contains(String(argument.drop { $0 == "-" }))
            guard isOption, !argument.hasPrefix("--") else { continue }
            let name = String(argument.dropFirst().prefix { $0 != "=" })
            if let row = rows.first(where: { $0.names.contains(name) }) {
                return Failure(.usage, "-\(name) is not taken: \(row.cause)", remedy: row.remedy)
            }
        }
        return nil
    }
}
