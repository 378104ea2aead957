"""What comes out of the API, field by field."""

from typing import Any, ClassVar

from helpdesk.api.shapes import Moment, Out
from helpdesk.contacts.stages import Channel, EndedAs, Priority, Stage
from helpdesk.policy.rules import View
from helpdesk.queue.models import AgentState
from helpdesk.resolution.models import Basis


class Me(Out):
    """Who the token speaks for, and what they have."""

    account: str
    roles: list[str]
    state: AgentState | None
    room: int
    load: int
    open: list[str]


class Person(Out):
    """An agent, as others see them."""

    id: str
    name: str


class WaitOut(Out):
    """An honest range, in seconds."""

    low: int
    high: int


class TicketOut(Out):
    """A visitor's number and the address of its page."""

    number: str
    url: str


class MessageOut(Out):
    """One message of the conversation."""

    seq: int
    kind: str
    author: str
    name: str | None
    client_id: str | None
    text: str
    at: Moment
    ref: dict[str, Any] | None


class EventOut(Out):
    """Something that happened to the contact."""

    n: int
    at: Moment
    actor: str
    kind: str
    facts: dict[str, Any]


class ContactOut(Out):
    """A contact, as much of it as the asker may see (``view``)."""

    has_etag: ClassVar[bool] = True
    id: str
    number: str
    channel: Channel
    door: str
    site: str | None
    stage: Stage
    ended_as: EndedAs | None
    topic: str | None
    language: str
    needs: list[str]
    relaxed: list[str]
    priority: Priority
    arrived_at: Moment
    due_at: Moment
    ready_at: Moment
    taken_at: Moment | None
    closed_at: Moment | None
    agent: Person | None
    wait: WaitOut | None
    view: View
    messages: list[MessageOut] | None = None
    events: list[EventOut] | None = None
    why: dict[str, Any] | None = None


class NewContactOut(ContactOut):
    """A contact that has just come in: a chat has its token, a visit its ticket."""

    token: str | None = None
    ticket: TicketOut | None = None


class QueuedOut(ContactOut):
    """Somebody who waits, with their place."""

    position: int


class StaffOut(Out):
    """How many agents there are, and how many of them have nothing open."""

    on_duty: int
    free: int


class QueueOut(Out):
    """Everybody who waits, in the order of their promises."""

    version: int
    as_of: Moment
    items: list[QueuedOut]
    agents: StaffOut


class SaidOut(Out):
    """Where a message stands in its conversation."""

    seq: int
    at: Moment


class IdOut(Out):
    """Something new."""

    id: str


class HandoverOut(Out):
    """A task in a department."""

    id: str
    contact: str
    department: str
    basis: Basis
    text: str
    at: Moment
    due_at: Moment
    answered_at: Moment | None


class ReplyOut(Out):
    """A reply that was stored."""

    id: str
    at: Moment
