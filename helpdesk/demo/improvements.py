"""Letting the demo's change requests happen, by the program's own actions at moments of the past, and measuring what they did."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.demo.accounts import DOMAIN, PEOPLE
from helpdesk.demo.history.changes import CHANGES, DECIDED_BEFORE, WEEK, Change
from helpdesk.demo.stories import EVERY_VIEW, IMPROVER, Does, Step, Story, look, move, say, send
from helpdesk.demo.wishes import DELIVERED, STORIES
from helpdesk.feedback.actions import Cause, Draft, Move, add_follower, draft
from helpdesk.feedback.actions import look as look_at
from helpdesk.feedback.actions import move as move_to
from helpdesk.feedback.actions import send as send_off
from helpdesk.feedback.benefit.effect import (
    BASELINE_WEEKS,
    PLANNED_WEEKS,
    Effect,
    effect_of,
    planned_weeks,
    verdict_of,
)
from helpdesk.feedback.benefit.measuring import measured
from helpdesk.feedback.benefit.models import EffectVerdict, FollowUp
from helpdesk.feedback.merging import merge
from helpdesk.feedback.models import ChangeRequest, Verdict
from helpdesk.feedback.queries import pairs_of, seen_request
from helpdesk.feedback.rules import RequestState
from helpdesk.feedback.thread import comment, mark_read
from helpdesk.people.queries import account_by_email, viewer_of
from helpdesk.people.rules import Viewer
from helpdesk.working_days import is_working_day, moment_on

YEAR_WEEKS = 52
MORNING = time(8, 30)
READ_UNTIL = timedelta(days=25)
"""What happened to requests before that, their followers have read."""


class Teller:
    """Tells the stories, as the people in them, up to the present."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.today = local(now).date()
        self.people: dict[str, Viewer] = {}
        self.numbers: dict[str, str] = {}

    def as_person(self, first: str) -> Viewer:
        """Return somebody of the demo as whoever acts."""
        if first not in self.people:
            account = account_by_email(self.session, f"{first}@{DOMAIN}")
            if account is None:
                raise LookupError(first)
            self.people[first] = viewer_of(self.session, account)
        return self.people[first]

    def moment(self, days: int, n: int) -> datetime:
        """Return a moment so many calendar days ago, on a working day; ``n`` puts the steps of a day in order."""
        day = self.today - timedelta(days=days)
        while not is_working_day(day):
            day -= timedelta(days=1)
        return min(moment_on(day, MORNING) + timedelta(minutes=7 * n), self.now)

    def tell(self, story: Story) -> str:
        """Let one story happen; return the number of its request."""
        causes = tuple(Cause(slug, reason) for slug, reason in story.causes)
        said = Draft(story.title, story.text, story.lead, causes, story.kind)
        number = draft(self.session, self.as_person(IMPROVER), said, self.moment(story.days, 0)).number
        self.numbers[story.key] = number
        for n, step in enumerate(story.steps, start=1):
            self.take(step, number, self.moment(step.days, n))
        return number

    def take(self, step: Step, number: str, at: datetime) -> None:
        """Take one step of a story."""
        session, who = self.session, self.as_person(step.who)
        if step.does is Does.SEND:
            send_off(session, who, number, at)
        elif step.does is Does.SAY:
            comment(session, who, number, step.text or "", at)
        elif step.does is Does.MOVE and step.to is not None:
            move_to(session, who, number, Move(step.to, step.text, planned_for=self.planned_for(step.to)), at)
        elif step.does is Does.LOOK:
            for view in step.views:
                look_at(session, who, number, view, Verdict.RISK if step.text else Verdict.FINE, step.text, at)
        elif step.does is Does.FOLLOW:
            add_follower(session, seen_request(session, who, number), who.account_id, at)

    def merge(self, story: Story) -> None:
        """Take a story's request up in another, if that is how it ends; by now both have their numbers."""
        for n, step in enumerate(story.steps, start=1):
            if step.into is not None:
                own, into = self.numbers[story.key], self.numbers[step.into]
                merge(self.session, self.as_person(step.who), own, into, self.moment(step.days, n))

    def planned_for(self, to: RequestState) -> date | None:
        """Return by when something that is planned now shall be there."""
        return self.today + timedelta(days=75) if to is RequestState.PLANNED else None

    def delivered(self, story: Story, change: Change) -> Story:
        """Return the story of a change with all its steps, counted back from its delivery."""
        days = (self.today - change.delivered_on(self.today)).days
        decided = days + DECIDED_BEFORE * WEEK.days
        judge = story.judge
        steps = (
            send(decided + 70),
            say(decided + 62, judge, story.said[0]),
            move(decided + 60, judge, RequestState.ASSESSING),
            look(decided + 30, judge, *EVERY_VIEW),
            move(decided, judge, RequestState.ACCEPTED),
            move(decided - 4, judge, RequestState.PLANNED),
            say(days + 3, IMPROVER, story.said[1]),
            move(days, judge, RequestState.DELIVERED),
        )
        return replace(story, days=decided + 77, steps=steps)


def improve(session: Session, now: datetime) -> None:
    """Let every story happen, oldest first, so that the numbers run with time; then judge what was delivered."""
    teller = Teller(session, now)
    changes = {change.key: change for change in CHANGES}
    delivered = [teller.delivered(story, changes[story.key]) for story in DELIVERED]
    stories = sorted([*delivered, *STORIES], key=lambda one: -one.days)
    for story in stories:
        teller.tell(story)
    for story in stories:
        teller.merge(story)
    for story in delivered:
        follow_up(teller, story, changes[story.key])
    for person in PEOPLE:
        mark_read(session, teller.as_person(person.first), None, now - READ_UNTIL)


def follow_up(teller: Teller, story: Story, change: Change) -> None:
    """Follow a delivery up: one verdict at its planned end, measured; an uncertain one is given twelve weeks more, once."""
    number = teller.numbers[story.key]
    request = seen_request(teller.session, teller.as_person(IMPROVER), number)
    delivered, decided = change.delivered_on(teller.today), change.decided_week(teller.today)
    before = [decided - back * WEEK for back in range(BASELINE_WEEKS, 0, -1)]
    pairs = pairs_of(teller.session, request.id, teller.now)
    baseline = measured(teller.session, pairs, before)
    weeks = planned_weeks([baseline.weeks[monday].cause for monday in before if monday in baseline.weeks])
    row = begin(request, delivered, decided, delivered + weeks * WEEK, 1)
    teller.session.add(row)
    while row.planned_end <= teller.today:
        effect, coverage = judged(teller, request, before, delivered, row.planned_end)
        write_verdict(row, effect, coverage)
        if row.verdict is not EffectVerdict.UNCERTAIN or row.n > 1:
            conclude(teller, number, row)
            return
        row = begin(request, delivered, decided, row.planned_end + PLANNED_WEEKS * WEEK, 2, row.planned_end)
        teller.session.add(row)


def begin(
    request: ChangeRequest, delivered: date, decided: date, ends: date, n: int, extended: date | None = None
) -> FollowUp:
    """Return a follow-up that measures from a delivery to its planned end."""
    return FollowUp(
        request_id=request.id,
        n=n,
        baseline_from=decided - BASELINE_WEEKS * WEEK,
        baseline_to=decided - timedelta(days=1),
        left_out=[],
        delivered_on=delivered,
        planned_end=ends,
        extended_from=extended,
    )


def judged(
    teller: Teller, request: ChangeRequest, before: list[date], delivered: date, ends: date
) -> tuple[Effect | None, float]:
    """Return what was measured between a delivery and its planned end, and the coverage of those weeks."""
    after = [delivered + n * WEEK for n in range((ends - delivered) // WEEK)]
    last_year = [monday - YEAR_WEEKS * WEEK for monday in after]
    pairs = pairs_of(teller.session, request.id, teller.now)
    of_before, of_after, of_year = (measured(teller.session, pairs, weeks) for weeks in (before, after, last_year))
    effect = effect_of(
        [of_before.weeks[monday] for monday in before if monday in of_before.weeks],
        [of_after.weeks[monday] for monday in after if monday in of_after.weeks],
        [of_year.weeks[monday] for monday in last_year if monday in of_year.weeks],
    )
    return effect, of_after.coverage


def write_verdict(row: FollowUp, effect: Effect | None, coverage: float) -> None:
    """Write the measured ratio, its interval and the verdict into a follow-up whose end has come."""
    row.verdict = verdict_of(effect, coverage)
    row.verdict_at = moment_on(row.planned_end, MORNING)
    if effect is not None:
        row.ratio, row.low, row.high = effect.ratio, effect.low, effect.high


def conclude(teller: Teller, number: str, row: FollowUp) -> None:
    """Do what follows from a verdict: the request is followed up, or goes back to be assessed when nothing was gained."""
    back = row.verdict in (EffectVerdict.NO_EFFECT, EffectVerdict.WORSE)
    to = RequestState.ASSESSING if back else RequestState.FOLLOWED_UP
    at = min(moment_on(row.planned_end, MORNING) + timedelta(minutes=30), teller.now)
    why = "Uppföljningen visar ingen effekt. Vad behövs i stället?" if back else None
    move_to(teller.session, teller.as_person(IMPROVER), number, Move(to, why), at)
