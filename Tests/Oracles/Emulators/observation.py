"""What an oracle did with one suspect."""

from dataclasses import dataclass


@dataclass
class Observation:
    outcome: str           # traps, completes, or fails: the oracle gave no answer
    detail: str = ""       # the signal, exception or vector
    value: int = None      # the result register
