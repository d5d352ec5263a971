"""The guests, one function each: it gives what there is to tell, or raises Failed or Missing."""

import re
import shutil
import subprocess
from pathlib import Path

from booting import Failed, Missing, archive, on_a_terminal, unpacked

HERE = Path(__file__).resolve().parent
DONE = r"the command ended with status 0"


def kernels(machine, scratch):
    """The cloud and the standard kernel, by PVH and by Linux's own protocol."""
    for flavour in ("cloud", "standard"):
        kernel, initial = machine.kernel(flavour)
        for protocol in ("pvh", "linux"):
            machine.boot(["-kernel", kernel, "-initrd", initial, "-append", 'console=ttyS0 quiet trapline.run="uname -r"',
                          "--boot-protocol", protocol, "-m", "512M"], DONE, 900, status=0)
    return "the cloud and the standard kernel reach user land by both protocols, and switch the machine off"


def native_busybox(initial, scratch):
    """The initial file system's busybox, for this host to run, and its name there."""
    files = unpacked(initial)
    name = next((name for name in files if name.endswith("bin/busybox")), None)
    if name is None:
        raise Missing("no busybox in the initial file system")
    busybox = scratch / "busybox"
    busybox.write_bytes(files[name])
    busybox.chmod(0o755)
    return busybox, name


def tools(machine, scratch):
    """The same busybox natively and in the guest."""
    kernel, initial = machine.kernel()
    busybox, name = native_busybox(initial, scratch)
    script = (HERE / "tools.sh").read_bytes()
    native = subprocess.run([str(busybox), "sh", str(HERE / "tools.sh"), str(busybox)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=True, env={"TZ": "UTC"}).stdout
    native = [line.strip() for line in native.strip().splitlines()]
    both = scratch / "initial.gz"
    both.write_bytes(initial.read_bytes() + archive({"tools.sh": (0o100755, script)}))
    said = machine.boot(["-kernel", kernel, "-initrd", both, "-append",
                         f'console=ttyS0 quiet trapline.run="sh /tools.sh /{name}"', "-m", "256M"], DONE, 1800, status=0)
    lines = [line.strip() for line in said.splitlines()]
    first = next((at for at, line in enumerate(lines) if line == native[0]), 0)
    guest = lines[first:first + len(native)]
    for ours, theirs in zip(guest, native):
        if ours != theirs:
            raise Failed(f"natively {theirs!r}, in the guest {ours!r}")
    return f"{len(native) - 2} results of busybox's tools are the same as natively"


# Moves, inserts, changes, deletes, copies, searches, replaces, undoes, writes. The second is typed when the first shows.
KEYS = [(r"vi begins[^$]*1/58", b"3Gdwione two three\x1b/450\ncwchanged\x1byypj2ddGAend\x1bOabove\x1b:%s/1/one/g\nddu:w\n"),
        (r"\d+L, \d+C", b"1Gxxp:wq\n")]


def vi(machine, scratch):
    """The same keys under a terminal natively and on the guest's serial line."""
    kernel, initial = machine.kernel()
    busybox, name = native_busybox(initial, scratch)
    script, over = HERE / "vi.sh", r"that was the file"
    native = on_a_terminal([str(busybox), "sh", str(script), str(busybox), str(scratch / "text")], over, 60, KEYS)
    both = scratch / "initial.gz"
    both.write_bytes(initial.read_bytes() + archive({"vi.sh": (0o100755, script.read_bytes())}))
    said = machine.boot(["-kernel", kernel, "-initrd", both, "-append",
                         f'console=ttyS0 quiet trapline.run="sh /vi.sh /{name} /text"', "-m", "256M"],
                        over + f"[^$]*{DONE}", 900, status=0, typed=KEYS)
    ours, theirs = (re.search(r"vi has ended(.*)that was the file", text.replace("\r", ""), re.S) for text in (said, native))
    if not theirs or "changed" not in theirs[1]:
        raise Failed(f"natively vi did not do what was typed: {native[-300:]!r}")
    if not ours or ours[1] != theirs[1]:
        raise Failed(f"natively {theirs[1]!r}, in the guest {ours[1] if ours else said[-300:]!r}")
    return "busybox's vi does on the serial line what it does under a terminal here"


def disk(machine, scratch):
    """An ext4 root on the NVMe controller, without an initial file system and without modules."""
    for program in ("mkfs.ext4", "e2fsck", "debugfs"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not here: the package e2fsprogs")
    kernel, initial = machine.kernel()
    files = unpacked(initial)
    root = scratch / "root"
    for folder in ("bin", "dev", "proc", "sys"):
        (root / folder).mkdir(parents=True)
    (root / "bin/busybox").write_bytes(next(data for name, data in files.items() if name.endswith("bin/busybox")))
    (root / "init").write_text("#!/bin/busybox sh\nB=/bin/busybox\n$B mount -t proc proc /proc\n"
                               "$B seq 1 200000 > /written\n$B mkdir /more\n"
                               "for n in $($B seq 1 200); do $B cp /bin/busybox /more/$n; [ $n -gt 20 ] && $B rm /more/$((n - 20)); done\n"
                               "$B sync; $B sha256sum /written; $B mount -o remount,ro /; echo the disk is done\n$B poweroff -f\n")
    for name in ("bin/busybox", "init"):
        (root / name).chmod(0o755)
    image = scratch / "disk.img"
    subprocess.run(["mkfs.ext4", "-q", "-d", str(root), str(image), "256M"], check=True, capture_output=True)
    machine.boot(["-kernel", kernel, "-append", "console=ttyS0 quiet root=/dev/nvme0n1 rw init=/init",
                  "-drive", f"file={image},format=raw", "-m", "256M"], r"the disk is done", 900, status=0)
    checked = subprocess.run(["e2fsck", "-fn", str(image)], capture_output=True, text=True, check=False)
    if checked.returncode:
        raise Failed(f"e2fsck: {checked.stdout[-300:]}")
    read = subprocess.run(["debugfs", "-R", "cat /written", str(image)], capture_output=True, text=True, check=False).stdout
    if read != "".join(f"{number}\n" for number in range(1, 200001)):
        raise Failed("what the guest wrote is not on the disk")
    return "an ext4 root on NVMe is mounted, written to, and sound afterwards"


def memtest(machine, scratch):
    """Its screen comes by the serial line, line by line where something has changed."""
    folder = machine.package("memtest86+")
    said = machine.boot(["-kernel", folder / "boot/memtest86+x64.bin", "-append", "console=ttyS0,115200 nopause", "-m", "32M"],
                        r"Pass: +[1-9]\d* +Errors: +\d+ ", 7200)
    errors = re.findall(r"Pass: +\d+ +Errors: +(\d+) ", said)
    if any(number != "0" for number in errors):
        raise Failed(f"{errors[-1]} errors")
    tests = {int(number) for number in re.findall(r"#(\d+) +\[", said)}
    return f"memtest86+ completes a pass with 32 MB, tests {', '.join(map(str, sorted(tests)))}, and finds no errors"


def xen(machine, scratch):
    """Without its calls of a BIOS, which is not there."""
    folder = machine.package("xen-hypervisor-4.17-amd64")
    kernel, initial = machine.kernel("standard")
    machine.boot(["-kernel", next((folder / "boot").glob("xen-*.gz")), "-initrd",
                  f'{kernel} console=hvc0 trapline.run="uname -r",{initial}',
                  "-append", "no-real-mode console=com1 com1=115200,8n1 dom0_mem=256M", "-m", "768M"],
                 rf"(?s)Linux version.*{DONE}.*Entering ACPI S5 state", 3600, status=0)
    return "Xen 4.17 starts the standard kernel as its first domain, which reaches user land and switches the machine off"


def installer(machine, scratch):
    folder = machine.package("debian-installer-12-netboot-amd64")
    images = next(folder.glob("usr/lib/debian-installer/images/*/amd64/text/debian-installer/amd64"))
    machine.boot(["-kernel", images / "linux", "-initrd", images / "initrd.gz", "-append", "console=ttyS0 TERM=vt100",
                  "-m", "512M"], r"<Continue>|Select a language|Choose language|<Go Back>", 3600)
    return "the Debian installer shows its first screen on the serial line"


ALL = {"kernels": kernels, "tools": tools, "vi": vi, "disk": disk, "memtest": memtest, "xen": xen, "installer": installer}
