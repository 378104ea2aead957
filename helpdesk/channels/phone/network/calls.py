"""What the pretended network remembers: people, calls, queues and conferences, and how it behaves."""

import secrets
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from helpdesk.channels.phone.verbs import Verb

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The states of a call that is no more."""


def new_sid(prefix: str) -> str:
    """Return a new id in Twilio's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever holds a telephone. Times in seconds; None means never (or for ever)."""

    keys: str = ""
    """One key for each question, in order; ``-`` means that none is pressed."""
    answers_after: float | None = 4.0
    patience: float | None = None
    """How long they wait in the queue before they hang up."""
    talks: float | None = None
    """How long they talk before they hang up; None leaves it to the other side."""
    says: str = ""
    """What they say after the tone."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the network treats its webhooks. Twilio promises neither once, nor at once, nor in order."""

    twice: bool = False
    tokens: bool = True
    """Whether the header I-Twilio-Idempotency-Token is sent."""
    late: float = 0.0
    """A status callback comes up to so many seconds late."""
    luck: Random = field(default_factory=lambda: Random(1))


@dataclass(frozen=True, slots=True)
class Jump:
    """Where a call goes on: a document to be asked for at ``url``, or one that is here already."""

    url: str
    extra: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    verbs: tuple[Verb, ...] | None = None


Steps = Generator[float, None, Jump | None]
"""A part of a call's life: yields the seconds until its next step (infinity: until somebody wakes it)."""


@dataclass(slots=True, eq=False)
class Call:
    """One leg: a telephone connected (or being connected) to the network."""

    sid: str
    account: str
    caller: str
    called: str
    direction: str
    person: Person
    created_at: datetime
    status: str = "queued"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    status_callback: str = ""
    status_events: frozenset[str] = frozenset({"completed"})
    sequence: int = 0
    keys_left: str = ""
    life: Generator[float, None, None] | None = None
    turn: int = 0
    """Counts its steps, so that a step planned before an interruption is not taken."""
    line: "Line | None" = None
    room: "Room | None" = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.status in OVER


@dataclass(slots=True, eq=False)
class Line:
    """A queue by name: those who wait, in order of coming."""

    sid: str
    name: str
    created_at: datetime
    waiting: list[Call] = field(default_factory=list)
    since: dict[str, datetime] = field(default_factory=dict)
    actions: dict[str, Jump] = field(default_factory=dict)
    """What is asked when a caller leaves, by call."""


@dataclass(slots=True, eq=False)
class Seat:
    """One call in a conference."""

    call: Call
    start_on_enter: bool
    end_on_exit: bool
    joined_at: datetime
    muted: bool = False
    held: bool = False
    label: str = ""


@dataclass(slots=True, eq=False)
class Room:
    """A conference by name."""

    sid: str
    account: str
    name: str
    created_at: datetime
    callback: str
    events: frozenset[str]
    seats: dict[str, Seat] = field(default_factory=dict)
    sequence: int = 0
    status: str = "init"
    ended_why: str | None = None
    ended_by: str | None = None
