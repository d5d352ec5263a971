"""Flat guests, made here and run from their first instruction on Trapline, QEMU's translator and Debian's Bochs:
Guests/frame.s around some work."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measuring import measure, median

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../Oracles/BootImages"))
from emulators import Bochs, boot_rom  # noqa: E402

FRAME = Path(HERE, "Guests/frame.s")


@dataclass
class Work:
    """Text of the assembler; see frame.s."""

    name: str
    code: str
    level: int = 0
    prepare: str = ""
    check: str = "test r14, r14"
    handlers: str = ""
    gates: str = ""


def image(work, rounds, folder):
    """The guest that does the work so often."""
    place = Path(folder, f"{''.join(filter(str.isalnum, work.name))}-{rounds}")
    place.mkdir(exist_ok=True)
    text = f"rounds = {rounds}\nlevel = {work.level}\n"
    for macro in ("prepare", "check", "handlers", "gates"):
        text += f".macro {macro}\n{getattr(work, macro)}\n.endm\n"
    (place / "work.inc").write_text(text + f".macro work\n{work.code}\n.endm\n")
    made = [str(place / name) for name in ("guest.o", "guest.elf", "guest.bin")]
    for command in (["as", "--64", "-I", str(place), "-o", made[0], str(FRAME)],
                    ["ld", "-m", "elf_x86_64", "--no-warn-rwx-segments", "-Ttext", "0x7c00", "-e", "start", "-o", made[1],
                     made[0]],
                    ["objcopy", "-O", "binary", "-j", ".text", made[1], made[2]]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stderr[:2000]}")
    return Path(made[2])


def commands(trapline, guest, only=()):
    """How each emulator that is here runs a guest."""
    place = guest.parent
    found = {
        "trapline": [trapline, "run", "-kernel", str(guest), "--flat-mode", "16", "-m", "32M", "-nographic"],
        "qemu": ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", "max", "-m", "32M", "-display", "none",
                 "-nodefaults", "-no-reboot", "-serial", "stdio", "-bios", str(boot_rom(place)),
                 "-device", f"loader,file={guest},addr=0x7c00,force-raw=on",
                 "-device", "isa-debug-exit,iobase=0xf4"],
    }
    if all(map(shutil.which, ("bochs-bin", "script"))):
        found["bochs"] = bochs(guest)
    return {who: command for who, command in found.items() if not only or who in only}


def bochs(guest):
    place = guest.parent
    serial, orders = place / "serial", place / "orders"
    orders.write_text("continue\nquit\n")
    (place / "bochsrc").write_text(f"""
display_library: term
megs: 32
romimage: file={boot_rom(place)}
{Bochs.pieces(guest, place)}
cpu: model=corei7_haswell_4770, ips=50000000
clock: sync=none
com1: enabled=1, mode=file, dev={serial}
sound: waveoutdrv=dummy
log: /dev/null
panic: action=fatal
""")
    words = f"bochs-bin -q -f {place / 'bochsrc'} -rc {orders}"
    return ["sh", "-c", f"TERM=vt100 LINES=25 COLUMNS=80 script -qc '{words}' /dev/null > /dev/null; cat {serial}"]


def finished(command):
    """The measurement of a guest that has found its work done."""
    done = measure(command)
    if not done.output.endswith("Y"):
        sys.exit(f"{' '.join(command)}: the guest's work is not what it should be, status {done.status}\n"
                 f"{done.output[-500:]}")
    return done


def each(trapline, work, rounds, folder, turns, only=()):
    """By emulator, processor seconds of one round: the median over turns in which all of them run, less what the
    same guest takes for one round. Bochs, which is slow, has one turn."""
    long, short = (commands(trapline, image(work, count, folder), only) for count in (rounds, 1))
    found, said = {}, {}
    for _ in range(turns):
        for who, command in long.items():
            if who == "bochs" and who in found:
                continue
            done = finished(command)
            said[done.output] = who
            if len(said) > 1:
                sys.exit(f"{work.name}: {' and '.join(f'{name} says {text}' for text, name in said.items())}")
            found.setdefault(who, []).append(max(done.cpu - finished(short[who]).cpu, 1e-9) / rounds)
    return {who: median(costs) for who, costs in found.items()}
