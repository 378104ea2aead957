"""The load client from the outside: one window, the same window again when others disturbed it, the highest rate."""

import json
import math
import subprocess
import sys
from types import TracebackType
from typing import Any

from tests.bench.machine import CLIENT_CPU, ROOT, Foreign, Server, pin
from tests.bench.rows import is_time_left, pace

P99_LIMIT_MS = 100.0
ANSWERED_SHARE = 0.995
FOREIGN_LIMIT = 0.2


class Load:
    """A load client as a process of its own, connected to a server program. Use it as a context manager."""

    def __init__(self, server: Server, dialect: str, clients: int, offers_deflate: bool = False) -> None:
        self.server = server
        self.opening = {"dialect": dialect, "port": server.port, "clients": clients, "offers_deflate": offers_deflate}
        self.foreign = 0.0

    def __enter__(self) -> "Load":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pin(self.process.pid, CLIENT_CPU)
        try:
            self.connects_per_second: float = self.do("connect", **self.opening)["connects_per_second"]
        except RuntimeError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate()

    def do(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """Have one command carried out. Raises RuntimeError with what the client had to say when it could not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": verb, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the load client ended"}
        if "error" in answer:
            raise RuntimeError(f"load client: {answer['error']}")
        return answer

    def window(self, rate: float, seconds: float | None = None) -> dict[str, Any]:
        """Measure one window, again up to twice when others used more than a fifth of the machine meanwhile."""
        best: dict[str, Any] | None = None
        for _ in range(pace().repeats):
            foreign = Foreign(self.process.pid, self.server.process.pid)
            answer = self.do("window", rate=rate, seconds=seconds or pace().window_seconds)
            answer["foreign"] = foreign.share()
            if best is None or answer["foreign"] < best["foreign"]:
                best = answer
            if best["foreign"] <= FOREIGN_LIMIT or not is_time_left():
                break
        assert best is not None
        self.foreign = max(self.foreign, best["foreign"])
        return best

    def microseconds_each(self, rate: float) -> float:
        """Return the processor time that the server spends on one message at this rate. Hardly disturbed by others.

        Give a rate near what the server can do: one that idles between messages is woken for each.
        """
        foreign, used = Foreign(self.process.pid, self.server.process.pid), self.server.cpu_seconds()
        answer = self.do("window", rate=rate, seconds=2 * pace().window_seconds)
        self.foreign = max(self.foreign, foreign.share())
        answered: int = answer["answered"]
        return (self.server.cpu_seconds() - used) / max(1, answered) * 1e6

    def highest_rate(self, guess: float) -> float:
        """Return the highest rate with p99 under 100 ms and 99.5 % answered, to about ten per cent.

        Starts at two thirds of the guess, goes up by half until a window fails (down until one passes), then bisects.
        """
        good, bad, rate = 0.0, math.inf, guess / 1.5
        while rate > 1:
            if self.is_good(rate):
                good = rate
                if bad < math.inf:
                    break
                rate *= 1.5
            else:
                bad = rate
                if good:
                    break
                rate /= 1.5
        for _ in range(pace().bisections if is_time_left() else 0):
            middle = (good + bad) / 2
            good, bad = (middle, bad) if self.is_good(middle) else (good, middle)
        return good

    def is_good(self, rate: float) -> bool:
        """Tell whether the server keeps up with this rate. One bad window may be bad luck: it has a second chance."""
        for _ in range(2):
            seen = self.window(rate)
            if seen["p99"] < P99_LIMIT_MS and seen["answered"] >= ANSWERED_SHARE * seen["sent"]:
                return True
            if not is_time_left():
                break
        return False
