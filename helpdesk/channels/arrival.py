"""Arriving: whatever the door, a contact gets a number, a promise and a lane in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import local
from helpdesk.contacts.actions import CITIZEN, By, Words, keep_address, record, say
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.events import Arrived
from helpdesk.contacts.models import Contact, ContactNeed
from helpdesk.contacts.sealing import mask
from helpdesk.contacts.stages import AddressKind, Author, Channel, Priority, PromiseKind, WaitsFor
from helpdesk.counters import next_number
from helpdesk.ids import new_public_id
from helpdesk.queue.lanes import lane_for
from helpdesk.queue.promises import make_promise
from helpdesk.queue.queries import targets
from helpdesk.queue.rules import first_promise
from helpdesk.refusals import Unacceptable
from helpdesk.settings import settings
from knowledge.models import Department

EVERYBODY_SPEAKS = "sv"
BOOKED_READY_BEFORE = timedelta(minutes=5)
"""Booked callbacks and visits are given to nobody earlier than this before their time (PRODUCT §1)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A citizen at a door, as the edge understood them. ``at`` is the time that they chose for a callback or a visit."""

    door: Door
    language: str | None = None
    """None: the one that the door is for, else Swedish."""
    topic: str | None = None
    area: str | None = None
    needs: frozenset[str] = frozenset()
    priority: Priority = Priority.NORMAL
    text: str | None = None
    client_id: str | None = None
    name: str | None = None
    number: str | None = None
    waits_for: WaitsFor = WaitsFor.ANSWER
    at: datetime | None = None
    ready_at: datetime | None = None


def door_of(session: Session, channel: Channel, slug: str | None = None) -> Door:
    """Return the door with this slug, or the first of its channel. Raises Unacceptable when there is none such."""
    found = session.scalar(
        select(Door).where(Door.slug == slug, Door.channel == channel)
        if slug is not None
        else select(Door).where(Door.channel == channel).order_by(Door.id).limit(1)
    )
    if found is None:
        raise Unacceptable("There is no such door.", [{"field": "door", "code": "unknown", "message": "Unknown door."}])
    return found


def arrive(session: Session, arrival: Arrival, now: datetime, by: By = CITIZEN) -> Contact:
    """Let a citizen in: the contact with its number, needs, lane, promise, addresses and first words.

    The promise is the door's target after arrival; a time that the citizen chose (callback, booking) is the promise
    itself, and nobody is given the contact until five minutes before it.
    """
    door = arrival.door
    language = arrival.language or door.language or EVERYBODY_SPEAKS
    needs = set(arrival.needs)
    if language != EVERYBODY_SPEAKS:
        needs.add(f"lang:{language}")
    due_at = arrival.at or first_promise(door.channel, arrival.priority, now, local(now).date(), targets(session))
    ready_at = arrival.ready_at or (arrival.at - BOOKED_READY_BEFORE if arrival.at else now)
    home = session.scalar(select(Department).where(Department.slug == settings(session).text("centre.department")))
    contact = Contact(
        public_id=new_public_id(),
        number=contact_number(session, now),
        door_id=door.id,
        site_id=door.site_id,
        channel=door.channel,
        waits_for=arrival.waits_for,
        priority=arrival.priority,
        language=language,
        area=arrival.area,
        topic=mask(arrival.topic).text if arrival.topic else door.topic,
        authority_id=home.authority_id if home else None,
        department_id=home.id if home else None,
        arrived_at=now,
        due_at=due_at,
        ready_at=ready_at,
        citizen_seen_at=now,
        lane_id=lane_for(session, door, needs),
    )
    session.add(contact)
    session.flush()
    session.add_all(ContactNeed(contact_id=contact.id, need=need) for need in sorted(needs))
    kind = PromiseKind.CALLBACK if arrival.waits_for is WaitsFor.CALLBACK else PromiseKind.FIRST_ANSWER
    make_promise(session, contact, kind, due_at, now)
    keep_address(session, contact, AddressKind.NAME, arrival.name or "", "conversation", "contact_name")
    keep_address(session, contact, AddressKind.PHONE, arrival.number or "", "call", "callback_number")
    arrived = Arrived(contact_id=contact.id, public_id=contact.public_id, due_at=due_at)
    record(session, contact, arrived, by, now)
    if arrival.text:
        say(session, contact.id, Words(Author.CITIZEN, arrival.text, arrival.client_id, arrival.name), by, now)
    return contact


def contact_number(session: Session, now: datetime) -> str:
    """Return the next contact number: ``K``, two digits of the local year, six running digits."""
    year = local(now).year
    return f"K{year % 100:02d}{next_number(session, 'contact', date(year, 1, 1), 'K'):06d}"
