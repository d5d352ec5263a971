"""What a monitor costs: nothing where instructions are innocuous, and how much where they trap."""

import os
import tempfile

from measuring import heading, median, ratio, row, take_turns

GUEST = """\
        .machine third-generation
        .org 16
        .entry start
start:  LD   r4,count
loop:   {privileged}
        LD   r2,sum
        ADD  r2,step
        ST   r2,sum
        AND  r3,step
        LA   r1,1(r1)
        LA   r4,0-1(r4)
        JNZ  r4,loop
        HALT r0
sum:    .word 1
step:   .word 3
window: .word 0x8000
count:  .word {rounds}
"""
INNOCUOUS = 7  # instructions a round


def guest(folder, name, rounds, privileged=""):
    path = os.path.join(folder, name + ".s")
    open(path, "w").write(GUEST.format(privileged=privileged, rounds=rounds))
    return path


def run(trapline):
    heading("Innocuous code on third-generation")
    widths = (34, 24)
    with tempfile.TemporaryDirectory() as folder:
        rounds = 150_000_000
        source = guest(folder, "innocuous", rounds)
        bare, monitored = [trapline, "run", source, "--monitor", "bare"], [trapline, "run", source, "--monitor", "vmm"]
        pairs = take_turns(monitored, bare, rounds=5)
        million = rounds * INNOCUOUS / 1e6
        row("", "million instructions/s", widths=widths)
        row("bare", f"{median(million / b.cpu for _, b in pairs):.0f}", widths=widths)
        row("vmm", f"{median(million / a.cpu for a, _ in pairs):.0f}", widths=widths)
        row("vmm : bare", f"{ratio(pairs, lambda run: run.cpu):.3f}", widths=widths)
        instruction = median(b.cpu for _, b in pairs) / (rounds * INNOCUOUS)

        heading("A privileged instruction under vmm: trap, dispatch, interpret, resume")
        row("", "instruction equivalents", widths=widths)
        rounds = 400_000
        for name, text in [("RTI r5, reads the timer", "RTI r5"), ("LRB window, sets the relocation", "LRB window")]:
            for depth in (1, 2):
                command = [trapline, "run", guest(folder, "with", rounds, text), "--monitor", "vmm"]
                without = [trapline, "run", guest(folder, "without", rounds), "--monitor", "vmm"]
                pairs = take_turns(
                    command + ["--depth", str(depth)], without + ["--depth", str(depth)], rounds=3)
                each = median((a.cpu - b.cpu) / rounds for a, b in pairs)
                row(f"{name}, depth {depth}", f"{each / instruction:.0f}", widths=widths)
