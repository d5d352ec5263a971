"""User emulation by QEMU: a program of the suspect and an exit. It has no other mode than the one asked about."""

import re
import shlex
import signal
import subprocess
from pathlib import Path

from observation import Observation
from suspects import Mistake, statements

TRAPS = {signal.SIGILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGTRAP, signal.SIGFPE}


class Oracle:
    def __init__(self, machine, scratch):
        settings = machine.settings
        self.emulator, self.assembler, self.linker = (
            shlex.split(settings[name][0]) for name in ("emulator", "assembler", "linker"))
        self.begins, self.leaves, self.data = (
            [line for text in settings.get(name, []) for line in statements(text)]
            for name in ("begins", "leaves", "data"))
        self.scratch = Path(scratch)

    def name(self):
        version = subprocess.run([self.emulator[0], "--version"], capture_output=True, text=True, check=True)
        return f"{' '.join(self.emulator)}, QEMU {re.search(r'version ([0-9.]+)', version.stdout).group(1)}"

    def run(self, supervisor, prepares, code, follows, _result=None):
        if supervisor:
            raise Mistake(f"{'; '.join(code)}: user emulation has no supervisor")
        lines = [".globl _start", ".globl __start", "_start:", "__start:"]
        lines += self.begins + prepares + ["suspect:"] + code + follows + ["finish:"] + self.leaves + self.data
        source, unit, program = (self.scratch / name for name in ("suspect.s", "suspect.o", "suspect"))
        source.write_text("\n".join(lines) + "\n")
        for command in (self.assembler + [str(source), "-o", str(unit)],
                        self.linker + [str(unit), "-o", str(program)]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Mistake(f"{'; '.join(code)}: {done.stderr.strip()}")
        try:
            done = subprocess.run(self.emulator + [str(program)], capture_output=True, text=True, timeout=20,
                                  cwd=self.scratch, errors="replace", check=False)
        except subprocess.TimeoutExpired:
            return Observation("fails", "no end after 20 seconds")
        # An exception for which Linux has no signal on this architecture ends the emulator, with its number.
        unhandled = re.search(r"unhandled (?:CPU )?(?:exception|trap):? (0x[0-9a-fA-F]+)", done.stdout + done.stderr, re.I)
        if unhandled:
            return Observation("traps", f"exception {unhandled.group(1)}")
        if "Bail out!" in done.stdout + done.stderr:  # an assertion of the emulator's own, not a signal of the program's
            return Observation("fails", "the emulator ends with an assertion")
        if done.returncode >= 0:
            return Observation("completes", value=done.returncode)
        number = signal.Signals(-done.returncode)
        return Observation("traps" if number in TRAPS else "fails", number.name)
