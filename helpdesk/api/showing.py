"""Contacts as the API shows them: the one policy decides how much."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.api.answers import ContactOut, EventOut, MessageOut, Person
from helpdesk.contacts.doors.models import Door, Site
from helpdesk.contacts.models import Contact, ContactNeed
from helpdesk.contacts.queries import events_of, messages_after, view_of
from helpdesk.people.rules import Viewer
from helpdesk.policy.rules import View
from helpdesk.queue.models import Agent, Assignment
from helpdesk.refusals import Unknown

LONGEST_CONVERSATION = 10_000


def envelopes(session: Session, viewer: Viewer, contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """Return the fields of each contact that the viewer may know of, in a handful of statements however many there are."""
    ids = [contact.id for contact in contacts]
    doors = {row.id: row.slug for row in session.execute(select(Door.id, Door.slug))}
    sites = {row.id: row.slug for row in session.execute(select(Site.id, Site.slug))}
    agent_ids = {contact.agent_id for contact in contacts if contact.agent_id is not None}
    agents = {one.id: one for one in session.scalars(select(Agent).where(Agent.id.in_(agent_ids)))} if agent_ids else {}
    needs: dict[int, list[ContactNeed]] = {one: [] for one in ids}
    if ids:
        for need in session.scalars(
            select(ContactNeed).where(ContactNeed.contact_id.in_(ids)).order_by(ContactNeed.need)
        ):
            needs[need.contact_id].append(need)
    return [
        fields(contact, view, doors, sites, agents, needs[contact.id])
        for contact in contacts
        if (view := view_of(viewer, contact)) is not View.NONE
    ]


def fields(
    contact: Contact,
    view: View,
    doors: Mapping[int, str],
    sites: Mapping[int, str],
    agents: Mapping[int, Agent],
    needs: Sequence[ContactNeed],
) -> dict[str, Any]:
    """Return what one contact shows. Without the full view its topic is its area."""
    agent = agents.get(contact.agent_id) if contact.agent_id is not None else None
    return {
        "id": contact.public_id,
        "number": contact.number,
        "channel": contact.channel,
        "door": doors[contact.door_id],
        "site": sites.get(contact.site_id) if contact.site_id is not None else None,
        "stage": contact.stage,
        "ended_as": contact.ended_as,
        "topic": contact.topic if view is View.FULL else contact.area,
        "language": contact.language,
        "needs": [need.need for need in needs],
        "relaxed": [need.need for need in needs if need.relaxed_at is not None],
        "priority": contact.priority,
        "arrived_at": contact.arrived_at,
        "due_at": contact.due_at,
        "ready_at": contact.ready_at,
        "taken_at": contact.taken_at,
        "closed_at": contact.closed_at,
        "agent": Person(id=agent.public_id, name=agent.name) if agent else None,
        "wait": None,
        "view": view,
    }


def contact_out(session: Session, viewer: Viewer, contact: Contact, whole: bool = False) -> ContactOut:
    """Return one contact; ``whole`` adds messages, events and *why* for somebody who sees it in full.

    Raises Unknown when the viewer is not to know of it.
    """
    shown = envelopes(session, viewer, [contact])
    if not shown:
        raise Unknown("There is no such contact.")
    if whole and shown[0]["view"] is View.FULL:
        shown[0] |= {
            "messages": [
                MessageOut.model_validate(one) for one in messages_after(session, contact.id, 0, LONGEST_CONVERSATION)
            ],
            "events": [EventOut.model_validate(one) for one in events_of(session, contact.id)],
            "why": session.scalar(
                select(Assignment.why)
                .where(Assignment.contact_id == contact.id)
                .order_by(Assignment.id.desc())
                .limit(1)
            ),
        }
    return ContactOut(**shown[0])


def etag_of(contact: Contact) -> str:
    """Return what tells one state of a contact from the next."""
    return f"{contact.last_event}"
