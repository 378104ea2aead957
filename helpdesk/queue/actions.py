"""Taking: an agent asks for whoever is next, or chooses somebody from the list."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.contacts.queries import contact_by_public_id, lock_contact
from helpdesk.contacts.stages import OPEN_STAGES, Channel, Stage
from helpdesk.queue.claims import claim, finish_take, ready_agent, refusal_for
from helpdesk.queue.giving.actions import accept, expire, withdraw
from helpdesk.queue.giving.choice import Choice
from helpdesk.queue.queries import abilities_of, costs, open_offer, someone_has_late_letter
from helpdesk.queue.rules import Waiting, in_order
from helpdesk.queue.seeks import heads
from helpdesk.refusals import NoRoom

FIRST_LOOK = 4
"""How deep into each lane a take looks at first; doubled while others hold everything that was seen."""


def take_next(session: Session, agent_id: int, now: datetime) -> Contact | None:
    """Give the agent whoever is next; None when nobody waits whom they can take.

    Two agents never get the same citizen, nobody more than they have room for. Of those who waited when the take
    began and still wait when it commits, nobody whom the agent could take has an earlier promise: contacts that
    another agent is taking this very moment are passed by, any other lock is waited for.
    Whoever has been offered a contact gets that one. Asking is also the word that one is ready again after an offer
    that went unanswered.
    Raises NotAvailable for an agent who is paused or offline, NoRoom for one with too much *to finish*.
    """
    agent, burden = ready_agent(session, agent_id)
    agent.no_answer_since = None
    offered = open_offer(session, agent.id)
    if offered is not None and offered.offer_until is not None and offered.offer_until > now:
        return accept(session, agent.id, session.get_one(Contact, offered.contact_id).public_id, now)
    if offered is not None:
        expire(session, offered.id, now)
        agent, burden = ready_agent(session, agent_id)
        agent.no_answer_since = None
    choice = Choice(session, agent, burden, now)
    depth, tried = FIRST_LOOK, set[int]()
    while True:
        seen = heads(session, choice.open_lanes, now, depth)
        left = Counter(one.lane_id for one in seen)
        deep_lanes = {lane_id for lane_id, count in left.items() if count == depth}
        late_letter_allowed = is_late_letter_allowed(session, seen, now)
        for head in in_order(seen, now, late_letter_allowed, choice.earlier):
            if head.id not in tried and choice.may_have(head):
                tried.add(head.id)
                price = choice.costs.of(head.channel)
                contact = claim(session, agent, head.id, price, now)
                if contact is not None:
                    finish_take(session, agent, contact, price, choice.why(head), now)
                    return contact
            left[head.lane_id] -= 1
            if left[head.lane_id] == 0 and head.lane_id in deep_lanes and head.lane_id in choice.open_lanes:
                break
        if not deep_lanes & choice.open_lanes:
            return None
        depth *= 2


def take(session: Session, agent_id: int, public_id: str, now: datetime) -> Contact:
    """Give the agent the very contact that they chose from the list.

    Raises Unknown, AlreadyTaken, AlreadyClosed, NoRoom or NotAvailable.
    """
    agent, _burden = ready_agent(session, agent_id)
    contact = contact_by_public_id(session, public_id)
    if contact.agent_id == agent.id and contact.stage in OPEN_STAGES:
        return accept(session, agent.id, public_id, now)
    if contact.stage is not Stage.WAITING:
        raise refusal_for(contact)
    price = costs(session).of(contact.channel)
    if (offered := open_offer(session, agent.id)) is not None:
        withdraw(session, offered.id, now)
    if agent.load + price > agent.room:
        raise NoRoom("You have no room for it until you finish something.")
    if claim(session, agent, contact.id, price, now, waits=True) is None:
        raise refusal_for(lock_contact(session, contact.id))
    abilities = sorted(abilities_of(session, agent.id))
    why = {"rule": "chosen", "passed_over": [], "more": {}, "abilities": abilities}
    finish_take(session, agent, contact, price, why, now)
    return contact


def is_late_letter_allowed(session: Session, seen: Iterable[Waiting], now: datetime) -> bool:
    """Say whether a late letter may go before people: when one is there, and nobody works on another."""
    is_there = any(one.channel is Channel.MESSAGE and one.due_at < now for one in seen)
    return is_there and not someone_has_late_letter(session, now)
