"""The machine pc: Debian's cloud kernel and busybox at work, against QEMU's translator and, where it and GRUB's tools are
here, Debian's Bochs. The same kernel, initial file system and command everywhere."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from measuring import heading, measure, median, need, row

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../Guests"))
from booting import archive  # noqa: E402
from pathlib import Path  # noqa: E402

KERNEL, INITIAL = ".cache/kernel/vmlinuz", ".cache/kernel/initramfs.gz"
ROUNDS = int(os.environ.get("TRAPLINE_BENCH_ROUNDS", "3"))
# What is done between two looks at the clock. The input is made before.
WORK = {
    "boot": ("", "true"),
    "sha256sum, 64 MB": ("dd if=/dev/zero of=/input bs=1M count=64 2>/dev/null", "sha256sum /input"),
    "gzip -9, 8 MB": ("cp /numbers /input", "gzip -9 -c /input | wc -c"),
    "awk, 1M rounds": ("", "awk 'BEGIN { for (i = 0; i < 1000000; i++) s += i * 1.000001; print s }'"),
    "500 fork and exec": ("", "i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i + 1)); done"),
}


def script(before, work):
    return (f"#!/bin/sh\n{before}\nread t rest < /proc/uptime; echo \"clock $t\"\n{work}\n"
            "read t rest < /proc/uptime; echo \"clock $t\"\n").encode()


def made(folder, name, before, work):
    path = os.path.join(folder, re.sub("[^a-z0-9]", "", name) + ".gz")
    files = {"work.sh": (0o100755, script(before, work))}
    if "/numbers" in before:
        # What the guest would need ten times as long to make as to compress.
        files["numbers"] = (0o100644, "".join(f"{number}\n" for number in range(1, 1_200_001)).encode()[:8 << 20])
    with open(INITIAL, "rb") as base, open(path, "wb") as file:
        file.write(base.read() + archive(files))
    return path


# No blanks within a word: GRUB has quotes of its own.
WORDS = "console=ttyS0 quiet trapline.run=/work.sh"


def commands(trapline, initial, folder):
    found = {
        "trapline": [trapline, "run", "-kernel", KERNEL, "-initrd", initial, "-append", WORDS, "-m", "256M", "-nographic"],
        "qemu": ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", "max", "-kernel", KERNEL, "-initrd", initial,
                 "-append", WORDS, "-m", "256M", "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio"],
    }
    if all(map(shutil.which, ("bochs-bin", "grub-mkrescue", "xorriso", "script"))):
        found["bochs"] = bochs(initial, folder)
    return found


def bochs(initial, folder):
    """From a CD with GRUB: Bochs knows no -kernel."""
    tree = os.path.join(folder, "cd")
    os.makedirs(os.path.join(tree, "boot/grub"), exist_ok=True)
    shutil.copy(KERNEL, os.path.join(tree, "boot/vmlinuz"))
    shutil.copy(initial, os.path.join(tree, "boot/initial"))
    with open(os.path.join(tree, "boot/grub/grub.cfg"), "w", encoding="ascii") as file:
        file.write(f"set timeout=0\nmenuentry x {{\n  linux /boot/vmlinuz {WORDS}\n  initrd /boot/initial\n}}\n")
    disc = initial + ".iso"
    subprocess.run(["grub-mkrescue", "-o", disc, tree], check=True, capture_output=True)
    orders, log = initial + ".orders", initial + ".log"
    with open(orders, "w", encoding="ascii") as file:
        file.write("continue\nquit\n")
    with open(initial + ".bochsrc", "w", encoding="ascii") as file:
        file.write(f"""display_library: term
megs: 256
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_haswell_4770, ips=50000000
clock: sync=none
ata0: enabled=1
ata0-master: type=cdrom, path={disc}, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={log}
sound: waveoutdrv=dummy
log: /dev/null
panic: action=fatal
""")
    command = f"bochs-bin -q -f {initial}.bochsrc -rc {orders}"
    return ["sh", "-c", f"TERM=vt100 LINES=25 COLUMNS=80 script -qc '{command}' /dev/null > /dev/null; cat {log}"]


def run(trapline):
    heading("The machine pc: processor seconds, the whole process; work without the boot before it")
    need("qemu-system-x86_64", "qemu-system-x86")
    if not os.path.exists(KERNEL) or not os.path.exists(INITIAL):
        sys.exit(f"{KERNEL} is missing: run 'trapline fetch-kernel --into .cache/kernel'")
    widths = (22, 10, 10, 10, 12, 12, 18)
    row("", "trapline", "qemu", "bochs", ": qemu", "bochs :", "million/s here", widths=widths)
    idle = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (before, work) in WORK.items():
            # What the input costs is measured with nothing done, and taken off as the boot is.
            without = measured(trapline, folder, name + " idle", before, "true") if before else idle
            runs = measured(trapline, folder, name, before, work)
            if name == "boot":
                idle = runs
            net = {who: runs[who][0] - (without[who][0] if name != "boot" else 0) for who in runs}
            cells = [name] + [f"{net[who]:.2f}" if who in net else "-" for who in ("trapline", "qemu", "bochs")]
            cells.append(f"{net['trapline'] / max(net['qemu'], 1e-3):.2f}")
            cells.append(f"{net['bochs'] / max(net['trapline'], 1e-3):.1f}" if "bochs" in net else "-")
            # A nanosecond of the guest's time is an instruction.
            cells.append(f"{runs['trapline'][1] * 1000 / max(net['trapline'], 1e-3):.0f}" if name != "boot" else "")
            row(*cells, widths=widths)


def measured(trapline, folder, name, before, work):
    """By emulator: processor seconds, and the seconds by the guest's clock."""
    initial = made(folder, name, before, work)
    found = {}
    chosen = commands(trapline, initial, folder)
    for _ in range(ROUNDS):
        for who, command in chosen.items():
            if who == "bochs" and who in found:
                continue
            done = measure(command)
            clocks = [float(text) for text in re.findall(r"clock ([0-9.]+)", done.output)]
            if len(clocks) != 2:
                sys.exit(f"{who}: {name}: status {done.status}\n{done.output[-500:]}")
            found.setdefault(who, []).append((done.cpu, clocks[1] - clocks[0]))
    return {who: (median(cpu for cpu, _ in runs), median(clock for _, clock in runs)) for who, runs in found.items()}
