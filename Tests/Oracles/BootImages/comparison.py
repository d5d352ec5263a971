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
    ours: list = field(default_factory=list)
    theirs: list = field(default_factory=list)
    reasons: list = field(default_factory=list)
    agrees_with_other: bool = False


@dataclass
class Comparison:
    cases: int = 0
    agreed: int = 0
    findings: list = field(default_factory=list)


def compare(cases, logs, explain):
    """logs: by emulator; Trapline's under "trapline"."""
    ours, whole = records(logs["trapline"])
    comparison = Comparison(len(cases))
    if not whole:
        comparison.findings.append(Finding(cases[max(ours, default=0)], "trapline", [(0, "the log ends here", 0, 0)]))
    others = {name: records(log)[0] for name, log in logs.items() if name != "trapline"}
    for number, case in enumerate(cases):
        found = {}
        for name, log in others.items():
            one, other = ours.get(number), log.get(number)
            different = differences(one, other)
            if name in case.lost:
                found[name] = Finding(case, name, [], reasons=[case.lost[name]])
            elif different:
                found[name] = Finding(case, name, different, one or [], other or [])
        if not found:
            comparison.agreed += 1
        for finding in found.values():
            finding.agrees_with_other = len(found) < len(others)
            finding.reasons = finding.reasons or explain(finding)
            comparison.findings.append(finding)
    return comparison


def show(finding):
    case = finding.case
    lines = [f"  {case.theme}: {case.title}, level {case.level}: differs from {finding.emulator}"
             + (", agrees with the other" if finding.agrees_with_other else "")]
    lines.append("    " + " ; ".join(case.code))
    for event, name, ours, theirs in finding.differences[:8]:
        lines.append(f"    event {event + 1}: {name} {ours:#x}, {finding.emulator} {theirs:#x}")
    return "\n".join(lines)
