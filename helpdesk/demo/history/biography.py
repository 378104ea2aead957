"""A contact of the past as the queue would have written it: its row, promise, assignment, periods, messages and events."""

import base64
from collections import Counter as Tallied
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from helpdesk.channels.walk_in.models import Ticket
from helpdesk.clock import local
from helpdesk.contacts import events
from helpdesk.contacts.models import Contact, ContactEvent, ContactNeed, Message
from helpdesk.contacts.stages import Actor, Author, Channel, EndedAs, MessageKind, PromiseKind, Stage, WaitsFor
from helpdesk.demo.history.centre import COSTS, ROOM
from helpdesk.demo.history.house import Clerk, House
from helpdesk.demo.history.ledger import Ledger
from helpdesk.demo.history.visitors import Visitor
from helpdesk.demo.history.words import TOPICS, Line, chat_about
from helpdesk.queue.models import Assignment, AssignmentRole, Period, PeriodKind, Promise


@dataclass(slots=True)
class Numbers:
    """The running numbers that were used: contacts by year, tickets by day and letter."""

    contacts: Tallied[int] = field(default_factory=Tallied)
    tickets: Tallied[tuple[date, str]] = field(default_factory=Tallied)

    def next_contact(self, arrived: datetime) -> str:
        """Return the next contact number of the local year: ``K26000001``."""
        year = local(arrived).year
        self.contacts[year] += 1
        return f"K{year % 100:02d}{self.contacts[year]:06d}"

    def next_ticket(self, day: date, letter: str) -> int:
        """Return the next ticket number of a service day and letter."""
        self.tickets[day, letter] += 1
        return self.tickets[day, letter]


@dataclass(slots=True)
class Told:
    """Something that happened, before it has its number."""

    at: datetime
    actor: Actor
    account_id: int | None
    event: events.Happening


@dataclass(slots=True)
class Life:
    """A contact while its rows are being collected."""

    id: int
    public_id: str
    one: Visitor
    clerk: Clerk | None
    row: dict[str, Any]
    told: list[Told] = field(default_factory=list)

    def tell(
        self, kind: type[events.Happening], at: datetime, actor: Actor, account_id: int | None, **more: Any
    ) -> None:
        """Note that something happened to it."""
        self.told.append(Told(at, actor, account_id, kind(contact_id=self.id, public_id=self.public_id, **more)))

    def by_clerk(self, kind: type[events.Happening], at: datetime, **more: Any) -> None:
        """Note that its agent did something."""
        if self.clerk is None:
            raise ValueError("nobody has taken it")
        self.tell(kind, at, Actor.AGENT, self.clerk.account_id, **more)

    def by_citizen(self, kind: type[events.Happening], at: datetime, **more: Any) -> None:
        """Note that the citizen did something."""
        self.tell(kind, at, Actor.CITIZEN, None, **more)


def new_key(luck: Random) -> str:
    """Return an id like those that leave the server, from the seed."""
    return base64.urlsafe_b64encode(luck.randbytes(16)).rstrip(b"=").decode()


class Biographer:
    """Writes contacts down, in the order of their arrival."""

    def __init__(self, house: House, ledger: Ledger, numbers: Numbers) -> None:
        self.house, self.ledger, self.numbers = house, ledger, numbers

    def arrive(self, one: Visitor, luck: Random) -> Life:
        """Begin a contact: its facts, its needs, and what it was promised first."""
        clerk = self.house.clerks[one.agent] if one.agent is not None else None
        service = one.cause.service
        home = self.house.home
        public_id = new_key(luck)
        row: dict[str, Any] = {
            "public_id": public_id,
            "number": self.numbers.next_contact(one.arrived),
            "door_id": self.house.doors[one.door],
            "site_id": self.house.site_id if one.channel is Channel.WALK_IN else None,
            "channel": one.channel,
            "lane_id": self.house.lanes[one.door, frozenset() if one.relaxed else one.needs],
            "stage": Stage.WAITING,
            "waits_for": one.waits_for,
            "agent_id": None,
            "priority": one.priority,
            "language": one.language,
            "area": service.area if service else None,
            "topic": service.title if service else luck.choice(TOPICS),
            "ended_as": None,
            "outcome": None,
            "authority_id": home.authority_id,
            "department_id": home.id,
            "secrecy": False,
            "protected": False,
            "is_repeat": False,
            "arrived_at": one.arrived,
            "due_at": one.due,
            "ready_at": one.ready,
            "taken_at": one.taken,
            "first_answered_at": one.taken,
            "wrap_up_until": None,
            "parked_until": None,
            "wakes_on_reply": True,
            "closed_at": None,
            "offers_unanswered": 0,
            "citizen_seen_at": one.arrived,
            "last_word_by": None,
            "last_event": 0,
            "last_seq": 0,
            "citizen_read_seq": 0,
            "agent_read_seq": 0,
        }
        life = Life(self.ledger.add(Contact, **row), public_id, one, clerk, row)
        for need in sorted(one.needs):
            why = "nobody_on_duty" if one.relaxed else None
            self.ledger.attach(ContactNeed, contact_id=life.id, need=need, relaxed_at=one.relaxed, relaxed_why=why)
        kind = PromiseKind.CALLBACK if one.waits_for is WaitsFor.CALLBACK else PromiseKind.FIRST_ANSWER
        self.ledger.add(
            Promise,
            contact_id=life.id,
            kind=kind,
            made_at=one.arrived,
            first_due_at=one.due,
            due_at=one.due,
            met_at=one.taken,
            moved_by=None,
        )
        life.by_citizen(events.Arrived, one.arrived, due_at=one.due)
        return life

    def take(self, life: Life) -> None:
        """Let the agent take the contact: the promise is met."""
        one, clerk = life.one, life.clerk
        if one.taken is None or clerk is None:
            raise ValueError("nobody has taken it")
        life.by_clerk(events.PromiseMet, one.taken, due_at=one.due)
        life.by_clerk(events.Taken, one.taken, agent=clerk.public_id, agent_id=clerk.id)

    def assign(self, life: Life, ended: datetime, how: str, spans: list[tuple[PeriodKind, datetime, datetime]]) -> None:
        """Write down the agent's time with the contact, up to its end."""
        one, clerk = life.one, life.clerk
        if clerk is None:
            raise ValueError("nobody has taken it")
        is_letter = one.channel is Channel.MESSAGE
        assignment_id = self.ledger.add(
            Assignment,
            contact_id=life.id,
            agent_id=clerk.id,
            role=AssignmentRole.OWNER,
            cost=COSTS.of(one.channel),
            offered_at=None,
            offer_until=None,
            taken_at=one.taken,
            ended_at=ended,
            how=how,
            why={
                "rule": "no_one_waits_in_person" if is_letter else "earliest_promise",
                "passed_over": [],
                "more": {},
                "due_at": one.due.isoformat(),
                "load": one.load,
                "room": ROOM,
                "abilities": sorted(clerk.abilities),
            },
        )
        for kind, start, end in spans:
            self.ledger.add(Period, assignment_id=assignment_id, kind=kind, started_at=start, ended_at=end)

    def converse(self, life: Life, until: datetime, luck: Random) -> None:
        """Write what was said in a chat or message between arrival and ``until``, evenly through the conversation."""
        one = life.one
        title = life.row["topic"]
        lines = chat_about(one.reason, one.language, luck.randint(0, 5))
        if one.channel is Channel.MESSAGE:
            lines = lines[:2]
        step = (until - (one.taken or until)) / max(1, len(lines))
        for n, line in enumerate(lines):
            at = (
                one.arrived if n == 0 else (one.taken or one.arrived) + timedelta(seconds=int(step.total_seconds() * n))
            )
            self.say(life, line, at, title, luck)
            if one.taken is None:
                break

    def say(self, life: Life, line: Line, at: datetime, title: str, luck: Random) -> None:
        """Write one line down."""
        is_citizen = line.author is Author.CITIZEN
        account_id = None if is_citizen or life.clerk is None else life.clerk.account_id
        life.row["last_seq"] += 1
        seq = life.row["last_seq"]
        self.ledger.add(
            Message,
            contact_id=life.id,
            seq=seq,
            client_id=new_key(luck) if is_citizen else None,
            kind=MessageKind.TEXT,
            author=line.author,
            account_id=account_id,
            name=None,
            text=line.text.format(service=title),
            ref=None,
            at=at,
            edited_at=None,
            withdrawn_at=None,
        )
        actor = Actor.CITIZEN if is_citizen else Actor.AGENT
        life.tell(events.Said, at, actor, account_id, seq=seq, author=line.author.value)
        life.row["last_word_by"] = line.author
        if is_citizen:
            life.row["citizen_seen_at"] = at
            life.row["agent_read_seq"] = seq if life.clerk else 0
        else:
            life.row["citizen_read_seq"] = seq

    def ticket(
        self, life: Life, letter: str, ended: datetime | None, calls: tuple[datetime, ...], luck: Random
    ) -> None:
        """Write down a visitor's ticket, and that its number was called."""
        one, desk = life.one, life.clerk.desk if life.clerk else None
        day = local(one.arrived).date()
        self.ledger.add(
            Ticket,
            token=new_key(luck),
            contact_id=life.id,
            site_id=self.house.site_id,
            service_day=day,
            letter=letter,
            number=self.numbers.next_ticket(day, letter),
            issued_at=one.arrived,
            called_at=calls[-1] if calls else None,
            calls=len(calls),
            desk=desk if calls else None,
            returned_at=None,
            late_until=None,
            ended_at=ended,
            asked_for="",
        )
        for times, at in enumerate(calls, start=1):
            life.by_clerk(events.Called, at, desk=desk, times=times)

    def close(self, life: Life, ended_as: EndedAs, at: datetime, actor: Actor, account_id: int | None) -> None:
        """End a contact."""
        life.row |= {"stage": Stage.CLOSED, "ended_as": life.row["ended_as"] or ended_as, "closed_at": at}
        life.tell(events.Closed, at, actor, account_id, ended_as=life.row["ended_as"].value)

    def finish(self, life: Life, changed: Mapping[str, Any]) -> None:
        """Number what happened, in order of time, and complete the contact's row."""
        life.told.sort(key=lambda one: one.at)
        for n, one in enumerate(life.told, start=1):
            self.ledger.add(
                ContactEvent,
                contact_id=life.id,
                n=n,
                at=one.at,
                actor=one.actor,
                account_id=one.account_id,
                kind=one.event.kind,
                facts=one.event.facts(),
            )
        life.row["last_event"] = len(life.told)
        self.ledger.complete(Contact, life.id, life.row | dict(changed))
