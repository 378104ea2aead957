"""What a follow-up shows before its end: full weeks on their side of the delivery, the effect with its interval, the picture."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk.contacts.stages import Reason
from helpdesk.feedback.benefit.models import EffectVerdict, FollowUp, WeeklyStatistic
from helpdesk.feedback.following import Following, following
from helpdesk.feedback.picture import Counted, nice_step, picture
from helpdesk.feedback.rules import Pair
from helpdesk.working_days import moment_on
from tests.feedback.conftest import Road

WEEK = timedelta(days=7)
DELIVERED = date(2026, 9, 14)
BASELINE = DELIVERED - 30 * WEEK


def row(**more: object) -> FollowUp:
    """Return a follow-up whose baseline ends four weeks before the delivery."""
    fields: dict[str, object] = {
        "request_id": 1, "n": 1, "baseline_from": BASELINE, "baseline_to": DELIVERED - 4 * WEEK - timedelta(days=1),
        "left_out": [], "delivered_on": DELIVERED, "planned_end": DELIVERED + 12 * WEEK,
    }  # fmt: skip
    return FollowUp(**(fields | more))


def counted(road: Road, after: int = 10) -> frozenset[Pair]:
    """Let twenty contacts a week have come before the delivery, ``after`` since, beside a hundred others."""
    permit, door = road.centre.permit, next(iter(road.centre.doors.values()))
    monday = BASELINE
    while monday < DELIVERED + 12 * WEEK:
        for reason, contacts in ((Reason.LOGIN, 20 if monday < DELIVERED else after), (Reason.NEW_NEED, 100)):
            road.session.add(
                WeeklyStatistic(
                    week=monday, service_id=permit.id, reason=reason, door_id=door.id, contacts=contacts, seconds=1
                )
            )
        monday += WEEK
    road.session.flush()
    return frozenset({Pair(permit.id, Reason.LOGIN)})


def seen(session: Session, road: Road, one: FollowUp, after: int = 10) -> Following:
    """Return the follow-up as it is on a Wednesday ten weeks and two days after the delivery."""
    return following(session, one, counted(road, after), moment_on(date(2026, 11, 25), time(9)))


def test_only_full_weeks_count_each_on_its_side(session: Session, road: Road) -> None:
    found = seen(session, road, row())
    sides = [one.side for one in found.weeks]
    assert [sides.count(one) for one in ("before", "between", "after")] == [26, 4, 10]
    assert (found.done, found.planned, found.coverage) == (10, 12, 1.0)
    assert found.figures is not None and found.effect is not None
    ratio, low, high = found.figures
    assert ratio == pytest.approx(0.5) and low < 0.5 < high < 0.7


def test_a_delivery_in_the_middle_of_a_week_is_counted_from_the_next_monday(session: Session, road: Road) -> None:
    found = seen(session, road, row(delivered_on=DELIVERED + timedelta(days=2)))
    assert next(one.monday for one in found.weeks if one.side == "after") == DELIVERED + WEEK


def test_the_weeks_that_made_the_draft_are_left_out(session: Session, road: Road) -> None:
    found = seen(session, road, row(left_out=[(BASELINE + 3 * WEEK).isoformat()]))
    assert BASELINE + 3 * WEEK not in [one.monday for one in found.weeks]
    assert len([one for one in found.weeks if one.side == "before"]) == 25


def test_the_figures_of_the_verdict_stand_once_it_is_given(session: Session, road: Road) -> None:
    found = seen(session, road, row(ratio=0.6, low=0.5, high=0.7, verdict=EffectVerdict.PROVED))
    assert found.figures == (0.6, 0.5, 0.7)


def test_before_a_full_week_has_passed_nothing_is_drawn(session: Session, road: Road) -> None:
    pairs = counted(road)
    found = following(session, row(), pairs, moment_on(DELIVERED + timedelta(days=3), time(9)))
    assert (found.picture, found.effect, found.figures, found.done) == (None, None, None, 0)


def test_little_coverage_makes_it_grey(session: Session, road: Road) -> None:
    one = row()
    door = next(iter(road.centre.doors.values()))
    for n in range(10):
        session.add(
            WeeklyStatistic(
                week=DELIVERED + n * WEEK, service_id=None, reason=None, door_id=door.id, contacts=60, seconds=1
            )
        )
    assert seen(session, road, one).is_grey


def test_the_picture_stays_within_its_box() -> None:
    monday = date(2026, 6, 1)
    weeks = [Counted(monday + n * WEEK, n % 7, "before" if n < 8 else "after") for n in range(12)]
    drawn = picture(weeks)
    assert drawn is not None and drawn.before is not None and drawn.after is not None
    assert all(36 <= one.x <= 848 and 40 <= one.y <= 260 for one in drawn.points)
    assert drawn.lines[0] == (0, 260) and drawn.lines[-1][1] == 40
    assert drawn.before.end == pytest.approx(drawn.delivered_x) == pytest.approx(drawn.after.start)
    assert drawn.before.mean == pytest.approx(21 / 8)
    assert drawn.path("after").count(",") == 4
    assert [day for day, _x in drawn.labels] == [monday, monday + 4 * WEEK, monday + 8 * WEEK]


def test_one_side_alone_is_no_picture_and_one_week_has_no_spread() -> None:
    monday = date(2026, 6, 1)
    assert picture([Counted(monday, 3, "before")]) is None
    assert picture([]) is None
    drawn = picture([Counted(monday, 3, "before"), Counted(monday + WEEK, 0, "after")])
    assert drawn is not None and drawn.before is not None and drawn.before.low == drawn.before.high == 3


@pytest.mark.parametrize(("most", "step"), [(0, 1), (5, 1), (6, 2), (25, 5), (26, 10), (900, 200), (4000, 1000)])
def test_the_grid_has_round_numbers(most: int, step: int) -> None:
    assert nice_step(most) == step
