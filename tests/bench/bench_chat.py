"""The chat as citizens use it, against the bare prototype: rules, rights, masking and delivery to every open page.

``helpdesk serve`` with the demo municipality; each conversation has two pages open, one that speaks and one that
listens. A message counts when it has reached the other page, so it was stored, acknowledged and delivered.
"""

from types import TracebackType

from tests.bench.bench_socket import RATE_EACH, Highest, prototype
from tests.bench.driver import Load
from tests.bench.machine import SERVER_CPU, cpu_seconds, pin
from tests.bench.rows import Row, median_of, pace
from tests.soak.processes import Helpdesk

CONVERSATIONS = 200
GUESS = 600.0
COST_RATE = 300.0


class Product:
    """The product's server in the shape of ``machine.Program``."""

    def __enter__(self) -> "Product":
        self.desk = Helpdesk()
        self.desk.__enter__()
        try:
            self.desk.migrate()
            self.desk.demo()
            self.desk.start()
        except BaseException:
            self.desk.__exit__(None, None, None)
            raise
        self.port = self.desk.port
        self.process = self.desk.running["server"]
        pin(self.process.pid, SERVER_CPU)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.desk.__exit__(kind, error, trace)

    def cpu_seconds(self) -> float:
        """Return how much processor time it has used."""
        return cpu_seconds(self.process.pid)


def run() -> list[Row]:
    """Measure the highest rate, the processor time and the delay of a message in the product and in the prototype."""
    seen, bare, found = Highest(), prototype(), [GUESS]
    clients = pace().level_clients
    with Product() as product:

        def highest() -> float:
            with Load(product, "chat", CONVERSATIONS) as load:
                found.append(load.highest_rate(found[-1]))
                seen.note(load)
                return found[-1]

        reached = median_of(highest)
        with Load(product, "chat", CONVERSATIONS) as load:
            processor_time = load.microseconds_each(COST_RATE)
        with Load(product, "chat", clients) as load:
            load.window(clients * RATE_EACH)
            p99: float = median_of(lambda: load.window(clients * RATE_EACH, 2 * pace().window_seconds)["p99"], 3)
            seen.note(load)
    foreign = max(seen.foreign, bare.seen.foreign)
    level = f"{clients} conversations, {RATE_EACH} messages/s each"
    return [
        Row(
            "chat, citizen to other page, highest rate at p99 < 100 ms",
            reached,
            "messages/s",
            "prototype",
            bare.rate,
            foreign,
            goal="≥ 50 %",
        ),
        Row("chat, processor time", processor_time, "µs/message", "prototype", bare.cost, foreign),
        Row("chat, p99", p99, "ms", "prototype, p99", bare.p99, foreign, level, goal="≤ 50 ms"),
    ]
