"""What a run of takes must have left in the database, whatever happened at the same time.

All moments of the clients are of one clock. A contact *certainly waited* from the answer to what made it wait until the
question that took it; a take is only judged by contacts that certainly waited from its question to its answer, so that
what is found is a fault and never an accident of timing.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact, ContactEvent, ContactNeed
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.db import Database
from helpdesk.queue.models import Ability, Agent, AgentDoor, Assignment
from tests.soak.checks import Check

ROOM = 12
SAID = {"letter": Channel.MESSAGE, "fill_before_open": Channel.CHAT, "chat_desks": Channel.CHAT}
"""The reasons that name a rule by which somebody whom the agent could take is passed over, and for whom each can hold."""
COST = {Channel.PHONE: 12, Channel.WALK_IN: 12, Channel.CHAT: 4, Channel.MESSAGE: 4}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question over HTTP with its answer: when it was asked and answered (this machine's clock), by which agent."""

    agent: int
    what: str
    contact: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Fact:
    """What the database knows of a contact that matters to the order."""

    id: int
    channel: Channel
    needs: frozenset[str]
    due_at: datetime
    ready_at: float


@dataclass(frozen=True, slots=True)
class Able:
    """What an agent can take."""

    id: int
    doors: frozenset[Channel]
    abilities: frozenset[str]


def judge(name: str, database: Database, asked: list[Asked], figures: Mapping[str, object]) -> list[Check]:
    """Look at what is left in the database, and judge every take by it."""
    takes = [one for one in asked if one.what == "take"]
    with database.reading() as session:
        facts, agents = facts_of(session), agents_of(session)
        left = session.scalars(select(Contact.public_id).where(Contact.stage != Stage.CLOSED)).all()
        loads = session.scalars(select(Agent.load).where(Agent.load != 0)).all()
        highest = highest_loads(session)
        reasons = reasons_of(session)
        taken = select(Contact.public_id).join(ContactEvent).where(ContactEvent.kind == "taken")
        took = Counter(session.scalars(taken))
    put_back = Counter(one.contact for one in asked if one.what == "release")
    wrong = [public_id for public_id in facts if took[public_id] != put_back[public_id] + 1]
    twice = [public_id for public_id in facts if took[public_id] > put_back[public_id] + 1]
    answered = Counter(one.contact for one in takes)
    passed = passed_without_reason(takes, asked, facts, agents, reasons)
    return [
        Check(
            f"claims on {name}: each taken once, and once more for each time put back; answered to one agent",
            ok=not wrong and answered == took and not left and not loads,
            figures={
                **figures,
                "put_back": put_back.total(),
                "left": len(left),
                "wrong": wrong[:5],
                "twice": twice[:5],
            },
        ),
        Check(f"claims on {name}: nobody's room above {ROOM}", ok=highest <= ROOM, figures={"highest": highest}),
        Check(
            f"claims on {name}: nobody passed over for a later promise without a reason",
            ok=not passed,
            figures={"passed": len(passed), "first": passed[:3]},
        ),
    ]


def facts_of(session: Session) -> dict[str, Fact]:
    """Return every contact by its public id."""
    needs: dict[int, set[str]] = defaultdict(set)
    for contact_id, need in session.execute(select(ContactNeed.contact_id, ContactNeed.need)):
        needs[contact_id].add(need)
    return {
        one.public_id: Fact(one.id, one.channel, frozenset(needs[one.id]), one.due_at, one.ready_at.timestamp())
        for one in session.scalars(select(Contact))
    }


def agents_of(session: Session) -> list[Able]:
    """Return the agents in the order in which they were made: that of their numbers here."""
    doors: dict[int, set[Channel]] = defaultdict(set)
    abilities: dict[int, set[str]] = defaultdict(set)
    for agent_id, channel in session.execute(select(AgentDoor.agent_id, AgentDoor.channel)):
        doors[agent_id].add(channel)
    for agent_id, need in session.execute(select(Ability.agent_id, Ability.need)):
        abilities[agent_id].add(need)
    ids = session.scalars(select(Agent.id).order_by(Agent.id))
    return [Able(one, frozenset(doors[one]), frozenset(abilities[one])) for one in ids]


def highest_loads(session: Session) -> int:
    """Return the highest load that any agent ever had, by playing the events again.

    Rows of events are numbered as they are written, and all of one agent's are written while the agent's row is locked:
    their order is the order in which the load moved.
    """
    cost = {row.id: COST[row.channel] for row in session.execute(select(Contact.id, Contact.channel))}
    agents = {row.account_id: row.id for row in session.execute(select(Agent.account_id, Agent.id))}
    load: Counter[int] = Counter()
    highest = 0
    events = select(ContactEvent.contact_id, ContactEvent.kind, ContactEvent.account_id).order_by(ContactEvent.id)
    for contact_id, kind, account_id in session.execute(events):
        if kind in ("taken", "released", "closed"):
            agent = agents[account_id]
            load[agent] += cost[contact_id] if kind == "taken" else -cost[contact_id]
            highest = max(highest, load[agent])
    return highest


def reasons_of(session: Session) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return why each agent was given each contact, in the order of the takes."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    rows = select(Contact.public_id, Assignment.agent_id, Assignment.why).join(Assignment).order_by(Assignment.id)
    for public_id, agent_id, why in session.execute(rows):
        found[public_id, agent_id].append(why)
    return found


def certainly_waited(asked: list[Asked], facts: Mapping[str, Fact]) -> dict[str, list[tuple[float, float]]]:
    """Return the stretches in which each contact certainly waited and was ready."""
    spans: dict[str, list[tuple[float, float]]] = {public_id: [] for public_id in facts}
    since = {public_id: fact.ready_at for public_id, fact in facts.items()}
    for one in sorted(asked, key=lambda one: one.began):
        if one.what == "take":
            spans[one.contact].append((since.pop(one.contact, one.began), one.began))
        elif one.what == "release":
            since[one.contact] = max(one.ended, facts[one.contact].ready_at)
    return spans


def passed_without_reason(
    takes: list[Asked],
    asked: list[Asked],
    facts: Mapping[str, Fact],
    agents: list[Able],
    reasons: Mapping[tuple[str, int], list[dict[str, Any]]],
) -> list[str]:
    """Return the takes for which somebody with an earlier promise, whom the agent could take, was passed over."""
    spans = certainly_waited(asked, facts)
    line = sorted(facts.items(), key=lambda item: (item[1].due_at, item[1].id))
    nth: Counter[tuple[str, int]] = Counter()
    found = []
    for take in sorted(takes, key=lambda one: one.began):
        agent, chosen = agents[take.agent], facts[take.contact]
        why = reasons[take.contact, agent.id][nth[take.contact, agent.id]]
        nth[take.contact, agent.id] += 1
        free = ROOM - (why["load"] - COST[chosen.channel])
        for public_id, other in line:
            if other is chosen or not goes_before(other, chosen, why["rule"]):
                continue
            fits = other.channel in agent.doors and other.needs <= agent.abilities and COST[other.channel] <= free
            waited = any(since <= take.began and take.ended <= until for since, until in spans[public_id])
            if fits and waited and not is_said(public_id, other, why):
                found.append(f"agent {take.agent} got {chosen} by {why['rule']} before {other}")
                break
    return found


def is_said(public_id: str, other: Fact, why: Mapping[str, Any]) -> bool:
    """Say whether the stored reason names a rule by which this contact was passed over: by itself, or among the rest."""
    if why["rule"] == "late_letter" and other.channel is Channel.MESSAGE:
        return False  # of letters the earliest goes first
    reasons = {one["contact"]: one["reason"] for one in why["passed_over"]}
    given = [reasons[public_id]] if public_id in reasons else why["more"]
    return any(SAID.get(reason) is other.channel for reason in given)


def goes_before(other: Fact, chosen: Fact, rule: str) -> bool:
    """Say whether somebody should have been given before the one who was: by promise, and people before letters."""
    is_earlier = (other.due_at, other.id) < (chosen.due_at, chosen.id)
    if chosen.channel is Channel.MESSAGE and other.channel is not Channel.MESSAGE:
        return rule != "late_letter"
    return is_earlier
