"""The web server against strangers: who does not read, who sends too much, who comes and goes ten thousand times."""

import json
import urllib.request

from tests.bench.driver import Load
from tests.bench.machine import Program
from tests.soak.checks import Check
from tests.soak.processes import wait_for

MEGABYTE = 1_000_000
ROUND = 500
BYTES_A_VISIT = 2000
"""What a visit may leave until the next full collection; a connection that is kept takes thirty times as much."""


def run(scale: float) -> list[Check]:
    """Come and go; afterwards no connection is left and memory has come back."""
    with Program("tests/web/tiny_server.py", "0") as server:

        def facts() -> dict[str, int]:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/facts", timeout=30) as answer:
                found: dict[str, int] = json.load(answer)
                return found

        def everybody_has_left() -> bool:
            return facts()["connections"] == 0

        def come_and_go() -> None:
            with Load(server, "socketio", ROUND):
                pass
            wait_for(everybody_has_left, 60, "the end of all connections")

        come_and_go()
        before = facts()["resident"]
        rounds = max(2, round(20 * scale))
        for _ in range(rounds):
            come_and_go()
        grown = facts()["resident"] - before
        visits = rounds * ROUND
        return [
            Check("nobody is left after everyone has gone", ok=everybody_has_left(), figures={"visits": visits}),
            Check(
                "memory comes back",
                ok=grown < 8 * MEGABYTE + visits * BYTES_A_VISIT,
                figures={"visits": visits, "grown_megabytes": round(grown / MEGABYTE, 1)},
            ),
        ]
