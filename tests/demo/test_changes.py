"""The delivered changes of the demo: when they were delivered, and that measuring finds what the story says."""

from datetime import date, timedelta
from random import Random

import pytest

from helpdesk.demo.history.changes import CHANGES, COUNTED_WEEKS, FULL_WEEKS, WEEK, Change, Plan, plan, week_load
from helpdesk.demo.history.season import season_on
from helpdesk.demo.history.visitors import poisson
from helpdesk.feedback.benefit.effect import BASELINE_WEEKS, Week, effect_of, planned_weeks, verdict_of
from helpdesk.working_days import is_holiday

TODAY = date(2026, 11, 23)
STORY = {
    "proved": ["proved"],
    "uncertain": ["uncertain", "uncertain"],
    "no_effect": ["no_effect"],
    "hidden_by_summer": ["uncertain", "proved"],
}


def verdicts(change: Change, planned: Plan, others: dict[date, int], today: date) -> list[str]:
    """Return the verdicts of a follow-up and, when it is uncertain, of its one extension, as far as their ends have come."""
    delivered, decided = change.delivered_on(today), change.decided_week(today)
    weeks = {}
    for monday, causes in planned.items():
        own = sum(causes[cause] for cause in change.causes)
        weeks[monday] = Week(own, others[monday] + sum(causes.values()) - own)
    before = [weeks[decided - back * WEEK] for back in range(BASELINE_WEEKS, 0, -1)]
    length, found = planned_weeks([one.cause for one in before]), list[str]()
    while delivered + length * WEEK <= today and len(found) < 2:
        after = [delivered + n * WEEK for n in range(length)]
        year = [weeks[monday - 52 * WEEK] for monday in after if monday - 52 * WEEK in weeks]
        verdict = verdict_of(effect_of(before, [weeks[monday] for monday in after], year), 0.95)
        assert verdict is not None
        found.append(verdict.value)
        length += 12
        if verdict.value != "uncertain":
            break
    return found


@pytest.mark.parametrize("seed", range(1, 7))
def test_measuring_finds_what_the_story_says(seed: int) -> None:
    luck = Random(seed)
    planned = plan(CHANGES, TODAY, luck)
    others = {monday: poisson(luck, 480 * week_load(monday)) for monday in planned}

    found = {change.key: verdicts(change, planned, others, TODAY) for change in CHANGES}

    assert found.pop("measuring") == []
    assert found == STORY


@pytest.mark.parametrize("today", [TODAY + timedelta(days=31 * n) for n in range(14)])
def test_whenever_the_demo_is_built_every_baseline_lies_in_the_past_that_is_kept(today: date) -> None:
    planned = plan(CHANGES, today, Random(1))
    first = min(planned)

    assert len(planned) == FULL_WEEKS + COUNTED_WEEKS + 1
    for change in CHANGES:
        delivered = change.delivered_on(today)
        assert delivered.weekday() == 0
        assert not is_holiday(delivered)
        assert first <= change.decided_week(today) - BASELINE_WEEKS * WEEK < delivered <= today


def test_the_plan_keeps_to_the_season_and_to_each_changes_effect() -> None:
    planned = plan(CHANGES, TODAY, Random(1))
    proved = next(change for change in CHANGES if change.key == "proved")
    delivered = proved.delivered_on(TODAY)

    def rate(weeks: list[date]) -> float:
        count = sum(planned[week][cause] for week in weeks for cause in proved.causes)
        return count / sum(week_load(week) for week in weeks)

    before = [week for week in planned if week < delivered]
    after = [week for week in planned if delivered <= week < TODAY - WEEK]
    assert rate(before) == pytest.approx(proved.per_week, rel=0.02)
    assert rate(after) == pytest.approx(proved.per_week * proved.ratio, rel=0.05)


def test_summer_lies_a_third_below_and_january_and_august_above() -> None:
    assert season_on(date(2026, 7, 15)) == pytest.approx(0.65)
    assert season_on(date(2026, 1, 12)) > 1.15
    assert season_on(date(2026, 8, 20)) > 1.15
    assert season_on(date(2026, 10, 20)) == pytest.approx(1.0, abs=0.03)
