"""Programs under measurement: started, pinned to a processor, weighed, ended; and who else used the machine meanwhile."""

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SERVER_CPU, CLIENT_CPU = 0, 1


class Server(Protocol):
    """What the load client needs to know of a server."""

    port: int
    process: "subprocess.Popen[str]"

    def cpu_seconds(self) -> float:
        """Return how much processor time it has used."""
        ...


class Program:
    """A program of ours running as a process of its own, which says on which port it serves.

    Use it as a context manager. ``port`` is taken from the first line of output that ends in a port number; the rest is
    read and thrown away, so that a talkative program is not held up.
    """

    def __init__(self, *arguments: str, cpu: int | None = SERVER_CPU, environ: Mapping[str, str] | None = None) -> None:
        self.arguments = [sys.executable, *arguments]
        self.cpu = cpu
        self.environ = dict(environ or {})

    def __enter__(self) -> "Program":
        self.process = subprocess.Popen(
            self.arguments,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        pin(self.process.pid, self.cpu)
        said = []
        for line in self.output():
            said.append(line)
            if found := re.search(r":(\d+)( |$)", line.strip()):
                self.port = int(found[1])
                threading.Thread(target=self.drain, daemon=True).start()
                return self
        raise RuntimeError(f"{' '.join(self.arguments[1:])} ended: {''.join(said).strip()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def output(self) -> Iterator[str]:
        """Return the lines that it writes."""
        assert self.process.stdout is not None
        return iter(self.process.stdout)

    def drain(self) -> None:
        """Read what it writes until it ends."""
        for _ in self.output():
            pass

    def resident(self) -> int:
        """Return how many bytes of memory it occupies."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE

    def cpu_seconds(self) -> float:
        """Return how much processor time it has used."""
        return cpu_seconds(self.process.pid)


def pin(pid: int, cpu: int | None) -> None:
    """Bind a process to one processor where the system and their number allow it."""
    allowed = sorted(os.sched_getaffinity(0))
    if cpu is not None and len(allowed) > cpu:
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.sched_setaffinity(pid, {allowed[cpu]})


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


class Foreign:
    """Measures which share of the machine others used between ``__init__`` and ``share``."""

    def __init__(self, *own: int) -> None:
        self.own = [os.getpid(), *own]
        self.started = time.monotonic()
        self.busy, self.used = busy_seconds(), self.own_seconds()

    def own_seconds(self) -> float:
        """Return the processor time of our own processes."""
        return sum(cpu_seconds(pid) for pid in self.own)

    def share(self) -> float:
        """Return the foreign share of all processors, from 0 to 1."""
        elapsed = (time.monotonic() - self.started) * (os.cpu_count() or 1)
        foreign = (busy_seconds() - self.busy) - (self.own_seconds() - self.used)
        return min(1.0, max(0.0, foreign / elapsed)) if elapsed else 0.0


def busy_seconds() -> float:
    """Return the time that all processors together were not idle."""
    with Path("/proc/stat").open(encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS
