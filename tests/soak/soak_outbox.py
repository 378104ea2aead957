"""What leaves the house when the power goes: agents take calls, and the program is killed while it speaks to the network.

Every take writes two rows with its cause (lead the caller into the conference, ring the agent), every end as many as
there are lines. The line is cut in the very middle of a request, before the network has done anything or after it has,
and then the program is killed. Promised is: a row whose cause was committed is sent, whatever happens; nobody is rung or
led twice, because a sender that comes after one that was ended looks in the network first; a line that is closed
twice is closed. On PostgreSQL a server and a worker compete for the same rows, and are killed by turns and together.
"""

import random
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import select

from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.rules import LegState
from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.sealing import Sealer
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.db import Database
from helpdesk.outbox.actions import LEASE
from helpdesk.outbox.models import OutboxRow
from helpdesk.people.actions import make_token
from helpdesk.people.models import Account
from tests import servers
from tests.builders import Centre
from tests.conftest import new_postgres_database
from tests.soak.checks import Check
from tests.soak.phones import ACCOUNT, Phones
from tests.soak.processes import Helpdesk, Refused, wait_for

AGENTS = 8
CALLERS, KILLS = 240, 16
AIMS = (
    ("ring", "after"),
    ("connect", "after"),
    ("ring", "before"),
    ("connect", "before"),
    ("end", "after"),
    ("end", "before"),
)
"""Which request is cut off, before the network has done anything or after it has."""
SENT_S = 240
"""How long a row may take to be sent: several leases."""
MIDDLE_S = 20
CLOSING = {"outcome": "solved", "errands": [{"reason": "new_need"}]}
TOGETHER = ("server", "worker")


def run(scale: float) -> list[Check]:
    """Kill one process on SQLite, and two that compete on PostgreSQL where it is there."""
    found = one_installation("sqlite, one process", scale, None, [("server",)])
    with servers.postgres() as postgres:
        if postgres is None:
            return [*found, Check("outbox: no postgresql on this machine", ok=True)]
        url = new_postgres_database(postgres, "outbox")
        return found + one_installation("postgresql, two", scale, url, [TOGETHER, ("worker",), ("server",), TOGETHER])


def one_installation(name: str, scale: float, url: str | None, victims: list[tuple[str, ...]]) -> list[Check]:
    """Set up, let agents take calls until nobody waits, kill meanwhile, and compare what was written with what was done."""
    kills, callers = max(4, round(KILLS * scale)), max(30, round(CALLERS * scale))
    running = sorted({one for some in victims for one in some})
    desk = Helpdesk(database_url=url)
    with Phones(desk) as phones:
        desk.more = {"SEAL_KEY": "soak", "SECRET_KEY": "soak", **phones.environ()}
        with desk:
            desk.migrate()
            database = Database(desk.environ["DATABASE_URL"], sealer=Sealer("soak"))
            shift = Shift(desk, database)
            tokens = settle(database, phones, callers)
            start(desk, running)
            threads = [threading.Thread(target=shift.work, args=(token,), daemon=True) for token in tokens]
            for thread in threads:
                thread.start()
            hits = [power_cut(desk, database, phones, shift, victims[n % len(victims)], n) for n in range(kills)]
            for thread in threads:
                thread.join(2 * SENT_S)
            wait_for(lambda: not shift.unsent(), SENT_S, "the sending of every row")
            for process in reversed(running):
                desk.stop_server(process)
            checks = judge(name, database, phones, shift, {"kills": kills, "in_the_middle": sum(hits)})
            database.dispose()
    return checks


def settle(database: Database, phones: Phones, callers: int) -> list[str]:
    """Let agents with telephones be there, and callers wait whose lines are up; return the agents' tokens."""
    moment = now()
    with database.transaction() as session:
        centre = Centre(session, moment)
        tokens = []
        for number in range(AGENTS):
            agent = centre.agent(f"agent{number}", channels=(Channel.PHONE,), available=False)
            agent.phone = f"+4698031921{number}"
            account = session.get_one(Account, agent.account_id)
            scopes = ("contacts:take", "contacts:write")
            tokens.append(make_token(session, account, scopes, timedelta(days=1), moment))
        for number in range(callers):
            call = phones.holds_line(f"+467017406{number % 100:02d}")
            contact = centre.arrives(Channel.PHONE, moment - timedelta(seconds=callers - number))
            session.add(
                CallLeg(
                    contact_id=contact.id,
                    exchange=f"twilio:{ACCOUNT}",
                    call_key=call.sid,
                    role=LegRole.CITIZEN,
                    state=LegState.QUEUED,
                    started_at=moment,
                )
            )
    return tokens


def start(desk: Helpdesk, names: list[str] | tuple[str, ...]) -> None:
    """Start these processes."""
    for name in names:
        if name == "server":
            desk.start()
        else:
            desk.start_worker(name)


def power_cut(
    desk: Helpdesk, database: Database, phones: Phones, shift: "Shift", victims: tuple[str, ...], n: int
) -> bool:
    """Kill processes while one of them speaks to the network, start them again; say whether one did speak just then.

    When nobody runs, the power is out for longer than a lease: nobody holds any row after it.
    """
    goal = phones.done.total() + random.randint(2, 8)
    wait_for(lambda: phones.done.total() >= goal or shift.is_over, SENT_S, "the going on of the work")
    phones.cut(*AIMS[n % len(AIMS)])
    is_hit = phones.caught.wait(MIDDLE_S)
    for victim in victims:
        desk.kill_server(victim)
    if not desk.running:
        with database.transaction() as session:
            for row in session.scalars(select(OutboxRow).where(OutboxRow.sent_at.is_(None))):
                row.not_before -= LEASE
    phones.mend()
    start(desk, victims)
    return is_hit


@dataclass
class Shift:
    """The agents at work: whom they took, and what went wrong."""

    desk: Helpdesk
    database: Database
    taken: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    resting: int = 0
    asked_again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_over(self) -> bool:
        """Whether all agents have stopped."""
        return self.resting == AGENTS

    def work(self, token: str) -> None:
        """Take a caller, wait until both are being connected, end, and so on until nobody waits."""
        try:
            self.insist(token, "PUT", "/me/state", {"state": "available", "ttl_s": 28_800})
            while contact := self.insist(token, "POST", "/contacts/next"):
                with self.lock:
                    self.taken.append(contact["id"])
                wait_for(lambda contact=contact: self.is_connected(contact["id"]), SENT_S, "the connecting of a call")
                time.sleep(random.uniform(0.2, 1.0))
                self.insist(token, "POST", f"/contacts/{contact['id']}/resolve", CLOSING)
        except (Refused, TimeoutError) as trouble:
            self.wrong.append(str(trouble))
        finally:
            with self.lock:
                self.resting += 1

    def insist(self, token: str, method: str, path: str, body: Any = None) -> Any:
        """Ask, and ask the very same again with the same key until there is an answer."""
        key = str(uuid.uuid4()) if method == "POST" else None
        end = time.monotonic() + SENT_S
        while time.monotonic() < end:
            try:
                return self.desk.api(token).ask(method, path, body or {}, key)
            except requests.RequestException:
                self.asked_again += 1
            except Refused as refused:
                if refused.status != 503 and refused.problem.get("code") != "in_progress":
                    raise
            time.sleep(0.2)
        raise TimeoutError(f"no answer to {path} within {SENT_S} s")

    def is_connected(self, contact: str) -> bool:
        """Say whether the rows that a take wrote have left the house."""
        with self.database.reading() as session:
            unsent = session.scalar(
                select(OutboxRow.id)
                .join(Contact, Contact.id == OutboxRow.contact_id)
                .where(Contact.public_id == contact, OutboxRow.sent_at.is_(None), OutboxRow.dead_at.is_(None))
                .limit(1)
            )
        return unsent is None

    def unsent(self) -> bool:
        """Say whether something is still to be sent."""
        with self.database.reading() as session:
            rows = select(OutboxRow.id).where(OutboxRow.sent_at.is_(None), OutboxRow.dead_at.is_(None)).limit(1)
            return session.scalar(rows) is not None


def judge(name: str, database: Database, phones: Phones, shift: Shift, figures: Mapping[str, object]) -> list[Check]:
    """Compare what was written with what the network did."""
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow)).all()
        contacts = {one.id: one for one in session.scalars(select(Contact))}
        legs = session.scalars(select(CallLeg)).all()
    callers = {leg.contact_id: leg.call_key for leg in legs if leg.role is LegRole.CITIZEN}
    owed = {("connect", call) for call in callers.values()} | {("ring", one.public_id) for one in contacts.values()}
    written = {what_of(row, contacts, callers) for row in rows}
    ends = {("end", leg.call_key) for leg in legs}
    twice = [what for what, times in phones.done.items() if times > 1]
    lost = [what for what in owed if not phones.done[what]]
    up = [call.sid for call in phones.network.calls.values() if not call.is_over]
    tried = sum(row.attempts - 1 for row in rows)
    open_still = [one.public_id for one in contacts.values() if one.stage is not Stage.CLOSED]
    unwelcome = [one for one in phones.network.complaints if " answered " in one]
    reports_lost = len(phones.network.complaints) - len(unwelcome)
    return [
        Check(
            f"outbox on {name}: every row whose cause was committed is written and was sent",
            ok=all(row.sent_at is not None for row in rows)
            and owed | ends == written
            and sorted(shift.taken) == sorted(one.public_id for one in contacts.values()),
            figures={
                **figures,
                "rows": len(rows),
                "tried_again": tried,
                "questions_again": shift.asked_again,
                "dead": [f"{row.kind}: {row.last_error}" for row in rows if row.dead_at is not None][:5],
                "missing": sorted(map(str, (owed | ends) ^ written))[:5],
            },
        ),
        Check(
            f"outbox on {name}: each reached the network, and nobody was rung or led twice",
            ok=not twice and not lost,
            figures={"done": phones.done.total(), "twice": twice[:5], "lost": lost[:5]},
        ),
        Check(
            f"outbox on {name}: every line is closed and every contact over",
            ok=not up and not open_still and not shift.wrong,
            figures={"calls": len(phones.network.calls), "up": len(up), "wrong": shift.wrong[:5]},
        ),
        Check(
            f"outbox on {name}: the kills came in the middle, and the network took nothing amiss",
            ok=tried > 0 and not phones.refused and not unwelcome,
            figures={"reports_lost": reports_lost, "refused": phones.refused[:5], "unwelcome": unwelcome[:5]},
        ),
    ]


def what_of(row: OutboxRow, contacts: Mapping[int, Contact], callers: Mapping[int | None, str]) -> tuple[str, str]:
    """Return what a row is to do, and to what: as the network counts it."""
    if row.kind == "phone.end":
        return "end", str(row.payload["call"])
    if row.kind == "phone.ring":
        return "ring", contacts[row.contact_id or 0].public_id
    return row.kind.removeprefix("phone."), callers[row.contact_id]
