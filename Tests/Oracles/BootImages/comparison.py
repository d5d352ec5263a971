"""Logs as records, records compared, differences explained or not."""

import struct
from dataclasses import dataclass, field

from layout import FIELDS

BEGINNING, END = 0x7EC00000, 0x7ECFFFFF
RF = 0x10000


def records(log):
    """By case: what each of its exceptions found."""
    words = struct.unpack(f"<{len(log) // 4}I", log[:len(log) // 4 * 4])
    found, at = {}, 0
    while at + len(FIELDS) < len(words) and words[at] == BEGINNING:
        record = dict(zip(FIELDS, words[at + 1:at + 1 + len(FIELDS)]))
        found.setdefault(record["case"], []).append(record)
        at += len(FIELDS) + 1
    return found, at < len(words) and words[at] == END


def differences(ours, theirs):
    """Of two lists of records: (event, field, ours, theirs)."""
    if ours is None or theirs is None:
        return [(0, "missing", ours is not None, theirs is not None)]
    found = [(0, "events", len(ours), len(theirs))] if len(ours) != len(theirs) else []
    for event, (one, other) in enumerate(zip(ours, theirs)):
        found += [(event, name, one[name], other[name]) for name in FIELDS if one[name] != other[name]]
    return found


@dataclass
class Finding:
    """A difference from one emulator in one case, and why it is none of Trapline's, where that is known."""

    case: object
    emulator: str
    differences: list
    reason: str = None
    agrees_with_other: bool = False


@dataclass
class Comparison:
    cases: int = 0
    agreed: int = 0
    findings: list = field(default_factory=list)


def compare(cases, logs, explain, two_to_one):
    """logs: by emulator; Trapline's under "trapline"."""
    ours, whole = records(logs["trapline"])
    comparison = Comparison(len(cases))
    if not whole:
        comparison.findings.append(Finding(cases[max(ours, default=0)], "trapline", [(0, "the log ends here", 0, 0)]))
    others = {name: records(log)[0] for name, log in logs.items() if name != "trapline"}
    for number, case in enumerate(cases):
        found = {}
        for name, log in others.items():
            different = differences(ours.get(number), log.get(number))
            if different:
                found[name] = Finding(case, name, different)
        if not found:
            comparison.agreed += 1
        for finding in found.values():
            finding.agrees_with_other = len(found) < len(others)
            finding.reason = explain(finding, ours.get(number) or [], others[finding.emulator].get(number) or [])
            comparison.findings.append(finding)
        # Two against one is an opinion where the third is explained, and none where it is missing.
        bochs, qemu = found.get("bochs"), found.get("qemu")
        if qemu and not qemu.reason and "bochs" in others and (bochs is None or bochs.reason):
            qemu.reason = two_to_one
    return comparison


def show(finding):
    lines = [f"  {finding.case.theme}: {finding.case.title}, level {finding.case.level}: differs from {finding.emulator}"
             + (", agrees with the other" if finding.agrees_with_other else "")]
    lines.append("    " + " ; ".join(finding.case.code))
    for event, name, ours, theirs in finding.differences[:8]:
        lines.append(f"    event {event + 1}: {name} {ours:#x}, {finding.emulator} {theirs:#x}")
    return "\n".join(lines)
