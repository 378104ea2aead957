"""Everybody at work as the preferences see them, and those who wait as they are to be offered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select, text
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.queue.giving.rules import Colleague, Levers, Picture, Standing
from helpdesk.queue.models import Agent, AgentState, Assignment, AssignmentRole, Presence, Promise
from helpdesk.queue.queries import costs
from helpdesk.queue.rules import Taker, Waiting
from helpdesk.queue.seeks import heads, lanes
from helpdesk.settings import settings

LONG_PAUSE = timedelta(minutes=15)
"""Who has paused for longer is not on duty (PRODUCT §1, needs)."""

UNANSWERED_AT_MOST = 2
"""After so many unanswered offers a row is open to take, and is offered no more."""

CAN = text(
    "SELECT d.agent_id, 'door' AS kind, d.channel AS what, d.channel = '' AS is_first_hand FROM agent_door AS d "
    "UNION ALL SELECT a.agent_id, 'need' AS kind, a.need AS what, a.is_first_hand FROM ability AS a"
)


def levers(session: Session) -> Levers:
    """Return the levers as they are set."""
    said = settings(session)
    return Levers(
        chat_desks_percent=said.number("queue.chat_desks"),
        first_hand=timedelta(seconds=said.number("queue.first_hand_seconds")),
    )


def picture(session: Session, now: datetime) -> Picture:
    """Return everybody on duty: there, and available or not paused for long. Three statements, however many they are."""
    has = {row.agent_id: row for row in session.execute(HAS)}
    channels, abilities, first_hand = defaultdict[int, set[Channel]](set), defaultdict[int, set[str]](set), set()
    for row in session.execute(CAN):
        if row.kind == "door":
            channels[row.agent_id].add(Channel(row.what))
        else:
            abilities[row.agent_id].add(row.what)
            if row.is_first_hand:
                first_hand.add((row.agent_id, row.what))
    said = settings(session)
    room, finish_at_most = said.number("room.agent"), said.number("queue.to_finish")
    colleagues = {}
    for agent in session.execute(
        select(Agent.id, Agent.state, Agent.load, Agent.no_answer_since, Agent.last_ended_at)
        .join(Presence, Presence.agent_id == Agent.id)
        .where(
            Presence.holds_until > now,
            or_(
                Agent.state == AgentState.AVAILABLE,
                and_(Agent.state == AgentState.PAUSED, Agent.state_since > now - LONG_PAUSE),
            ),
        )
        .order_by(Agent.id)
    ):
        own = has.get(agent.id)
        can = frozenset(abilities[agent.id])
        colleagues[agent.id] = Colleague(
            id=agent.id,
            taker=Taker(
                frozenset(channels[agent.id]), can, max(room - agent.load, 0), bool(own and own.calls_and_visits)
            ),
            chats=own.chats if own else 0,
            has_nothing=agent.load == 0,
            is_ready=agent.state is AgentState.AVAILABLE
            and agent.no_answer_since is None
            and not (own and (own.offers or own.to_finish >= finish_at_most)),
            first_hand=frozenset(one for one in can if (agent.id, one) in first_hand),
            last_ended_at=agent.last_ended_at,
        )
    return Picture(colleagues, costs(session), levers(session))


TAKES_ROOM = Assignment.cost > 0
HAS = (
    select(
        Assignment.agent_id,
        func.sum(case((and_(TAKES_ROOM, Contact.channel == Channel.CHAT), 1), else_=0)).label("chats"),
        func.sum(case((and_(TAKES_ROOM, Contact.channel.in_((Channel.PHONE, Channel.WALK_IN))), 1), else_=0)).label(
            "calls_and_visits"
        ),
        func.sum(case((Assignment.taken_at.is_(None), 1), else_=0)).label("offers"),
        func.sum(case((and_(Contact.stage == Stage.WRAP_UP, Contact.wrap_up_until.is_(None)), 1), else_=0)).label(
            "to_finish"
        ),
    )
    .join(Contact, Contact.id == Assignment.contact_id)
    .where(Assignment.ended_at.is_(None), Assignment.role == AssignmentRole.OWNER)
    .group_by(Assignment.agent_id)
)
"""What each agent has open, counted as the preferences ask for it."""


def promised_since(session: Session, contact_ids: Iterable[int]) -> dict[int, datetime]:
    """Return since when the promise in force runs, for each contact."""
    rows = session.execute(
        select(Promise.contact_id, func.max(Promise.made_at))
        .where(Promise.contact_id.in_(list(contact_ids)))
        .group_by(Promise.contact_id)
    )
    return {row[0]: row[1] for row in rows}


def line_to_offer(session: Session, now: datetime, depth: int) -> Sequence[Standing]:
    """Return the first ``depth`` of each lane who may be offered: not those who have gone unanswered too often."""
    by_id = {lane.id: lane for lane in lanes(session)}
    first = heads(session, by_id, now, depth)
    ids = [one.id for one in first]
    open_to_take = set(
        session.scalars(select(Contact.id).where(Contact.id.in_(ids), Contact.offers_unanswered >= UNANSWERED_AT_MOST))
    )
    since = promised_since(session, [one.id for one in first if one.channel is Channel.CHAT])
    return [
        Standing(one, by_id[one.lane_id], since.get(one.id, one.due_at)) for one in first if one.id not in open_to_take
    ]


def waiting_one(session: Session, contact_id: int) -> Waiting | None:
    """Return one contact as the rule sees it; None when it does not wait."""
    row = session.execute(
        select(Contact.id, Contact.lane_id, Contact.channel, Contact.due_at).where(
            Contact.id == contact_id, Contact.stage == Stage.WAITING
        )
    ).one_or_none()
    return Waiting(row.id, row.lane_id, row.channel, row.due_at) if row and row.lane_id else None


def offers_that_ran_out(session: Session, now: datetime) -> Sequence[int]:
    """Return the offers whose deadline has passed, oldest first."""
    return session.scalars(
        select(Assignment.id)
        .where(Assignment.taken_at.is_(None), Assignment.ended_at.is_(None), Assignment.offer_until <= now)
        .order_by(Assignment.offer_until)
    ).all()


def offers_to_nobody(session: Session, now: datetime) -> Sequence[int]:
    """Return the offers to agents who are not there any more, or no longer available."""
    return session.scalars(
        select(Assignment.id)
        .join(Agent, Agent.id == Assignment.agent_id)
        .outerjoin(Presence, Presence.agent_id == Agent.id)
        .where(
            Assignment.taken_at.is_(None),
            Assignment.ended_at.is_(None),
            or_(Agent.state != AgentState.AVAILABLE, Presence.holds_until.is_(None), Presence.holds_until <= now),
        )
        .order_by(Assignment.id)
    ).all()


def declined_by(session: Session, contact_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return (contact, agent) for each who said no to one of these, so that they are not asked again."""
    rows = session.execute(
        select(Assignment.contact_id, Assignment.agent_id).where(
            Assignment.contact_id.in_(list(contact_ids)), Assignment.how == "declined"
        )
    )
    return {(row[0], row[1]) for row in rows}
