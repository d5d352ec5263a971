"""How a check grows with the number of instructions, and with the number of control bits, on machines made for it."""

import os
import tempfile

from measuring import heading, measure, row

PLOT = "Docs/Figures/growth.svg"


def machine(instructions, controls):
    """The third generation machine with more instructions, no two alike, and more control bits, each of which one
    privileged instruction writes and shows."""
    text = ["machine grown \"Grown\"", "extends third-generation", "state"]
    text += [f"  control extra{i} : 1  handled own 0" for i in range(controls)] or ["  control extra : 1"]
    for i in range(instructions):
        shift = 1 + i % 40
        text += [
            "", f'instruction "X{i} d,key,word"', f"  encoding 0x9{i & 15:X} d:4 key:4 0x{i >> 4:02X} word:24",
            f"  r[d] <- (r[d] << {shift}) + e[zext(word, 48)] + zext(key, 48) + {i}",
        ]
    for i in range(controls):
        text += [
            "", f'instruction "Y{i} d"', f"  encoding 0xA{i & 15:X} d:4 _:4 0x{i >> 4:02X} _:24",
            "  trap privileged-instruction when user = 1",
            f"  r[d] <- zext(extra{i}, 48)", f"  extra{i} <- r[d][0]",
        ]
    return "\n".join(text) + "\n"


def points(trapline, sizes, make):
    found = []
    for size in sizes:
        with tempfile.NamedTemporaryFile("w", suffix=".isa") as file:
            file.write(make(size))
            file.flush()
            result = measure([trapline, "check", file.name, "--brief"])
        if result.status != 0:
            raise SystemExit(f"the machine of size {size} was not checked: status {result.status}\n{result.output}")
        found.append((size, result.cpu, result.peak))
    return found


def slope(found):
    """The exponent of the growth between the largest and one of a quarter of its size, less what size 0 costs."""
    import math
    base = found[0][1]
    (small, cost, _), (large, more, _) = found[-3], found[-1]
    return math.log(max(more - base, 1e-3) / max(cost - base, 1e-3)) / math.log(large / small)


def plot(series):
    """Two lines in one picture, without a library."""
    width, height, left, bottom = 640, 360, 60, 40
    most = max(cpu for _, found in series for _, cpu, _ in found)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
             'font-size="12"><title>Processor seconds of a check by size of the machine</title>',
             f'<rect width="{width}" height="{height}" fill="white"/>',
             f'<path d="M{left} 10V{height - bottom}H{width - 10}" fill="none" stroke="black"/>',
             f'<text x="{width - 220}" y="{height - 8}">instructions, or control bits, added</text>',
             f'<text x="4" y="20">CPU s</text><text x="{left - 50}" y="{height - bottom}">0</text>',
             f'<text x="{left - 50}" y="40">{most:.1f}</text>']
    largest = max(size for _, found in series for size, _, _ in found)
    for index, (name, found) in enumerate(series):
        place = [(left + (width - left - 120) * size / largest, height - bottom - (height - bottom - 40) * cpu / most)
                 for size, cpu, _ in found]
        dash = "" if index == 0 else ' stroke-dasharray="6 3"'
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
        parts.append(f'<polyline points="{line}" fill="none" stroke="black"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in place]
        parts.append(f'<text x="{place[-1][0] + 8:.1f}" y="{place[-1][1] + 4:.1f}">{name}</text>')
    os.makedirs(os.path.dirname(PLOT), exist_ok=True)
    with open(PLOT, "w") as file:
        file.write("\n".join(parts) + "\n</svg>\n")


def run(trapline):
    heading("growth of a check")
    widths = (22, 8, 10, 8)
    row("", "added", "CPU s", "MiB", widths=widths)
    sizes = [0, 32, 64, 128, 256]
    series = [
        ("instructions", points(trapline, sizes, lambda size: machine(size, 0))),
        ("control bits", points(trapline, [0, 16, 32, 64, 128], lambda size: machine(0, size))),
    ]
    for name, found in series:
        for size, cpu, peak in found:
            row(name, size, f"{cpu:.2f}", f"{peak:.0f}", widths=widths)
        row(f"{name}: grows as the size to the power", f"{slope(found):.2f}", widths=(40, 6))
    plot(series)
    print(f"plotted in {PLOT}")
