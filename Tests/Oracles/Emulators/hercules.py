"""Hercules: System/370 and z/Architecture. Supervisor code at 600 sets up what the suspect asks for and enters the
problem state; the wait states behind the new PSWs of supervisor call and program interruption tell how it ended."""

import os
import re
import shlex
import subprocess
from pathlib import Path

from observation import Observation
from suspects import Mistake, statements

COMPLETED, TRAPPED = 0xAAAA, 0xBBBB

INTERRUPTIONS = {0x01: "operation", 0x02: "privileged operation", 0x05: "addressing", 0x06: "specification",
                 0x10: "segment translation", 0x11: "page translation", 0x13: "special operation",
                 0x1C: "primary authority", 0x1F: "LFX translation", 0x40: "monitor event"}

# Where the new PSWs stand, the PSWs, and what loads one. DAT is on in z/Architecture, with a real space.
LAYOUTS = {
    "S/370": {
        "restart": (0x000, ".long 0x00080000, 0x600"), "call": (0x060, ".long 0x000A0000, 0xAAAA"),
        "program": (0x068, ".long 0x000A0000, 0xBBBB"), "problem": ".long 0x00090000, 0x1000", "enter": "lpsw 0x700"},
    "ESAME": {
        "restart": (0x1A0, ".long 0x00000001, 0x80000000, 0, 0x600"),
        "call": (0x1C0, ".long 0x00020001, 0x80000000, 0, 0xAAAA"),
        "program": (0x1D0, ".long 0x00020001, 0x80000000, 0, 0xBBBB"),
        "problem": ".long 0x04010001, 0x80000000, 0, 0x1000", "enter": "lpswe 0x700"},
}


class Oracle:
    def __init__(self, machine, scratch):
        settings = machine.settings
        self.architecture = settings["architecture"][0]
        self.layout = LAYOUTS[self.architecture]
        self.assembler, self.copier = (shlex.split(settings[name][0]) for name in ("assembler", "copier"))
        self.supervisor, self.begins, self.data = (
            [line for text in settings.get(name, []) for line in statements(text)]
            for name in ("supervisor", "begins", "data"))
        self.scratch = Path(scratch)
        self.version = "?"

    def name(self):
        return f"Hercules {self.version}, {self.architecture}"

    def run(self, supervisor, prepares, code, follows, _result=None):
        layout = self.layout
        lines = []
        for vector in ("restart", "call", "program"):
            address, psw = layout[vector]
            lines += [f".org {address}", psw]
        lines += [".org 0x600"] + self.supervisor + supervisor + [layout["enter"]]
        lines += [".org 0x700", layout["problem"], ".org 0x800"] + self.data
        lines += [".org 0x1000"] + self.begins + prepares + code + follows + ["svc 0"]
        source, unit, image, script, setup = (
            self.scratch / name for name in ("suspect.s", "suspect.o", "image", "script", "setup"))
        source.write_text("\n".join(lines) + "\n")
        for command in (self.assembler + [str(source), "-o", str(unit)],
                        self.copier + ["-j", ".text", str(unit), str(image)]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Mistake(f"{'; '.join(code)}: {done.stderr.strip()}")
        setup.write_text(f"CPUSERIAL 000001\nCPUMODEL 2094\nMAINSIZE 4\nNUMCPU 1\nARCHMODE {self.architecture}\n"
                         "CNSLPORT 0\nOSTAILOR QUIET\n0009 3215\n")
        # A busy host may need more than a second, and what was logged just before the end sometimes gets lost.
        for seconds in (1, 2, 4, 8):
            flush = f"pause {seconds // 2}\n" if seconds > 1 else ""
            script.write_text(
                f"loadcore {image}\nrestart\npause {seconds}\npsw\ngpr\nr 8C.4\n{flush}exit\n")
            seen = self.once(setup, script)
            if seen.outcome != "fails":
                break
        return seen

    def once(self, setup, script):
        try:
            done = subprocess.run(["hercules", "-d", "-f", str(setup)], capture_output=True, text=True, timeout=60,
                                  stdin=subprocess.DEVNULL, env={**os.environ, "HERCULES_RC": str(script)},
                                  errors="replace", check=False)
        except subprocess.TimeoutExpired:
            return Observation("fails", "no end after a minute")
        told = done.stdout + done.stderr
        version = re.search(r"Hercules Version ([0-9.]+)", told)
        self.version = version.group(1) if version else "?"
        address = re.search(r"\bia=([0-9A-F]+)", told)
        result = re.search(r"\b(?:GR|R)0?6=([0-9A-F]+)", told)
        interruption = re.search(r"^R:0*8C:K:\w\w=[0-9A-F]{4}([0-9A-F]{4})", told, re.M)
        if not (address and result and interruption):
            return Observation("fails", "Hercules has not said how it ended")
        if int(address.group(1), 16) == TRAPPED:
            code = int(interruption.group(1), 16)
            return Observation("traps", INTERRUPTIONS.get(code, f"program interruption {code:04X}"))
        if int(address.group(1), 16) != COMPLETED:
            return Observation("fails", f"ended at {address.group(1)}")
        return Observation("completes", value=int(result.group(1), 16))
