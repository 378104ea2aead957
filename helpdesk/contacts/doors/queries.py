"""Looking doors and sites up, and when they are open."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.doors.models import Door, Schedule, ScheduleException, ScheduleSpan, Site
from helpdesk.contacts.doors.rules import Hours, OtherHours, Version, WeekSpan, is_open, next_opening, opening_at
from helpdesk.contacts.stages import Channel
from helpdesk.refusals import Unknown


def site_by_slug(session: Session, slug: str) -> Site:
    """Return the site. Raises Unknown."""
    site = session.scalar(select(Site).where(Site.slug == slug))
    if site is None:
        raise Unknown("There is no such place.")
    return site


def door_of_site(session: Session, site: Site) -> Door:
    """Return the walk-in door of a site. Raises Unknown for a site that nobody can walk in to."""
    door = session.scalar(
        select(Door).where(Door.site_id == site.id, Door.channel == Channel.WALK_IN).order_by(Door.id).limit(1)
    )
    if door is None:
        raise Unknown("Nobody is received at this place.")
    return door


def hours_of(session: Session, door: Door) -> Hours:
    """Return what decides when a door is open (see rules.py)."""
    if door.always_open:
        return Hours(True, door.closed_now)
    spans: dict[int, list[WeekSpan]] = {}
    for row in session.execute(
        select(ScheduleSpan.schedule_id, ScheduleSpan.weekday, ScheduleSpan.opens, ScheduleSpan.closes)
        .join(Schedule, Schedule.id == ScheduleSpan.schedule_id)
        .where(Schedule.door_id == door.id)
    ):
        spans.setdefault(row.schedule_id, []).append(WeekSpan(row.weekday, row.opens, row.closes))
    versions = tuple(
        Version(
            one.valid_from,
            one.valid_to,
            one.follows_holidays,
            one.day_before_holiday_closes,
            tuple(spans.get(one.id, ())),
        )
        for one in session.scalars(select(Schedule).where(Schedule.door_id == door.id))
    )
    exceptions = tuple(
        OtherHours(row.day, row.opens, row.closes)
        for row in session.execute(
            select(ScheduleException.day, ScheduleException.opens, ScheduleException.closes).where(
                ScheduleException.door_id == door.id
            )
        )
    )
    return Hours(False, door.closed_now, versions, exceptions)


class DoorNow(NamedTuple):
    """Whether a door is open, until when, and when it opens next. Moments in UTC; None for not, always or unknown."""

    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None


def open_now(session: Session, door: Door, now: datetime) -> DoorNow:
    """Say whether a door is open at a moment, when it closes if it is, and when it opens next if it is not."""
    hours = hours_of(session, door)
    if not is_open(hours, now):
        return DoorNow(False, None, next_opening(hours, now))
    found = None if hours.always_open else opening_at(hours, now)
    return DoorNow(True, found.closes_at if found else None, None)


def reason_for(session: Session, door: Door, day: date, language: str) -> str | None:
    """Return why a door has other hours on a local day, in Swedish, Finnish or English (``language``); None for no reason."""
    found = session.scalar(
        select(ScheduleException).where(ScheduleException.door_id == door.id, ScheduleException.day == day).limit(1)
    )
    if found is None:
        return None
    return {"fi": found.reason_fi, "en": found.reason_en}.get(language, found.reason_sv) or None
