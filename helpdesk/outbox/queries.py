"""Looking at what is to be sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.outbox.models import OutboxRow

BATCH = 20
"""How many rows a sender looks at before it asks anew."""


def due_rows(session: Session, now: datetime, limit: int = BATCH) -> Sequence[int]:
    """Return the rows that are to be sent now, oldest first."""
    return session.scalars(
        select(OutboxRow.id)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.dead_at.is_(None), OutboxRow.not_before <= now)
        .order_by(OutboxRow.not_before, OutboxRow.id)
        .limit(limit)
    ).all()


def oldest_unsent(session: Session) -> datetime | None:
    """Return since when the longest waiting row has been due."""
    return session.scalar(
        select(func.min(OutboxRow.not_before)).where(OutboxRow.sent_at.is_(None), OutboxRow.dead_at.is_(None))
    )
