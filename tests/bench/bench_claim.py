"""Taking whoever is next, beside the same rows written by hand: what rules, reasons and the ORM cost on top of the database.

One connection, nobody else: chats in four lanes wait, and twenty agents take in turn. Each take is measured alone; what
is taken is closed again outside the measurement, which also proves that the rows written by hand are a whole take.
"""

import json
import re
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.sealing import Sealer
from helpdesk.contacts.stages import Channel, Outcome, Reason, Stage
from helpdesk.db import Database
from helpdesk.migrating import migrate
from helpdesk.queue.actions import take_next
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests import servers
from tests.bench.machine import Foreign
from tests.bench.rows import Row, pace
from tests.builders import Centre
from tests.conftest import new_postgres_database

AGENTS = 20
NEEDS = (frozenset[str](), frozenset({"lang:fi"}), frozenset({"lang:en"}), frozenset({"skill:bygg"}))
BATCH = 3 * AGENTS
"""Three chats fill an agent's room."""
CLOSING = Closing(Outcome.SOLVED, (ErrandSaid(Reason.NEW_NEED),))

LOCK_AGENT = "SELECT room, load, state, account_id, public_id FROM agent WHERE id = :agent"
BURDEN = (
    "SELECT c.channel, c.stage, a.cost FROM contact AS c JOIN assignment AS a ON a.contact_id = c.id "
    "WHERE a.agent_id = :agent AND a.ended_at IS NULL AND a.role = 'owner'"
)
DOORS = "SELECT channel FROM agent_door WHERE agent_id = :agent"
ABILITIES = "SELECT need FROM ability WHERE agent_id = :agent"
LANES = (
    "SELECT id, channel, needs FROM lane "
    "WHERE EXISTS (SELECT 1 FROM contact WHERE stage = 'waiting' AND lane_id = lane.id)"
)
HEAD = (
    "SELECT due_at, id FROM contact WHERE stage = 'waiting' AND lane_id = :lane AND ready_at <= :now "
    "ORDER BY due_at, id LIMIT 1"
)
EARLIER = "SELECT public_id FROM contact WHERE stage = 'waiting' AND lane_id = :lane AND (due_at, id) < (:due, :contact) LIMIT 5"
CLAIM = (
    "UPDATE contact SET stage = 'talking', agent_id = :agent, taken_at = :now, first_answered_at = :now, "
    "last_event = last_event + 2 WHERE id = :contact AND stage = 'waiting' RETURNING last_event"
)
ROOM = "UPDATE agent SET load = load + 4 WHERE id = :agent"
ASSIGN = (
    "INSERT INTO assignment (contact_id, agent_id, role, cost, taken_at, why) "
    "VALUES (:contact, :agent, 'owner', 4, :now, :why) RETURNING id"
)
PERIOD = "INSERT INTO period (assignment_id, kind, started_at) VALUES (:assignment, 'talk', :now)"
PROMISE = "UPDATE promise SET met_at = :now WHERE contact_id = :contact AND met_at IS NULL"
EVENT = (
    "INSERT INTO contact_event (contact_id, n, at, actor, account_id, kind, facts) "
    "VALUES (:contact, :n, :now, 'agent', :account, :kind, :facts)"
)
VERSION = "UPDATE change_version SET version = version + 1 WHERE name = 'queue'"
BARE = "UPDATE contact SET citizen_seen_at = :now WHERE id = :contact"


class Hand:
    """The driver's own connection, on which statements are written by hand."""

    def __init__(self, database: Database) -> None:
        self.is_sqlite = database.is_sqlite
        self.pooled = database.engine.raw_connection()
        self.cursor = self.pooled.cursor()

    def __call__(self, statement: str, **given: Any) -> list[Any]:
        """Run one statement in the driver's dialect; return its rows."""
        if not self.is_sqlite:
            statement = re.sub(r":(\w+)", r"%(\1)s", statement)
        self.cursor.execute(statement, given)
        return self.cursor.fetchall() if self.cursor.description else []

    def begin(self) -> None:
        """Begin as the product does."""
        if self.is_sqlite:
            self.cursor.execute("BEGIN IMMEDIATE")

    def moment(self, at: datetime) -> Any:
        """Return a moment as the database keeps it."""
        return at.replace(tzinfo=None).isoformat(" ", "microseconds") if self.is_sqlite else at

    def done(self) -> None:
        """Commit."""
        self.pooled.commit()

    def close(self) -> None:
        """Give the connection back."""
        self.pooled.close()


def taken_by_hand(run: Hand, agent_id: int) -> None:
    """Take whoever is next: the agent locked, room, doors, needs, the earliest promise, and every row that a take leaves."""
    at = run.moment(now())
    run.begin()
    lock = "" if run.is_sqlite else " FOR UPDATE"
    ((_room, _load, _state, account_id, public_id),) = run(LOCK_AGENT + lock, agent=agent_id)
    run(BURDEN, agent=agent_id)
    doors = {row[0] for row in run(DOORS, agent=agent_id)}
    abilities = {row[0] for row in run(ABILITIES, agent=agent_id)}
    lanes = [row for row in run(LANES) if row[1] in doors and set(row[2].split()) <= abilities]
    due, contact = min(tuple(row) for lane in lanes for row in run(HEAD, lane=lane[0], now=at))
    for lane in lanes:
        run(EARLIER, lane=lane[0], due=due, contact=contact)
    ((last,),) = run(CLAIM, agent=agent_id, now=at, contact=contact)
    run(ROOM, agent=agent_id)
    why = json.dumps({"rule": "earliest_promise", "passed_over": [], "more": {}, "abilities": sorted(abilities)})
    ((assignment,),) = run(ASSIGN, contact=contact, agent=agent_id, now=at, why=why)
    run(PERIOD, assignment=assignment, now=at)
    run(PROMISE, now=at, contact=contact)
    fields = {"contact": contact, "now": at, "account": account_id}
    run(EVENT, n=last - 1, kind="promise_met", facts=json.dumps({"due_at": str(due)}), **fields)
    run(EVENT, n=last, kind="taken", facts=json.dumps({"agent": public_id, "agent_id": agent_id}), **fields)
    run(VERSION)
    run.done()


def update_and_commit(run: Hand, contact_id: int) -> None:
    """Change one row and commit: the least that any change costs here."""
    run.begin()
    run(BARE, now=run.moment(now()), contact=contact_id)
    run.done()


class Takes:
    """A service centre where many wait, agents who take in turn, and how many seconds each take of each kind took."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seconds: dict[str, list[float]] = {"product": [], "hand": [], "commit": []}
        with database.transaction() as session:
            centre = Centre(session, now() - timedelta(minutes=30))
            abilities = sorted(frozenset[str]().union(*NEEDS))
            self.agents = [centre.agent(f"agent{number}", *abilities).id for number in range(AGENTS)]
            for number in range(2 * pace().claims + BATCH):
                centre.arrives(Channel.CHAT, now() - timedelta(minutes=10), needs=NEEDS[number % len(NEEDS)])

    def measure(self) -> "Takes":
        """Take by turns: a batch of the product's, a batch by hand, a batch of bare commits."""
        while len(self.seconds["product"]) < pace().claims:
            self.batch("product", self.take)
            self.close_all()
            run = Hand(self.database)
            self.batch("hand", lambda agent_id, run=run: taken_by_hand(run, agent_id))
            self.batch("commit", lambda agent_id, run=run: update_and_commit(run, agent_id))
            run.close()
            self.close_all()
        return self

    def batch(self, name: str, way: Callable[[int], None]) -> None:
        """Let every agent act until they have no room left, and keep how long each time took."""
        for agent_id in self.agents * (BATCH // AGENTS):
            began = time.perf_counter()
            way(agent_id)
            self.seconds[name].append(time.perf_counter() - began)

    def take(self, agent_id: int) -> None:
        """Take as the desk and the API do."""
        with self.database.transaction() as session:
            assert take_next(session, agent_id, now()) is not None

    def close_all(self) -> None:
        """Close what was taken, as an agent would."""
        with self.database.transaction() as session:
            had = session.execute(
                select(Contact.agent_id, Contact.public_id).where(Contact.stage == Stage.TALKING)
            ).all()
            assert len(had) == BATCH
            for agent_id, public_id in had:
                resolve(session, agent_id, public_id, CLOSING, now(), wrap_up_s=0)

    def rate(self, name: str) -> float:
        """Return how many a second there were, by the median."""
        return 1 / median(self.seconds[name])

    def p99(self, name: str) -> float:
        """Return the 99th percentile in milliseconds."""
        return quantiles(self.seconds[name], n=100)[98] * 1000


def rows_of(name: str, address: str) -> list[Row]:
    """Measure on one database."""
    database = Database(address, sealer=Sealer("bench"))
    migrate(database)
    foreign = Foreign()
    takes = Takes(database).measure()
    share = foreign.share() if database.is_sqlite else 0.0
    database.dispose()
    taken, by_hand, commit = (takes.rate(way) for way in ("product", "hand", "commit"))
    note = f"p99 {takes.p99('product'):.1f} ms, by hand {takes.p99('hand'):.1f} ms; {len(takes.agents)} agents, 4 lanes"
    return [
        Row(f"take whoever is next, {name}", taken, "takes/s", "same rows by hand", by_hand, share, note),
        Row(f"take whoever is next, {name}", taken, "takes/s", "UPDATE and COMMIT", commit, share, goal="≥ 60 %"),
    ]


def run() -> list[Row]:
    """Measure a take on SQLite, and on PostgreSQL where it is on the machine."""
    with tempfile.TemporaryDirectory(prefix="bench-claim-") as folder:
        found = rows_of("SQLite", f"sqlite:///{Path(folder) / 'claims.sqlite'}")
    with servers.postgres() as postgres:
        if postgres is not None:
            found += rows_of("PostgreSQL", new_postgres_database(postgres, "claims"))
    return found
