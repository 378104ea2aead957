"""Doors: the entries through which citizens reach the service centre, where they stand and when they are open."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.contacts.stages import Channel
from knowledge.base import Base


class Site(Base):
    """A place that citizens can visit."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("room_limit IS NULL OR room_limit > 0", name="room_limit_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name_sv: Mapped[str]
    name_en: Mapped[str]
    name_fi: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    room_limit: Mapped[int | None]


class Schedule(Base):
    """One version of a door's opening hours, valid from a local day (and until another)."""

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("door_id", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id", ondelete="CASCADE"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    follows_holidays: Mapped[bool] = mapped_column(default=True)
    day_before_holiday_closes: Mapped[time | None]
    changed_at: Mapped[datetime]


class ScheduleSpan(Base):
    """From when to when, local time, on one weekday (0 = Monday). A day may have several; 00:00 as the end is midnight."""

    __tablename__ = "schedule_span"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class ScheduleException(Base):
    """Other hours on one local day, or closed (no times), with the reason that citizens are shown."""

    __tablename__ = "schedule_exception"
    __table_args__ = (
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both_times_or_none"),
        Index("ix_schedule_exception_door_day", "door_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id", ondelete="CASCADE"))
    day: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    reason_sv: Mapped[str]
    reason_en: Mapped[str]
    reason_fi: Mapped[str]


class Door(Base):
    """One entry: a number to call, a chat, a kiosk, an address to write to."""

    __tablename__ = "door"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    address: Mapped[str | None] = mapped_column(unique=True)
    """The number or e-mail address that leads here, when it has one."""
    name_sv: Mapped[str]
    name_en: Mapped[str]
    name_fi: Mapped[str]
    language: Mapped[str | None]
    topic: Mapped[str | None]
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    always_open: Mapped[bool] = mapped_column(default=False)
    closed_now: Mapped[bool] = mapped_column(default=False)
