"""The board of change requests: every card with its measured demand, and what the figures above it say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.feedback.actions import GROUP
from helpdesk.feedback.benefit.models import FollowUp
from helpdesk.feedback.counting import full_weeks, series, tallies, usual_period, weekly
from helpdesk.feedback.events import Moved
from helpdesk.feedback.models import ChangeRequest, RequestEvent
from helpdesk.feedback.queries import comment_counts, pairs_by_request, seen_requests
from helpdesk.feedback.rules import (
    BOARD,
    OPEN,
    Demand,
    Pair,
    RequestState,
    Suggestion,
    change_between,
    demand_of,
    is_overdue,
    is_unanswered,
    suggestions,
)
from helpdesk.people.models import Account
from helpdesk.people.rules import Viewer
from knowledge.models import Department

TREND_WEEKS = 26
"""How many full weeks the small pictures show; the change compares their later half with the earlier."""
SUGGEST_FROM = 5
"""From how many contacts on a cause is suggested."""
SUGGESTIONS = 8


@dataclass(frozen=True, slots=True)
class Card:
    """One change request as the board shows it."""

    request: ChangeRequest
    department: Department | None
    """Who leads it; None for the group management."""
    demand: Demand
    weeks: list[int]
    change: float | None
    comments: int
    days: int
    """How many days it has been where it is."""
    is_waiting: bool
    """The department owes its first answer."""
    is_late: bool
    owner: str
    follow_up: FollowUp | None
    reason: str | None
    """Why it was last moved, as far as that was said."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the board somebody wants to see. ``department``: a slug, GROUP, or None for all."""

    department: str | None = None
    state: RequestState | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page of the board shows."""

    cards: list[Card]
    open: Demand
    """The demand behind all open requests that are shown, each errand counted once."""

    def of(self, state: str) -> list[Card]:
        """Return the cards of one column, most contacts first."""
        found = [one for one in self.cards if one.request.state == state]
        return sorted(found, key=lambda one: (-one.demand.tally.contacts, one.request.number))

    @property
    def columns(self) -> list[tuple[RequestState, list[Card]]]:
        """Return the columns in their order."""
        return [(state, self.of(state)) for state in BOARD]

    @property
    def waiting(self) -> int:
        """How many requests wait for their first answer."""
        return sum(one.is_waiting for one in self.cards)

    @property
    def late(self) -> int:
        """How many of those are overdue."""
        return sum(one.is_late for one in self.cards)


def board(session: Session, viewer: Viewer, wanted: Filter, now: datetime) -> Board:
    """Return the change requests that somebody sees and asked for, with their demand in the usual period up to now."""
    departments = {one.id: one for one in session.scalars(select(Department))}
    requests = [one for one in seen_requests(session, viewer) if is_wanted(one, departments, wanted)]
    start, end = usual_period(session, now)
    counted = tallies(session, start, end)
    pairs = pairs_by_request(session, end)
    weeks = full_weeks(now, TREND_WEEKS)
    shown = frozenset[Pair]().union(*(pairs.get(one.id, frozenset()) for one in requests))
    by_week = weekly(session, shown, weeks)
    comments, moved, followed = comment_counts(session), last_moves(session), last_follow_ups(session)
    names = dict(session.execute(select(Account.id, Account.name)).all())
    today = local(now).date()

    def card(request: ChangeRequest) -> Card:
        own = pairs.get(request.id, frozenset())
        counts = series(by_week, own, weeks)
        waits = is_unanswered(request.state, request.sent_at, request.first_answer_at)
        event = moved.get(request.id)
        return Card(
            request=request,
            department=departments.get(request.lead_department_id or 0),
            demand=demand_of(own, counted, start, end),
            weeks=counts,
            change=change_between(counts),
            comments=comments.get(request.id, 0),
            days=days_since(event.at if event else request.created_at, today),
            is_waiting=waits,
            is_late=waits and is_overdue(request.first_answer_due, today),
            owner=names.get(request.created_by_id or 0, ""),
            follow_up=followed.get(request.id),
            reason=event.facts.get("reason") if event else None,
        )

    cards = [card(one) for one in requests]
    still = frozenset[Pair]().union(*(pairs.get(one.id, frozenset()) for one in requests if one.state in OPEN))
    return Board(cards, demand_of(still, counted, start, end))


def is_wanted(request: ChangeRequest, departments: Mapping[int, Department], wanted: Filter) -> bool:
    """Say whether a request is among those that were asked for; merged ones only when they are asked for by state."""
    if wanted.state is None and request.state is RequestState.MERGED:
        return False
    if wanted.state is not None and request.state is not wanted.state:
        return False
    if wanted.department is None:
        return True
    if wanted.department == GROUP:
        return request.is_for_group
    lead = departments.get(request.lead_department_id or 0)
    return lead is not None and lead.slug == wanted.department


def days_since(moment: datetime, today: date) -> int:
    """Return how many local days lie between a moment and today."""
    return max(0, (today - local(moment).date()).days)


def last_moves(session: Session) -> dict[int, RequestEvent]:
    """Return the last move of every request that was ever moved."""
    last = select(func.max(RequestEvent.id)).where(RequestEvent.kind == Moved.kind).group_by(RequestEvent.request_id)
    return {one.request_id: one for one in session.scalars(select(RequestEvent).where(RequestEvent.id.in_(last)))}


def last_follow_ups(session: Session) -> dict[int, FollowUp]:
    """Return the latest follow-up of every request that has one."""
    return {one.request_id: one for one in session.scalars(select(FollowUp).order_by(FollowUp.n))}


def suggested(session: Session, now: datetime) -> list[Suggestion]:
    """Return the causes that hurt most in the usual period and that no open request, nor a draft, asks to mend."""
    start, end = usual_period(session, now)
    pairs = pairs_by_request(session, end)
    asked = OPEN | {RequestState.DRAFT, RequestState.DELIVERED}
    taken = frozenset[Pair]().union(
        *(
            pairs.get(id_, frozenset())
            for id_ in session.scalars(select(ChangeRequest.id).where(ChangeRequest.state.in_(asked)))
        )
    )
    return suggestions(tallies(session, start, end), taken, SUGGEST_FROM, SUGGESTIONS)
