"""Demand: closed errands with a request's causes, each counted once, however causes and merges overlap."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from helpdesk.contacts.stages import FAILURE_DEMAND, Exclusion, Reason
from helpdesk.feedback.actions import Cause, Draft, draft
from helpdesk.feedback.benefit.models import WeeklyStatistic
from helpdesk.feedback.board import Filter, board, suggested
from helpdesk.feedback.counting import full_weeks, series, tallies, weekly
from helpdesk.feedback.merging import merge, undo_merge
from helpdesk.feedback.models import ChangeRequest
from helpdesk.feedback.queries import demand, pairs_of
from helpdesk.feedback.rules import Pair, Tally, change_between, demand_of
from helpdesk.refusals import Forbidden, Unacceptable, WrongStage
from tests.conftest import NOW
from tests.feedback.conftest import Road

START = NOW - timedelta(days=91)
PERMIT, NOTHING = "ansok-bygglov", None


def request(road: Road, *causes: tuple[str | None, Reason]) -> ChangeRequest:
    """Write a draft about some causes."""
    said = Draft("Title", "Text", "bygg", tuple(Cause(*one) for one in causes))
    return draft(road.session, road.improver, said, NOW)


def test_errands_are_counted_and_weighed_by_their_measured_seconds(session: Session, road: Road) -> None:
    permit = road.centre.permit
    road.closed(service=permit, seconds=240, repeat=True)
    road.closed(service=permit, seconds=360, exclusion=Exclusion.NO_EID)
    road.closed(Reason.LOGIN, service=permit, seconds=1000)
    road.closed(Reason.CASE_STATUS, service=None, seconds=1000)
    road.closed(None, service=permit, seconds=1000)
    found = demand(session, request(road, (PERMIT, Reason.CASE_STATUS)), START, NOW)
    assert found.tally == Tally(contacts=2, seconds=600, repeat=1, exclusion=1)
    assert (found.repeat_share, found.exclusion_share) == (0.5, 0.5)
    assert (found.closed, found.classified, found.coverage) == (5, 4, 0.8)
    assert not found.is_grey


def test_a_cause_without_a_service_means_errands_without_one(session: Session, road: Road) -> None:
    road.closed(Reason.LOGIN, service=None)
    road.closed(Reason.LOGIN, service=road.centre.permit)
    assert demand(session, request(road, (NOTHING, Reason.LOGIN)), START, NOW).tally.contacts == 1


def test_only_what_was_closed_in_the_period_counts(session: Session, road: Road) -> None:
    for at in (START, START + timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)):
        road.closed(service=road.centre.permit, at=at)
    one = request(road, (PERMIT, Reason.CASE_STATUS))
    assert demand(session, one, START, NOW).tally.contacts == 2
    with pytest.raises(Unacceptable):
        demand(session, one, NOW, START)


def test_little_coverage_makes_the_figure_grey_and_nothing_at_all_too(session: Session, road: Road) -> None:
    one = request(road, (PERMIT, Reason.CASE_STATUS))
    empty = demand(session, one, START, NOW)
    assert (empty.coverage, empty.repeat_share, empty.is_grey) == (0.0, 0.0, True)
    for reason in (Reason.CASE_STATUS, Reason.LOGIN, None):
        road.closed(reason, service=road.centre.permit)
    assert demand(session, one, START, NOW).is_grey


def test_a_merge_brings_its_contacts_and_undoing_takes_them_back(session: Session, road: Road) -> None:
    road.closed(service=road.centre.permit)
    road.closed(Reason.LOGIN, service=road.centre.permit)
    first = request(road, (PERMIT, Reason.CASE_STATUS))
    second = request(road, (PERMIT, Reason.CASE_STATUS), (PERMIT, Reason.LOGIN))
    third = request(road)
    merge(session, road.improver, second.number, first.number, NOW)
    assert demand(session, first, START, NOW).tally.contacts == 2
    merge(session, road.improver, first.number, third.number, NOW)
    assert demand(session, third, START, NOW).tally.contacts == 2
    undo_merge(session, road.improver, second.number, NOW)
    assert demand(session, third, START, NOW).tally.contacts == 1
    assert second.state.value == "draft"


def test_what_is_merged_already_is_not_merged_again(session: Session, road: Road) -> None:
    first, second, third = request(road), request(road), request(road)
    merge(session, road.improver, first.number, second.number, NOW)
    for number, into in ((first.number, third.number), (third.number, first.number), (second.number, first.number)):
        with pytest.raises(WrongStage):
            merge(session, road.improver, number, into, NOW)
    with pytest.raises(Unacceptable):
        merge(session, road.improver, third.number, third.number, NOW)
    with pytest.raises(Forbidden):
        merge(session, road.agent, third.number, second.number, NOW)
    with pytest.raises(WrongStage):
        undo_merge(session, road.improver, third.number, NOW)


REASONS = st.sampled_from([Reason.LOGIN, Reason.CASE_STATUS, Reason.NEW_NEED])
SERVICES = st.sampled_from([1, 2, None])
ERRANDS = st.lists(
    st.tuples(SERVICES, st.one_of(REASONS, st.none()), st.integers(0, 3600), st.booleans(), st.booleans()), max_size=40
)
CAUSES = st.lists(st.lists(st.tuples(SERVICES, REASONS), max_size=4), min_size=1, max_size=4)


@given(errands=ERRANDS, causes=CAUSES)
def test_summing_tallies_counts_each_errand_once(
    errands: list[tuple[int | None, Reason | None, int, bool, bool]], causes: list[list[tuple[int | None, Reason]]]
) -> None:
    counted: dict[tuple[int | None, Reason | None], Tally] = {}
    for service, reason, seconds, repeat, exclusion in errands:
        key = (service, reason)
        counted[key] = counted.get(key, Tally()) + Tally(1, seconds, int(repeat), int(exclusion))
    merged = [Pair(*one) for own in causes for one in own]
    found = demand_of(merged, counted, START, NOW)
    brute = [one for one in errands if any((one[0], one[1]) == (pair.service_id, pair.reason) for pair in merged)]
    assert found.tally == Tally(
        len(brute), sum(one[2] for one in brute), sum(one[3] for one in brute), sum(one[4] for one in brute)
    )
    assert (found.closed, found.classified) == (len(errands), sum(one[1] is not None for one in errands))


@pytest.mark.parametrize("seed", range(8))
def test_recounting_errand_by_errand_gives_the_same(session: Session, road: Road, seed: int) -> None:
    """Random errands, causes and merges, with the database's figure against a plain count over rows."""
    pick = iter_of(seed)
    services = [road.centre.permit, road.centre.support, None]
    reasons = [Reason.LOGIN, Reason.CASE_STATUS, Reason.NEW_NEED, None]
    errands = [
        road.closed(
            reasons[pick(4)],
            services[pick(3)],
            at=NOW - timedelta(days=pick(120)),
            seconds=pick(900),
            repeat=pick(2) == 1,
        )
        for _ in range(25)
    ]
    requests = [
        request(road, *((one.slug if (one := services[pick(3)]) else None, reasons[pick(3)]) for _ in range(pick(4))))
        for _ in range(5)
    ]
    merged: dict[str, str] = {}
    for one in requests[1:]:
        into = requests[pick(5)]
        if into is not one and into.number not in merged and pick(2):
            merge(session, road.improver, one.number, into.number, NOW)
            merged[one.number] = into.number
            if pick(3) == 0:
                undo_merge(session, road.improver, one.number, NOW)
                del merged[one.number]
    for one in requests:
        inside = {one.number}
        while more := {number for number, into in merged.items() if into in inside} - inside:
            inside |= more
        pairs = {
            (pair.service_id, pair.reason)
            for other in requests
            if other.number in inside
            for pair in pairs_of(session, other.id, NOW)
        }
        brute = [e for e in errands if (e.service_id, e.reason) in pairs and e.closed_at and START < e.closed_at <= NOW]
        assert demand(session, one, START, NOW).tally == Tally(
            len(brute), sum(e.seconds for e in brute), sum(e.is_repeat for e in brute), 0
        )


def iter_of(seed: int) -> "Pick":
    """Return a small reproducible source of whole numbers."""
    return Pick(seed)


class Pick:
    """Whole numbers that look random and are the same every time."""

    def __init__(self, seed: int) -> None:
        self.state = seed * 2_654_435_761 + 1

    def __call__(self, below: int) -> int:
        """Return the next number under ``below``."""
        self.state = (self.state * 1_103_515_245 + 12_345) % 2**31
        return (self.state >> 8) % below


def test_weeks_come_from_the_statistics_when_they_stand_there_and_else_from_errands(
    session: Session, road: Road
) -> None:
    permit, door = road.centre.permit, next(iter(road.centre.doors.values()))
    weeks = full_weeks(NOW, 4)
    assert weeks == [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)]
    for week, service_id, reason, contacts in (
        (weeks[0], permit.id, Reason.LOGIN, 7),
        (weeks[0], permit.id, Reason.CASE_STATUS, 100),
        (weeks[1], None, Reason.LOGIN, 5),
    ):
        session.add(
            WeeklyStatistic(
                week=week, service_id=service_id, reason=reason, door_id=door.id, contacts=contacts, seconds=60
            )
        )
    road.closed(Reason.LOGIN, permit, at=datetime.combine(weeks[0], NOW.timetz()))
    road.closed(Reason.LOGIN, permit, at=datetime.combine(weeks[2], NOW.timetz()))
    road.closed(Reason.LOGIN, None, at=datetime.combine(weeks[3], NOW.timetz()))
    road.closed(Reason.LOGIN, permit, at=NOW)
    pairs = {Pair(permit.id, Reason.LOGIN), Pair(None, Reason.LOGIN)}
    assert series(weekly(session, pairs, weeks), pairs, weeks) == [7, 5, 1, 1]
    assert change_between([7, 5, 1, 1]) == pytest.approx(2 / 12 - 1)
    assert change_between([0, 0, 1, 1]) is None


def test_the_board_counts_an_errand_behind_two_requests_once_in_its_total(session: Session, road: Road) -> None:
    road.closed(service=road.centre.permit)
    for _ in range(2):
        one = request(road, (PERMIT, Reason.CASE_STATUS))
        one.state = one.state.NEW
    session.flush()
    shown = board(session, road.improver, Filter(), NOW)
    assert [card.demand.tally.contacts for card in shown.cards] == [1, 1]
    assert shown.open.tally.contacts == 1
    assert board(session, road.improver, Filter(department="servicecenter"), NOW).cards == []
    assert board(session, road.stranger, Filter(), NOW).cards == []


def test_the_worst_causes_without_a_request_are_suggested(session: Session, road: Road) -> None:
    for reason, count in ((Reason.CASE_STATUS, 6), (Reason.LOGIN, 9), (Reason.NEW_NEED, 20), (Reason.TOOL_PROBLEM, 4)):
        for _ in range(count):
            road.closed(reason, road.centre.permit)
    assert [(one.pair.reason, one.tally.contacts) for one in suggested(session, NOW)] == [
        (Reason.LOGIN, 9),
        (Reason.CASE_STATUS, 6),
    ]
    request(road, (PERMIT, Reason.LOGIN))
    assert [one.pair.reason for one in suggested(session, NOW)] == [Reason.CASE_STATUS]


def test_failure_demand_is_what_the_product_says() -> None:
    assert {one.value for one in FAILURE_DEMAND} == {
        "not_found", "missing_service", "tool_problem", "login", "info_not_found", "info_missing", "info_wrong",
        "hard_to_understand", "case_status", "no_answer", "paper_only",
    }  # fmt: skip


def test_tallies_cover_every_closed_errand_and_no_open_one(session: Session, road: Road) -> None:
    road.closed(None)
    road.closed(Reason.LOGIN).closed_at = None
    session.flush()
    assert sum(one.contacts for one in tallies(session, START, NOW).values()) == 1
