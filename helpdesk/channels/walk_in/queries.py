"""Looking tickets up: whose they are, who is called and next, how many are in the room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.rules import is_left_behind, service_day
from helpdesk.contacts.doors.models import Door, Site
from helpdesk.contacts.doors.queries import DoorNow, door_of_site, hours_of, open_now, site_by_slug
from helpdesk.contacts.doors.rules import closing_of
from helpdesk.contacts.models import WAITING, Contact
from helpdesk.contacts.stages import Channel, EndedAs, Stage, WaitsFor
from helpdesk.refusals import Unknown

IN_THE_ROOM = (Stage.WAITING, Stage.OFFERED, Stage.TALKING, Stage.HELD)
SHOWN_CALLED = 3
SHOWN_NEXT = 6


def sites_with_a_door(session: Session) -> Sequence[Site]:
    """Return the sites that visitors can walk in to, the oldest first."""
    return session.scalars(
        select(Site).where(Site.id.in_(select(Door.site_id).where(Door.channel == Channel.WALK_IN))).order_by(Site.id)
    ).all()


def ticket_of(session: Session, contact_id: int) -> Ticket | None:
    """Return the ticket of a contact; None for one that came by another door."""
    return session.scalar(select(Ticket).where(Ticket.contact_id == contact_id))


def ticket_labels(session: Session, contact_ids: Iterable[int]) -> dict[int, str]:
    """Return the numbers on the tickets of these contacts (``A014``) by contact id; those without a ticket are left out."""
    found = session.scalars(select(Ticket).where(Ticket.contact_id.in_(list(contact_ids))))
    return {one.contact_id: one.label for one in found}


@dataclass(frozen=True, slots=True)
class Visit:
    """A ticket with the contact that it belongs to."""

    ticket: Ticket
    contact: Contact


def visit_by_token(session: Session, token: str) -> Visit:
    """Return the visit behind the unguessable part of a ticket's address. Raises Unknown."""
    row = session.execute(
        select(Ticket, Contact).join(Contact, Contact.id == Ticket.contact_id).where(Ticket.token == token)
    ).one_or_none()
    if row is None:
        raise Unknown("There is no such ticket.")
    return Visit(row[0], row[1])


def ahead_of(session: Session, contact: Contact, now: datetime) -> int | None:
    """Return how many who are ready come before a visitor at the same door; None when the visitor does not wait."""
    if contact.stage is not Stage.WAITING:
        return None
    return session.scalar(
        select(func.count())
        .select_from(Contact)
        .where(
            Contact.stage == Stage.WAITING,
            Contact.door_id == contact.door_id,
            Contact.ready_at <= now,
            tuple_(Contact.due_at, Contact.id) < tuple_(literal(contact.due_at, Contact.due_at.type), contact.id),
        )
    )


def visits_of(session: Session, site: Site, day: date, *stages: Stage) -> list[Visit]:
    """Return the visits of a site and service day that are in one of these stages, in the order of their promises."""
    rows = session.execute(
        select(Ticket, Contact)
        .join(Contact, Contact.id == Ticket.contact_id)
        .where(Ticket.site_id == site.id, Ticket.service_day == day, Contact.stage.in_(stages))
        .order_by(Contact.due_at, Contact.id)
    )
    return [Visit(ticket, contact) for ticket, contact in rows]


def called_last(session: Session, site: Site, day: date, limit: int = SHOWN_CALLED) -> list[Visit]:
    """Return who was called last at a site on a service day, the latest first. Whoever waits again or left is not among them."""
    rows = session.execute(
        select(Ticket, Contact)
        .join(Contact, Contact.id == Ticket.contact_id)
        .where(
            Ticket.site_id == site.id,
            Ticket.service_day == day,
            Ticket.called_at.is_not(None),
            Contact.stage.not_in((Stage.WAITING, Stage.OFFERED)),
            or_(Contact.ended_as.is_(None), Contact.ended_as != EndedAs.LEFT),
        )
        .order_by(Ticket.called_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    return [Visit(ticket, contact) for ticket, contact in rows]


def next_in_turn(waiting: Sequence[Visit], now: datetime, limit: int = SHOWN_NEXT) -> list[Visit]:
    """Return who of those that wait is soon: everybody who is ready, and booked visits with their time."""
    soon = [one for one in waiting if one.contact.ready_at <= now or one.contact.waits_for is WaitsFor.BOOKING]
    return soon[:limit]


def count_in_room(session: Session, site: Site, day: date) -> int:
    """Return how many visitors of a service day are in the room: waiting or being helped."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Ticket)
            .join(Contact, Contact.id == Ticket.contact_id)
            .where(Ticket.site_id == site.id, Ticket.service_day == day, Contact.stage.in_(IN_THE_ROOM))
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class Entrance:
    """The entrance of a site at a moment: its door, and whether the room holds no more."""

    door: DoorNow
    is_full: bool


def entrance(session: Session, slug: str, now: datetime) -> Entrance:
    """Return the entrance of a site. Raises Unknown."""
    site = site_by_slug(session, slug)
    is_full = site.room_limit is not None and count_in_room(session, site, service_day(now)) >= site.room_limit
    return Entrance(open_now(session, door_of_site(session, site), now), is_full)


def left_behind(session: Session, now: datetime) -> list[int]:
    """Return the tickets that nobody served and whose door closed an hour ago or more (see rules.py)."""
    rows = session.execute(
        select(Ticket, Door)
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(Door, Door.id == Contact.door_id)
        .where(WAITING, Contact.channel == Channel.WALK_IN)
        .order_by(Ticket.id)
    ).all()
    closings: dict[tuple[int, date], datetime] = {}
    found = []
    for ticket, door in rows:
        key = (door.id, ticket.service_day)
        if key not in closings:
            closings[key] = closing_of(hours_of(session, door), ticket.service_day)
        if is_left_behind(closings[key], ticket.issued_at, ticket.returned_at, now):
            found.append(ticket.id)
    return found


def never_came_back(session: Session, now: datetime) -> list[int]:
    """Return the tickets of visitors who were not there, whose day to come back is over, and whose needs are still kept."""
    return list(
        session.scalars(
            select(Ticket.id)
            .join(Contact, Contact.id == Ticket.contact_id)
            .where(
                Contact.closed_at > now - timedelta(days=2),
                Contact.ended_as == EndedAs.NO_SHOW,
                Ticket.service_day < service_day(now),
                Ticket.asked_for != "",
            )
            .order_by(Ticket.id)
        )
    )
