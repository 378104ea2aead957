"""What a follow-up concludes, against numbers worked out by hand."""

import math

import pytest

from helpdesk.feedback.benefit.effect import (
    Effect,
    Week,
    effect_of,
    planned_weeks,
    student,
    verdict_of,
)
from helpdesk.feedback.benefit.models import EffectVerdict as V


def steady(cause: int, control: int, weeks: int) -> list[Week]:
    """Return weeks that do not scatter at all."""
    return [Week(cause, control)] * weeks


def test_the_ratio_is_that_of_two_shares_and_the_interval_can_be_worked_out_by_hand() -> None:
    before, after = steady(20, 400, 26), steady(10, 500, 12)

    found = effect_of(before, after)

    assert found is not None
    assert (found.before, found.after) == (520, 120)
    assert found.raw == pytest.approx(0.5)
    assert found.ratio == pytest.approx((120 / 6000) / (520 / 10400))  # 0.02 / 0.05
    assert found.dispersion == 1.0
    # sqrt(1/520 + 1/120) = 0.10127; t with 36 degrees of freedom is 2.0281
    reach = math.exp(2.0281 * math.sqrt(1 / 520 + 1 / 120))
    assert found.low == pytest.approx(0.4 / reach, rel=1e-4)
    assert found.high == pytest.approx(0.4 * reach, rel=1e-4)


def test_weeks_that_scatter_widen_the_interval() -> None:
    # around 10: 5 and 15 give (25 + 25) / 10 = 5 for each pair of weeks; 38 weeks, 36 degrees of freedom
    before, after = [Week(5, 100), Week(15, 100)] * 13, [Week(5, 100), Week(15, 100)] * 6

    found = effect_of(before, after)

    assert found is not None
    assert found.dispersion == pytest.approx(38 * 2.5 / 36)
    assert found.ratio == pytest.approx(1.0)
    error = math.sqrt(found.dispersion * (1 / 260 + 1 / 120))
    assert math.log(found.high) == pytest.approx(student(0.95, 36) * error)


def test_a_summer_in_which_everything_falls_is_no_effect_of_a_change() -> None:
    found = effect_of(steady(100, 1000, 26), steady(65, 650, 12))

    assert found is not None
    assert found.raw == pytest.approx(0.65)
    assert found.ratio == pytest.approx(1.0)
    assert verdict_of(found, 0.9) is V.NO_EFFECT


def test_the_same_weeks_last_year_join_the_baseline_against_the_control_but_not_the_raw_ratio() -> None:
    found = effect_of(steady(20, 400, 26), steady(10, 400, 12), steady(10, 400, 12))

    assert found is not None
    assert found.raw == pytest.approx(0.5)
    assert found.ratio == pytest.approx(10 / ((26 * 20 + 12 * 10) / 38))
    assert found.dispersion > 1


@pytest.mark.parametrize(("freedom", "quantile"), [(5, 2.5706), (10, 2.2281), (36, 2.0281), (1000, 1.9623)])
def test_students_quantile_is_the_one_in_the_tables(freedom: int, quantile: float) -> None:
    assert student(0.95, freedom) == pytest.approx(quantile, abs=0.004)


def measured(raw: float, low: float, high: float) -> Effect:
    """Return an effect with these edges."""
    return Effect(before=500, after=200, raw=raw, ratio=math.sqrt(low * high), low=low, high=high, dispersion=1.0)


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [
        (measured(0.6, 0.5, 0.8), V.PROVED),
        (measured(1.1, 0.5, 0.8), V.UNCERTAIN),  # against the control it fell, in plain numbers it rose
        (measured(1.4, 1.1, 1.6), V.WORSE),
        (measured(0.9, 1.1, 1.6), V.UNCERTAIN),
        (measured(1.0, 0.93, 1.07), V.NO_EFFECT),
        (measured(1.0, 0.89, 1.07), V.UNCERTAIN),
        (measured(1.0, 0.93, 1.11), V.UNCERTAIN),
        (measured(0.9, 0.91, 0.99), V.PROVED),
    ],
)
def test_one_verdict_for_each_place_of_the_interval(effect: Effect, verdict: V) -> None:
    assert verdict_of(effect, 0.8) is verdict


def test_no_verdict_is_given_when_too_few_errands_have_a_reason() -> None:
    assert verdict_of(measured(0.6, 0.5, 0.8), 0.79) is None


def test_rare_causes_are_given_twice_the_time() -> None:
    assert planned_weeks([5] * 26) == 12
    assert planned_weeks([4] * 26) == 24
    assert planned_weeks([]) == 24


def test_nothing_is_concluded_from_nothing() -> None:
    assert effect_of([], steady(1, 10, 12)) is None
    assert effect_of(steady(0, 10, 26), steady(1, 10, 12)) is None
    assert effect_of(steady(5, 10, 26), []) is None
    assert effect_of(steady(5, 10, 26), steady(0, 0, 12)) is None
    assert verdict_of(None, 1.0) is V.UNCERTAIN


def test_no_contact_at_all_after_is_proof_without_being_zero() -> None:
    found = effect_of(steady(20, 400, 26), steady(0, 400, 12))

    assert found is not None
    assert 0 < found.low < found.ratio < found.high < 1
