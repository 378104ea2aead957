"""Work on a contact over the API: messages, notes, handovers, pain points, closing."""

from helpdesk.api.answers import ContactOut, HandoverOut, IdOut, ReplyOut, SaidOut
from helpdesk.api.blueprint import api
from helpdesk.api.operations import Answer, Call
from helpdesk.api.shapes import HandoverIn, MessageIn, NoteIn, PainPointIn, ReplyIn, ResolveIn
from helpdesk.api.showing import contact_out, etag_of
from helpdesk.api.views.contacts import GONE
from helpdesk.contacts.actions import By, Words, note, say
from helpdesk.contacts.queries import lock_by_public_id, seen_contact
from helpdesk.contacts.stages import Actor, Author
from helpdesk.feedback.flags import Flag, flag
from helpdesk.policy.rules import View, is_officer_for, sees_handover
from helpdesk.queue.assignments import mine
from helpdesk.refusals import Forbidden, Unknown
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.handovers import Task, hand_over, handover_by_public_id, reply
from helpdesk.resolution.rules import Closing, ErrandSaid


@api.operation(
    "POST",
    "/contacts/<contact>/messages",
    scope="contacts:write",
    body=MessageIn,
    answers={201: SaidOut},
    refusals=GONE,
)
def say_to_citizen(call: Call[MessageIn], contact: str) -> Answer:
    """Write to the citizen of a contact that you have. The same client_id again is the same message."""
    own = mine(call.session, call.agent_id, contact)
    words = Words(Author.AGENT, call.body.text, call.body.client_id, call.who.first_name)
    message = say(call.session, own.contact.id, words, own.by, call.now)
    return Answer(SaidOut(seq=message.seq, at=message.at), 201)


@api.operation(
    "POST", "/contacts/<contact>/notes", scope="contacts:write", body=NoteIn, answers={201: IdOut}, refusals=GONE
)
def note_for_staff(call: Call[NoteIn], contact: str) -> Answer:
    """Write a note that only staff see."""
    _found, view = seen_contact(call.session, call.who, contact)
    if view is not View.FULL:
        raise Forbidden("You do not see what is in this contact.")
    locked = lock_by_public_id(call.session, contact)
    written = note(call.session, locked, call.body.text, By(Actor.AGENT, call.who.account_id), call.now)
    return Answer(IdOut(id=written.public_id), 201)


@api.operation(
    "POST",
    "/contacts/<contact>/handovers",
    scope="contacts:write",
    body=HandoverIn,
    answers={201: HandoverOut},
    refusals=GONE,
)
def hand_contact_over(call: Call[HandoverIn], contact: str) -> Answer:
    """Give a department a task from a contact that you have; the contact leaves the desk."""
    said = call.body
    task = Task(said.department, said.text, said.basis, said.due_at)
    made = hand_over(call.session, call.agent_id, contact, task, call.now)
    out = HandoverOut(
        id=made.public_id,
        contact=contact,
        department=said.department,
        basis=made.basis,
        text=made.text,
        at=made.at,
        due_at=made.due_at,
        answered_at=made.answered_at,
    )
    return Answer(out, 201)


@api.operation(
    "POST",
    "/handovers/<handover>/reply",
    scope="contacts:write",
    body=ReplyIn,
    answers={201: ReplyOut},
    refusals=(401, 403, 404, 422),
)
def reply_to_handover(call: Call[ReplyIn], handover: str) -> Answer:
    """Reply for the department that has the task."""
    found = handover_by_public_id(call.session, handover)
    where = (found.authority_id, found.department_id)
    if not sees_handover(call.who, *where, found.secrecy, found.account_id):
        raise Unknown("There is no such handover.")
    if not is_officer_for(call.who, *where):
        raise Forbidden("Only the department replies.")
    written = reply(call.session, handover, call.body.text, By(Actor.OFFICER, call.who.account_id), call.now)
    return Answer(ReplyOut(id=written.public_id, at=written.at), 201)


@api.operation(
    "POST",
    "/contacts/<contact>/pain-points",
    scope="contacts:write",
    body=PainPointIn,
    answers={201: IdOut},
    refusals=(401, 403, 404, 422),
)
def flag_pain_point(call: Call[PainPointIn], contact: str) -> Answer:
    """Flag something that hurt, on the errand of a contact."""
    said = call.body
    flagged = Flag(said.reason, said.service, said.exclusion, said.quote, said.repeat)
    point = flag(call.session, call.who, contact, flagged, call.now)
    return Answer(IdOut(id=point.public_id), 201)


@api.operation(
    "POST",
    "/contacts/<contact>/resolve",
    scope="contacts:write",
    body=ResolveIn,
    answers={200: ContactOut},
    refusals=GONE,
)
def resolve_contact(call: Call[ResolveIn], contact: str) -> Answer:
    """Say what came of a contact that you have; without a countdown it is closed at once."""
    said = call.body
    errands = tuple(ErrandSaid(one.reason, one.service) for one in said.errands)
    closing = Closing(said.outcome, errands, frozenset(said.assisted), said.note)
    closed = resolve(call.session, call.agent_id, contact, closing, call.now, wrap_up_s=0)
    return Answer(contact_out(call.session, call.who, closed), etag=etag_of(closed))
