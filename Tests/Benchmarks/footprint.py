"""What the machine pc needs for itself: the time until a guest's first instruction, and memory beyond the guest's."""

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import pc
from measuring import heading, measure, median, need, row

STORAGE = 256  # MiB
FIRST = ".code16\nout 0xF4, al\n"


def run(trapline):
    heading("The machine pc's own needs")
    need("as", "binutils")
    widths = (46, 12)
    row("", "median", widths=widths)
    with tempfile.TemporaryDirectory() as folder:
        runs = first(trapline, folder)
        wall = 1000 * median(each.wall for each in runs)
        row("until the first instruction, ms of the clock", f"{wall:.0f}", widths=widths)
        row("the same, ms of the processor", f"{1000 * median(each.cpu for each in runs):.0f}", widths=widths)
        for name in ("500 fork and exec", "awk, 1M rounds"):
            most = beyond(trapline, pc.made(folder, name, *pc.WORK[name]))
            row(f"{name}: MiB beyond the guest's storage", f"{most:.0f}", widths=widths)


def first(trapline, folder):
    """A guest of one instruction, which ends the run: from the command to its end."""
    source, made, image = (os.path.join(folder, name) for name in ("first.s", "first.o", "first.bin"))
    Path(source).write_text(".intel_syntax noprefix\n" + FIRST)
    subprocess.run(["as", "-o", made, source], check=True)
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", made, image], check=True)
    command = [trapline, "run", "-kernel", image, "--flat-mode", "16", "-m", f"{STORAGE}M", "-nographic"]
    return [measure(command) for _ in range(20)]


def beyond(trapline, initial):
    """The most that is resident of anything but the guest's storage, from the guest's first word on: until then the
    kernel's file is unpacked here."""
    command = [trapline, "run", "-kernel", pc.KERNEL, "-initrd", initial, "-append", pc.WORDS, "-m", f"{STORAGE}M",
               "-nographic"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.readline()
    most = own(process.pid)
    while process.poll() is None:
        time.sleep(0.2)
        most = max(most, own(process.pid))
    process.stdout.close()
    return most / 1024


def own(number):
    """KiB resident outside the one mapping that has the storage's size."""
    try:
        text = Path(f"/proc/{number}/smaps").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = [(int(size), int(resident)) for size, resident in
             re.findall(r"^Size: +(\d+) kB.*?^Rss: +(\d+) kB", text, re.DOTALL | re.MULTILINE)]
    if not any(size >= STORAGE * 1024 for size, _ in found):
        return 0
    return sum(resident for size, resident in found if size < STORAGE * 1024)
