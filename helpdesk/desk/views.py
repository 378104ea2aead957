"""The desk itself: the page, its live pieces, the agent's state, and taking."""

from datetime import datetime

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.channels.chat.live import tell_seen
from helpdesk.clock import now
from helpdesk.db import reading, transaction
from helpdesk.desk.actions import answer_call, read_up_to
from helpdesk.desk.blueprint import bp
from helpdesk.desk.doing import Done, do
from helpdesk.desk.forms import CallForm, SeenForm, StateForm
from helpdesk.desk.page import is_still_true, page, pieces, place_asked
from helpdesk.people import guard
from helpdesk.queue.actions import take, take_next
from helpdesk.queue.giving.actions import accept, decline
from helpdesk.queue.models import AgentState
from helpdesk.queue.presence import choose_state, is_due, sign_of_life
from helpdesk.refusals import Forbidden, Unacceptable, Unknown


@bp.get("/arbetsyta")
@guard.opens("desk")
def home() -> ResponseReturnValue:
    """Show the desk: the queue, the open contact, and what is searched for."""
    return page(place_asked())


@bp.get("/live/desk")
@guard.opens("desk")
def live() -> ResponseReturnValue:
    """Give the pieces of the desk as they are now; 204 when the page has them. Only looks, however often it is asked."""
    if is_still_true(request.args.get("since", ""), request.args.get("at", "")):
        return "", 204
    return jsonify(pieces(place_asked(), request.args.get("part", "desk")))


@bp.post("/arbetsyta/ta-nasta")
@guard.opens("desk")
def take_whoever_is_next() -> ResponseReturnValue:
    """Take whoever is next."""

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        contact = take_next(session, agent_id, moment)
        if contact is None:
            return Done(place_asked().contact, toast=_("Nobody is waiting whom you can take right now."), kind="warn")
        return Done(contact.public_id)

    return do(work)


@bp.post("/arbetsyta/ta/<public_id>")
@guard.opens("desk")
def take_this(public_id: str) -> ResponseReturnValue:
    """Take the very contact that was chosen from the list."""
    return do(lambda session, agent_id, moment: Done(take(session, agent_id, public_id, moment).public_id))


@bp.post("/arbetsyta/ta-emot/<public_id>")
@guard.opens("desk")
def accept_this(public_id: str) -> ResponseReturnValue:
    """Take what was offered."""
    return do(lambda session, agent_id, moment: Done(accept(session, agent_id, public_id, moment).public_id))


@bp.post("/arbetsyta/avboj/<public_id>")
@guard.opens("desk")
def decline_this(public_id: str) -> ResponseReturnValue:
    """Leave what was offered to others."""

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        decline(session, agent_id, public_id, moment)
        place = place_asked()
        return Done(place.contact, place.show)

    return do(work)


@bp.post("/arbetsyta/samtal")
@guard.opens("desk")
def begin_call() -> ResponseReturnValue:
    """Log a call that came by another telephone: it is the agent's at once, and the closing form opens."""
    form = CallForm()
    if not form.validate_on_submit():
        raise Unacceptable(_("The number is too long."))

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        contact = answer_call(session, agent_id, (form.number.data or "").strip() or None, moment)
        return Done(contact.public_id, show="close")

    return do(work)


@bp.post("/arbetsyta/lage")
@guard.opens("desk")
def choose() -> ResponseReturnValue:
    """Become available, rest with a reason, or go offline."""
    form = StateForm()
    if not form.validate_on_submit():
        raise Unacceptable(_("Choose one of the states."))
    state = AgentState(form.state.data)
    reason = (form.reason.data or "break") if state is AgentState.PAUSED else None

    def work(session: Session, agent_id: int, moment: datetime) -> Done:
        choose_state(session, agent_id, state, reason, moment)
        place = place_asked()
        return Done(place.contact, place.show)

    return do(work)


@bp.post("/arbetsyta/livstecken")
@guard.opens("desk")
def here() -> ResponseReturnValue:
    """Note that the agent is there, and how far they have read; written at most every ten seconds."""
    form, viewer, moment = SeenForm(), guard.current_viewer(), now()
    agent_id = viewer.agent_id
    if agent_id is None:
        raise Forbidden("Your account takes no contacts.")
    if not form.validate_on_submit():
        raise Unacceptable(_("This cannot be read."))
    with reading() as session:
        due = is_due(session, agent_id, moment)
    if due:
        with transaction() as session:
            sign_of_life(session, agent_id, moment)
    if form.contact.data and form.seq.data:
        read(agent_id, form.contact.data, form.seq.data)
    return "", 204


def read(agent_id: int, public_id: str, seq: int) -> None:
    """Note how far the agent has read, and let the citizen know. A contact that is gone is nothing to read."""
    try:
        with transaction() as session:
            contact = read_up_to(session, agent_id, public_id, seq)
    except Unknown:
        return
    if contact is not None:
        tell_seen(current_app.extensions["socketio"], public_id, contact.agent_read_seq)
