"""The socket: how much of a bare websocket our stack leaves, and what storing every message costs on top of it."""

from dataclasses import dataclass, field
from functools import cache

from tests.bench.driver import Load
from tests.bench.machine import Program
from tests.bench.rows import Row, median_of, pace

SERVERS = "tests/bench/servers"
CLIENTS = 200
RATE_EACH = 0.5
"""Messages a second and client at the level test."""


class Highest:
    """The highest foreign share seen while a series was measured."""

    def __init__(self) -> None:
        self.foreign = 0.0

    def note(self, load: Load) -> None:
        """Take in what one load client has seen."""
        self.foreign = max(self.foreign, load.foreign)


def capacity(server: str, dialect: str, guess: float, seen: Highest) -> float:
    """Return the highest rate of messages with p99 under 100 ms, each time on a fresh server."""
    found: list[float] = []

    def once() -> float:
        with Program(f"{SERVERS}/{server}.py") as program, Load(program, dialect, CLIENTS) as load:
            found.append(load.highest_rate(found[-1] if found else guess))
            seen.note(load)
            return found[-1]

    return median_of(once)


def level_p99(server: str, dialect: str, seen: Highest) -> float:
    """Return the p99 in milliseconds with many clients of whom each says something every other second."""
    clients = pace().level_clients
    with Program(f"{SERVERS}/{server}.py") as program, Load(program, dialect, clients) as load:
        load.window(clients * RATE_EACH)
        p99: float = median_of(lambda: load.window(clients * RATE_EACH, 2 * pace().window_seconds)["p99"], 3)
        seen.note(load)
        return p99


def bytes_each(server: str, dialect: str, offers_deflate: bool) -> float:
    """Return the memory of one idle connection in KiB."""
    clients = pace().idle_clients
    with Program(f"{SERVERS}/{server}.py") as program:
        with Load(program, dialect, 20, offers_deflate):
            pass
        before = program.resident()
        with Load(program, dialect, clients, offers_deflate) as load:
            load.do("rest", seconds=1)
            return (program.resident() - before) / clients / 1024


def connects(server: str, dialect: str) -> float:
    """Return how many clients a second become ready, straight to the websocket."""
    with (
        Program(f"{SERVERS}/{server}.py") as program,
        Load(program, dialect, 20),
        Load(program, dialect, pace().idle_clients) as load,
    ):
        return load.connects_per_second


def cost(server: str, dialect: str, rate: float, seen: Highest) -> float:
    """Return the server's processor time for one message, in microseconds."""
    with Program(f"{SERVERS}/{server}.py") as program, Load(program, dialect, CLIENTS) as load:
        each = load.microseconds_each(rate)
        seen.note(load)
        return each


@dataclass
class Prototype:
    """What storing a message and delivering it costs with nothing of the product in it: the chat's reference too."""

    seen: Highest = field(default_factory=Highest)

    def __post_init__(self) -> None:
        self.rate = capacity("durable", "socketio", 1_200, self.seen)
        self.p99 = level_p99("durable", "socketio", self.seen)
        self.cost = cost("durable", "socketio", 600, self.seen)


@cache
def prototype() -> Prototype:
    """Return the prototype's figures, measured once in a run."""
    return Prototype()


def run() -> list[Row]:
    """Measure capacity, delay at a level, memory and connecting, each against its bare reference."""
    raw_seen, echo_seen, level_seen, cost_seen = Highest(), Highest(), Highest(), Highest()
    raw = capacity("raw_websockets", "raw", 30_000, raw_seen)
    echo = capacity("echo", "socketio", 3_000, echo_seen)
    raw_p99 = level_p99("raw_websockets", "raw", level_seen)
    durable = prototype()
    idle_raw = bytes_each("raw_uvicorn", "raw", offers_deflate=False)
    idle_ours = bytes_each("echo", "socketio", offers_deflate=True)
    raw_connects = connects("raw_websockets", "raw")
    our_connects = connects("echo", "socketio")
    raw_cost = cost("raw_websockets", "raw", 15_000, cost_seen)
    echo_cost = cost("echo", "socketio", 1_500, cost_seen)
    level = f"{pace().level_clients} clients, {RATE_EACH} messages/s each"
    return [
        Row(
            "Socket.IO echo, highest rate at p99 < 100 ms",
            echo,
            "messages/s",
            "raw websockets echo",
            raw,
            max(raw_seen.foreign, echo_seen.foreign),
            goal="≥ 5 %",
        ),
        Row(
            "message stored, then delivered (prototype), highest rate",
            durable.rate,
            "messages/s",
            "Socket.IO echo",
            echo,
            max(durable.seen.foreign, echo_seen.foreign),
            goal="≥ 33 %",
        ),
        Row(
            "message stored, then delivered (prototype), p99",
            durable.p99,
            "ms",
            "raw websockets echo, p99",
            raw_p99,
            max(durable.seen.foreign, level_seen.foreign),
            level,
            goal="≤ 8×, ≤ 50 ms",
        ),
        Row(
            "Socket.IO echo, processor time",
            echo_cost,
            "µs/message",
            "raw websockets echo",
            raw_cost,
            cost_seen.foreign,
        ),
        Row(
            "message stored, then delivered, processor time",
            durable.cost,
            "µs/message",
            "Socket.IO echo",
            echo_cost,
            cost_seen.foreign,
        ),
        Row(
            "memory of an idle client that offers compression",
            idle_ours,
            "KiB",
            "raw uvicorn websocket",
            idle_raw,
            goal="≤ 5×, ≤ 100 KiB",
        ),
        Row(
            "connects straight to websocket, no authentication",
            our_connects,
            "per second",
            "raw websockets",
            raw_connects,
            goal="≥ 15 %",
        ),
    ]
