"""Twice is once: a request with a key is done the first time and answered the same way every time after."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from helpdesk.refusals import InProgress, KeyReused
from helpdesk.web.models import InboxKey
from knowledge.base import UtcDateTime

DAY = timedelta(hours=24)
OPEN = text(
    "INSERT INTO inbox_key (scope, key, request_hash, started_at, until) VALUES (:scope, :key, :hash, :now, :until) "
    "ON CONFLICT (scope, key) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime()))


def answer_to(
    session: Session, scope: str, key: str, request_hash: str, now: datetime, waits: bool = True
) -> dict[str, Any] | None:
    """Begin a request that carries a key; return the answer that was given to it before, None the first time.

    Lives in the transaction that does the work, so that the key and the work are kept together or not at all. A second
    one that comes while the first still runs waits for it, or is refused when ``waits`` is False (on SQLite it always
    waits for its turn). Raises KeyReused when the key came with another request, InProgress when the first one runs.
    """
    if not waits and session.get_bind().dialect.name != "sqlite":
        name = func.hashtextextended(f"{scope} {key}", 0)
        if not session.scalar(select(func.pg_try_advisory_xact_lock(name))):
            raise InProgress("The first request with this key is still running.")
    session.execute(delete(InboxKey).where(InboxKey.scope == scope, InboxKey.key == key, InboxKey.until <= now))
    opened: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        OPEN, {"scope": scope, "key": key, "hash": request_hash, "now": now, "until": now + DAY}
    )
    if opened.rowcount:
        return None
    there = session.execute(
        select(InboxKey.request_hash, InboxKey.answer).where(InboxKey.scope == scope, InboxKey.key == key)
    ).one()
    if there.request_hash != request_hash:
        raise KeyReused("This key was used for another request.")
    if there.answer is None:
        raise InProgress("The first request with this key is still running.")
    found: dict[str, Any] = there.answer
    return found


def keep_answer(session: Session, scope: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the answer to a request that carries a key, in the transaction of its work."""
    session.execute(update(InboxKey).where(InboxKey.scope == scope, InboxKey.key == key).values(answer=answer))


def forget_old_keys(session: Session, now: datetime) -> None:
    """Drop keys whose day is over."""
    session.execute(delete(InboxKey).where(InboxKey.until <= now))
