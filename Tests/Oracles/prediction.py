"""What the ISA file says about an instruction in user mode, through the program: there is no second list."""

import csv
import io
import subprocess

from suspects import Mistake

TRAPS, COMPLETES, EITHER = "traps", "completes", "either"


def predictions(trapline, machine):
    """By variant: does it trap whatever the control state is, complete under the best policy, or is it one or
    the other by control state (it completes in some, and in none that the policy admits)?"""
    command = [trapline, "classify", machine, "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Mistake(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    found = {}
    for row in csv.DictReader(io.StringIO(done.stdout)):
        evidence = row["evidence"].split("; ")
        if "claim completes/strict" in evidence:
            prediction = TRAPS
        elif "claim completes/best" in evidence:
            prediction = EITHER
        elif "witness completes/best" in evidence:
            prediction = COMPLETES
        else:
            raise Mistake(f"{machine}: nothing is settled about {row['variant']}")
        if found.setdefault(row["variant"], prediction) != prediction:
            raise Mistake(f"{machine}: two variants are called {row['variant']} and differ")
    return found
