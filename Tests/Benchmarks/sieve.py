"""An indexed sieve with subroutine calls on the PDP-10, executed from ISA/pdp-10, against the same words on SIMH's
PDP-10, which is written by hand, and against the reference evaluator."""

import os
import re
import tempfile

from measuring import heading, measure, median, need, ratio, row, take_turns

SOURCE = "Lessons/guests/sieve-pdp10.s"
ROUNDS = 5000  # some seconds each, so that starting up does not count
INSTRUCTIONS = 126_218  # a round; the last one has three more


def cells_of(image):
    """Addresses, values and the entry of an assembled image, which is a text."""
    cells, entry, address = {}, 0, 0
    for line in image.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "entry":
            entry = int(words[1], 16)
        elif words[0] == "segment":
            address = int(words[1], 16)
        elif words[0] == "zeros":
            address += int(words[1])
        elif words[0] == "cells":
            for word in words[1:]:
                cells[address] = int(word, 16)
                address += 1
    return cells, entry


def simh_script(image, last):
    cells, entry = cells_of(image)
    lines = [f"deposit {address:o} {value:o}" for address, value in cells.items()]
    return "\n".join(lines + [f"go {entry:o}", f"examine 0-{last:o}", "exit", ""])


def run(trapline, benchmarks):
    heading("Sieve on pdp-10, from its text file")
    need("pdp10", "simh")
    with tempfile.TemporaryDirectory() as folder:
        text = open(SOURCE).read()
        changed = re.sub(r"(?m)^rounds *= .*$", f"rounds = {ROUNDS:o}", text)
        source, image, script = (os.path.join(folder, name) for name in ("sieve.s", "sieve.img", "sieve.ini"))
        open(source, "w").write(changed)
        assembled = measure([trapline, "asm", source, "-o", image])
        if assembled.status != 0:
            raise SystemExit(assembled.output)
        image = open(image).read()
        last = max(cells_of(image)[0]) + 0o40000
        open(script, "w").write(simh_script(image, last))

        rates = measure([benchmarks, source])
        if rates.status != 0:
            raise SystemExit(rates.output)
        pairs = take_turns([trapline, "run", source], ["pdp10", script], rounds=5)
    compare(rates.output, pairs[0][1].output)

    million = ROUNDS * INSTRUCTIONS / 1e6
    widths = (34, 24)
    ours = median(million / a.cpu for a, _ in pairs)
    simh = median(million / b.cpu for _, b in pairs)
    reference = float(re.search(r"reference ([\d.]+)", rates.output).group(1))
    row("", "million instructions/s", widths=widths)
    row("trapline run", f"{ours:.0f}", widths=widths)
    row("SIMH's PDP-10", f"{simh:.0f}", widths=widths)
    row("reference evaluator", f"{reference:.2f}", widths=widths)
    row("trapline : SIMH", f"{ratio(pairs, lambda run: run.cpu):.2f}", widths=widths)
    row("trapline : reference evaluator", f"{ours / reference:.0f}", widths=widths)


def compare(ours, simh):
    """Every cell that either has afterwards, accumulators included, must be the other's."""
    def cells(text):
        found = re.findall(r"(?m)^(?:cell )?([0-7]+):?\s+([0-7]{12})\s*$", text)
        return {int(address, 8): int(value, 8) for address, value in found}

    ours, simh = cells(ours), cells(simh)
    wrong = [a for a in simh if ours.get(a, 0) != simh[a]]
    if len(simh) < 8190 or wrong:
        raise SystemExit(f"SIMH and trapline differ in {len(wrong)} of {len(simh)} cells: {[oct(a) for a in wrong[:5]]}")
    print(f"SIMH and trapline agree in all {len(simh)} cells; accumulator 3 has {simh[3]} primes")
