"""Results for those who govern: the same figures as on the board, and no cell that points at somebody."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import now
from helpdesk.contacts.stages import Exclusion, Reason
from helpdesk.feedback.actions import GROUP, Cause, Draft, Move, draft, move, send
from helpdesk.feedback.models import ChangeRequest
from helpdesk.feedback.queries import demand
from helpdesk.feedback.rules import RequestState
from helpdesk.insight.queries import results
from helpdesk.insight.rules import Cell, cell
from helpdesk.people.actions import GrantSaid, add_account
from helpdesk.people.queries import viewer_of
from helpdesk.people.rules import Role, Viewer
from knowledge.models import Authority
from tests.builders import Centre
from tests.conftest import NOW
from tests.feedback.conftest import Road
from tests.feedback.pages import Browser


@pytest.fixture
def road(session: Session, centre: Centre) -> Road:
    """The people of the road back."""
    return Road(session, centre)


def reader(road: Road, authority: Authority | None) -> Viewer:
    """Return a board's reader; without a board, one who reads everything."""
    grant = GrantSaid(Role.BOARD_READER, authority_id=authority.id if authority else None)
    name = authority.slug if authority else "all"
    return viewer_of(road.session, add_account(road.session, f"{name}@kommunen.example", "Anna", None, [grant], NOW))


def closed(road: Road, many: int, reason: Reason, service: object, exclusion: int = 0) -> None:
    """Let contacts have been closed with a cause, some of them of people shut out."""
    for n in range(many):
        road.closed(reason, service, exclusion=Exclusion.NO_EID if n < exclusion else None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "small", "shown"), [(0, False, 0), (1, False, None), (4, False, None), (5, False, 5), (4, True, 4)]
)
def test_a_small_cell_is_hidden_and_none_is_said(count: int, small: bool, shown: int | None) -> None:
    assert cell(count, small) == Cell(shown)


def test_a_reader_of_the_executive_board_sees_all_totals_without_small_cells(session: Session, road: Road) -> None:
    closed(road, 7, Reason.LOGIN, road.centre.permit, exclusion=2)
    closed(road, 3, Reason.CASE_STATUS, road.centre.support)
    closed(road, 9, Reason.NEW_NEED, road.centre.permit)
    found = results(session, reader(road, road.centre.executive), NOW)
    assert [(one.pair.reason, one.contacts.count, one.seconds, one.exclusion.count) for one in found.hurts] == [
        (Reason.LOGIN, 7, 2100, None),
        (Reason.CASE_STATUS, None, None, 0),
    ]
    assert (found.failure.tally.contacts, found.all.tally.contacts, found.all.coverage) == (10, 19, 1.0)
    seen = results(session, road.improver, NOW)
    assert [one.contacts.count for one in seen.hurts] == [7, 3]


def test_the_reader_of_a_board_sees_that_boards_totals(session: Session, road: Road) -> None:
    closed(road, 7, Reason.LOGIN, road.centre.permit)
    closed(road, 8, Reason.LOGIN, road.centre.support)
    closed(road, 9, Reason.LOGIN, None)
    building, everything = reader(road, road.centre.building_board), reader(road, None)
    assert [one.contacts.count for one in results(session, building, NOW).hurts] == [7]
    assert not results(session, building, NOW).everything
    assert [one.contacts.count for one in results(session, everything, NOW).hurts] == [9, 8, 7]


def asked(road: Road, lead: str, title: str) -> ChangeRequest:
    """Send a request."""
    said = Draft(title, "Text", lead, (Cause("ansok-bygglov", Reason.LOGIN),))
    return send(road.session, road.improver, draft(road.session, road.improver, said, NOW).number, NOW)


def test_what_was_decided_and_what_is_late(session: Session, road: Road) -> None:
    closed(road, 6, Reason.LOGIN, road.centre.permit)
    declined, waits, group = asked(road, "bygg", "No"), asked(road, "bygg", "Waits"), asked(road, GROUP, "Group")
    move(session, road.officer, declined.number, Move(RequestState.ASSESSING), NOW)
    move(session, road.officer, declined.number, Move(RequestState.DECLINED, "Not lawful."), NOW)
    found = results(session, road.group, NOW)
    assert [(one.request, one.reason) for one in found.decided] == [(declined, "Not lawful.")]
    assert found.late == []
    later = results(session, road.group, NOW + timedelta(days=21))
    assert [one.request for one in later.late] == [waits, group]
    building = results(session, reader(road, road.centre.building_board), NOW + timedelta(days=21))
    assert [one.request for one in building.late] == [waits]


def test_the_figures_are_those_of_the_board(session: Session, road: Road) -> None:
    closed(road, 6, Reason.LOGIN, road.centre.permit)
    request = asked(road, "bygg", "One login")
    own = demand(session, request, NOW - timedelta(days=91), NOW)
    found = results(session, road.improver, NOW)
    assert found.hurts[0].contacts.count == own.tally.contacts == 6
    assert found.hurts[0].seconds == own.tally.seconds


def test_the_page_opens_for_those_who_read_results_and_for_nobody_else(app: Flask) -> None:
    at = now() - timedelta(days=1)
    with app.extensions["helpdesk.database"].transaction() as session:
        centre = Centre(session, at)
        centre.staff()
        road = Road(session, centre)
        for _ in range(3):
            road.closed(Reason.LOGIN, centre.permit, at=at)
        assert session.scalars(select(ChangeRequest)).all() == []
    for who in ("board-reader", "group-management", "supervisor", "improver"):
        page = Browser(app, who).open("/resultat")
        assert ("fewer than 5" in page) is (who in ("board-reader", "group-management")), who
    for who in ("agent", "officer", "host", "dpo"):
        assert Browser(app, who).status("/resultat") == 403
