"""SIMH: a whole machine. What is deposited, in SIMH's own commands, sets vectors and user mode; each vector leads to a
HALT of its own in supervisor mode, and where the machine has stopped tells how the suspect ended."""

import re
import subprocess
from pathlib import Path

from observation import Observation
from suspects import Mistake, statements


class Oracle:
    def __init__(self, machine, scratch):
        settings = machine.settings
        self.emulator = settings["emulator"][0]
        self.radix = int(settings["radix"][0])
        self.deposit, step = settings["deposit"][0].split(" by ")
        self.step = int(step)
        self.start = int(settings["start"][0], self.radix)
        self.setup, self.leaves = (
            [line for text in settings.get(name, []) for line in statements(text)] for name in ("setup", "leaves"))
        self.ends = {}
        for text in settings["end"]:
            address, outcome, *detail = text.split(None, 2)
            self.ends[int(address, self.radix)] = (outcome, detail[0] if detail else "")
        self.result = settings["result"][0]
        self.script = Path(scratch) / "script"
        self.version = "?"

    def name(self):
        return f"{self.emulator}, SIMH {self.version}"

    def digits(self, number):
        return format(number, {8: "o", 16: "x"}[self.radix])

    def run(self, supervisor, prepares, code, follows, result=None):
        if supervisor:
            raise Mistake(f"{'; '.join(code)}: what SIMH is to do before is said by 'prepares'")
        commands = self.setup + prepares
        words = " ".join(code + follows + self.leaves).split()
        for index, word in enumerate(words):
            commands.append(f"{self.deposit} {self.digits(self.start + index * self.step)} {word}")
        commands += [f"d pc {self.digits(self.start)}", "go", "e pc", f"e {result or self.result}", "q"]
        self.script.write_text("\n".join(commands) + "\n")
        try:
            done = subprocess.run([self.emulator, str(self.script)], capture_output=True, text=True, timeout=20,
                                  stdin=subprocess.DEVNULL, errors="replace", check=False)
        except subprocess.TimeoutExpired:
            return Observation("fails", "no end after 20 seconds")
        version = re.search(r"simulator V(\S+)", done.stdout)
        self.version = version.group(1) if version else "?"
        answers = re.findall(r"^([0-9A-Z]+):\s+([0-9A-F]+)$", done.stdout, re.M)
        if len(answers) != 2:
            return Observation("fails", done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no answer")
        stopped, value = (int(text, self.radix) for _, text in answers)
        outcome, detail = self.ends.get(stopped, ("fails", f"stopped at {self.digits(stopped)}"))
        return Observation(outcome, detail, value if outcome == "completes" else None)
