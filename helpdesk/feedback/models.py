"""The road back: pain points from contacts, and the change requests that departments answer."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.contacts.stages import Exclusion, Reason
from helpdesk.feedback.rules import RequestState
from helpdesk.ids import new_public_id
from knowledge.base import Base

IN_FORCE = text("undone_at IS NULL")


class QuoteState(StrEnum):
    """Whether a quote may be shown to a department."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class PainPoint(Base):
    """A flag on an errand: something here hurt. It adds colour to the count and is never counted itself."""

    __tablename__ = "pain_point"
    __table_args__ = (UniqueConstraint("errand_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    errand_id: Mapped[int] = mapped_column(ForeignKey("errand.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    reason: Mapped[Reason]
    exclusion: Mapped[Exclusion | None]
    is_repeat: Mapped[bool] = mapped_column(default=False)
    quote: Mapped[str | None]
    """In the citizen's words, masked and without identity."""
    quote_state: Mapped[QuoteState] = mapped_column(default=QuoteState.PROPOSED)
    wants_to_know: Mapped[bool] = mapped_column(default=True)
    """Whether the one who flagged it is told how it goes."""
    at: Mapped[datetime]


class RequestKind(StrEnum):
    """What kind of change is asked for."""

    NEW = "new"
    CHANGE = "change"
    MOVE = "move"
    RETIRE = "retire"


class ChangeRequest(Base):
    """What the service centre asks a department (or the group management) to mend."""

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint("is_for_group OR lead_department_id IS NOT NULL", name="has_lead"),
        Index("ix_change_request_board", "lead_department_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(unique=True)
    """``F-2026-014``."""
    title: Mapped[str]
    text: Mapped[str]
    kind: Mapped[RequestKind] = mapped_column(default=RequestKind.CHANGE)
    state: Mapped[RequestState] = mapped_column(default=RequestState.DRAFT)
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    is_for_group: Mapped[bool] = mapped_column(default=False)
    """Led by the group management, because more than one authority is concerned."""
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    secrecy: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    first_answer_due: Mapped[date | None]
    """The working day (local date) by which the department gives its first written answer or decision."""
    first_answer_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    planned_for: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
    budget_year: Mapped[int | None]
    register_number: Mapped[str | None]
    elsewhere: Mapped[str | None]
    """Where it exists already: another municipality or a shared library."""
    ended_way: Mapped[str | None]
    """Which old way of working ended, and when."""
    last_change: Mapped[int] = mapped_column(default=0)
    """Raised with every change; the ETag."""


class RequestCause(Base):
    """A (service, reason) pair whose errands are the demand of a request, from and to when."""

    __tablename__ = "change_request_cause"
    __table_args__ = (Index("ix_change_request_cause_request", "request_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    reason: Mapped[Reason]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class RequestDepartment(Base):
    """A department that is involved without leading."""

    __tablename__ = "change_request_department"

    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)


class RequestFollower(Base):
    """Somebody who is told how a request goes, because they flagged it or asked to."""

    __tablename__ = "change_request_follower"

    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    since: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """The last time they saw it; what is newer is news to them."""


class RequestComment(Base):
    """A line in the one thread between service centre and department."""

    __tablename__ = "change_request_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    is_from_department: Mapped[bool]
    text: Mapped[str]
    at: Mapped[datetime]


class RequestEvent(Base):
    """Something that happened to a request. Only ever added to."""

    __tablename__ = "change_request_event"
    __table_args__ = (UniqueConstraint("request_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"))
    n: Mapped[int]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RequestMerge(Base):
    """One request taken up in another. Undone by a time, never deleted, so that counts can be recomputed."""

    __tablename__ = "change_request_merge"
    __table_args__ = (
        CheckConstraint("request_id != into_id", name="not_into_itself"),
        Index(
            "uq_change_request_merge_in_force",
            "request_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"))
    into_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class View(StrEnum):
    """The six sides from which every decision is looked at."""

    SECURITY = "security"
    LAW = "law"
    TECHNOLOGY = "technology"
    ARCHITECTURE = "architecture"
    ECONOMY = "economy"
    BENEFIT = "benefit"


class Verdict(StrEnum):
    """What was found from one side."""

    FINE = "fine"
    RISK = "risk"


class DecisionView(Base):
    """That a request was looked at from one of the six sides. No row: not looked at."""

    __tablename__ = "change_request_view"

    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"), primary_key=True)
    view: Mapped[View] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict]
    measure: Mapped[str | None]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class Risk(Base):
    """A risk with a request: how likely, how bad (1-5), what is done about it and by whom."""

    __tablename__ = "change_request_risk"
    __table_args__ = (
        CheckConstraint("likelihood BETWEEN 1 AND 5", name="likelihood_known"),
        CheckConstraint("effect BETWEEN 1 AND 5", name="effect_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    likelihood: Mapped[int]
    effect: Mapped[int]
    measure: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
