"""Whether a delivered change helped: its contacts per week after and before, against the rest of the municipality.

Quasi-Poisson with the logarithm of the control as offset. With one factor (before, after) it has a closed form, so that
anybody can follow it with a calculator: the ratio of two shares, and an interval widened by how much the weeks scatter.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from helpdesk.feedback.benefit.models import EffectVerdict

BASELINE_WEEKS = 26
"""How many weeks before the decision to deliver are the baseline (PRODUCT §4)."""
PLANNED_WEEKS = 12
"""How many weeks after a delivery its effect is judged, and how long the one extension lasts."""
ENOUGH_EXPECTED = 60
"""With fewer contacts to expect in those weeks, the time is doubled."""
INDIFFERENT = (0.9, 1.1)
"""An interval within these says that there was no effect worth the name."""
LEVEL = 0.95
COVERAGE_ENOUGH = 0.8
"""Under this share of errands with a reason no verdict is given."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week: contacts with the causes that the change is about, and all other classified contacts (the control)."""

    cause: int
    control: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What was measured: counts on both sides, and the ratio after/before against the control with its 95 % interval."""

    before: int
    after: int
    raw: float
    """Contacts per week after, divided by contacts per week before, without any control."""
    ratio: float
    low: float
    high: float
    dispersion: float
    """How many times more the weeks scatter than pure chance would; never taken as less than 1."""


def planned_weeks(baseline: Sequence[int]) -> int:
    """Return after how many weeks a delivery is judged, from the weekly counts of its baseline: 12, or 24 when rare."""
    per_week = sum(baseline) / len(baseline) if baseline else 0.0
    return PLANNED_WEEKS if per_week * PLANNED_WEEKS >= ENOUGH_EXPECTED else 2 * PLANNED_WEEKS


def effect_of(before: Sequence[Week], after: Sequence[Week], last_year: Sequence[Week] = ()) -> Effect | None:
    """Return how the contacts of some causes changed; None when one side holds nothing that could be compared.

    ``last_year``: the weeks of ``after`` one year earlier, as far as they are known; they join the baseline against the
    control, so that a cause with seasons of its own widens the interval instead of faking an effect. The raw ratio
    compares with ``before`` alone. Weeks in which the municipality had no other contacts (it was closed) are left out.
    """
    raw_before, raw_after = mean([one.cause for one in before]), mean([one.cause for one in after])
    compared = [one for one in (*before, *last_year) if one.control]
    judged = [one for one in after if one.control]
    count_before, count_after = sum(one.cause for one in compared), sum(one.cause for one in judged)
    freedom = len(compared) + len(judged) - 2
    if not raw_before or not count_before or not judged or freedom < 1:
        return None
    rate_before = count_before / sum(one.control for one in compared)
    rate_after = max(count_after, 0.5) / sum(
        one.control for one in judged
    )  # half a contact: nothing is never proof of 0
    scatter = chi_square(compared, rate_before) + chi_square(judged, rate_after)
    dispersion = max(1.0, scatter / freedom)
    ratio = rate_after / rate_before
    error = math.sqrt(dispersion * (1 / count_before + 1 / max(count_after, 0.5)))
    reach = math.exp(student(LEVEL, freedom) * error)
    return Effect(
        before=count_before,
        after=count_after,
        raw=raw_after / raw_before,
        ratio=ratio,
        low=ratio / reach,
        high=ratio * reach,
        dispersion=dispersion,
    )


def mean(counts: Sequence[int]) -> float:
    """Return the mean of some counts; 0 for none."""
    return sum(counts) / len(counts) if counts else 0.0


def chi_square(weeks: Sequence[Week], rate: float) -> float:
    """Return Pearson's chi-square of weekly counts around a share of the control."""
    return sum((one.cause - rate * one.control) ** 2 / (rate * one.control) for one in weeks)


def student(level: float, freedom: int) -> float:
    """Return the two-sided quantile of Student's t, by Hill's expansion around the normal one (exact to 0.01 from 5 on).

    ``freedom``: degrees of freedom, at least 1.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return float(sum(term / freedom**power for power, term in enumerate(terms)))


def verdict_of(effect: Effect | None, coverage: float) -> EffectVerdict | None:
    """Return the one verdict on an effect at its planned end; None when too few errands have a reason to tell.

    ``coverage``: the share of all closed errands in the weeks after that have a reason. Before the planned end nobody
    asks: the page says *preliminary* and shows the interval (PRODUCT §4).
    """
    if coverage < COVERAGE_ENOUGH:
        return None
    if effect is None:
        return EffectVerdict.UNCERTAIN
    if effect.high < 1 and effect.raw < 1:
        return EffectVerdict.PROVED
    if effect.low > 1 and effect.raw > 1:
        return EffectVerdict.WORSE
    low, high = INDIFFERENT
    return EffectVerdict.NO_EFFECT if effect.low >= low and effect.high <= high else EffectVerdict.UNCERTAIN
