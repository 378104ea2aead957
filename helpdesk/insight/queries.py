"""The results for those who govern: what hurt most, what was decided, what is late. Counted where the board's figures are."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.stages import FAILURE_DEMAND
from helpdesk.feedback.benefit.models import FollowUp
from helpdesk.feedback.board import last_follow_ups, last_moves
from helpdesk.feedback.counting import tallies, usual_period
from helpdesk.feedback.models import ChangeRequest
from helpdesk.feedback.rules import DECISIONS, Demand, Pair, RequestState, Tally, demand_of, is_overdue, is_unanswered
from helpdesk.insight.rules import Cell, cell
from helpdesk.people.rules import Role, Viewer
from helpdesk.policy.rules import totals_open
from knowledge.models import Authority, Department, Service
from knowledge.values import AuthorityKind

MOST = 10
"""How many causes the page names."""


@dataclass(frozen=True, slots=True)
class Hurt:
    """A cause, with what it cost: contacts, seconds (None when the contacts are few) and those shut out digitally."""

    service: Service | None
    pair: Pair
    contacts: Cell
    seconds: int | None
    exclusion: Cell


@dataclass(frozen=True, slots=True)
class Decided:
    """A request that was decided or is late, with who leads it."""

    request: ChangeRequest
    department: Department | None
    reason: str | None
    follow_up: FollowUp | None


@dataclass(frozen=True, slots=True)
class Results:
    """Everything on the page. ``failure`` is the failure demand of the causes that this reader sees, coverage beside it."""

    start: datetime
    end: datetime
    everything: bool
    all: Demand
    failure: Demand
    hurts: list[Hurt]
    decided: list[Decided]
    late: list[Decided]


def results(session: Session, viewer: Viewer, now: datetime) -> Results:
    """Return the results of the usual period up to now, for the authorities whose totals somebody sees."""
    boards = totals_open(viewer, executives(session))
    sees_small = viewer.is_any(Role.SUPERVISOR, Role.IMPROVER)
    start, end = usual_period(session, now)
    services = {one.id: one for one in session.scalars(select(Service))}
    counted = tallies(session, start, end)
    seen = {
        Pair(service_id, reason): tally
        for (service_id, reason), tally in counted.items()
        if reason is not None and (boards is None or is_of(services.get(service_id or 0), boards))
    }
    failing = [pair for pair in seen if pair.reason in FAILURE_DEMAND]
    failing.sort(key=lambda one: (-seen[one].contacts, one.reason, one.service_id or 0))
    requests = [one for one in session.scalars(select(ChangeRequest)) if boards is None or one.authority_id in boards]
    return Results(
        start=start,
        end=end,
        everything=boards is None,
        all=demand_of(seen, counted, start, end),
        failure=demand_of(failing, counted, start, end),
        hurts=[hurt(services.get(one.service_id or 0), one, seen[one], sees_small) for one in failing[:MOST]],
        decided=decided(session, requests, start),
        late=late(session, requests, local(now).date()),
    )


def executives(session: Session) -> frozenset[int]:
    """Return the executive boards, whose readers see every total."""
    return frozenset(session.scalars(select(Authority.id).where(Authority.kind == AuthorityKind.EXECUTIVE)))


def is_of(service: Service | None, boards: frozenset[int]) -> bool:
    """Say whether a service belongs to one of some authorities."""
    return service is not None and service.authority_id in boards


def hurt(service: Service | None, pair: Pair, tally: Tally, sees_small: bool) -> Hurt:
    """Return a cause as somebody may see it."""
    contacts = cell(tally.contacts, sees_small)
    return Hurt(
        service=service,
        pair=pair,
        contacts=contacts,
        seconds=None if contacts.is_few else tally.seconds,
        exclusion=cell(tally.exclusion, sees_small),
    )


def decided(session: Session, requests: list[ChangeRequest], since: datetime) -> list[Decided]:
    """Return the requests that were decided, delivered or followed up since a moment, the latest first."""
    departments = {one.id: one for one in session.scalars(select(Department))}
    moves, follow_ups = last_moves(session), last_follow_ups(session)
    shown = DECISIONS | {RequestState.PLANNED, RequestState.DELIVERED, RequestState.FOLLOWED_UP}
    found = [one for one in requests if one.state in shown and (one.id not in moves or moves[one.id].at > since)]
    found.sort(key=lambda one: moves[one.id].at if one.id in moves else one.created_at, reverse=True)
    return [
        Decided(
            one,
            departments.get(one.lead_department_id or 0),
            moves[one.id].facts.get("reason") if one.id in moves else None,
            follow_ups.get(one.id),
        )
        for one in found
    ]


def late(session: Session, requests: list[ChangeRequest], today: date) -> list[Decided]:
    """Return the requests whose first answer is overdue, the longest overdue first."""
    departments = {one.id: one for one in session.scalars(select(Department))}
    found = [
        one
        for one in requests
        if is_unanswered(one.state, one.sent_at, one.first_answer_at) and is_overdue(one.first_answer_due, today)
    ]
    found.sort(key=lambda one: (one.first_answer_due or today, one.number))
    return [Decided(one, departments.get(one.lead_department_id or 0), None, None) for one in found]
