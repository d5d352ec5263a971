"""How many instructions a second the host's processor is asked about."""

import json

from measuring import heading, measure, median, row

EXECUTIONS = 500_000


def run(trapline):
    heading("Probing")
    runs = [
        measure([trapline, "probe", "--count", str(EXECUTIONS), "--seed", str(seed), "--format", "json"])
        for seed in (1, 2, 3)
    ]
    widths = (44, 16)
    if any(run.status not in (0, 1) for run in runs):
        print(runs[0].output)
        return
    reports = [json.loads(run.output) for run in runs]
    row("", "median of three", widths=widths)
    rate = median(report["executions"] / report["seconds"] for report in reports)
    row("instructions executed and compared a second", f"{rate:.0f}", widths=widths)
    row("encodings", f"{reports[0]['encodings']}", widths=widths)
    faults = median(report["traps"].get("#UD", 0) / report["executions"] for report in reports)
    row("of the executions, #UD", f"{100 * faults:.0f} %", widths=widths)
    row("processor seconds, both processes", f"{median(run.cpu for run in runs):.1f}", widths=widths)
