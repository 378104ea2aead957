"""The queue's rule by itself: whatever is drawn, the order is the promised one and nobody is given what they cannot take."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.clock import local
from helpdesk.contacts.stages import Channel, Priority
from helpdesk.queue.rules import (
    Costs,
    LaneView,
    Taker,
    Targets,
    Waiting,
    first_promise,
    in_order,
    needs_key,
    rule_of,
    why_not,
)
from tests.conftest import NOW

COSTS = Costs(phone=12, walk_in=12, chat=4, message=4)
TARGETS = Targets(phone=180, chat=120, walk_in=600, message_by=time(12))
NEEDS = st.frozensets(st.sampled_from(["lang:fi", "lang:en", "lang:ar", "skill:bygg", "skill:skola"]))
LANES = st.builds(LaneView, st.integers(1, 9), st.sampled_from(Channel), NEEDS)
TAKERS = st.builds(Taker, st.frozensets(st.sampled_from(Channel)), NEEDS, st.integers(0, 12), st.booleans())
WAITING = st.builds(
    Waiting,
    st.integers(1, 10_000),
    st.integers(1, 9),
    st.sampled_from(Channel),
    st.integers(-7200, 7200).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)


@settings(deadline=None)
@given(st.lists(WAITING, unique_by=lambda one: one.id), st.booleans())
def test_the_order_loses_nobody_and_is_the_same_however_they_stand(line: list[Waiting], late: bool) -> None:
    ordered = in_order(line, NOW, late)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in line)
    assert in_order(reversed(line), NOW, late) == ordered


@settings(deadline=None)
@given(st.lists(WAITING, unique_by=lambda one: one.id), st.booleans())
def test_nobody_who_waits_in_person_is_overtaken_by_a_later_promise(line: list[Waiting], late: bool) -> None:
    ordered = in_order(line, NOW, late)
    people = [(one.due_at, one.id) for one in ordered if one.channel is not Channel.MESSAGE]
    letters = [(one.due_at, one.id) for one in ordered if one.channel is Channel.MESSAGE]
    assert people == sorted(people)
    assert letters == sorted(letters)
    ahead = False
    for one in ordered:
        if one.channel is not Channel.MESSAGE:
            ahead = True
        elif not ahead and people:
            assert late and one.due_at < NOW, "only a late letter goes before people, and only when it may"


@settings(deadline=None)
@given(LANES, TAKERS)
def test_a_lane_is_open_exactly_when_door_needs_and_room_fit(lane: LaneView, taker: Taker) -> None:
    fits = (
        lane.channel in taker.channels
        and lane.needs <= taker.abilities
        and not taker.has_call_or_visit
        and COSTS.of(lane.channel) <= taker.free
    )
    assert (why_not(lane, taker, COSTS) is None) is fits


@pytest.mark.parametrize(
    ("lane", "taker", "reason"),
    [
        (LaneView(1, Channel.CHAT, frozenset()), Taker(frozenset(), frozenset(), 0, True), "door"),
        (
            LaneView(1, Channel.CHAT, frozenset({"lang:fi"})),
            Taker(frozenset(Channel), frozenset({"lang:en"}), 0, True),
            "needs",
        ),
        (LaneView(1, Channel.CHAT, frozenset()), Taker(frozenset(Channel), frozenset(), 0, True), "busy"),
        (LaneView(1, Channel.CHAT, frozenset()), Taker(frozenset(Channel), frozenset(), 3, False), "room"),
    ],
)
def test_the_first_reason_that_holds_is_named(lane: LaneView, taker: Taker, reason: str) -> None:
    assert why_not(lane, taker, COSTS) == reason


@settings(deadline=None)
@given(NEEDS, NEEDS)
def test_needs_are_spelt_one_way_whatever_their_order(one: frozenset[str], other: frozenset[str]) -> None:
    assert (needs_key(one) == needs_key(other)) is (one == other)
    assert needs_key([*one, *one]) == needs_key(sorted(one, reverse=True))


@settings(deadline=None)
@given(
    st.sampled_from([Channel.PHONE, Channel.CHAT, Channel.WALK_IN]),
    st.integers(0, 10**8).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)
def test_a_higher_priority_is_never_promised_later(channel: Channel, arrived_at: datetime) -> None:
    urgent, raised, normal = (
        first_promise(channel, priority, arrived_at, local(arrived_at).date(), TARGETS)
        for priority in (Priority.URGENT, Priority.RAISED, Priority.NORMAL)
    )
    assert arrived_at < urgent < raised < normal
    assert (normal - arrived_at) == (urgent - arrived_at) * 4 == (raised - arrived_at) * 2


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 23), "2026-11-24T11:00:00+00:00"),
        (date(2026, 11, 27), "2026-11-30T11:00:00+00:00"),
        (date(2026, 12, 23), "2026-12-28T11:00:00+00:00"),
        (date(2026, 12, 30), "2027-01-04T11:00:00+00:00"),
        (date(2026, 3, 27), "2026-03-30T10:00:00+00:00"),
        (date(2026, 10, 23), "2026-10-26T11:00:00+00:00"),
        (date(2027, 6, 24), "2027-06-28T10:00:00+00:00"),
    ],
    ids=["weekday", "weekend", "christmas", "new-year", "spring-forward", "autumn-back", "midsummer"],
)
def test_a_letter_is_promised_for_noon_on_the_wall_of_the_next_working_day(day: date, due: str) -> None:
    promised = first_promise(Channel.MESSAGE, Priority.NORMAL, NOW, day, TARGETS)
    assert promised.isoformat() == due
    assert local(promised).time() == time(12)


def test_the_rule_is_named_for_why_this_one() -> None:
    early, late = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    assert rule_of(Waiting(1, 1, Channel.PHONE, early), NOW) == "earliest_promise"
    assert rule_of(Waiting(1, 1, Channel.MESSAGE, early), NOW) == "late_letter"
    assert rule_of(Waiting(1, 1, Channel.MESSAGE, late), NOW) == "no_one_waits_in_person"
