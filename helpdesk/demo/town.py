"""The demo's municipality: boards, departments, services, articles, and the doors with their hours."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.doors.models import Door, Schedule, ScheduleException, ScheduleSpan, Site
from helpdesk.contacts.stages import Channel
from knowledge import base
from knowledge.importers.catalogue import import_catalogue
from knowledge.importers.departments import import_authorities, import_departments
from knowledge.importers.markdown import import_articles
from knowledge.importers.report import Report

MATERIAL = Path(base.__file__).parent / "demo"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0, 0)

DOORS = {
    "phone": ("vaxel", Channel.PHONE, "+46980319200", None),
    "finnish-line": ("suomeksi", Channel.PHONE, "+46980319209", "fi"),
    "chat": ("chatt", Channel.CHAT, None, None),
    "visit": ("besok", Channel.WALK_IN, None, None),
    "email": ("meddelande", Channel.MESSAGE, None, None),
}
"""Rows of opening_hours.csv that are doors: slug, channel, address, preset language. The others are only information."""


class IncompleteMaterial(RuntimeError):
    """The demo's own files were not taken in whole; the message names the first refused row."""


def build(session: Session, now: datetime, always_open: bool) -> None:
    """Take in everything that the municipality offers, and open its doors. Raises IncompleteMaterial."""
    for report in (
        import_authorities(session, MATERIAL / "authorities.csv", now),
        import_departments(session, MATERIAL / "departments.csv", now),
        import_catalogue(session, MATERIAL / "catalogue.csv", now),
        import_articles(session, MATERIAL / "articles", now),
    ):
        whole(report)
    open_doors(session, now, always_open)


def whole(report: Report) -> None:
    """Make sure that nothing was refused. Raises IncompleteMaterial."""
    if report.refused:
        raise IncompleteMaterial(str(report.refused[0]))


def rows(name: str) -> Iterator[dict[str, str]]:
    """Return the rows of one of the demo's CSV files."""
    with (MATERIAL / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def open_doors(session: Session, now: datetime, always_open: bool) -> None:
    """Make the site and its doors with a week of hours each and the days that differ."""
    site = Site(
        slug="servicecenter",
        name_sv="Norrälvens servicecenter",
        name_en="Norrälven service centre",
        name_fi="Norrälvenin palvelukeskus",
        address="Stationsgatan 1",
        room_limit=20,
    )
    session.add(site)
    session.flush()
    week = defaultdict(list)
    for row in rows("opening_hours.csv"):
        week[row["channel"]].append(row)
    for name, (slug, channel, address, language) in DOORS.items():
        first = week[name][0]
        door = Door(
            slug=slug,
            channel=channel,
            site_id=site.id if channel is Channel.WALK_IN else None,
            address=address,
            name_sv=first["name_sv"],
            name_en=first["name_en"],
            name_fi=first["name_fi"],
            language=language,
            texts={"note_sv": first["note_sv"]},
            always_open=always_open,
        )
        session.add(door)
        session.flush()
        set_hours(session, door, week[name], now)


def set_hours(session: Session, door: Door, days: list[dict[str, str]], now: datetime) -> None:
    """Give a door its week, and the public holidays and half days as days that differ."""
    keeps_holidays = any(day["closed_on_holidays"] == "yes" for day in days)
    half = next((day["day_before_holiday_closes"] for day in days if day["day_before_holiday_closes"]), "")
    schedule = Schedule(
        door_id=door.id,
        valid_from=date(local(now).year - 2, 1, 1),
        follows_holidays=keeps_holidays,
        day_before_holiday_closes=clock(half) if half else None,
        changed_at=now,
    )
    session.add(schedule)
    session.flush()
    opens_at = {}
    for day in days:
        if day["opens"]:
            weekday = WEEKDAYS.index(day["day"])
            opens_at[weekday] = clock(day["opens"])
            session.add_all(
                ScheduleSpan(schedule_id=schedule.id, weekday=weekday, opens=opens, closes=closes)
                for opens, closes in spans(day)
            )
    if keeps_holidays:
        for row in rows("public_holidays.csv"):
            add_exception(session, door, row, opens_at)


def spans(day: dict[str, str]) -> list[tuple[time, time]]:
    """Return the spans of a day; a lunch closing (``12:00-13:00``) makes two of one."""
    lunch = day["lunch_closed"]
    if lunch in ("", "no"):
        return [(clock(day["opens"]), clock(day["closes"]))]
    begins, _, ends = lunch.replace("–", "-").partition("-")
    return [(clock(day["opens"]), clock(begins)), (clock(ends), clock(day["closes"]))]


def add_exception(session: Session, door: Door, row: dict[str, str], opens_at: dict[int, time]) -> None:
    """Let a door be closed on a holiday, or close early on a half day, with the holiday's name as the reason."""
    day = date.fromisoformat(row["date"])
    opens = opens_at.get(day.weekday())
    is_half = bool(row["closes"])
    if is_half and opens is None:
        return
    session.add(
        ScheduleException(
            door_id=door.id,
            day=day,
            opens=opens if is_half else None,
            closes=clock(row["closes"]) if is_half else None,
            reason_sv=row["name_sv"],
            reason_en=row["name_sv"],
            reason_fi=row["name_sv"],
        )
    )


def clock(text: str) -> time:
    """Return a time of day; 24:00 is midnight."""
    return MIDNIGHT if text == "24:00" else time.fromisoformat(text)
