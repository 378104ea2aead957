"""A day that is lived through: nobody above their room, promises in order, arrivals within hours, the same seed the same day."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest

from helpdesk.clock import local
from helpdesk.contacts.doors.rules import Hours, Version, WeekSpan, is_open, openings_on
from helpdesk.contacts.stages import Channel, Reason, WaitsFor
from helpdesk.demo.history.causes import Causes, Offered
from helpdesk.demo.history.centre import COSTS, ROOM, live_through, staff_of
from helpdesk.demo.history.changes import PLANNED
from helpdesk.demo.history.visitors import Visitor, visitors_of
from helpdesk.working_days import moment_on

MONDAY = date(2026, 11, 16)
HOLIDAY = date(2026, 12, 25)
ABILITIES = [frozenset({"lang:en"}), frozenset({"lang:fi"}), frozenset({"lang:ar", "lang:so"}), frozenset[str]()]
SERVICES = [
    Offered(1, "ansok-bygglov", "Bygglov", "e_service", "bankid", "bygga-bo-miljo", 1, 1, False),
    Offered(2, "skolval", "Skolval", "pdf", "none", "barn-utbildning", 2, 2, False),
    Offered(3, "agarbyte-va", "Ägarbyte", "e_service", "platform-account", "bygga-bo-miljo", 3, 3, False),
]
NOBODY: Counter[tuple[str, Reason]] = Counter()


def week(opens: time, closes: time) -> Hours:
    """Return hours that are the same on every working day, with noon as the end before a holiday."""
    spans = tuple(WeekSpan(day, opens, closes) for day in range(5))
    return Hours(False, False, (Version(date(2020, 1, 1), None, True, time(12), spans),))


HOURS = {
    "vaxel": week(time(7, 30), time(17)),
    "suomeksi": week(time(9), time(15)),
    "chatt": week(time(9), time(16)),
    "besok": week(time(7, 30), time(17)),
    "meddelande": week(time(7, 30), time(17)),
}


def come(day: date, seed: int = 1, planned: Counter[tuple[str, Reason]] = NOBODY) -> list[Visitor]:
    """Return everybody who comes on a day."""
    causes = Causes(SERVICES)
    return visitors_of(day, HOURS, causes, causes.without(PLANNED), planned, 1.2, Random(seed))


def lived(day: date = MONDAY, seed: int = 1, staff: int = 3) -> tuple[list[Visitor], list[Visitor]]:
    """Return everybody who came on a day, with what became of them, and those who still wait in the evening."""
    visitors = come(day, seed)
    luck = Random(seed)
    left = live_through(day, moment_on(day, time(17)), visitors, staff_of(day, ABILITIES, staff, luck), luck)
    return visitors, left


def end_of(one: Visitor) -> datetime:
    """Return when somebody's wrap-up was over."""
    assert one.taken is not None
    return one.taken + timedelta(seconds=one.talk_s + one.wrap_up_s)


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_agent_ever_has_more_than_there_is_room_for(seed: int) -> None:
    visitors, _left = lived(seed=seed)

    for agent in range(len(ABILITIES)):
        taken = [one for one in visitors if one.agent == agent]
        moves = sorted(
            move
            for one in taken
            for move in ((one.taken, 1, COSTS.of(one.channel)), (end_of(one), 0, -COSTS.of(one.channel)))
        )
        load = 0
        for _at, _order, cost in moves:
            load += cost
            assert 0 <= load <= ROOM
        assert all(one.load <= ROOM for one in taken)


def test_calls_and_visits_stand_alone() -> None:
    visitors, _left = lived()

    for agent in range(len(ABILITIES)):
        taken = sorted((one for one in visitors if one.agent == agent), key=lambda one: str(one.taken))
        for one, other in pairwise(taken):
            if Channel.PHONE in (one.channel, other.channel) or Channel.WALK_IN in (one.channel, other.channel):
                assert other.taken is not None
                assert other.taken >= end_of(one)


def test_everybody_comes_while_their_door_is_open_and_in_order() -> None:
    visitors = come(MONDAY)

    assert 90 < len(visitors) < 260
    assert all(is_open(HOURS[one.door], one.arrived) for one in visitors)
    assert [one.arrived for one in visitors] == sorted(one.arrived for one in visitors)
    assert {one.door for one in visitors} == set(HOURS)


def test_mornings_and_early_afternoons_are_busiest_and_friday_is_calm() -> None:
    hours = Counter(local(one.arrived).hour for seed in range(6) for one in come(MONDAY, seed))
    friday = sum(len(come(MONDAY + timedelta(days=4), seed)) for seed in range(6))
    monday = sum(hours.values())

    assert hours[9] + hours[10] > 1.5 * (hours[11] + hours[12])
    assert hours[13] + hours[14] > 1.2 * (hours[11] + hours[12])
    assert friday < 0.7 * monday


def test_nobody_comes_on_a_holiday_or_a_weekend_and_few_before_one() -> None:
    eve = date(2026, 12, 23)

    assert come(HOLIDAY) == []
    assert come(date(2026, 11, 22)) == []
    assert all(local(one.arrived).time() < time(12) for one in come(eve))
    assert openings_on(HOURS["chatt"], HOLIDAY) == []


def test_nobody_is_taken_before_they_are_there_or_after_they_left() -> None:
    visitors, left = lived(staff=2)

    for one in visitors:
        assert one.due > one.arrived
        if one.taken is not None:
            assert one.taken > one.arrived
            assert one.taken >= one.ready
            assert one.left is None
        elif one.left is not None:
            assert one.patience_s is not None
            assert one.left == one.arrived + timedelta(seconds=one.patience_s)
        else:
            assert one in left
    assert any(one.left is not None for one in visitors), "two agents are too few for everybody's patience"


def test_whoever_needs_a_language_gets_it_unless_nobody_has_it() -> None:
    visitors = [one for seed in range(1, 6) for one in lived(seed=seed, staff=4)[0]]
    needing = [one for one in visitors if one.needs and one.agent is not None]

    assert needing
    assert all(one.needs <= ABILITIES[one.agent or 0] for one in needing if one.relaxed is None)


def test_a_booked_call_is_made_around_its_time() -> None:
    booked = [
        one
        for seed in range(1, 8)
        for one in lived(seed=seed)[0]
        if one.waits_for is WaitsFor.CALLBACK and one.taken is not None
    ]

    assert booked
    assert all(one.ready == one.due - timedelta(minutes=5) for one in booked)
    assert all(one.taken is not None and one.taken >= one.ready for one in booked)


def test_planned_contacts_come_as_planned_and_stay() -> None:
    planned = Counter({("agarbyte-va", Reason.HARD_TO_UNDERSTAND): 9})

    visitors = come(MONDAY, planned=planned)

    found = [one for one in visitors if one.stays and one.cause.service is not None and one.cause.service.id == 3]
    counted = [one for one in found if one.reason is Reason.HARD_TO_UNDERSTAND]
    assert len(counted) == 9


def test_the_same_seed_is_the_same_day_and_another_is_another() -> None:
    assert lived(seed=3) == lived(seed=3)
    assert lived(seed=3) != lived(seed=4)
