"""What holds in the chat, without a database: how long a text may be, how fast a page may speak, what a citizen is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import ClassVar

from helpdesk.contacts.stages import OVER_STAGES, EndedAs, Stage
from helpdesk.refusals import Refusal

MAX_TEXT = 4_000
"""The longest text of one message, in characters."""
MAX_PAGE = 200
"""The most messages that one answer to ``resume`` carries."""
KEY_HOLDS = timedelta(days=30)
"""How long after its arrival the key of a conversation opens it."""
KEY_HOLDS_AFTER_END = timedelta(hours=24)
"""How long after its end a conversation can still be read, taken along and rated."""

EVENTS_AT_ONCE, EVENTS_PER_SECOND = 1_000, 20.0
"""What one connection may send. Somebody who writes fast sends a message a second and a sign of writing every two; the
rest is for a page that comes back after a day without a line with everything it kept."""
WORDS_AT_ONCE, WORDS_PER_SECOND = 600, 10.0
"""What may be said in one conversation, however many pages and connections it has open."""
STARTS_AT_ONCE, STARTS_PER_SECOND = 60, 0.5
"""How many conversations one connection may begin: a person needs one."""
STARTS_PER_ADDRESS = "120 per 10 minutes"
"""How many conversations one address may begin. A library or a school of 60 people behind one address, who all begin at
once and half of them again: 90. The whole municipality meets 30 contacts in its busiest hour."""


class Shut(Refusal):
    """The chat is closed at this hour."""

    code: ClassVar[str] = "shut"


class Full(Refusal):
    """So many wait already that nobody more is let in."""

    code: ClassVar[str] = "full"


class TooFast(Refusal):
    """More was sent than anybody can write."""

    code: ClassVar[str] = "rate_limited"
    status: ClassVar[int] = 429


@dataclass(slots=True)
class Bucket:
    """A measure of how fast somebody may go: ``size`` at once, then ``per_second``. Time comes in as seconds of a clock."""

    size: float
    per_second: float
    left: float
    at: float

    @classmethod
    def full(cls, size: float, per_second: float, at: float) -> "Bucket":
        """Return one from which nothing has been taken."""
        return cls(size, per_second, size, at)

    def take(self, at: float) -> bool:
        """Take one; False when there is none left."""
        self.left = min(self.size, self.left + max(0.0, at - self.at) * self.per_second)
        self.at = max(self.at, at)
        if self.left < 1:
            return False
        self.left -= 1
        return True


def neighbourhood(address: str | None) -> str | None:
    """Return what counts as one address for the limit: an IPv4 address, or the 64 bits that an IPv6 household has.

    None (no limit) for our own machine: that is a proxy which nobody told us to trust, and everybody would share it.
    """
    if address is None:
        return None
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.is_loopback:
        return None
    if parsed.version == 6:
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def agent_name(name: str | None, form: str) -> str | None:
    """Return what a citizen is told that an agent is called; ``form`` is the setting ``brand.agent_name``."""
    if not name or form == "none":
        return None
    return name if form == "full" else name.split()[0]


def key_holds(arrived_at: datetime, closed_at: datetime | None, now: datetime) -> bool:
    """Say whether the key of a conversation still opens it."""
    return now <= arrived_at + KEY_HOLDS and (closed_at is None or now <= closed_at + KEY_HOLDS_AFTER_END)


def is_over(stage: Stage, ended_as: EndedAs | None) -> bool:
    """Say whether a conversation is over for the citizen: also while the agent still writes about it (wrap-up)."""
    return stage in OVER_STAGES or ended_as is not None


def stage_shown(stage: Stage, ended_as: EndedAs | None) -> str:
    """Return the stage as the citizen is told it: what has ended is closed, whatever the agent still does with it."""
    return (Stage.CLOSED if ended_as is not None and stage is Stage.WRAP_UP else stage).value
