"""The chat's pages: the page that the script brings to life, and the same conversation with plain forms.

Without JavaScript the key of the conversation lies in a cookie that no script can read and that goes to these pages
only. Nothing is changed by looking: a conversation begins, goes on and ends with a form.
"""

import uuid

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpdesk.channels.chat import actions
from helpdesk.channels.chat.forms import BeginningForm, MessageForm, SayingForm, SurveyForm
from helpdesk.channels.chat.keys import contact_of, key_of
from helpdesk.channels.chat.pace import may_say, may_start
from helpdesk.channels.chat.queries import doorway, grades_of, name_of_agent, opened, said_lately, suggestions
from helpdesk.channels.chat.rules import MAX_TEXT, Full, Shut, TooFast, is_over
from helpdesk.channels.chat.words import QUESTIONS, refusal_words, words_of_leaving
from helpdesk.clock import now
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Channel, Stage
from helpdesk.db import reading, transaction
from helpdesk.people import guard
from helpdesk.queue.queries import position_in_door
from helpdesk.refusals import AlreadyClosed, KeyReused, Unknown
from helpdesk.web.languages import current_language

bp = Blueprint("chat", __name__)

COOKIE = "chat_key"
REFRESH_S = 20
"""How often the page without a script looks again while its citizen waits and is not writing."""


@bp.get("/chatt")
@guard.public
def begin() -> ResponseReturnValue:
    """Show how to begin a conversation; when the door is closed or full, how to leave a message."""
    return beginning_page(BeginningForm(client_id=new_id(), language=current_language()))


@bp.post("/chatt")
@guard.public
def begin_now() -> ResponseReturnValue:
    """Begin a conversation with a form."""
    form = BeginningForm()
    if not form.validate_on_submit():
        return beginning_page(form), 422
    if not may_start():
        raise TooFast(refusal_words(TooFast()))
    said = actions.Beginning(str(form.language.data), form.topic.data, form.name.data, form.text.data)
    try:
        with transaction() as session:
            contact, _is_new = actions.start(session, str(form.client_id.data).lower(), said, now())
    except (Shut, Full) as refusal:
        kept = MessageForm(formdata=None, client_id=new_id(), topic=said.topic, text=said.text, name=said.name)
        return message_page(kept, refusal_words(refusal)), 409
    except KeyReused as refusal:
        form.client_id.data = new_id()
        return beginning_page(form, refusal_words(refusal)), 422
    return with_key(contact)


@bp.get("/chatt/forslag")
@guard.public
def suggest() -> ResponseReturnValue:
    """Give the services and answers that fit what is being typed, as a piece of page."""
    with reading() as session:
        found = suggested(session, request.args.get("q", ""))
    return render_template("channels/chat/_suggestions.html", found=found)


@bp.get("/chatt/meddelande")
@guard.public
def message() -> ResponseReturnValue:
    """Show the form for a message that is answered later."""
    return message_page(MessageForm(client_id=new_id()))


@bp.post("/chatt/meddelande")
@guard.public
def message_now() -> ResponseReturnValue:
    """Take a message."""
    form = MessageForm()
    if not form.validate_on_submit():
        return message_page(form), 422
    if not may_start():
        raise TooFast(refusal_words(TooFast()))
    said = actions.Beginning(current_language(), form.topic.data, form.name.data, form.text.data)
    reply = actions.Reply(form.email.data, form.phone.data)
    try:
        with transaction() as session:
            contact = actions.leave_message(session, str(form.client_id.data).lower(), said, reply, now())
    except KeyReused as refusal:
        form.client_id.data = new_id()
        return message_page(form, refusal_words(refusal)), 422
    return with_key(contact)


@bp.get("/chatt/samtal/<contact>")
@guard.own_key
def conversation(contact: str) -> ResponseReturnValue:
    """Show a conversation without a script. It looks again by itself while its citizen waits and does not write."""
    return conversation_page(contact, SayingForm(client_id=new_id()))


@bp.post("/chatt/samtal/<contact>")
@guard.own_key
def say(contact: str) -> ResponseReturnValue:
    """Say something with a form."""
    form = SayingForm()
    if not form.validate_on_submit():
        return conversation_page(contact, form), 422
    try:
        with transaction() as session:
            mine = opened_here(session, contact)
            if not may_say(contact):
                raise TooFast(refusal_words(TooFast()))
            actions.say_as_citizen(session, mine, str(form.client_id.data), str(form.text.data), now())
    except (AlreadyClosed, KeyReused) as refusal:
        form.client_id.data = new_id()
        return conversation_page(contact, form, refusal_words(refusal)), refusal.status
    return redirect(url_for("chat.conversation", contact=contact, _anchor="latest"), 303)


@bp.post("/chatt/samtal/<contact>/lamna")
@guard.own_key
def leave(contact: str) -> ResponseReturnValue:
    """Go."""
    with transaction() as session:
        mine = opened_here(session, contact)
        actions.go(session, mine, words_of_leaving(mine.language), now())
    return redirect(url_for("chat.conversation", contact=contact), 303)


@bp.post("/chatt/samtal/<contact>/svar")
@guard.own_key
def rate(contact: str) -> ResponseReturnValue:
    """Keep the answers to the three questions."""
    form = SurveyForm()
    form.validate_on_submit()
    grades = {"treatment": form.treatment.data, "ease": form.ease.data, "clarity": form.clarity.data}
    with transaction() as session:
        actions.rate(session, opened_here(session, contact), grades if not form.errors else {}, now())
    return redirect(url_for("chat.conversation", contact=contact), 303)


@bp.get("/chatt/samtal/<contact>/utskrift")
@guard.own_key
def transcript(contact: str) -> ResponseReturnValue:
    """Give the conversation as a text to take along."""
    with reading() as session:
        mine = opened_here(session, contact)
        text = render_template("channels/chat/transcript.txt", number=mine.number, lines=said_lately(session, mine))
        name = f"chat-{mine.number}.txt"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type="text/plain; charset=utf-8", headers=disposition)


def beginning_page(form: BeginningForm, refused: str = "") -> str:
    """Return the first page: the form, or the other ways when the door does not let anybody in."""
    with reading() as session:
        door, at_hand = doorway(session, now()), conversation_at_hand(session)
    if not door.lets_in:
        form = MessageForm(formdata=None, client_id=new_id())
    return render_template(
        "channels/chat/chat.html",
        form=form,
        door=door,
        at_hand=at_hand,
        refused=refused,
        questions=QUESTIONS,
        max_text=MAX_TEXT,
    )


def message_page(form: MessageForm, refused: str = "") -> str:
    """Return the page with the form for a message."""
    with reading() as session:
        door = doorway(session, now())
    return render_template("channels/chat/message.html", form=form, door=door, refused=refused)


def conversation_page(public_id: str, form: SayingForm, refused: str = "") -> str:
    """Return the page of a conversation. Raises Unknown without its key."""
    with reading() as session:
        contact = opened_here(session, public_id)
        waits = contact.stage in (Stage.WAITING, Stage.OFFERED)
        is_letter = contact.channel is Channel.MESSAGE
        writes = not waits or "skriv" in request.args or bool(form.errors) or bool(refused)
        return render_template(
            "channels/chat/conversation.html",
            contact=contact,
            form=form,
            refused=refused,
            lines=said_lately(session, contact),
            waits=waits,
            is_letter=is_letter,
            is_over=is_over(contact.stage, contact.ended_as) or actions.has_left(session, contact),
            position=position_in_door(session, contact),
            agent=name_of_agent(session, contact.agent_id),
            found=suggested(session, contact.topic or "") if waits else [],
            writes=writes,
            refresh_s=REFRESH_S if waits and not writes and not is_letter else None,
            grades=grades_of(session, contact.id),
            questions=QUESTIONS,
        )


def suggested(session: Session, text: str) -> list[object]:
    """Return what the public search suggests for a text, in the language of the page."""
    return suggestions(session, current_app.extensions.get("helpdesk.search"), text, current_language())


def opened_here(session: Session, public_id: str) -> Contact:
    """Return the conversation whose key lies in this browser's cookie. Raises Unknown."""
    return opened(session, secret_key(), public_id, request.cookies.get(COOKIE, ""), now())


def conversation_at_hand(session: Session) -> str | None:
    """Return the public id of the conversation that goes on in this browser without a script; None for none."""
    key = request.cookies.get(COOKIE)
    if not key:
        return None
    try:
        public_id = contact_of(secret_key(), key)
        contact = opened(session, secret_key(), public_id, key, now())
    except Unknown:
        return None
    return None if is_over(contact.stage, contact.ended_as) else public_id


def with_key(contact: Contact) -> Response:
    """Lead to the page of a conversation, with its key in a cookie for these pages. It ends with the browser."""
    answer = redirect(url_for("chat.conversation", contact=contact.public_id), 303)
    key = key_of(secret_key(), contact.public_id, contact.arrived_at)
    path = url_for("chat.begin")
    answer.set_cookie(COOKIE, key, path=path, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer  # type: ignore[return-value]


def secret_key() -> str:
    """Return the secret that keys are signed with."""
    return str(current_app.config["HELPDESK"].secret_key)


def new_id() -> str:
    """Return a name for what a form is going to do, so that it does it once."""
    return str(uuid.uuid4())
