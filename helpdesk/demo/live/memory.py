"""What the played day remembers of its citizens, in the database: another process can go on where one stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, bindparam, select, text, update
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import OVER_STAGES
from helpdesk.web.inbox import answer_to, keep_answer
from helpdesk.web.models import InboxKey
from knowledge.base import UtcDateTime

OWNED = "demo:citizen"
LEASE, PLAYER = "demo:lease", "player"
HOLDS = timedelta(seconds=20)
"""How long a process that plays holds the lease without renewing it."""
OPEN = text(
    "INSERT INTO inbox_key (scope, key, request_hash, started_at, until) VALUES (:scope, :key, :mine, :now, :until) "
    "ON CONFLICT (scope, key) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class Memo:
    """What is remembered of a played citizen: chat or visit, which script, and when their patience ends."""

    kind: str
    script: int
    until: datetime
    token: str = ""
    """The visitor's ticket."""

    def as_json(self) -> dict[str, Any]:
        """Return it as the database keeps it."""
        return {"kind": self.kind, "script": self.script, "until": self.until.isoformat(), "token": self.token}


def remember(session: Session, public_id: str, memo: Memo, now: datetime) -> None:
    """Remember a citizen by their contact, for a day. In the transaction in which they come."""
    answer_to(session, OWNED, public_id, PLAYER, now)
    keep_answer(session, OWNED, public_id, memo.as_json())


def remembered(session: Session) -> dict[str, Memo]:
    """Return every citizen of the played day who still waits or is being helped, by contact."""
    rows = session.execute(
        select(InboxKey.key, InboxKey.answer)
        .join(Contact, Contact.public_id == InboxKey.key)
        .where(InboxKey.scope == OWNED, Contact.stage.not_in(OVER_STAGES))
        .order_by(Contact.id)
    )
    return {
        key: Memo(said["kind"], said["script"], datetime.fromisoformat(said["until"]), said["token"])
        for key, said in rows
        if said is not None
    }


def has_lease(session: Session, mine: str, now: datetime) -> bool:
    """Say whether this process plays: it holds the lease, or takes it because nobody has renewed it for a while."""
    until = now + HOLDS
    opened: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        OPEN, {"scope": LEASE, "key": PLAYER, "mine": mine, "now": now, "until": until}
    )
    if opened.rowcount:
        return True
    renewed: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(InboxKey)
        .where(
            InboxKey.scope == LEASE,
            InboxKey.key == PLAYER,
            (InboxKey.request_hash == mine) | (InboxKey.until <= now),
        )
        .values(request_hash=mine, until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(renewed.rowcount)


def let_go(session: Session, mine: str, now: datetime) -> None:
    """Give the lease up, so that another process can go on at once."""
    session.execute(
        update(InboxKey)
        .where(InboxKey.scope == LEASE, InboxKey.key == PLAYER, InboxKey.request_hash == mine)
        .values(until=now)
        .execution_options(synchronize_session=False)
    )
