"""What rules ask of a finding: where two courses of events part, and what they look like there."""

STACK = {f"stack{number}" for number in range(12)}
REGISTERS = {"ax", "bx", "cx", "dx", "si", "di", "bp", "sp"}
RF = 0x10000
DEBUG, BOUND, UNDEFINED, DOUBLE, TASK, ABSENT, STACK_FAULT, PROTECTION, PAGE, END = 1, 5, 6, 8, 10, 11, 12, 13, 14, 0x81


def code(finding):
    """The case's instructions in a line."""
    return " ; ".join(finding.case.code)


def parting(finding):
    """The first event whose vectors differ, or that one of the two has not: its index and both records, {} for none."""
    ours, theirs = finding.ours, finding.theirs
    for event in range(max(len(ours), len(theirs))):
        one = ours[event] if event < len(ours) else {}
        other = theirs[event] if event < len(theirs) else {}
        if one.get("vector") != other.get("vector"):
            return event, one, other
    return None, {}, {}


def other_course(finding, ours, theirs, when=lambda one, other: True):
    """Everything from the event on at which `ours` and `theirs` are the vectors; theirs None: any. Else None."""
    event, one, other = parting(finding)
    if event is None or one.get("vector") not in ours or (theirs is not None and other.get("vector") not in theirs):
        return None
    if not when(one, other):
        return None
    return lambda at, name, *_: at >= event or name == "events"


def same_vectors(finding):
    return [r["vector"] for r in finding.ours] == [r["vector"] for r in finding.theirs]


def fields(*names):
    """Accounts for these fields, whatever they hold."""
    return lambda event, name, one, other: name in names
