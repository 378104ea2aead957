"""Retention: rules with a decision behind them, the runs that followed them, and what is held back from deletion."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.base import Base


class RetentionAction(StrEnum):
    """What a rule does when the time has come."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    PRESERVE = "preserve"


class RetentionRule(Base):
    """How long a kind of record is kept by an authority. A proposal until an administrator has confirmed it."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("record_type", "authority_id"),
        CheckConstraint("period_days >= 0", name="period_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    decision: Mapped[str | None]
    """The reference of the decision; without one the rule is a proposal and nothing is deleted."""
    period_days: Mapped[int]
    starts_from: Mapped[str]
    action: Mapped[RetentionAction]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class RetentionRun(Base):
    """What one run did, in counts. Only ever added to."""

    __tablename__ = "retention_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("retention_rule.id"))
    at: Mapped[datetime]
    is_dry: Mapped[bool]
    counts: Mapped[dict[str, Any]]


class Hold(Base):
    """A record that no rule may touch, and why (a request for disclosure, say)."""

    __tablename__ = "hold"
    __table_args__ = (UniqueConstraint("record", "record_id", "lifted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str]
    record_id: Mapped[str]
    reason: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
