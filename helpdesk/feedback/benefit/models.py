"""What a change is worth and whether it helped: calculations, follow-ups and the weekly counts kept for ever."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.contacts.stages import Reason
from knowledge.base import Base


class Calculation(Base):
    """One version of a request's cost-benefit calculation (nyttokalkyl). Frozen at the decision; then a new version."""

    __tablename__ = "calculation"
    __table_args__ = (
        UniqueConstraint("request_id", "version"),
        CheckConstraint("years > 0", name="years_positive"),
        CheckConstraint("NOT is_frozen OR frozen_at IS NOT NULL", name="frozen_has_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"))
    version: Mapped[int]
    years: Mapped[int]
    interest: Mapped[float]
    """Per year, as a share: 0.03 is three per cent."""
    price_year: Mapped[int]
    contract_years: Mapped[int | None]
    zero_alternative: Mapped[str] = mapped_column(default="")
    benefit_owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    is_frozen: Mapped[bool] = mapped_column(default=False)
    frozen_at: Mapped[datetime | None]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    register_number: Mapped[str | None]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class BenefitClass(StrEnum):
    """How surely a line can be cashed: green in kronor, yellow indirectly, red hard to value, blue a cost."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    BLUE = "blue"


class CalculationInput(Base):
    """One number of a calculation, in three estimates, with where it comes from."""

    __tablename__ = "calculation_input"
    __table_args__ = (UniqueConstraint("calculation_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calculation_id: Mapped[int] = mapped_column(ForeignKey("calculation.id", ondelete="CASCADE"))
    key: Mapped[str]
    label: Mapped[str]
    benefit_class: Mapped[BenefitClass | None]
    unit: Mapped[str]
    """``kr``, ``kr/year``, ``contacts/year``, ``s`` or ``kr/h``."""
    low: Mapped[float]
    likely: Mapped[float]
    high: Mapped[float]
    origin: Mapped[dict[str, Any]]
    """How it was measured (period, counts, interval) or by whom it was estimated."""
    override_reason: Mapped[str | None]


class EffectVerdict(StrEnum):
    """What the follow-up found, given once, at the planned end."""

    PROVED = "proved"
    NO_EFFECT = "no_effect"
    WORSE = "worse"
    UNCERTAIN = "uncertain"


class FollowUp(Base):
    """The measuring of one delivery: baseline, planned end and, at that end, one verdict."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("request_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id", ondelete="CASCADE"))
    n: Mapped[int]
    baseline_from: Mapped[date]
    baseline_to: Mapped[date]
    left_out: Mapped[list[str]]
    """Weeks (their Mondays) whose rise made the draft, left out of the baseline."""
    delivered_on: Mapped[date]
    planned_end: Mapped[date]
    extended_from: Mapped[date | None]
    ratio: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    verdict: Mapped[EffectVerdict | None]
    verdict_at: Mapped[datetime | None]


class WeeklyStatistic(Base):
    """Contacts of one week by cause, door and authority: counts that name nobody, kept for ever."""

    __tablename__ = "weekly_statistic"
    __table_args__ = (
        Index("ix_weekly_statistic_cause", "service_id", "reason", "week"),
        Index("ix_weekly_statistic_week", "week"),
        CheckConstraint("contacts >= 0 AND seconds >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    """The Monday of the week, local date."""
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    reason: Mapped[Reason | None]
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    contacts: Mapped[int]
    seconds: Mapped[int]
    repeat: Mapped[int] = mapped_column(default=0)
    exclusion: Mapped[int] = mapped_column(default=0)
