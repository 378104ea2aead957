"""The socket: how much of a bare websocket our stack leaves, and what storing every message costs on top of it."""

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
    """Return the highest rate of messages with p99 under 100 ms, on a fresh server."""
    with Program(f"{SERVERS}/{server}.py") as program, Load(program, dialect, CLIENTS) as load:
        rate = load.highest_rate(guess)
        seen.note(load)
        return rate


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


def run() -> list[Row]:
    """Measure capacity, delay at a level, memory and connecting, each against its bare reference."""
    raw_seen, echo_seen, durable_seen = Highest(), Highest(), Highest()
    raw = median_of(lambda: capacity("raw_websockets", "raw", 30_000, raw_seen))
    echo = median_of(lambda: capacity("echo", "socketio", 3_000, echo_seen))
    durable = median_of(lambda: capacity("durable", "socketio", 1_200, durable_seen))
    level_seen = Highest()
    raw_p99 = level_p99("raw_websockets", "raw", level_seen)
    durable_p99 = level_p99("durable", "socketio", level_seen)
    idle_raw = median_of(lambda: bytes_each("raw_uvicorn", "raw", offers_deflate=False))
    idle_ours = median_of(lambda: bytes_each("echo", "socketio", offers_deflate=True))
    raw_connects = median_of(lambda: connects("raw_websockets", "raw"))
    our_connects = median_of(lambda: connects("echo", "socketio"))
    cost_seen = Highest()
    raw_cost = median_of(lambda: cost("raw_websockets", "raw", 15_000, cost_seen))
    echo_cost = median_of(lambda: cost("echo", "socketio", 1_500, cost_seen))
    durable_cost = median_of(lambda: cost("durable", "socketio", 600, cost_seen))
    level = f"{pace().level_clients} clients, {RATE_EACH} messages/s each"
    return [
        Row(
            "Socket.IO echo, highest rate at p99 < 100 ms",
            echo,
            "messages/s",
            "raw websockets echo",
            raw,
            max(raw_seen.foreign, echo_seen.foreign),
        ),
        Row(
            "message stored, then delivered (prototype), highest rate",
            durable,
            "messages/s",
            "Socket.IO echo",
            echo,
            max(durable_seen.foreign, echo_seen.foreign),
        ),
        Row(
            "message stored, then delivered (prototype), p99",
            durable_p99,
            "ms",
            "raw websockets echo, p99",
            raw_p99,
            level_seen.foreign,
            level,
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
            durable_cost,
            "µs/message",
            "Socket.IO echo",
            echo_cost,
            cost_seen.foreign,
        ),
        Row("memory of an idle client that offers compression", idle_ours, "KiB", "raw uvicorn websocket", idle_raw),
        Row(
            "connects straight to websocket, no authentication",
            our_connects,
            "per second",
            "raw websockets",
            raw_connects,
        ),
    ]
