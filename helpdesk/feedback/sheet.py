"""One change request in full: its demand and trend, causes, quotes, thread, views and history, as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.models import Contact, Errand
from helpdesk.contacts.stages import Channel
from helpdesk.feedback.board import TREND_WEEKS, last_follow_ups
from helpdesk.feedback.counting import full_weeks, series, usual_period, weekly
from helpdesk.feedback.events import Moved
from helpdesk.feedback.following import Following, following
from helpdesk.feedback.models import (
    ChangeRequest,
    DecisionView,
    PainPoint,
    QuoteState,
    RequestCause,
    RequestComment,
    RequestEvent,
)
from helpdesk.feedback.queries import (
    Merge,
    causes_of,
    comments_of,
    demand,
    events_of,
    follower,
    merges_around,
    pairs_of,
    sides_of,
    views_of,
)
from helpdesk.feedback.rules import (
    Demand,
    Pair,
    RequestState,
    Side,
    change_between,
    is_overdue,
    is_unanswered,
    moves_from,
)
from helpdesk.people.models import Account
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import steers_requests
from knowledge.models import Department


@dataclass(frozen=True, slots=True)
class Quote:
    """A citizen's words. They carry the door and the month, and nothing else."""

    point: PainPoint
    channel: Channel
    door: Door
    month: date


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the thread: a comment with its writer, or a move."""

    at: datetime
    who: str
    comment: RequestComment | None = None
    move: RequestEvent | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a request's page shows to one viewer."""

    request: ChangeRequest
    department: Department | None
    author: str
    demand: Demand
    mondays: list[date]
    weeks: list[int]
    change: float | None
    causes: Sequence[RequestCause]
    quotes: list[Quote]
    proposed: list[Quote]
    """Quotes that wait for the improver; empty for everybody else."""
    thread: list[Line]
    events: list[tuple[RequestEvent, str]]
    looked: dict[str, DecisionView]
    names: dict[int, str]
    merges: list[Merge]
    following: Following | None
    sides: frozenset[Side]
    moves: tuple[RequestState, ...]
    steers: bool
    follows: bool
    is_waiting: bool
    is_late: bool

    def reached(self, code: str) -> datetime | None:
        """Return when the request last came to a state (its code), None when it never did."""
        moved = (one for one, _who in reversed(self.events) if one.facts.get("after") == code)
        return next((one.at for one in moved), None)

    @property
    def preliminary(self) -> tuple[float, float] | None:
        """Contacts a week before and since the delivery, from the full weeks on either side; None when one has none."""
        delivered = self.request.delivered_at
        if delivered is None:
            return None
        day = local(delivered).date()
        before = [
            n for monday, n in zip(self.mondays, self.weeks, strict=True) if monday.toordinal() + 7 <= day.toordinal()
        ]
        after = [n for monday, n in zip(self.mondays, self.weeks, strict=True) if monday > day]
        return (sum(before) / len(before), sum(after) / len(after)) if before and after else None


def sheet(session: Session, viewer: Viewer, request: ChangeRequest, now: datetime) -> Sheet:
    """Return everything about a request that somebody sees; the request itself is theirs to see already."""
    start, end = usual_period(session, now)
    pairs = pairs_of(session, request.id, end)
    mondays = full_weeks(now, TREND_WEEKS)
    weeks = series(weekly(session, pairs, mondays), pairs, mondays)
    names = dict(session.execute(select(Account.id, Account.name)).all())
    events = events_of(session, request.id)
    steers, sides = steers_requests(viewer), sides_of(viewer, request)
    seen = last_follow_ups(session).get(request.id)
    waits = is_unanswered(request.state, request.sent_at, request.first_answer_at)
    return Sheet(
        request=request,
        department=session.get(Department, request.lead_department_id) if request.lead_department_id else None,
        author=names.get(request.created_by_id or 0, ""),
        demand=demand(session, request, start, end),
        mondays=mondays,
        weeks=weeks,
        change=change_between(weeks),
        causes=causes_of(session, request.id),
        quotes=quotes_of(session, pairs, QuoteState.APPROVED),
        proposed=quotes_of(session, pairs, QuoteState.PROPOSED) if steers else [],
        thread=thread_of(comments_of(session, request.id), events, names),
        events=[(one, names.get(one.account_id or 0, "")) for one in events],
        looked={one.view.value: one for one in views_of(session, request.id)},
        names=names,
        merges=merges_around(session, request),
        following=following(session, seen, pairs, now) if seen is not None else None,
        sides=sides,
        moves=moves_from(request.state, sides),
        steers=steers,
        follows=follower(session, request.id, viewer.account_id) is not None,
        is_waiting=waits,
        is_late=waits and is_overdue(request.first_answer_due, local(now).date()),
    )


def thread_of(comments: Sequence[RequestComment], events: Sequence[RequestEvent], names: dict[int, str]) -> list[Line]:
    """Return what was written and how the request was moved, in the order in which it happened."""
    lines = [Line(one.at, names.get(one.account_id, ""), comment=one) for one in comments]
    lines += [Line(one.at, names.get(one.account_id or 0, ""), move=one) for one in events if one.kind == Moved.kind]
    return sorted(lines, key=lambda one: one.at)


def quotes_of(session: Session, pairs: frozenset[Pair], state: QuoteState) -> list[Quote]:
    """Return the quotes about some causes that are in a state, newest first. Contacts under secrecy give none."""
    rows = session.execute(
        select(PainPoint, Contact.channel, Door)
        .join(Errand, Errand.id == PainPoint.errand_id)
        .join(Contact, Contact.id == Errand.contact_id)
        .join(Door, Door.id == Contact.door_id)
        .where(
            PainPoint.quote.is_not(None),
            PainPoint.quote_state == state,
            Contact.secrecy.is_(False),
            PainPoint.reason.in_({pair.reason for pair in pairs}),
        )
        .order_by(PainPoint.at.desc(), PainPoint.id.desc())
    )
    return [
        Quote(point, channel, door, local(point.at).date().replace(day=1))
        for point, channel, door in rows
        if Pair(point.service_id, point.reason) in pairs
    ]
