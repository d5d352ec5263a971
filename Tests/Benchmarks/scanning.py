"""Scanning Debian's cloud kernel, unpacked, against objdump's disassembly of the same file."""

import os
import sys
import tempfile

from measuring import heading, measure, median, need, ratio, row, take_turns

KERNEL = ".cache/kernel/vmlinuz"


def run(trapline):
    heading("Scanning Debian's cloud kernel")
    need("objdump", "binutils")
    if not os.path.exists(KERNEL):
        sys.exit(f"{KERNEL} is missing: run 'make kernel'")
    with tempfile.TemporaryDirectory() as folder:
        unpacked = os.path.join(folder, "vmlinux")
        first = measure([trapline, "scan", KERNEL, "--brief", "--unpack-to", unpacked])
        print(first.output.rstrip())
        size = os.path.getsize(unpacked) / 1e6
        # Both write what they find to a file: objdump some 350 MB, which through a pipe would cost more.
        commands = [
            ["sh", "-c", f'exec "$0" "$@" > "{folder}/{name}"', *command]
            for name, command in [("sites", [trapline, "scan", unpacked]), ("listing", ["objdump", "-d", unpacked])]
        ]
        # The scan's status tells what it found; here it is only to have run.
        commands[0][2] = commands[0][2].replace("exec ", "") + "; test $? -le 3"
        pairs = take_turns(*commands, rounds=5)
    widths = (34, 12, 12, 12)
    row(f"{size:.0f} MB", "CPU s", "wall s", "MiB", widths=widths)
    for name, runs in (("trapline scan", [a for a, _ in pairs]), ("objdump -d", [b for _, b in pairs])):
        cells = (f"{median(r.cpu for r in runs):.2f}", f"{median(r.wall for r in runs):.2f}", f"{median(r.peak for r in runs):.0f}")
        row(name, *cells, widths=widths)
    row("trapline : objdump, CPU", f"{1 / ratio(pairs, lambda run: run.cpu):.2f}", widths=widths)
