"""What is to leave the house: a row written in the same transaction as its cause, sent by the worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.base import Base

UNSENT = text("sent_at IS NULL AND dead_at IS NULL")


class OutboxRow(Base):
    """One thing to send. ``key`` makes sending it twice the same as once."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_unsent", "not_before", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    """Not sent before this moment; a sender that holds the row moves it forward as its lease."""
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
