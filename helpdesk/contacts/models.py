"""A contact: one citizen reaching us once, by whatever door. Facts here; identity and text in tables of their own.

Retention deletes addresses, messages, notes and sealed text; what stays in ``contact`` names nobody, so that statistics
survive untouched.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.contacts.stages import (
    Actor,
    AddressKind,
    Assisted,
    Author,
    Channel,
    EndedAs,
    Exclusion,
    MessageKind,
    Outcome,
    Priority,
    Reason,
    Stage,
    WaitsFor,
)
from helpdesk.ids import new_public_id
from knowledge.base import Base

WAITING = text("stage = 'waiting'")
OWNED = text("stage IN ('offered', 'talking', 'held', 'parked', 'wrap_up')")


class Contact(Base):
    """One citizen reaching us once, by whatever door: the facts that name nobody."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint(
            "stage NOT IN ('offered', 'talking', 'held', 'parked', 'wrap_up') OR agent_id IS NOT NULL",
            name="open_has_agent",
        ),
        CheckConstraint("stage != 'waiting' OR (agent_id IS NULL AND lane_id IS NOT NULL)", name="waiting_has_lane"),
        CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        Index("ix_contact_waiting", "lane_id", "due_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_contact_owned", "agent_id", sqlite_where=OWNED, postgresql_where=OWNED),
        Index("ix_contact_wrap_up", "wrap_up_until"),
        Index("ix_contact_closed_at", "closed_at"),
        Index("ix_contact_arrived_at", "arrived_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(unique=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    channel: Mapped[Channel]
    lane_id: Mapped[int | None] = mapped_column(ForeignKey("lane.id"))
    stage: Mapped[Stage] = mapped_column(default=Stage.WAITING)
    waits_for: Mapped[WaitsFor] = mapped_column(default=WaitsFor.ANSWER)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    priority: Mapped[Priority] = mapped_column(default=Priority.NORMAL)
    language: Mapped[str] = mapped_column(default="sv")
    area: Mapped[str | None]
    topic: Mapped[str | None]
    """What it is about in a few words, masked. Outside the open contact a secret one shows its area instead."""
    ended_as: Mapped[EndedAs | None]
    outcome: Mapped[Outcome | None]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    secrecy: Mapped[bool] = mapped_column(default=False)
    protected: Mapped[bool] = mapped_column(default=False)
    """Protected identity: no name, number or address is kept."""
    is_repeat: Mapped[bool] = mapped_column(default=False)
    arrived_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """The promise in force."""
    ready_at: Mapped[datetime]
    """Nobody is given the contact before this moment."""
    taken_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    wrap_up_until: Mapped[datetime | None]
    parked_until: Mapped[datetime | None]
    wakes_on_reply: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[datetime | None]
    offers_unanswered: Mapped[int] = mapped_column(default=0)
    citizen_seen_at: Mapped[datetime | None]
    """The last sign of life from the citizen's page; a waiting chat without one is passed over."""
    last_word_by: Mapped[Author | None]
    last_event: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    citizen_read_seq: Mapped[int] = mapped_column(default=0)
    agent_read_seq: Mapped[int] = mapped_column(default=0)


class ContactNeed(Base):
    """A language or a skill that the contact needs (``lang:fi``, ``skill:bygg``), and when it was given up on."""

    __tablename__ = "contact_need"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    need: Mapped[str] = mapped_column(primary_key=True)
    relaxed_at: Mapped[datetime | None]
    relaxed_why: Mapped[str | None]


class ContactAddress(Base):
    """A name, a number or an address, with its purpose and the rule by which it goes."""

    __tablename__ = "contact_address"
    __table_args__ = (Index("ix_contact_address_value", "kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AddressKind]
    value: Mapped[str]
    purpose: Mapped[str]
    delete_rule: Mapped[str]
    locked_at: Mapped[datetime | None]
    """From then on not shown and not searchable: kept only because no confirmed rule deletes it yet."""


class Message(Base):
    """What was said in writing, as both sides see it. Identity numbers are masked; the originals lie sealed."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("contact_id", "seq"), UniqueConstraint("contact_id", "client_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    seq: Mapped[int]
    client_id: Mapped[str | None]
    kind: Mapped[MessageKind] = mapped_column(default=MessageKind.TEXT)
    author: Mapped[Author]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str | None]
    text: Mapped[str]
    ref: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Note(Base):
    """What staff wrote for staff. An official note is locked when the contact is handed over."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    secrecy: Mapped[bool] = mapped_column(default=False)
    is_official: Mapped[bool] = mapped_column(default=False)
    locked_at: Mapped[datetime | None]


class SealedText(Base):
    """What was masked, encrypted under a key of its own. Opened by permission, with a reason, and logged."""

    __tablename__ = "sealed_text"
    __table_args__ = (CheckConstraint("(message_id IS NULL) != (note_id IS NULL)", name="one_origin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    key_id: Mapped[str]
    cipher: Mapped[bytes]
    at: Mapped[datetime]


class ContactEvent(Base):
    """Something that happened to a contact. Only ever added to; holds no free text."""

    __tablename__ = "contact_event"
    __table_args__ = (UniqueConstraint("contact_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    n: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[Actor]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Errand(Base):
    """One thing that the citizen came for: a service (or none) and one reason. Demand is counted here."""

    __tablename__ = "errand"
    __table_args__ = (
        UniqueConstraint("contact_id", "n"),
        CheckConstraint("seconds >= 0", name="seconds_not_negative"),
        Index("ix_errand_cause", "service_id", "reason", "closed_at"),
        Index("ix_errand_closed_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    n: Mapped[int]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    topic: Mapped[str | None]
    reason: Mapped[Reason | None]
    outcome: Mapped[Outcome | None]
    exclusion: Mapped[Exclusion | None]
    seconds: Mapped[int] = mapped_column(default=0)
    is_repeat: Mapped[bool] = mapped_column(default=False)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    secrecy: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]


class ErrandAssistance(Base):
    """Digital help that was given with an errand, and how long it took."""

    __tablename__ = "errand_assistance"

    errand_id: Mapped[int] = mapped_column(ForeignKey("errand.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Assisted] = mapped_column(primary_key=True)
    seconds: Mapped[int] = mapped_column(default=0)


class ClassificationChange(Base):
    """Who changed an errand's service, reason or outcome, and from what. Only ever added to."""

    __tablename__ = "classification_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    errand_id: Mapped[int] = mapped_column(ForeignKey("errand.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    field: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]


class KnowledgeLink(Base):
    """A service or a revision of an article that was used in a contact, and whether the citizen was sent it."""

    __tablename__ = "knowledge_link"
    __table_args__ = (CheckConstraint("(service_id IS NULL) != (revision_id IS NULL)", name="one_item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    was_sent: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
