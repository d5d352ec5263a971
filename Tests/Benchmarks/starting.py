"""How long the program takes to start: its help, against the smallest program there is."""

from measuring import heading, median, row, take_turns


def run(trapline):
    heading("Starting up")
    pairs = take_turns([trapline, "--help"], ["/bin/true"], rounds=40)
    widths = (34, 24)
    row("", "milliseconds", widths=widths)
    row("trapline --help", f"{1000 * median(a.wall for a, _ in pairs):.1f}", widths=widths)
    row("/bin/true", f"{1000 * median(b.wall for _, b in pairs):.1f}", widths=widths)
    row("difference", f"{1000 * median(a.wall - b.wall for a, b in pairs):.1f}", widths=widths)
