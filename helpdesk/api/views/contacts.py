"""Contacts over the API: letting in, looking up, taking and letting go."""

from typing import Any

from flask import current_app, url_for
from sqlalchemy import select

from helpdesk.api.answers import ContactOut, NewContactOut, TicketOut
from helpdesk.api.blueprint import api
from helpdesk.api.operations import Answer, Call
from helpdesk.api.paging import PageQuery, cursor_of, start_of
from helpdesk.api.shapes import NewContact, Noted, Nothing, Out
from helpdesk.api.showing import contact_out, envelopes, etag_of
from helpdesk.channels.arrival import Arrival, arrive, door_of
from helpdesk.channels.chat.keys import key_of
from helpdesk.channels.walk_in.actions import issue
from helpdesk.channels.walk_in.rules import Letter
from helpdesk.contacts.actions import By, note
from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import seen_contact
from helpdesk.contacts.stages import Actor, Channel, Stage, WaitsFor
from helpdesk.queue.actions import take, take_next
from helpdesk.queue.assignments import hold, mine, release, resume
from helpdesk.queue.giving.actions import accept, decline
from helpdesk.refusals import Unacceptable

GONE = (401, 403, 404, 409, 422)


class ContactQuery(PageQuery):
    """Which contacts."""

    stage: Stage | None = None
    mine: bool = False


class ContactList(Out):
    """A page of contacts."""

    items: list[ContactOut]
    next: str | None


@api.operation(
    "POST", "/contacts", scope="contacts:write", body=NewContact, answers={201: NewContactOut}, refusals=(401, 403, 422)
)
def let_in(call: Call[NewContact]) -> Answer:
    """Let a citizen in by a door."""
    said = call.body
    if said.callback is not None and said.channel is not Channel.PHONE:
        wrong = {"field": "callback", "code": "wrong_channel", "message": "Only a phone contact can be called back."}
        raise Unacceptable("A callback belongs to the phone.", [wrong])
    arrival = Arrival(
        door=door_of(call.session, said.channel, said.door),
        language=said.language,
        topic=said.topic,
        needs=frozenset(said.needs),
        priority=said.priority,
        text=said.text,
        number=said.callback.number if said.callback else None,
        waits_for=WaitsFor.CALLBACK if said.callback else WaitsFor.ANSWER,
        at=said.callback.at if said.callback else None,
        ready_at=said.ready_at,
    )
    contact = arrive(call.session, arrival, call.now, By(Actor.API, call.who.account_id))
    out: dict[str, Any] = envelopes(call.session, call.who, [contact])[0]
    if said.channel is Channel.WALK_IN:
        ticket = issue(call.session, contact, Letter.QUESTION, frozenset(), call.now)
        url = url_for("ticket.page", token=ticket.token, _external=True)
        out["ticket"] = TicketOut(number=ticket.label, url=url)
    if said.channel is Channel.CHAT:
        out["token"] = key_of(current_app.config["SECRET_KEY"], contact.public_id, contact.arrived_at)
    return Answer(NewContactOut(**out), 201, etag_of(contact))


@api.operation(
    "GET", "/contacts", scope="contacts:read", query=ContactQuery, answers={200: ContactList}, refusals=(401, 403, 422)
)
def list_contacts(call: Call[Nothing]) -> Answer:
    """List contacts, newest first."""
    limit, before = call.query["limit"], start_of(call.query["cursor"])
    chosen = select(Contact).order_by(Contact.id.desc()).limit(limit + 1)
    if before is not None:
        chosen = chosen.where(Contact.id < before)
    if call.query["stage"] is not None:
        chosen = chosen.where(Contact.stage == call.query["stage"])
    if call.query["mine"]:
        chosen = chosen.where(Contact.agent_id == call.agent_id)
    rows = call.session.scalars(chosen).all()
    items = [ContactOut(**one) for one in envelopes(call.session, call.who, rows[:limit])]
    return Answer(ContactList(items=items, next=cursor_of(rows[limit - 1].id) if len(rows) > limit else None))


@api.operation("GET", "/contacts/<contact>", scope="contacts:read", answers={200: ContactOut}, refusals=(401, 403, 404))
def show_contact(call: Call[Nothing], contact: str) -> Answer:
    """Show a contact; with the full view also its messages, events and why it went to whom it went."""
    found, _view = seen_contact(call.session, call.who, contact)
    return Answer(contact_out(call.session, call.who, found, whole=True), etag=etag_of(found))


@api.operation(
    "POST",
    "/contacts/next",
    scope="contacts:take",
    body=Nothing,
    answers={200: ContactOut, 204: None},
    refusals=(401, 403, 409, 422),
)
def next_contact(call: Call[Nothing]) -> Answer:
    """Take whoever is next; 204 when nobody waits whom you can take."""
    contact = take_next(call.session, call.agent_id, call.now)
    return shown(call, contact) if contact is not None else Answer(None, 204)


@api.operation(
    "POST", "/contacts/<contact>/take", scope="contacts:take", body=Noted, answers={200: ContactOut}, refusals=GONE
)
def take_contact(call: Call[Noted], contact: str) -> Answer:
    """Take this very contact."""
    seen_contact(call.session, call.who, contact)
    return noted(call, take(call.session, call.agent_id, contact, call.now))


@api.operation(
    "POST", "/contacts/<contact>/accept", scope="contacts:take", body=Noted, answers={200: ContactOut}, refusals=GONE
)
def accept_contact(call: Call[Noted], contact: str) -> Answer:
    """Take what you were offered. 409 ``taken`` when the offer has run out."""
    seen_contact(call.session, call.who, contact)
    return noted(call, accept(call.session, call.agent_id, contact, call.now))


@api.operation(
    "POST", "/contacts/<contact>/decline", scope="contacts:take", body=Noted, answers={200: ContactOut}, refusals=GONE
)
def decline_contact(call: Call[Noted], contact: str) -> Answer:
    """Leave what you were offered to others; it waits again with its promise kept."""
    seen_contact(call.session, call.who, contact)
    return noted(call, decline(call.session, call.agent_id, contact, call.now))


@api.operation(
    "POST", "/contacts/<contact>/release", scope="contacts:take", body=Noted, answers={200: ContactOut}, refusals=GONE
)
def release_contact(call: Call[Noted], contact: str) -> Answer:
    """Put a contact back; its promise is unchanged."""
    if call.body.note:
        own = mine(call.session, call.agent_id, contact)
        note(call.session, own.contact, call.body.note, own.by, call.now)
    return shown(call, release(call.session, call.agent_id, contact, call.now))


@api.operation(
    "POST", "/contacts/<contact>/hold", scope="contacts:take", body=Noted, answers={200: ContactOut}, refusals=GONE
)
def hold_contact(call: Call[Noted], contact: str) -> Answer:
    """Ask the citizen to hold."""
    return noted(call, hold(call.session, call.agent_id, contact, call.now))


@api.operation(
    "POST", "/contacts/<contact>/resume", scope="contacts:take", body=Noted, answers={200: ContactOut}, refusals=GONE
)
def resume_contact(call: Call[Noted], contact: str) -> Answer:
    """Go on after a hold."""
    return noted(call, resume(call.session, call.agent_id, contact, call.now))


def noted(call: Call[Noted], contact: Contact) -> Answer:
    """Write the note that came with the call, if any, and show the contact."""
    if call.body.note:
        note(call.session, contact, call.body.note, By(Actor.AGENT, call.who.account_id), call.now)
    return shown(call, contact)


def shown(call: Call[Any], contact: Contact) -> Answer:
    """Answer with a contact."""
    return Answer(contact_out(call.session, call.who, contact), etag=etag_of(contact))
