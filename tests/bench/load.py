"""The load client, a program of its own: takes commands as JSON lines, answers each with one.

``{"do": "connect", "dialect": "socketio", "port": 5000, "clients": 200}`` opens connections,
``{"do": "window", "rate": 1000, "seconds": 2.5}`` sends so many messages a second over them, one after the other, on
schedule whatever the server does. A message that left more than 5 ms late is timed from its schedule.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench.wire import OtherTab, SocketIO, Visitor, Wire

LATE_SECONDS = 0.005
DRAIN_SECONDS = 2.0
CONNECT_SECONDS = 60
AT_ONCE = 50
DIALECTS: dict[str, type[Wire]] = {"raw": Wire, "socketio": SocketIO, "chat": Visitor}


class Load:
    """Connections to one server, and what came back over them in the present window."""

    def __init__(self) -> None:
        self.clients: list[Wire] = []
        self.next_number = 0
        self.first = 0
        self.sent: list[float] = []
        self.waits: list[float] = []
        self.heard_at = 0.0

    def answered(self, number: int) -> None:
        """Note how long a message of this window was under way."""
        self.heard_at = now = time.perf_counter()
        index = number - self.first
        if 0 <= index < len(self.sent):
            self.waits.append(now - self.sent[index])

    async def connect(
        self, dialect: str, port: int, clients: int, host: str = "127.0.0.1", offers_deflate: bool = False
    ) -> dict[str, Any]:
        """Open this many connections, fifty at a time, and say how many a second became ready."""
        loop = asyncio.get_running_loop()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(kind: type[Wire], **more: Any) -> Wire:
            async with gate:
                _, wire = await loop.create_connection(
                    lambda: kind(host, port, self.answered, offers_deflate, **more), host, port
                )
                await wire.ready
                return wire

        began = time.perf_counter()
        async with asyncio.timeout(CONNECT_SECONDS):
            new = await asyncio.gather(*(one(DIALECTS[dialect]) for _ in range(clients)))
            took = time.perf_counter() - began
            if dialect == "chat":
                self.tabs = await asyncio.gather(*(one(OtherTab, visitor=visitor) for visitor in new))
        self.clients += new
        return {"connects_per_second": clients / took}

    async def window(self, rate: float, seconds: float) -> dict[str, Any]:
        """Send at this rate for so long; return percentiles in milliseconds and what was answered."""
        count = max(1, int(rate * seconds))
        self.first, self.sent, self.waits = self.next_number, [0.0] * count, []
        self.next_number += count
        clients, sent, first = self.clients, self.sent, self.first
        used, began = time.process_time(), time.perf_counter()
        start, index = began + 0.02, 0
        while index < count:
            now = time.perf_counter()
            while index < count and (due := start + index / rate) <= now:
                sent[index] = due if now - due > LATE_SECONDS else now
                clients[index % len(clients)].say(first + index)
                index += 1
                if not index % 64:
                    now = time.perf_counter()
                    await asyncio.sleep(0)
            await asyncio.sleep(max(0.0, start + index / rate - time.perf_counter()))
        busy = (time.process_time() - used) / (time.perf_counter() - began)
        end = time.perf_counter() + DRAIN_SECONDS
        while len(self.waits) < count and time.perf_counter() < end:
            await asyncio.sleep(0.01)
        waits = sorted(self.waits)
        answer = {"sent": count, "answered": len(waits), "client_busy": busy}
        answer["lost"] = sum(one.is_lost for one in clients)
        answer["refused"] = sum(one.refused for one in clients if isinstance(one, Visitor))
        answer |= {
            name: percentile(waits, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        }
        await self.calm()
        return answer

    async def calm(self) -> None:
        """Wait until nothing has come back for a third of a second, so that one window does not burden the next."""
        end = time.perf_counter() + 10
        while time.perf_counter() - self.heard_at < 0.3 and time.perf_counter() < end:
            await asyncio.sleep(0.05)

    async def rest(self, seconds: float) -> dict[str, Any]:
        """Keep the connections open and silent."""
        await asyncio.sleep(seconds)
        return {"lost": sum(one.is_lost for one in self.clients)}


def percentile(waits: list[float], share: float) -> float:
    """Return the percentile of sorted seconds in milliseconds; infinite when there are none."""
    return waits[min(len(waits) - 1, int(len(waits) * share))] * 1000 if waits else float("inf")


def main() -> None:
    """Obey until there are no more commands. Trouble with a connection is an answer with ``error``."""
    load = Load()
    verbs: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
        "connect": load.connect,
        "window": load.window,
        "rest": load.rest,
    }
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = runner.run(verbs[command.pop("do")](**command))
            except (OSError, TimeoutError) as trouble:
                answer = {"error": f"{type(trouble).__name__}: {trouble}"}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
