"""What can be done to a change request: draft it, say what it is about, move it, look at it from six sides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.sealing import mask
from helpdesk.contacts.stages import Reason
from helpdesk.counters import next_number
from helpdesk.feedback.events import CauseAdded, CauseRemoved, Drafted, Looked, Moved, RequestHappening, Rewritten
from helpdesk.feedback.models import (
    ChangeRequest,
    DecisionView,
    RequestCause,
    RequestEvent,
    RequestFollower,
    RequestKind,
    Verdict,
    View,
)
from helpdesk.feedback.queries import (
    causes_of,
    department_by_slug,
    flaggers_of,
    follower,
    pairs_of,
    seen_request,
    sides_of,
    views_of,
)
from helpdesk.feedback.rules import DECISIONS, MOVED_BY, MOVES, RequestState, Side, needs_reason
from helpdesk.news import tell, touch
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import drafts_requests, steers_requests
from helpdesk.refusals import Forbidden, Unacceptable, WrongStage
from helpdesk.resolution.actions import service_of
from helpdesk.settings import settings
from helpdesk.working_days import working_day_after

GROUP = "group_management"
"""What stands instead of a department's slug when the group management leads a request."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause as people name it: the service's slug (None: no service) and the reason."""

    service: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new request says. ``lead``: a department's slug, or :data:`GROUP`."""

    title: str
    text: str
    lead: str
    causes: tuple[Cause, ...] = ()
    kind: RequestKind = RequestKind.CHANGE


Happens = Callable[..., RequestHappening]


def happened(
    session: Session, request: ChangeRequest, what: Happens, account_id: int, now: datetime, **facts: object
) -> None:
    """Write down that something happened to a request, raise its version and tell. The request's row is locked already."""
    event = what(request_id=request.id, number=request.number, **facts)
    request.last_change += 1
    session.add(
        RequestEvent(
            request_id=request.id,
            n=request.last_change,
            at=now,
            account_id=account_id,
            kind=event.kind,
            facts=event.facts(),
        )
    )
    session.flush()
    tell(session, event)
    touch(session, "requests", request.public_id)


def draft(session: Session, viewer: Viewer, said: Draft, now: datetime) -> ChangeRequest:
    """Write a change request that nobody outside the service centre sees yet, with the next number of the year.

    Raises Forbidden for whoever may not, and Unacceptable for a department or a service that does not exist.
    """
    if not drafts_requests(viewer):
        raise Forbidden("Change requests are written at the service centre.")
    year = local(now).year
    lead = None if said.lead == GROUP else department_by_slug(session, said.lead)
    if lead is None and said.lead != GROUP:
        raise Unacceptable(
            "There is no such department.", [{"field": "lead", "code": "unknown", "message": "Unknown department."}]
        )
    request = ChangeRequest(
        number=f"F-{year}-{next_number(session, 'change_request', date(year, 1, 1), 'F'):03d}",
        title=mask(said.title.strip()).text,
        text=mask(said.text.strip()).text,
        kind=said.kind,
        lead_department_id=lead.id if lead else None,
        authority_id=lead.authority_id if lead else None,
        secrecy=lead.secrecy if lead else False,
        is_for_group=lead is None,
        created_by_id=viewer.account_id,
        created_at=now,
    )
    session.add(request)
    session.flush()
    happened(session, request, Drafted, viewer.account_id, now)
    for cause in said.causes:
        put_cause(session, request, cause, viewer.account_id, now)
    return request


def rewrite(session: Session, viewer: Viewer, number: str, title: str, text: str, now: datetime) -> ChangeRequest:
    """Give a draft other words. Raises Unknown, Forbidden, and WrongStage once it has been sent."""
    request = seen_request(session, viewer, number, lock=True)
    if request.state is not RequestState.DRAFT:
        raise WrongStage("It has been sent: what was asked stays as it was. Write in the thread instead.")
    request.title, request.text = mask(title.strip()).text, mask(text.strip()).text
    happened(session, request, Rewritten, viewer.account_id, now)
    return request


def put_cause(session: Session, request: ChangeRequest, cause: Cause, account_id: int, now: datetime) -> None:
    """Count the contacts of one more cause; nothing happens when it is counted already. The row is locked already."""
    service = service_of(session, cause.service)
    service_id = service.id if service else None
    if any(one.service_id == service_id and one.reason is cause.reason for one in causes_of(session, request.id)):
        return
    session.add(
        RequestCause(
            request_id=request.id, service_id=service_id, reason=cause.reason, since=now, added_by_id=account_id
        )
    )
    happened(session, request, CauseAdded, account_id, now, service=cause.service, reason=cause.reason.value)


def add_cause(session: Session, viewer: Viewer, number: str, cause: Cause, now: datetime) -> None:
    """Count the contacts of one more cause as demand of a request. Raises Unknown, Forbidden, WrongStage, Unacceptable."""
    put_cause(session, steered(session, viewer, number), cause, viewer.account_id, now)


def remove_cause(session: Session, viewer: Viewer, number: str, cause: Cause, now: datetime) -> None:
    """Count the contacts of a cause no more; its row stays with the time. Raises as add_cause."""
    request = steered(session, viewer, number)
    service = service_of(session, cause.service)
    service_id = service.id if service else None
    for row in causes_of(session, request.id):
        if row.service_id == service_id and row.reason is cause.reason:
            row.until = now
            facts = {"service": cause.service, "reason": cause.reason.value}
            happened(session, request, CauseRemoved, viewer.account_id, now, **facts)


def steered(session: Session, viewer: Viewer, number: str) -> ChangeRequest:
    """Return a request, locked, whose content somebody may steer: an improver, or the author while it is a draft.

    Raises Unknown, Forbidden, and WrongStage for one that is merged.
    """
    request = seen_request(session, viewer, number, lock=True)
    is_own_draft = request.state is RequestState.DRAFT and request.created_by_id == viewer.account_id
    if not steers_requests(viewer) and not is_own_draft:
        raise Forbidden("This is for the improver of the service centre.")
    if request.state is RequestState.MERGED:
        raise WrongStage("It is merged into another request.")
    return request


@dataclass(frozen=True, slots=True)
class Move:
    """A move to another state. ``version``: the request as the mover saw it; None when that does not matter."""

    to: RequestState
    reason: str | None = None
    version: int | None = None
    planned_for: date | None = None


def move(session: Session, viewer: Viewer, number: str, said: Move, now: datetime) -> ChangeRequest:
    """Give a request another state, when the rules allow that move and it is this person's to make.

    Raises Unknown; WrongStage for a move that is not allowed or a request that changed meanwhile; Forbidden for a move
    that is the other side's; Unacceptable without a reason where one is needed, or for sending without a cause.
    """
    request = seen_request(session, viewer, number, lock=True)
    if said.version is not None and said.version != request.last_change:
        raise WrongStage("It has changed since you opened it. Look at how it is now, then decide again.")
    if said.to not in MOVES[request.state]:
        raise WrongStage(f"A request that is {request.state.value} cannot become {said.to.value}.")
    sides = sides_of(viewer, request)
    if not sides & MOVED_BY[request.state, said.to]:
        raise Forbidden("This move is for the other side to make.")
    reason = mask(said.reason.strip()).text if said.reason and said.reason.strip() else None
    if reason is None and needs_reason(said.to, len(views_of(session, request.id))):
        raise Unacceptable(
            "Say why, in a sentence.", [{"field": "reason", "code": "required", "message": "Say why, in a sentence."}]
        )
    before, request.state = request.state, said.to
    if before is RequestState.DRAFT:
        begin(session, request, now)
    if said.to in DECISIONS:
        request.decided_at = now
        if Side.DEPARTMENT in sides and request.first_answer_at is None:
            request.first_answer_at = now
    if said.to is RequestState.PLANNED:
        request.planned_for = said.planned_for
    if said.to is RequestState.DELIVERED:
        request.delivered_at = now
    facts = {"before": before.value, "after": said.to.value, "reason": reason}
    happened(session, request, Moved, viewer.account_id, now, **facts)
    return request


def send(session: Session, viewer: Viewer, number: str, now: datetime) -> ChangeRequest:
    """Send a draft to the department that leads it. Raises as move."""
    return move(session, viewer, number, Move(RequestState.NEW), now)


def begin(session: Session, request: ChangeRequest, now: datetime) -> None:
    """Do what sending means: the department's time to answer begins, and whoever flagged a cause follows the request."""
    if not causes_of(session, request.id):
        raise Unacceptable(
            "Say which contacts it is about before you send it.",
            [{"field": "causes", "code": "required", "message": "Add at least one cause."}],
        )
    request.sent_at = now
    days = settings(session).number("request.first_answer_days")
    request.first_answer_due = working_day_after(local(now).date(), days)
    for account_id in flaggers_of(session, pairs_of(session, request.id, now)):
        add_follower(session, request, account_id, now)


def add_follower(session: Session, request: ChangeRequest, account_id: int, now: datetime) -> None:
    """Let somebody hear how a request goes; nothing happens when they do already."""
    if follower(session, request.id, account_id) is None:
        session.add(RequestFollower(request_id=request.id, account_id=account_id, since=now))
        session.flush()


def look(
    session: Session, viewer: Viewer, number: str, view: View, verdict: Verdict, measure: str | None, now: datetime
) -> None:
    """Write down what was found from one of the six sides; a later look replaces an earlier one.

    Raises Unknown, Forbidden for somebody on neither side, Unacceptable for a risk without a measure.
    """
    request = seen_request(session, viewer, number, lock=True)
    if not sides_of(viewer, request):
        raise Forbidden("This is for those who judge the request.")
    text = mask(measure.strip()).text if measure and measure.strip() else None
    if verdict is Verdict.RISK and text is None:
        raise Unacceptable(
            "Say what is done about the risk.",
            [{"field": "measure", "code": "required", "message": "Say what is done about the risk."}],
        )
    row = session.get(DecisionView, (request.id, view))
    if row is None:
        row = DecisionView(request_id=request.id, view=view)
        session.add(row)
    row.verdict, row.measure, row.account_id, row.at = verdict, text, viewer.account_id, now
    happened(session, request, Looked, viewer.account_id, now, view=view.value, verdict=verdict.value)
