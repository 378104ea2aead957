"""What a follow-up has measured so far: the weeks before and after a delivery, their picture, and the effect with its interval."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.feedback.benefit.effect import Effect, effect_of
from helpdesk.feedback.benefit.measuring import measured
from helpdesk.feedback.benefit.models import FollowUp
from helpdesk.feedback.counting import WEEK, monday_of
from helpdesk.feedback.picture import Counted, Picture, picture
from helpdesk.feedback.rules import COVERAGE_ENOUGH, Pair

YEAR = 52 * WEEK
LAST_DAY = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Following:
    """A follow-up with what was measured up to now (or up to its end, when that has come)."""

    row: FollowUp
    weeks: list[Counted]
    picture: Picture | None
    effect: Effect | None
    """Measured now; the verdict's own figures stand in the row."""
    coverage: float
    done: int
    planned: int

    @property
    def is_grey(self) -> bool:
        """Whether too few errands of the weeks after have a reason for any figure to be trusted."""
        return self.coverage < COVERAGE_ENOUGH

    @property
    def figures(self) -> tuple[float, float, float] | None:
        """The ratio after/before against the control with its interval: the verdict's, else the preliminary ones."""
        row = self.row
        if row.ratio is not None and row.low is not None and row.high is not None:
            return row.ratio, row.low, row.high
        return (self.effect.ratio, self.effect.low, self.effect.high) if self.effect is not None else None


def following(session: Session, row: FollowUp, pairs: frozenset[Pair], now: datetime) -> Following:
    """Return what a follow-up has measured: full weeks only, of the baseline, between, and since the delivery."""
    first_after = next_monday(row.delivered_on)
    end = min(row.planned_end, monday_of(local(now).date()))
    mondays = weeks_between(next_monday(row.baseline_from), end)
    found = measured(session, pairs, mondays)
    left_out = {date.fromisoformat(one) for one in row.left_out}
    counted = [
        Counted(monday, found.weeks[monday].cause, side_of(monday, row, first_after))
        for monday in mondays
        if monday in found.weeks and monday not in left_out
    ]
    before = [found.weeks[one.monday] for one in counted if one.side == "before"]
    after = [one.monday for one in counted if one.side == "after"]
    last_year = measured(session, pairs, [monday - YEAR for monday in after])
    return Following(
        row=row,
        weeks=counted,
        picture=picture(counted),
        effect=effect_of(before, [found.weeks[one] for one in after], list(last_year.weeks.values())),
        coverage=measured(session, pairs, after).coverage,
        done=len(weeks_between(first_after, end)),
        planned=len(weeks_between(first_after, row.planned_end)),
    )


def next_monday(day: date) -> date:
    """Return a local day if it is a Monday, else the Monday after it: where the first full week begins."""
    return day if day.weekday() == 0 else monday_of(day) + WEEK


def weeks_between(first: date, end: date) -> list[date]:
    """Return the Mondays from a Monday on whose weeks are over by a day."""
    return [first + n * WEEK for n in range(max(0, (end - first) // WEEK))]


def side_of(monday: date, row: FollowUp, first_after: date) -> str:
    """Say on which side of the delivery a week lies; ``between``: decided but not delivered yet."""
    if monday >= first_after:
        return "after"
    return "before" if monday + LAST_DAY <= row.baseline_to else "between"
