"""The played callers: a pretended telephone network in this process, which knocks at the real webhooks, signed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from random import Random

from flask import Flask
from sqlalchemy import select

from helpdesk.channels.phone.actions import hang_up
from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.network.calls import Habits, Person
from helpdesk.channels.phone.network.command import rest_side
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Answer, Post
from helpdesk.channels.phone.telephone import sign
from helpdesk.config import Config
from helpdesk.db import Database
from helpdesk.demo.live.scripts import CALLS

ACCOUNT = "AC" + "de30" * 8
EXCHANGE = f"twilio:{ACCOUNT}"
NUMBERS = "+467017406"
"""How the callers' numbers begin (a series that is reserved for fiction); two digits below 80 follow."""
CENTRE = "+46980319200"
PATIENCE_MIN = (5, 14)
TALKS_S = (60, 240)
AGENT_ANSWERS_S = 3.0
KEPT_CALLS = 200
"""How many calls that are over the network remembers: reports about them may still come."""


class NothingDue(Exception):
    """Nothing more happens in the network at this moment."""


class StoryClock:
    """The network's clock: it never waits, it says that nothing is due. Whoever plays asks again a second later."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return this moment in UTC."""
        return self._now()

    def sleep_until(self, moment: datetime) -> None:
        """Go on with what is due. Raises NothingDue for what is not."""
        if moment > self._now():
            raise NothingDue


class Callers:
    """Everybody who calls. ``carry`` brings webhooks to the program."""

    def __init__(self, app: Flask, clock: Callable[[], datetime]) -> None:
        config: Config = app.config["HELPDESK"]
        self.config = config
        self.app = app
        self.token = config.twilio_auth_token or ""
        self.public_url = config.public_url or f"http://{config.host}:{config.port}"
        self.network = Network(
            Post(self.public_url, lambda url, form: sign(self.token, url, form), self.carry),
            StoryClock(clock),
            ACCOUNT,
            lambda _line: None,
            Habits(),
            lambda _number: Person(answers_after=AGENT_ANSWERS_S),
        )

    def carry(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Bring a webhook to the program's own views, without a network in between."""
        answer = self.app.test_client().post(path, base_url=self.public_url, data=dict(form), headers=dict(headers))
        return Answer(answer.status_code, answer.data, answer.headers.get("Content-Type", ""))

    @contextmanager
    def reachable(self) -> Iterator[None]:
        """Let the program's requests reach the network while the block lasts."""
        with rest_side(self.config, self.network, self.token):
            yield

    def come(self, script: int, luck: Random) -> None:
        """Let somebody call, press the keys of a script, wait with some patience and talk for a while."""
        errand = CALLS[script % len(CALLS)]
        person = Person(
            keys=errand.topic,
            patience=luck.uniform(*PATIENCE_MIN) * 60,
            talks=luck.uniform(*TALKS_S),
        )
        self.network.ring_in(f"{NUMBERS}{luck.randint(0, 79):02d}", CENTRE, person, f"{self.public_url}/twilio/status")

    def in_menu(self) -> int:
        """Return how many have called and do not wait yet."""
        return sum(
            call.direction == "inbound" and not call.is_over and call.line is None and call.room is None
            for call in self.network.calls.values()
        )

    def go_on(self) -> None:
        """Let happen whatever is due, and forget calls that are long over."""
        with suppress(NothingDue):
            self.network.run()
        with self.network.lock:
            over = [sid for sid, call in self.network.calls.items() if call.is_over]
            for sid in over[:-KEPT_CALLS]:
                del self.network.calls[sid]

    def hang_up_those_who_wait(self) -> None:
        """Let everybody who does not talk hang up."""
        for call in list(self.network.calls.values()):
            if call.direction == "inbound" and not call.is_over and call.room is None:
                self.network.hang_up(call)


def end_dead_lines(database: Database, now: datetime) -> None:
    """Hang up the calls of a network that is no more: the one that another process, or an earlier start, has played."""
    with database.reading() as session:
        dead = session.scalars(
            select(CallLeg.id).where(
                CallLeg.exchange == EXCHANGE, CallLeg.role == LegRole.CITIZEN, CallLeg.ended_at.is_(None)
            )
        ).all()
    for leg_id in dead:
        with database.transaction() as session:
            hang_up(session, session.get_one(CallLeg, leg_id), "gone", now, now)
