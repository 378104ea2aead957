"""What a visitor does: takes a ticket, is late, comes back, gives up. What the desk does stands in calling.py."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from helpdesk.channels.arrival import Arrival, arrive
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.queries import Visit, visit_by_token
from helpdesk.channels.walk_in.rules import (
    LATE_MINUTES,
    Letter,
    Standing,
    Want,
    kept_wants,
    service_day,
    standing_of,
)
from helpdesk.contacts.actions import CITIZEN, By, record
from helpdesk.contacts.doors.models import Site
from helpdesk.contacts.doors.queries import door_of_site, site_by_slug
from helpdesk.contacts.events import CameBack, Delayed, LineDown, PromiseMoved
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import lock_contact
from helpdesk.contacts.stages import EndedAs, Priority, Stage, WaitsFor
from helpdesk.counters import next_number
from helpdesk.queue.assignments import Mine, end_assignment, put_back
from helpdesk.queue.leaving import close
from helpdesk.queue.promises import promise_in_force
from helpdesk.queue.queries import lock_agent, open_assignment
from helpdesk.refusals import AlreadyTaken, Unacceptable, WrongStage


@dataclass(frozen=True, slots=True)
class Arriving:
    """A visitor at a site, as the kiosk or the reception understood them. ``booked_at``: the time that was agreed."""

    site: str
    letter: Letter
    topic: str | None = None
    area: str | None = None
    language: str = "sv"
    wants: frozenset[Want] = frozenset()
    booked_at: datetime | None = None


def take_ticket(session: Session, arriving: Arriving, now: datetime, by: By = CITIZEN) -> Ticket:
    """Let a visitor in by the site's door, and issue the number in the same transaction.

    A booked visit is promised its time; one that cannot name it has raised priority. Raises Unknown for a site that
    nobody can walk in to.
    """
    site = site_by_slug(session, arriving.site)
    is_booked = arriving.booked_at is not None
    contact = arrive(
        session,
        Arrival(
            door=door_of_site(session, site),
            language=arriving.language,
            topic=arriving.topic,
            area=arriving.area,
            priority=Priority.RAISED if arriving.letter is Letter.BOOKED and not is_booked else Priority.NORMAL,
            waits_for=WaitsFor.BOOKING if is_booked else WaitsFor.ANSWER,
            at=arriving.booked_at,
        ),
        now,
        by,
    )
    return issue(session, contact, arriving.letter, arriving.wants, now)


def issue(session: Session, contact: Contact, letter: Letter, wants: frozenset[Want], now: datetime) -> Ticket:
    """Give a contact that came through a walk-in door its number: no gap, no double, from 1 each local day and letter.

    The counter's row stays locked until the transaction ends. Raises Unacceptable for a door that belongs to no site.
    """
    site = session.get(Site, contact.site_id) if contact.site_id is not None else None
    if site is None:
        raise Unacceptable("The door belongs to no place that can be visited.")
    day = service_day(now)
    ticket = Ticket(
        contact_id=contact.id,
        site_id=site.id,
        service_day=day,
        letter=letter.value,
        number=next_number(session, f"ticket:{site.slug}", day, letter.value),
        issued_at=now,
        asked_for=kept_wants(wants),
    )
    session.add(ticket)
    session.flush()
    return ticket


def standing(visit: Visit, now: datetime) -> Standing:
    """Say how a ticket stands at a moment."""
    ticket, contact = visit.ticket, visit.contact
    return standing_of(
        contact.stage, contact.ended_as, ticket.returned_at is not None, ticket.service_day, service_day(now)
    )


@dataclass(frozen=True, slots=True)
class Locked:
    """A visit with its rows locked, and the agent's hold on it when it was called."""

    visit: Visit
    held: Mine | None


def lock_visit(session: Session, token: str) -> Locked:
    """Return the visit behind a ticket's address, locked: the agent first, as everywhere. Raises Unknown, AlreadyTaken."""
    visit = visit_by_token(session, token)
    seen_with = visit.contact.agent_id
    agent = lock_agent(session, seen_with) if seen_with is not None else None
    contact = lock_contact(session, visit.contact.id)
    assignment = open_assignment(session, contact.id)
    if assignment is None:
        return Locked(visit, None)
    if agent is None or assignment.agent_id != agent.id:
        raise AlreadyTaken("You are being called this very moment. Look again.")
    return Locked(visit, Mine(agent, contact, assignment))


def come_back(session: Session, token: str, now: datetime) -> Ticket:
    """Let a visitor who was not there wait again, with the promise that they had: once. Twice is once.

    Raises Unknown, and WrongStage when there is nothing (any more) to come back to.
    """
    visit = lock_visit(session, token).visit
    stands = standing(visit, now)
    if stands is Standing.WAITING and visit.ticket.returned_at is not None:
        return visit.ticket
    if stands is not Standing.MISSED:
        raise WrongStage("The visit is over. Take a new ticket.")
    contact = visit.contact
    contact.stage, contact.closed_at, contact.ended_as = Stage.WAITING, None, None
    visit.ticket.returned_at, visit.ticket.ended_at = now, None
    record(session, contact, CameBack(contact_id=contact.id, public_id=contact.public_id), CITIZEN, now)
    return visit.ticket


def give_up(session: Session, token: str, now: datetime) -> Ticket:
    """End the visit of somebody who will not wait, also when they are being called. Twice is once.

    Raises Unknown, AlreadyTaken.
    """
    locked = lock_visit(session, token)
    visit = locked.visit
    if standing(visit, now) not in (Standing.WAITING, Standing.CALLED):
        return visit.ticket
    contact = visit.contact
    if locked.held is not None:
        record(session, contact, LineDown(contact_id=contact.id, public_id=contact.public_id), CITIZEN, now)
        end_assignment(session, locked.held, "left", now)
    close(session, contact, EndedAs.LEFT, CITIZEN, now)
    return visit.ticket


def be_late(session: Session, token: str, minutes: int, now: datetime) -> Ticket:
    """Let others go first until the visitor is back; the number stays. Only the citizen moves a promise later: this is it.

    ``minutes``: one of LATE_MINUTES. A visitor who is being called is put back. Raises Unknown, AlreadyTaken, WrongStage,
    and Unacceptable for another number of minutes.
    """
    if minutes not in LATE_MINUTES:
        raise Unacceptable("Choose one of the times.", [{"field": "minutes", "code": "unknown", "message": "Choose."}])
    locked = lock_visit(session, token)
    visit = locked.visit
    if standing(visit, now) not in (Standing.WAITING, Standing.CALLED):
        raise WrongStage("The visit is over. Take a new ticket.")
    contact, until = visit.contact, now + timedelta(minutes=minutes)
    if locked.held is not None:
        put_back(session, locked.held, "late", CITIZEN, now)
    visit.ticket.late_until = contact.ready_at = until
    said = Delayed(contact_id=contact.id, public_id=contact.public_id, until=until)
    record(session, contact, said, CITIZEN, now)
    if contact.due_at < until:
        moved = PromiseMoved(
            contact_id=contact.id, public_id=contact.public_id, by="citizen", before=contact.due_at, after=until
        )
        move_promise(session, contact.id, until)
        contact.due_at = until
        record(session, contact, moved, CITIZEN, now)
    return visit.ticket


def move_promise(session: Session, contact_id: int, until: datetime) -> None:
    """Note in the promise itself that the citizen moved it. One that was met stays met, and as it was."""
    promise = promise_in_force(session, contact_id)
    if promise is not None and promise.met_at is None:
        promise.due_at, promise.moved_by = until, "citizen"
