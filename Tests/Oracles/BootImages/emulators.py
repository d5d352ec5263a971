"""Runs an image on Trapline, on QEMU's translator and on Bochs; each gives the log that came out of the serial port."""

import os
import pty
import resource
import shutil
import subprocess
import threading
from pathlib import Path

LIMIT = 60  # processor seconds
WALL = 300


class Failed(Exception):
    pass


def boot_rom(folder):
    """In place of a BIOS: at the reset vector, a jump to 0:0x7C00."""
    path = Path(folder) / "rom.bin"
    rom = bytearray(b"\xF4" * 0x10000)
    rom[0xFFF0:0xFFF5] = bytes([0xEA, 0x00, 0x7C, 0x00, 0x00])
    path.write_bytes(rom)
    return path


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))


def run(command, folder):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, timeout=WALL,
                              check=False, preexec_fn=limited)
    except subprocess.TimeoutExpired:
        raise Failed(f"{command[0]}: not done within {WALL} s") from None


class Trapline:
    name = "trapline"

    def __init__(self, program):
        self.program = program

    def log(self, image, folder):
        done = run([self.program, "run", "-kernel", str(image), "--flat-mode", "16", "-m", "32M", "-nographic"], folder)
        if done.returncode != 1:
            raise Failed(f"trapline: status {done.returncode}: {done.stderr.decode(errors='replace')[:2000]}")
        return done.stdout


class QEMU:
    name = "qemu"
    program = "qemu-system-x86_64"

    def log(self, image, folder):
        log = Path(folder) / "qemu.log"
        log.unlink(missing_ok=True)
        # Where the vendors differ, SYSENTER in long mode for one, all three are Intel's.
        done = run([self.program, "-accel", "tcg", "-cpu", "max,vendor=GenuineIntel,-pku,-la57", "-m", "32M",
                    "-display", "none", "-nodefaults",
                    "-no-reboot", "-serial", f"file:{log}", "-bios", str(boot_rom(folder)),
                    "-device", f"loader,file={image},addr=0x7c00,force-raw=on",
                    "-device", "isa-debug-exit,iobase=0xf4"], folder)
        if done.returncode != 1:
            raise Failed(f"qemu: status {done.returncode}: {done.stderr.decode(errors='replace')[:2000]}")
        return log.read_bytes()


MODEL = os.environ.get("TRAPLINE_BOCHS_CPU", "corei7_icelake_u")


class Bochs:
    name = "bochs"
    program = "bochs-bin"

    def log(self, image, folder):
        log = Path(folder) / "bochs.log"
        log.unlink(missing_ok=True)
        configuration = Path(folder) / "bochsrc"
        configuration.write_text(f"""
display_library: term
megs: 32
romimage: file={boot_rom(folder)}
{self.pieces(image, folder)}
cpu: model={MODEL}, ips=4000000, reset_on_triple_fault=0, ignore_bad_msrs=0
clock: sync=none
com1: enabled=1, mode=file, dev={log}
log: {Path(folder) / "bochs.out"}
panic: action=fatal
error: action=ignore
info: action=ignore
sound: waveoutdrv=dummy
""")
        # Debian's Bochs has its debugger built in, and waits for a word.
        orders = Path(folder) / "bochs.orders"
        orders.write_text("continue\nquit\n")
        done = self.on_terminal([self.program, "-q", "-f", str(configuration), "-rc", str(orders)], folder)
        said = (Path(folder) / "bochs.out").read_text(errors="replace")[-3000:]
        if not log.exists() or not log.stat().st_size:
            raise Failed(f"bochs: status {done}: {said}")
        return log.read_bytes()

    @staticmethod
    def pieces(image, folder):
        """Its storage is in blocks of 128 KB, and an image must not lie across their ends."""
        data = image.read_bytes()
        lines, at, number = [], 0x7C00, 1
        while data:
            size = 0x20000 - at % 0x20000
            path = Path(folder) / f"piece{number}.bin"
            path.write_bytes(data[:size])
            lines.append(f"optramimage{number}: file={path}, address={at:#x}")
            data, at, number = data[size:], at + size, number + 1
        if number > 5:
            raise Failed("bochs: the image is too large")
        return "\n".join(lines)

    def on_terminal(self, command, folder):
        """Bochs wants a screen, and be it one that nobody looks at."""
        ours, theirs = pty.openpty()
        drain = threading.Thread(target=self.drain, args=(ours,), daemon=True)
        environment = {**os.environ, "TERM": "vt100", "LINES": "25", "COLUMNS": "80"}
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment,
                                   start_new_session=True, preexec_fn=limited)
        os.close(theirs)
        drain.start()
        try:
            return process.wait(WALL)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"bochs: not done within {WALL} s") from None
        finally:
            drain.join(1)
            os.close(ours)

    @staticmethod
    def drain(terminal):
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass


def present(emulator):
    return shutil.which(emulator.program) is not None
