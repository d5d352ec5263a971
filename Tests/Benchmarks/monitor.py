"""What a monitor costs: nothing where instructions are innocuous, and how much where they trap."""

import os
import tempfile

from measuring import heading, median, row, take_turns

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


def both(trapline, source):
    """The commands under vmm and bare."""
    return [trapline, "run", source, "--monitor", "vmm"], [trapline, "run", source, "--monitor", "bare"]


def run(trapline):
    widths = (38, 24)
    with tempfile.TemporaryDirectory() as folder:
        instruction = innocuous(trapline, folder, widths)
        privileged(trapline, folder, widths, instruction)


def innocuous(trapline, folder, widths):
    """Prints the speeds; returns the seconds of one instruction on the bare machine."""
    heading("Innocuous code on third-generation")
    rounds = 150_000_000
    # Before the guest starts under a monitor, the verdict on its machine is found: that is no cost of running.
    idle = take_turns(*both(trapline, guest(folder, "idle", 1)), rounds=5)
    starting = [median(run.cpu for run in runs) for runs in zip(*idle)]
    pairs = take_turns(*both(trapline, guest(folder, "innocuous", rounds)), rounds=5)
    vmm = [monitored.cpu - starting[0] for monitored, _ in pairs]
    bare = [alone.cpu - starting[1] for _, alone in pairs]
    million = rounds * INNOCUOUS / 1e6
    row("", "million instructions/s", widths=widths)
    row("bare", f"{million / median(bare):.0f}", widths=widths)
    row("vmm", f"{million / median(vmm):.0f}", widths=widths)
    row("vmm : bare", f"{median(b / v for v, b in zip(vmm, bare)):.3f}", widths=widths)
    row("starting, bare", f"{1000 * starting[1]:.0f} ms", widths=widths)
    row("starting, vmm, with the verdict", f"{1000 * starting[0]:.0f} ms", widths=widths)
    return median(bare) / (rounds * INNOCUOUS)


def privileged(trapline, folder, widths, instruction):
    """Prints what one privileged instruction costs, as so many innocuous ones on the bare machine."""
    heading("A privileged instruction under vmm: trap, dispatch, interpret, resume")
    row("", "instruction equivalents", widths=widths)
    rounds = 400_000
    for name, text in [("RTI, reads the timer", "RTI r5"), ("LRB, sets the relocation", "LRB window")]:
        for depth in ("1", "2"):
            commands = [
                [trapline, "run", guest(folder, name, rounds, text), "--monitor", "vmm", "--depth", depth]
                for name, text in (("with", text), ("without", ""))]
            pairs = take_turns(*commands, rounds=3)
            each = median((a.cpu - b.cpu) / rounds for a, b in pairs)
            row(f"{name}, depth {depth}", f"{each / instruction:.0f}", widths=widths)
