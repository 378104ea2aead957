"""A handover: what the service centre gives a department to do, and what the department replies."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.ids import new_public_id
from knowledge.base import Base


class Basis(StrEnum):
    """On what basis text crosses from one authority to another (OSL 10:2, 10:27, 12:2)."""

    CONSENT = "consent"
    NECESSARY = "necessary"
    NO_SECRET = "no_secret"  # noqa: S105  (a basis, not a password)


class Handover(Base):
    """A task in a department that came from a contact."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_department", "department_id", "answered_at", "due_at"),
        CheckConstraint("length(text) > 0", name="says_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    errand_id: Mapped[int | None] = mapped_column(ForeignKey("errand.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    from_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    secrecy: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[Basis]
    text: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    due_day: Mapped[date]
    """The working day (local date) by which the department answers; ``due_at`` is its end."""
    due_at: Mapped[datetime]
    register_number: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class HandoverReply(Base):
    """What the department wrote back."""

    __tablename__ = "handover_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    at: Mapped[datetime]
