"""What the queue remembers: agents and their room, lanes, promises, and who has had which contact."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.contacts.stages import Channel, PromiseKind
from helpdesk.ids import new_public_id
from knowledge.base import Base

OPEN_OWNER = text("role = 'owner' AND ended_at IS NULL")
OPEN_OFFER = text("taken_at IS NULL AND ended_at IS NULL")
OPEN_ASSIGNMENT = text("ended_at IS NULL")


class AgentState(StrEnum):
    """What the agent chose. Busy, full, wrap-up and no answer are derived."""

    AVAILABLE = "available"
    PAUSED = "paused"
    OFFLINE = "offline"


class Agent(Base):
    """Somebody who takes contacts: how much room they have and how much of it is used, in twelfths of a person."""

    __tablename__ = "agent"
    __table_args__ = (CheckConstraint("load BETWEEN 0 AND room", name="load_within_room"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str]
    room: Mapped[int] = mapped_column(default=12)
    load: Mapped[int] = mapped_column(default=0)
    state: Mapped[AgentState] = mapped_column(default=AgentState.OFFLINE)
    pause_reason: Mapped[str | None]
    state_since: Mapped[datetime]
    no_answer_since: Mapped[datetime | None]
    """The last offer ran out unanswered; nothing is offered until the agent presses ready."""
    last_ended_at: Mapped[datetime | None]
    desk: Mapped[str | None]
    """The desk that visitors are called to."""
    phone: Mapped[str | None]
    """Where the agent's leg of a call rings."""


class AgentDoor(Base):
    """A channel that the agent takes contacts from."""

    __tablename__ = "agent_door"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(primary_key=True)


class Ability(Base):
    """A language or skill that an agent has (``lang:fi``, ``skill:bygg``)."""

    __tablename__ = "ability"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    need: Mapped[str] = mapped_column(primary_key=True)
    is_first_hand: Mapped[bool] = mapped_column(default=False)
    """Such contacts count as due two minutes earlier for this agent."""


class Presence(Base):
    """The last sign of life of an agent. A table of its own, so that it never fights with the row that a take locks."""

    __tablename__ = "presence"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]
    holds_until: Mapped[datetime]


class Lane(Base):
    """Everybody who waits at one door with the same needs. Next is one seek a lane; relaxing moves to another lane."""

    __tablename__ = "lane"
    __table_args__ = (UniqueConstraint("door_id", "needs"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"))
    channel: Mapped[Channel]
    needs: Mapped[str] = mapped_column(default="")
    """Sorted and joined by a space; empty for none."""


class Promise(Base):
    """Something that the citizen was promised, and by when. Only the citizen can move it later."""

    __tablename__ = "promise"
    __table_args__ = (Index("ix_promise_contact", "contact_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    kind: Mapped[PromiseKind]
    made_at: Mapped[datetime]
    first_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    moved_by: Mapped[str | None]
    """``citizen`` when they chose another time, ``priority`` when it was raised."""


class AssignmentRole(StrEnum):
    """Whether the agent has the contact or was asked in."""

    OWNER = "owner"
    HELPER = "helper"


class Assignment(Base):
    """An agent's time with a contact, from the offer to the end, with what it costs of their room."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("cost >= 0", name="cost_not_negative"),
        Index(
            "uq_assignment_open_owner", "contact_id", unique=True, sqlite_where=OPEN_OWNER, postgresql_where=OPEN_OWNER
        ),
        Index(
            "uq_assignment_open_offer", "agent_id", unique=True, sqlite_where=OPEN_OFFER, postgresql_where=OPEN_OFFER
        ),
        Index("ix_assignment_open", "agent_id", sqlite_where=OPEN_ASSIGNMENT, postgresql_where=OPEN_ASSIGNMENT),
        Index("ix_assignment_contact", "contact_id"),
        Index("ix_assignment_offer_until", "offer_until", sqlite_where=OPEN_OFFER, postgresql_where=OPEN_OFFER),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    role: Mapped[AssignmentRole] = mapped_column(default=AssignmentRole.OWNER)
    cost: Mapped[int]
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    how: Mapped[str | None]
    """How it ended: resolved, released, transferred, handed_over, lost, declined, expired."""
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Why this agent got this contact: rule, promise, room, needs, and who was passed over."""


class PeriodKind(StrEnum):
    """What the time of an assignment went to."""

    TALK = "talk"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    PARKED = "parked"


class Period(Base):
    """A stretch of one kind of time in an assignment. Measured, never typed."""

    __tablename__ = "period"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PeriodKind]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
