"""Twice is once: the answers that were given to requests that carry a key."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.base import Base


class InboxKey(Base):
    """A key that was used in a scope (a token, a form, Twilio), what the request was, and the answer once it is known."""

    __tablename__ = "inbox_key"
    __table_args__ = (Index("ix_inbox_key_until", "until"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    answer: Mapped[dict[str, Any] | None]
    """None while the first request is still running."""
    started_at: Mapped[datetime]
    until: Mapped[datetime]
