"""Flagging what hurt a citizen, and deciding whether their words may be shown to the department."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import By, record
from helpdesk.contacts.events import Flagged
from helpdesk.contacts.models import Contact, Errand
from helpdesk.contacts.queries import errands_of, lock_by_public_id, view_of
from helpdesk.contacts.stages import Actor, Exclusion, Reason
from helpdesk.feedback.counting import usual_period
from helpdesk.feedback.models import PainPoint, QuoteState
from helpdesk.feedback.rules import QUOTE_CONTACTS, identity_in, without_identity
from helpdesk.news import touch
from helpdesk.people.rules import Role, Viewer
from helpdesk.policy.rules import View, steers_requests
from helpdesk.refusals import Forbidden, Unacceptable, Unknown
from helpdesk.resolution.actions import service_of
from knowledge.models import Service


@dataclass(frozen=True, slots=True)
class Flag:
    """What somebody at the desk says hurt. ``service``: its slug; ``quote``: the citizen's words."""

    reason: Reason
    service: str | None = None
    exclusion: Exclusion | None = None
    quote: str | None = None
    is_repeat: bool = False


def flag(session: Session, viewer: Viewer, public_id: str, said: Flag, now: datetime) -> PainPoint:
    """Flag a pain point on an errand of a contact; the errand is made when the contact has none yet.

    Flagging the same errand again says it anew. Raises Unknown; Forbidden for somebody who sees only the envelope;
    Unacceptable for a service that does not exist, or for a quote from a contact under secrecy.
    """
    contact = lock_by_public_id(session, public_id)
    view = view_of(viewer, contact)
    if view is View.NONE:
        raise Unknown("There is no such contact.")
    if view is View.ENVELOPE:
        raise Forbidden("Only whoever has this contact can flag something in it.")
    service = service_of(session, said.service)
    quote = without_identity(said.quote) if said.quote and said.quote.strip() else None
    if quote and (contact.secrecy or (service is not None and service.secrecy)):
        raise Unacceptable(
            "Words from a contact under secrecy are not kept. Leave the quote empty.",
            [{"field": "quote", "code": "secret", "message": "Leave the quote empty: the contact is under secrecy."}],
        )
    errand = errand_for(session, contact, service, said.reason)
    point = session.scalar(
        select(PainPoint).where(PainPoint.errand_id == errand.id, PainPoint.account_id == viewer.account_id)
    )
    if point is None:
        point = PainPoint(errand_id=errand.id, account_id=viewer.account_id)
        session.add(point)
    if point.quote != quote:
        point.quote_state = QuoteState.PROPOSED
    point.service_id, point.reason = (service.id if service else None), said.reason
    point.exclusion, point.is_repeat, point.quote, point.at = said.exclusion, said.is_repeat, quote, now
    session.flush()
    by = By(Actor.AGENT if viewer.is_any(Role.AGENT, Role.HOST, Role.SUPERVISOR) else Actor.OFFICER, viewer.account_id)
    told = Flagged(contact_id=contact.id, public_id=contact.public_id, pain_point=point.public_id)
    record(session, contact, told, by, now)
    touch(session, "requests")
    return point


def errand_for(session: Session, contact: Contact, service: Service | None, reason: Reason) -> Errand:
    """Return the errand of a contact that a flag belongs to: the one with its cause, with its service, or the first.

    A contact without errands gets its first one; whoever closes the contact classifies it anew.
    """
    errands = errands_of(session, contact.id)
    service_id = service.id if service else None
    for errand in errands:
        if errand.service_id == service_id and errand.reason is reason:
            return errand
    for errand in errands:
        if errand.service_id == service_id:
            return errand
    if errands:
        return errands[0]
    errand = Errand(
        contact_id=contact.id,
        n=1,
        service_id=service_id,
        topic=contact.topic,
        reason=reason,
        authority_id=service.authority_id if service else contact.authority_id,
        department_id=service.department_id if service else contact.department_id,
        secrecy=service.secrecy if service else contact.secrecy,
    )
    session.add(errand)
    session.flush()
    return errand


def contacts_behind(session: Session, point: PainPoint, now: datetime) -> int:
    """Return how many contacts were closed with the cause of a pain point in the usual period up to now."""
    start, end = usual_period(session, now)
    service = Errand.service_id.is_(None) if point.service_id is None else Errand.service_id == point.service_id
    return (
        session.scalar(
            select(func.count(func.distinct(Errand.contact_id))).where(
                service, Errand.reason == point.reason, Errand.closed_at > start, Errand.closed_at <= end
            )
        )
        or 0
    )


def judge_quote(session: Session, viewer: Viewer, public_id: str, words: str | None, now: datetime) -> PainPoint:
    """Show a citizen's words to the department (``words``, as the improver leaves them), or refuse them (None).

    Raises Unknown, Forbidden, and Unacceptable for words that tell who somebody is, or when fewer than five contacts
    stand behind the cause: then a quote would point at one of few.
    """
    if not steers_requests(viewer):
        raise Forbidden("Quotes are approved by the improver of the service centre.")
    point = session.scalar(select(PainPoint).where(PainPoint.public_id == public_id).with_for_update())
    if point is None or point.quote is None:
        raise Unknown("There is no such quote.")
    if words is None:
        point.quote_state = QuoteState.REFUSED
    else:
        if identity_in(words):
            raise Unacceptable(
                "Take out what tells who it is: numbers, telephone numbers and e-mail addresses.",
                [{"field": "quote", "code": "identity", "message": "Take out numbers and addresses."}],
            )
        if contacts_behind(session, point, now) < QUOTE_CONTACTS:
            raise Unacceptable(
                "Fewer than five contacts stand behind this cause, so the words could point at somebody.",
                [{"field": "quote", "code": "too_few", "message": "Fewer than five contacts stand behind this cause."}],
            )
        point.quote, point.quote_state = " ".join(words.split()), QuoteState.APPROVED
    session.flush()
    touch(session, "requests")
    return point
