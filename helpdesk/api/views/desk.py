"""Who I am, what I chose, and who waits."""

from helpdesk.api.answers import Me, QueuedOut, QueueOut, StaffOut
from helpdesk.api.blueprint import api
from helpdesk.api.operations import Answer, Call
from helpdesk.api.shapes import Nothing, StateIn
from helpdesk.api.showing import envelopes
from helpdesk.news import version_of
from helpdesk.queue.models import Agent
from helpdesk.queue.presence import choose_state, sign_of_life, work_with
from helpdesk.queue.queries import open_contacts, staffing, waiting_contacts

MOST_SHOWN = 5_000


@api.operation("GET", "/me", scope="queue:read", answers={200: Me}, refusals=(401, 403))
def me(call: Call[Nothing]) -> Answer:
    """Say who the token speaks for and what they have."""
    return Answer(myself(call))


@api.operation("PUT", "/me/state", scope="contacts:take", body=StateIn, answers={200: Me}, refusals=(401, 403, 422))
def choose_my_state(call: Call[StateIn]) -> Answer:
    """Choose available, paused or offline; ttl_s says for how many seconds your presence holds."""
    said = call.body
    if said.doors is not None:
        work_with(call.session, call.agent_id, said.doors)
    choose_state(call.session, call.agent_id, said.state, said.reason, call.now)
    sign_of_life(call.session, call.agent_id, call.now, said.ttl_s)
    return Answer(myself(call))


def myself(call: Call[Nothing] | Call[StateIn]) -> Me:
    """Return the caller as the API shows them; somebody who takes no contacts has no state and no room."""
    who = call.who
    agent = call.session.get(Agent, who.agent_id) if who.agent_id is not None else None
    return Me(
        account=who.email,
        roles=sorted(role.value for role in who.roles),
        state=agent.state if agent else None,
        room=agent.room if agent else 0,
        load=agent.load if agent else 0,
        open=[contact.public_id for contact in open_contacts(call.session, agent.id)] if agent else [],
    )


@api.operation("GET", "/queue", scope="queue:read", answers={200: QueueOut}, refusals=(401, 403))
def queue(call: Call[Nothing]) -> Answer:
    """Show everybody who waits, in the order of their promises; ``position`` counts within one's own kind of door."""
    contacts = waiting_contacts(call.session, MOST_SHOWN)
    before: dict[str, int] = {}
    items = []
    for shown in envelopes(call.session, call.who, contacts):
        before[shown["channel"]] = before.get(shown["channel"], 0) + 1
        items.append(QueuedOut(**shown, position=before[shown["channel"]]))
    staff = staffing(call.session, call.now)
    version = version_of(call.session, "queue")
    agents = StaffOut(on_duty=staff.on_duty, free=staff.free)
    return Answer(QueueOut(version=version, as_of=call.now, items=items, agents=agents))
