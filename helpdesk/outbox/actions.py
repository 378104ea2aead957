"""Save first, then speak: what leaves the house is written with its cause and sent by the worker.

A row whose transaction was committed is never forgotten. It is sent once, unless a sender was ended (or heard no answer)
in the very middle of sending: nobody here can know then whether it arrived, so it is tried again when the lease is over,
and the letter says so (``is_again``). The sender then looks whether it arrived before it does what must not be done
twice, and does at once what is only a state to be reached. The row's key travels with it for receivers that take keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CursorResult, bindparam, func, text, update
from sqlalchemy.orm import Session

from helpdesk.db import Database
from helpdesk.outbox.models import OutboxRow
from helpdesk.outbox.queries import due_rows
from knowledge.base import UtcDateTime

LEASE = timedelta(seconds=60)
"""How long a sender may hold a row before another one tries."""
TRIES = 8
WRITE = text(
    "INSERT INTO outbox (key, kind, payload, contact_id, created_at, not_before, attempts) "
    "VALUES (:key, :kind, :payload, :contact_id, :now, :not_before, 0) ON CONFLICT (key) DO NOTHING"
).bindparams(
    bindparam("payload", type_=JSON()),
    bindparam("now", type_=UtcDateTime()),
    bindparam("not_before", type_=UtcDateTime()),
)


class TryLater(Exception):
    """It could not be sent now, but may be later; the message says why. ``after_s``: not sooner than that, in seconds."""

    def __init__(self, why: str, after_s: int | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class Refused(Exception):
    """It can never be sent like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send, as a sender gets it."""

    key: str
    kind: str
    payload: Mapping[str, Any]
    contact_id: int | None
    is_again: bool = False
    """It was tried before and may have arrived: whoever sends it looks first, if doing it twice would do harm."""


Sender = Callable[[Letter], None]


def send_later(
    session: Session,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    contact_id: int | None = None,
    not_before: datetime | None = None,
) -> None:
    """Write down what is to leave the house, in the transaction of its cause. The same key twice is once, also in a race."""
    session.flush()
    row = {"key": key, "kind": kind, "payload": dict(payload), "contact_id": contact_id, "now": now}
    session.execute(WRITE, row | {"not_before": not_before or now})


def lease(session: Session, row_id: int, now: datetime) -> Letter | None:
    """Take a row for sending: one conditional update, so that one sender of many gets it. None when another has it.

    A row whose senders never came back to say how it went (they were ended in the middle, each time) goes to the dead
    letters as well, so that nothing is tried for ever.
    """
    is_due = (
        OutboxRow.id == row_id,
        OutboxRow.sent_at.is_(None),
        OutboxRow.dead_at.is_(None),
        OutboxRow.not_before <= now,
    )
    taken: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(OutboxRow)
        .where(*is_due, OutboxRow.attempts < TRIES)
        .values(not_before=now + LEASE, attempts=OutboxRow.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:
        session.execute(
            update(OutboxRow)
            .where(*is_due, OutboxRow.attempts >= TRIES)
            .values(dead_at=now, last_error=func.coalesce(OutboxRow.last_error, "no sender came back"))
            .execution_options(synchronize_session=False)
        )
        return None
    row = session.get_one(OutboxRow, row_id)
    return Letter(row.key, row.kind, row.payload, row.contact_id, is_again=row.attempts > 1)


def mark_sent(session: Session, row_id: int, now: datetime) -> None:
    """Note that a row has left the house. One that was deleted meanwhile (a citizen was forgotten) is no error."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row_id)
        .values(sent_at=now, dead_at=None, last_error=None)
        .execution_options(synchronize_session=False)
    )


def mark_failed(session: Session, row_id: int, why: str, now: datetime, after_s: int | None, is_final: bool) -> None:
    """Note why a row was not sent: another try, each wait twice as long, or the dead letters after the last."""
    row = session.get(OutboxRow, row_id, with_for_update=True)
    if row is None or row.sent_at is not None:
        return
    row.last_error = why[:500]
    if is_final or row.attempts >= TRIES:
        row.dead_at = now
    else:
        row.not_before = now + timedelta(seconds=max(after_s or 0, 2**row.attempts))


def deliver(database: Database, senders: Mapping[str, Sender], clock: Callable[[], datetime]) -> int:
    """Send everything that is due; return how many rows left the house. The network is never waited for in a transaction."""
    with database.reading() as session:
        rows = due_rows(session, clock())
    sent = 0
    for row_id in rows:
        with database.transaction() as session:
            letter = lease(session, row_id, clock())
        if letter is None:
            continue
        sender = senders.get(letter.kind)
        try:
            if sender is None:
                raise Refused(f"nothing here sends {letter.kind}")
            sender(letter)
        except (TryLater, Refused) as error:
            with database.transaction() as session:
                after_s = error.after_s if isinstance(error, TryLater) else None
                mark_failed(session, row_id, str(error), clock(), after_s, isinstance(error, Refused))
            continue
        with database.transaction() as session:
            mark_sent(session, row_id, clock())
        sent += 1
    return sent
