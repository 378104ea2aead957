"""The ticket in a visitor's hand."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.ids import new_public_id
from knowledge.base import Base


class Ticket(Base):
    """Letter and running number of a visit, for one site and one service day (local date)."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("site_id", "service_day", "letter", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        Index("ix_ticket_called", "site_id", "service_day", "called_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    """The unguessable part of the ticket page's address."""
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    service_day: Mapped[date]
    letter: Mapped[str]
    number: Mapped[int]
    issued_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(default=0)
    desk: Mapped[str | None]
    returned_at: Mapped[datetime | None]
    """The one free return after *not here*."""
    late_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    asked_for: Mapped[str] = mapped_column(default="")
    """What the visitor needs in the room (hearing loop, a seat…), keys joined by a space; emptied when the visit is over."""

    @property
    def label(self) -> str:
        """How the number reads on paper and on the display: ``A014``."""
        return f"{self.letter}{self.number:03d}"
