"""What is known to be different, and why: where an emulator is wrong, with the place in the manual that says so, and
where the manual leaves it open. Everything else is a defect of Trapline's until it is shown not to be.

A rule looks at a finding and gives a function that says which of its differences it accounts for: (event, field, ours,
theirs). A finding is explained where nothing is left of it. Volumes and sections of Intel's manual (SDM)
are those of its edition 077 of 2022, of AMD's (APM) those of its volumes 2 and 3."""

import known_bochs
import known_qemu

RULES = {"qemu": known_qemu.RULES, "bochs": known_bochs.RULES}
DIGESTS = ("stacks", "data")


def explain(finding):
    """The reasons; empty: something is left that no rule accounts for."""
    left, reasons, words = finding.differences, [], set()
    for rule in RULES[finding.emulator]:
        accounts = rule(finding)
        if accounts is None:
            continue
        taken = [difference for difference in left if accounts(*difference)]
        if taken:
            reasons.append(" ".join(rule.__doc__.split()))
            left = [difference for difference in left if difference not in taken]
            words |= {event for event, name, _, _ in taken if name not in DIGESTS}
    # What the stacks hold follows: the frames that are pushed, and what the image's own routines push of registers.
    left = [(event, name, one, other) for event, name, one, other in left
            if not (name in DIGESTS and words and min(words) <= event)]
    return [] if left else reasons
