"""Fetching guests, and booting them until they have said what is waited for."""

import gzip
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time


class Failed(Exception):
    pass


class Missing(Exception):
    pass


class Machine:
    def __init__(self, trapline, cache):
        self.trapline, self.cache = trapline, cache

    def package(self, name):
        """A Debian package, unpacked; it is not installed."""
        folder = self.cache / "guests" / name
        if folder.exists():
            return folder
        if shutil.which("apt-get") is None:
            raise Missing("there is no apt-get to fetch it with")
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        done = subprocess.run(["apt-get", "download", "-qq", name], cwd=part, capture_output=True, text=True, check=False)
        files = list(part.glob("*.deb"))
        if not files:
            raise Missing(f"apt-get download {name}: {done.stderr.strip()[-200:]}")
        subprocess.run(["dpkg-deb", "-x", str(files[0]), str(part)], check=True)
        files[0].unlink()
        part.rename(folder)
        return folder

    def kernel(self, flavour="cloud"):
        """(kernel, initial file system)"""
        folder = self.cache / ("kernel" if flavour == "cloud" else f"kernel-{flavour}")
        kernel = folder / ("vmlinuz" if flavour == "cloud" else f"vmlinuz-{flavour}")
        if not kernel.exists() or not (folder / "initramfs.gz").exists():
            done = subprocess.run([str(self.trapline), "fetch-kernel", "--flavour", flavour, "--into", str(folder)],
                                  capture_output=True, text=True, check=False)
            if done.returncode:
                raise Missing(f"fetch-kernel: {done.stderr.strip()[-200:]}")
        return kernel, folder / "initramfs.gz"

    def boot(self, arguments, until, limit, status=None, typed=()):
        """What came out of the serial port up to a pattern; stopped there, unless an exit status is expected.
        `typed`: pairs of a pattern and what is typed when it has come, in their order."""
        process = subprocess.Popen([str(self.trapline), "run", *map(str, arguments), "-nographic"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pattern, output, end = re.compile(until), b"", time.monotonic() + limit
        found, typed = False, list(typed)
        try:
            while time.monotonic() < end:
                if not select.select([process.stdout], [], [], 1)[0]:
                    continue
                read = os.read(process.stdout.fileno(), 65536)
                if not read:
                    break
                output += read
                while typed and re.search(typed[0][0], output.decode(errors="replace")):
                    type_keys(process.stdin.fileno(), typed.pop(0)[1])
                found = pattern.search(output.decode(errors="replace")) is not None
                if found and status is None:
                    return output.decode(errors="replace")
            if not found:
                process.send_signal(signal.SIGINT)
                told = process.communicate(timeout=20)[1].decode(errors="replace").strip().splitlines()
                raise Failed(f"no {until!r} within {limit} s; {told[-1] if told else ''}; the last it said: {output[-300:]!r}")
            if process.wait(timeout=60) != status:
                raise Failed(f"status {process.returncode}, not {status}")
            return output.decode(errors="replace")
        finally:
            process.kill()
            process.wait()


def type_keys(descriptor, keys):
    """With a pause behind each escape: what follows one at once is a part of a function key's sequence."""
    for part in re.findall(rb"[^\x1b]*\x1b?", keys):
        os.write(descriptor, part)
        if part.endswith(b"\x1b"):
            time.sleep(0.7)


def on_a_terminal(command, until, limit, typed=()):
    """What a program of this host writes to a terminal of its own; `typed` as for `Machine.boot`."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe(command[0], command, {"PATH": os.environ["PATH"], "TZ": "UTC"})
    output, typed, end = b"", list(typed), time.monotonic() + limit
    try:
        while time.monotonic() < end and not re.search(until, output.decode(errors="replace")):
            if select.select([terminal], [], [], 1)[0]:
                output += os.read(terminal, 65536)
            while typed and re.search(typed[0][0], output.decode(errors="replace")):
                type_keys(terminal, typed.pop(0)[1])
    except OSError:
        pass  # The program has ended, and the terminal with it.
    finally:
        os.close(terminal)
        os.waitpid(process, 0)
    return output.decode(errors="replace")


def archive(files):
    """An initial file system of some more files: name -> (mode, bytes)."""
    data = b""
    for number, (name, (mode, content)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))], 1):
        header = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        data += b"070701" + b"".join(b"%08X" % field for field in header) + name.encode() + b"\0"
        data += b"\0" * (-len(data) % 4) + content
        data += b"\0" * (-len(data) % 4)
    return gzip.compress(data)


def unpacked(path):
    """The files of an initial file system."""
    data, at, files = gzip.decompress(path.read_bytes()), 0, {}
    while data[at:at + 6] == b"070701":
        fields = [int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16) for n in range(13)]
        name = data[at + 110:at + 110 + fields[11] - 1].decode()
        start = (at + 110 + fields[11] + 3) & ~3
        if name == "TRAILER!!!":
            break
        files[name.lstrip("/")] = data[start:start + fields[6]]
        at = (start + fields[6] + 3) & ~3
    return files
