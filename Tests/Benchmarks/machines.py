"""Every machine checked with certificates, and the certificates verified."""

import os
import tempfile

from measuring import heading, measure, row

NAMES = sorted({name.removesuffix(".isa") for name in os.listdir("ISA")
                if name.endswith(".isa") or os.path.exists(f"ISA/{name}/machine.isa")})


def size(folder):
    """MiB of files."""
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names) / 2**20


def run(trapline, limit):
    heading(f"check --certificates, and verify (at most {limit} CPU s each)")
    widths = (42, 15, 6, 15, 6, 16)
    row("", "check CPU s", "MiB", "verify CPU s", "MiB", "certificates MiB", widths=widths)
    total = [0.0, 0.0]
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            proofs = os.path.join(folder, "proofs")
            checked = measure(
                [trapline, "check", name, "--brief", "--fail-on", "never", "--certificates", proofs], limit)
            total[0] += checked.cpu
            if not checked.in_time:
                row(name, f"not within {limit} s", f"{checked.peak:.0f}", widths=widths)
                continue
            cells = [name, f"{checked.cpu:.1f}", f"{checked.peak:.0f}"]
            if checked.status != 0:
                row(*cells, f"status {checked.status}", widths=widths)
                continue
            if not os.path.isdir(proofs):
                row(*cells, "nothing to verify", widths=widths)
                continue
            verified = measure([trapline, "verify", proofs, "--isa", name], limit)
            total[1] += verified.cpu
            if verified.in_time:
                cells += [f"{verified.cpu:.1f}", f"{verified.peak:.0f}", f"{size(proofs):.1f}"]
            else:
                cells += [f"not within {limit} s", f"{verified.peak:.0f}", f"{size(proofs):.1f}"]
            row(*cells, widths=widths)
    row("all", f"{total[0]:.1f}", "", f"{total[1]:.1f}", widths=widths)
