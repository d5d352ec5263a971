"""Whole processes, measured from outside: processor seconds, peak memory, wall clock."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass
class Measurement:
    """One finished process."""

    status: int
    cpu: float  # user and system seconds
    wall: float  # seconds
    peak: float  # MiB resident; this script's own size is the floor
    output: str
    in_time: bool


def measure(command, limit=None):
    """Runs a command to its end, or until it has had `limit` processor seconds."""
    if limit:
        command = ["bash", "-c", f'ulimit -S -t {limit}; exec "$@"', "bash", *command]
    start = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Measurement(
        process.returncode, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024,
        output.decode(errors="replace"), process.returncode != -signal.SIGXCPU)


def take_turns(first, second, rounds):
    """Both commands in turn, so that a host whose speed drifts is the same for both; after one turn to warm up."""
    pairs = []
    for turn in range(rounds + 1):
        pair = (measure(first), measure(second))
        for command, run in zip((first, second), pair):
            if run.status != 0:
                sys.exit(f"{' '.join(command)}: status {run.status}\n{run.output}")
        if turn > 0:
            pairs.append(pair)
    return pairs


def median(values):
    return statistics.median(list(values))


def ratio(pairs, figure):
    """How many times the second's figure is the first's: the median over the pairs."""
    return median(figure(b) / max(figure(a), 1e-6) for a, b in pairs)


def need(program, package):
    if shutil.which(program) is None:
        sys.exit(f"{program} is missing: install the package {package}")


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def row(*cells, widths):
    """The first cell to the left, the others to the right."""
    texts = [str(cells[0]).ljust(widths[0])] + [str(c).rjust(w) for c, w in zip(cells[1:], widths[1:])]
    print("  ".join(texts).rstrip(), flush=True)
