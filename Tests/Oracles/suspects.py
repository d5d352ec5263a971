"""Reads the files of suspects: what is executed on an oracle, and what is known about the oracle."""

import re
from dataclasses import dataclass, field

OUTCOMES = ("traps", "completes", "fails")


class Mistake(Exception):
    """Something wrong in a file of suspects, or with what it needs: told to the user in one line."""


@dataclass
class Suspect:
    variant: str
    line: int
    supervisor: list = field(default_factory=list)
    prepares: list = field(default_factory=list)
    code: list = field(default_factory=list)
    follows: list = field(default_factory=list)
    shows: int = None      # the value of the result register afterwards
    result: str = None     # where that is, if not where the machine has it (SIMH)
    here: tuple = None     # (outcome, why): which control state the oracle has, where that decides
    differs: tuple = None  # (outcome, why): a known defect of the oracle, named


@dataclass
class Machine:
    name: str
    path: str
    settings: dict = field(default_factory=dict)
    suspects: list = field(default_factory=list)


def statements(text):
    return [part.strip() for part in re.split(r"\s;\s", text) if part.strip()]


def outcome(text, place):
    word, _, why = text.partition(" ")
    if word not in OUTCOMES or not why.strip():
        raise Mistake(f"{place}: expected 'traps', 'completes' or 'fails', and the reason")
    return word, why.strip()


def read(name, path):
    machine = Machine(name, str(path))
    suspect = None
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{path}:{line}"
        stripped = text.strip()
        if not stripped or stripped.startswith("--"):
            continue
        word, _, rest = stripped.partition(" ")
        rest = rest.strip()
        if not text[0].isspace():
            if word == "suspect":
                suspect = Suspect(rest, line)
                machine.suspects.append(suspect)
            elif word == "also":
                machine.suspects.extend(read(rest, path.with_name(f"{rest}.txt")).suspects)
            else:
                machine.settings.setdefault(word, []).append(rest)
            continue
        if suspect is None:
            raise Mistake(f"{place}: no suspect yet")
        if word in ("supervisor", "prepares", "code", "follows"):
            getattr(suspect, word).extend(statements(rest))
        elif word == "result":
            suspect.result = rest
        elif word == "shows":
            try:
                suspect.shows = int(rest, 0)
            except ValueError:
                raise Mistake(f"{place}: '{rest}' is not a number") from None
        elif word in ("here", "differs"):
            setattr(suspect, word, outcome(rest, place))
        else:
            raise Mistake(f"{place}: '{word}' is not known")
    for suspect in machine.suspects:
        if not suspect.code:
            raise Mistake(f"{path}:{suspect.line}: '{suspect.variant}' has no code")
    return machine
