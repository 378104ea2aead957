"""The legs of a call: the citizen's, the agent's, and those of others who are asked in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.channels.phone.rules import LegState
from knowledge.base import Base


class LegRole(StrEnum):
    """Whose leg it is."""

    CITIZEN = "citizen"
    AGENT = "agent"
    COLLEAGUE = "colleague"
    THIRD = "third"


class CallLeg(Base):
    """One party's line in a call. The number lies in ``contact_address``; here is only what the exchange calls the leg."""

    __tablename__ = "call_leg"
    __table_args__ = (Index("ix_call_leg_contact", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    """None while the caller is still in the menu."""
    exchange: Mapped[str] = mapped_column(default="twilio")
    call_key: Mapped[str] = mapped_column(unique=True)
    """The exchange's own id of the leg (Twilio: CallSid)."""
    conference_key: Mapped[str | None]
    role: Mapped[LegRole]
    state: Mapped[LegState]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    language: Mapped[str | None]
    pressed: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cause: Mapped[str | None]
