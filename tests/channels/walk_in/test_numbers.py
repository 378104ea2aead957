"""Numbers: one series a site, letter and local day, without a gap and without a double, whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.rules import Letter, Want, service_day
from helpdesk.contacts.doors.models import Door, Site
from helpdesk.contacts.models import Contact, ContactNeed
from helpdesk.contacts.stages import Channel, Priority, WaitsFor
from helpdesk.db import Database
from helpdesk.refusals import Unknown
from tests.builders import Centre
from tests.conftest import NOW

QUESTION = Arriving("servicecenter", Letter.QUESTION)


def clock(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type]


def test_each_letter_has_its_own_series_from_one(session: Session, centre: Centre) -> None:
    letters = (Letter.QUESTION, Letter.HELP, Letter.QUESTION, Letter.BOOKED)
    labels = [take_ticket(session, Arriving("servicecenter", one), NOW).label for one in letters]
    assert labels == ["A001", "C001", "A002", "B001"]


def test_two_sites_count_for_themselves(session: Session, centre: Centre) -> None:
    other = Site(slug="biblioteket", name_sv="Biblioteket", name_en="The library", name_fi="Kirjasto")
    session.add(other)
    session.flush()
    session.add(
        Door(
            slug="bibliotek-besok",
            channel=Channel.WALK_IN,
            site_id=other.id,
            name_sv="b",
            name_en="b",
            name_fi="b",
            always_open=True,
        )
    )
    session.flush()
    first, second = (
        take_ticket(session, QUESTION, NOW),
        take_ticket(session, Arriving("biblioteket", Letter.QUESTION), NOW),
    )
    assert (first.label, second.label) == ("A001", "A001")
    assert first.token != second.token


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (clock(2026, 11, 23, 22, 59), date(2026, 11, 23)),
        (clock(2026, 11, 23, 23, 0), date(2026, 11, 24)),
        (clock(2026, 3, 28, 23, 0), date(2026, 3, 29)),
        (clock(2026, 3, 29, 21, 59), date(2026, 3, 29)),
        (clock(2026, 3, 29, 22, 0), date(2026, 3, 30)),
        (clock(2026, 10, 24, 22, 0), date(2026, 10, 25)),
        (clock(2026, 10, 25, 22, 59), date(2026, 10, 25)),
        (clock(2026, 10, 25, 23, 0), date(2026, 10, 26)),
    ],
)
def test_the_service_day_is_the_local_one_also_when_clocks_change(moment: datetime, day: date) -> None:
    assert service_day(moment) == day


def test_the_series_begins_anew_at_local_midnight(session: Session, centre: Centre) -> None:
    evening, night = clock(2026, 10, 25, 22, 59), clock(2026, 10, 25, 23, 0)
    labels = [take_ticket(session, QUESTION, at).label for at in (evening, evening, night, night)]
    assert labels == ["A001", "A002", "A001", "A002"]


def test_a_ticket_that_was_not_issued_leaves_no_gap(database: Database) -> None:
    with database.transaction() as session:
        Centre(session, NOW)
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        assert take_ticket(session, QUESTION, NOW).label == "A001"
        raise ZeroDivisionError
    with database.transaction() as session:
        assert take_ticket(session, QUESTION, NOW).label == "A001"


def test_forty_at_once_get_forty_numbers_in_a_row(database: Database) -> None:
    with database.transaction() as session:
        Centre(session, NOW)

    def one(_n: int) -> str:
        with database.transaction() as session:
            return take_ticket(session, QUESTION, NOW).label

    with ThreadPoolExecutor(8) as crowd:
        labels = list(crowd.map(one, range(40)))
    assert sorted(labels) == [f"A{n:03d}" for n in range(1, 41)]
    with database.reading() as session:
        numbers = sorted(session.scalars(select(Contact.number)))
        assert numbers == [f"K26{n:06d}" for n in range(1, 41)]
        assert len(session.scalars(select(Ticket.token)).all()) == 40


def test_a_visitor_waits_like_everybody_else(session: Session, centre: Centre) -> None:
    visitor = Arriving(
        "servicecenter",
        Letter.QUESTION,
        topic="Bygga",
        area="bygga-bo-miljo",
        language="so",
        wants=frozenset({Want.LOOP, Want.SEAT}),
    )
    ticket = take_ticket(session, visitor, NOW)
    contact = session.get_one(Contact, ticket.contact_id)
    assert (contact.channel, contact.site_id, contact.area, contact.topic) == (
        Channel.WALK_IN,
        centre.site.id,
        "bygga-bo-miljo",
        "Bygga",
    )
    assert (contact.due_at - NOW).total_seconds() == 600
    needs = session.scalars(select(ContactNeed.need).where(ContactNeed.contact_id == contact.id)).all()
    assert needs == ["lang:so"], "a hearing loop is no skill: nobody waits longer for it"
    assert ticket.asked_for == "seat loop"


def test_a_booked_visit_is_promised_its_time_and_without_one_it_has_priority(session: Session, centre: Centre) -> None:
    at = clock(2026, 11, 23, 9, 45)
    with_time = take_ticket(session, Arriving("servicecenter", Letter.BOOKED, booked_at=at), NOW)
    without = take_ticket(session, Arriving("servicecenter", Letter.BOOKED), NOW)
    first, second = (session.get_one(Contact, one.contact_id) for one in (with_time, without))
    assert (first.waits_for, first.due_at, first.ready_at) == (WaitsFor.BOOKING, at, clock(2026, 11, 23, 9, 40))
    assert (second.priority, (second.due_at - NOW).total_seconds()) == (Priority.RAISED, 300)


def test_a_place_that_does_not_exist_issues_nothing(session: Session, centre: Centre) -> None:
    with pytest.raises(Unknown):
        take_ticket(session, Arriving("ingenstans", Letter.QUESTION), NOW)
    assert session.scalars(select(Ticket)).all() == []
