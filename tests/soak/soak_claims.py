"""Taking under load: fifty agents over HTTP, two thousand who wait, every door and need, one and several processes.

Afterwards the database is asked: each contact was had by one agent at a time and taken as often as it was put back and
once more, nobody's room was ever above twelve, and nobody was passed over for a later promise without a reason.
"""

import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

from helpdesk.clock import now
from helpdesk.contacts.sealing import Sealer
from helpdesk.contacts.stages import Channel, Priority
from helpdesk.db import Database
from helpdesk.people.actions import make_token
from helpdesk.people.models import Account
from tests import servers
from tests.builders import Centre
from tests.conftest import new_postgres_database
from tests.soak.checks import Check
from tests.soak.claims import Asked, judge
from tests.soak.processes import Helpdesk

AGENTS = 50
CONTACTS = 2000
HANDS = 2
"""Each agent asks over two connections at once, as two windows would."""
PUT_BACK = 0.02
"""This share of what was taken is put back instead of closed."""
ABILITIES = ("lang:fi", "lang:en", "lang:ar", "skill:bygg", "skill:skola")
STILL_S = 180
"""When nothing at all has been done for so long, it will not be done any more. Slowness alone ends nothing."""
CLOSING = {"outcome": "solved", "errands": [{"reason": "new_need"}]}


def run(scale: float) -> list[Check]:
    """Take from one process on SQLite, and from two on PostgreSQL with Redis between them where both are there."""
    found = one_installation("sqlite, one process", scale, None, {}, 1)
    with servers.postgres() as postgres:
        if postgres is None:
            return [*found, Check("postgresql: not on this machine", ok=True)]
        with servers.redis() as redis:
            workers = 1 if redis is None else 2
            environ = {"SECRET_KEY": "soak"} | ({"REDIS_URL": redis} if redis else {})
            url = new_postgres_database(postgres, "claims")
            found += one_installation(f"postgresql, {workers} processes", scale, url, environ, workers)
    return found


def one_installation(
    name: str, scale: float, database_url: str | None, environ: Mapping[str, str], workers: int
) -> list[Check]:
    """Set up, let everybody take until nobody waits, and look at what is left."""
    rng = random.Random(1)
    with Helpdesk(database_url=database_url, workers=workers, environ={"SEAL_KEY": "soak", **environ}) as desk:
        desk.migrate()
        database = Database(desk.environ["DATABASE_URL"], sealer=Sealer("soak"))
        contacts = max(50, round(CONTACTS * scale))
        tokens = settle(database, rng, contacts)
        desk.start()
        rush = Rush(desk.port, contacts)
        rush.run(tokens)
        desk.stop_server()
        contract = Check(
            f"claims on {name}: no answer outside the contract", ok=not rush.wrong, figures={"wrong": rush.wrong[:5]}
        )
        checks = [contract, *judge(name, database, rush.asked, figures_of(rush))]
        database.dispose()
    return checks


def settle(database: Database, rng: random.Random, contacts: int) -> list[str]:
    """Let agents of every kind be there, and citizens of every kind wait; return the agents' tokens."""
    moment = now()
    with database.transaction() as session:
        centre = Centre(session, moment)
        tokens = []
        for number in range(AGENTS):
            abilities = ABILITIES if number < 4 else rng.sample(ABILITIES, rng.randint(0, 3))
            channels = tuple(Channel) if number < 4 else tuple(rng.sample(list(Channel), rng.randint(1, 4)))
            agent = centre.agent(f"agent{number}", *abilities, channels=channels, available=False)
            account = session.get_one(Account, agent.account_id)
            scopes = ("contacts:take", "contacts:write")
            tokens.append(make_token(session, account, scopes, timedelta(days=1), moment))
        for _ in range(contacts):
            channel = rng.choices(list(Channel), (5, 8, 4, 2))[0]
            at = moment - (
                timedelta(days=rng.randint(1, 5))
                if channel is Channel.MESSAGE and rng.random() < 0.5
                else timedelta(seconds=rng.randint(0, 900))
            )
            contact = centre.arrives(
                channel,
                at,
                needs=frozenset(rng.sample(ABILITIES, rng.choices((0, 1, 2), (7, 3, 1))[0])),
                priority=rng.choices(list(Priority), (1, 2, 9))[0],
            )
            contact.ready_at = moment + timedelta(seconds=3) if rng.random() < 0.05 else at
    return tokens


@dataclass
class Rush:
    """Everybody taking at once: what was asked, and what came back."""

    port: int
    contacts: int
    asked: list[Asked] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    overloaded: int = 0
    wrong: list[str] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, tokens: list[str]) -> None:
        """Let every agent work with both hands until nobody waits. Raises TimeoutError when they stand still."""
        hands = [
            threading.Thread(target=self.work, args=(number, token, hand), daemon=True)
            for number, token in enumerate(tokens)
            for hand in range(HANDS)
        ]
        self.began = time.time()
        for hand in hands:
            hand.start()
        for hand in hands:
            while hand.is_alive():
                before = len(self.asked)
                hand.join(STILL_S)
                if hand.is_alive() and len(self.asked) == before:
                    raise TimeoutError(f"{self.contacts - self.closed} are left, nothing was done for {STILL_S} s")
        self.ended = time.time()

    def work(self, number: int, token: str, hand: int) -> None:
        """Take up to two, then close them (or put one back), and so on. The second hand asks in the same way."""
        rng = random.Random(number * HANDS + hand)
        line = Line(self.port, token)
        if hand == 0:
            line.ask("PUT", "/me/state", {"state": "available", "ttl_s": 28_800})
        have: list[str] = []
        while self.closed < self.contacts and not self.wrong:
            began, (status, answer), ended = timed(line, "POST", "/contacts/next")
            if status == 200:
                have.append(answer["id"])
                self.note(Asked(number, "take", answer["id"], began, ended))
                if len(have) < 2 and rng.random() < 0.7:
                    continue
            else:
                self.refuse(answer.get("code", "nobody") if answer else "nobody", status)
                if not have:
                    time.sleep(0.02)
            for contact in have:
                self.let_go(number, line, contact, rng)
            have = []
        with self.lock:
            self.overloaded += line.overloaded
        line.close()

    def let_go(self, number: int, line: "Line", contact: str, rng: random.Random) -> None:
        """Close a contact or put it back."""
        what = "release" if rng.random() < PUT_BACK else "resolve"
        body = CLOSING if what == "resolve" else {}
        began, (status, answer), ended = timed(line, "POST", f"/contacts/{contact}/{what}", body)
        if status != 200:
            self.wrong.append(f"{what} was answered {status} {answer}")
            return
        self.note(Asked(number, what, contact, began, ended))
        if what == "resolve":
            with self.lock:
                self.closed += 1

    def note(self, asked: Asked) -> None:
        """Remember a question that was answered with success."""
        with self.lock:
            self.asked.append(asked)

    def refuse(self, code: str, status: int) -> None:
        """Count a refusal; what is no refusal of the contract ends the run."""
        with self.lock:
            self.refused[code] += 1
            if status not in (204, 409):
                self.wrong.append(f"next was answered {status} {code}")


class Line:
    """One kept connection to the API. ``overloaded`` counts how often it was told to come back later, and did."""

    def __init__(self, port: int, token: str) -> None:
        self.overloaded = 0
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask; return the status and the JSON of the answer, None when it has none."""
        status, answer, _began = self.ask_until_answered(method, path, body)
        return status, answer

    def ask_until_answered(self, method: str, path: str, body: Any = None) -> tuple[int, Any, float]:
        """Ask as :meth:`ask`, again after the time that a 503 names, when nothing was done; and say when it was asked last."""
        while True:
            began = time.time()
            self.connection.request(method, f"/api/v1{path}", json.dumps(body or {}), self.headers)
            answer = self.connection.getresponse()
            raw, later = answer.read(), answer.getheader("Retry-After")
            if answer.status != 503 or later is None:
                return answer.status, json.loads(raw) if raw else None, began
            self.overloaded += 1
            time.sleep(float(later))

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def timed(line: Line, method: str, path: str, body: Any = None) -> tuple[float, tuple[int, Any], float]:
    """Ask, and say when it was asked and answered."""
    status, answer, began = line.ask_until_answered(method, path, body)
    return began, (status, answer), time.time()


def figures_of(rush: Rush) -> dict[str, object]:
    """Return how fast it went, as the clients saw it."""
    waits = sorted((one.ended - one.began) * 1000 for one in rush.asked if one.what == "take")
    seconds = rush.ended - rush.began
    return {
        "takes": len(waits),
        "takes_per_s": round(len(waits) / seconds, 1),
        "ms_p50": round(statistics.median(waits), 1),
        "ms_p95": round(waits[int(len(waits) * 0.95)], 1),
        "ms_p99": round(waits[int(len(waits) * 0.99)], 1),
        "refused": dict(rush.refused),
        "overloaded": rush.overloaded,
        "seconds": round(seconds, 1),
    }
