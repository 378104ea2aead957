"""The pretended network follows TwiML as Twilio documents it."""

from random import Random

import pytest

from helpdesk.channels.phone.network.calls import Habits, Jump, Person
from helpdesk.channels.phone.network.player import Network
from helpdesk.channels.phone.network.post import Answer, Post
from helpdesk.channels.phone.network.world import JumpingClock
from helpdesk.channels.phone.twiml import read
from tests.channels.phone.conftest import ACCOUNT, NOON, PUBLIC

CALLER, CENTRE, DESK = "+46701740601", "+46980319200", "+46980319210"
MENU = (
    '<Gather numDigits="1" timeout="6" action="/twilio/menu"><Say language="sv-SE">Tryck ett</Say></Gather>'
    "<Redirect>/twilio/none</Redirect>"
)
QUEUE = '<Enqueue waitUrl="/twilio/wait" action="/twilio/left">main</Enqueue>'
ROOM = (
    '<Response><Dial><Conference statusCallback="https://example.test/twilio/status" {more} '
    'statusCallbackEvent="start end join leave hold">K1</Conference></Dial></Response>'
)


def test_a_caller_hears_the_menu_and_presses_a_key(network, scripted, story):
    scripted.documents = {"/twilio/voice": MENU, "/twilio/menu": "<Hangup/>"}
    call = network.ring_in(CALLER, CENTRE, Person(keys="2"), PUBLIC + "/twilio/status")
    network.run()
    assert [path for path, _ in scripted.asked] == ["/twilio/voice", "/twilio/menu", "/twilio/status"]
    first, pressed, ended = (form for _, form in scripted.asked)
    assert (first["From"], first["To"], first["CallStatus"], first["Direction"]) == (
        CALLER,
        CENTRE,
        "ringing",
        "inbound",
    )
    assert (pressed["Digits"], pressed["CallStatus"]) == ("2", "in-progress")
    assert (ended["CallStatus"], ended["CallSid"]) == ("completed", call.sid)
    assert "[sv-SE] Tryck ett" in story


def test_no_key_goes_on_below_the_question(network, scripted):
    scripted.documents = {"/twilio/voice": MENU, "/twilio/none": "<Hangup/>"}
    network.ring_in(CALLER, CENTRE, Person(keys="-"))
    network.run()
    assert [path for path, _ in scripted.asked] == ["/twilio/voice", "/twilio/none"]


def test_a_waiting_caller_hears_the_waiting_document_until_patience_ends(network, scripted):
    scripted.documents = {"/twilio/voice": QUEUE, "/twilio/wait": '<Pause length="20"/>', "/twilio/left": ""}
    call = network.ring_in(CALLER, CENTRE, Person(patience=70))
    network.run()
    assert scripted.told("/twilio/wait", "QueueTime") == ["0", "20", "40", "60"]
    assert scripted.told("/twilio/wait", "QueuePosition") == ["1"] * 4
    assert scripted.told("/twilio/left", "QueueResult") == ["hangup"]
    assert call.status == "completed"


def test_the_line_moves_up_when_the_first_one_leaves(network, scripted):
    scripted.documents = {"/twilio/voice": QUEUE, "/twilio/wait": '<Pause length="20"/>', "/twilio/left": ""}
    network.ring_in(CALLER, CENTRE, Person(patience=30))
    network.ring_in("+46701740602", CENTRE, Person(patience=50))
    network.run()
    places = [form["QueuePosition"] for path, form in scripted.asked if form["From"] != CALLER and "wait" in path]
    assert places == ["2", "2", "1"]


def test_leaving_the_queue_goes_on_where_the_document_says(network, scripted):
    scripted.documents = {"/twilio/voice": QUEUE, "/twilio/wait": "<Leave/>", "/twilio/left": "<Hangup/>"}
    network.ring_in(CALLER, CENTRE, Person())
    network.run()
    assert scripted.told("/twilio/left", "QueueResult") == ["leave"]


def connected(network, scripted, caller=None, agent=None):
    """Let a caller wait, and put them and an agent into one conference."""
    scripted.documents |= {"/twilio/voice": QUEUE, "/twilio/wait": '<Pause length="10"/>'}
    scripted.documents |= {"/twilio/left": "", "/twilio/status": ""}
    network.people = lambda number: agent or Person()
    call = network.ring_in(CALLER, CENTRE, caller or Person(talks=60))
    network.run(until=lambda: call.line is not None)
    document = read(ROOM.format(more='startConferenceOnEnter="false" endConferenceOnExit="true"'))
    network.redirect(call, Jump(PUBLIC + "/", verbs=document))
    leg = network.ring_out(
        CENTRE,
        DESK,
        Jump(PUBLIC + "/", verbs=read(ROOM.format(more='endConferenceOnExit="true"'))),
        PUBLIC + "/twilio/status",
        "initiated ringing answered completed",
    )
    return call, leg


def test_a_call_is_a_conference_and_ends_when_the_caller_hangs_up(network, scripted):
    call, leg = connected(network, scripted)
    network.run()
    assert scripted.told("/twilio/left", "QueueResult") == ["redirected"]
    assert scripted.told("/twilio/status", "StatusCallbackEvent") == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    rings = [
        form["CallStatus"] for _, form in scripted.asked if "CallbackSource" in form and form["CallSid"] == leg.sid
    ]
    assert rings == ["initiated", "ringing", "in-progress", "completed"]
    assert call.is_over and leg.is_over and not network.rooms


def test_an_agent_who_does_not_answer_leaves_the_caller_alone_in_the_room(network, scripted):
    call, leg = connected(network, scripted, agent=Person(answers_after=None))
    network.run(until=lambda: leg.is_over)
    assert leg.status == "no-answer"
    assert call.room is not None and call.room.status == "init"
    network.hang_up(call)
    network.run()
    assert call.is_over


def test_late_double_and_shuffled_callbacks_are_what_habits_say(scripted, story):
    habits = Habits(twice=True, late=90, luck=Random(1))
    network = Network(Post(PUBLIC, lambda url, form: "s", scripted), JumpingClock(NOON), ACCOUNT, story.append, habits)
    connected(network, scripted)
    network.run()
    legs = [form["SequenceNumber"] for _, form in scripted.asked if form.get("CallbackSource")]
    assert legs[0::2] == legs[1::2]
    assert legs != sorted(legs)
    tokens = [headers["I-Twilio-Idempotency-Token"] for headers in scripted.headers]
    assert tokens[0::2] == tokens[1::2]
    assert len(set(tokens)) * 2 == len(tokens)


def test_a_second_answer_that_differs_is_a_complaint(story):
    answers = iter([b"<Response><Hangup/></Response>", b"<Response/>"])
    post = Post(PUBLIC, lambda url, form: "s", lambda path, form, headers: Answer(200, next(answers)))
    network = Network(post, JumpingClock(NOON), ACCOUNT, story.append, Habits(twice=True))
    network.ring_in(CALLER, CENTRE, Person())
    network.run()
    assert len(network.complaints) == 1


@pytest.mark.parametrize("document", [None, "<Sing/>", "<Redirect>https://elsewhere.example/x</Redirect>"])
def test_a_webhook_that_fails_ends_the_call_with_a_complaint(network, scripted, document):
    if document is not None:
        scripted.documents["/twilio/voice"] = document
    call = network.ring_in(CALLER, CENTRE, Person())
    network.run()
    assert call.is_over
    assert len(network.complaints) == 1


def test_what_is_said_after_the_tone_is_recorded(network, scripted):
    scripted.documents = {"/twilio/voice": '<Record action="/twilio/recorded" maxLength="60"/>', "/twilio/recorded": ""}
    network.ring_in(CALLER, CENTRE, Person(says="Please call me about the bin."))
    network.run()
    assert scripted.told("/twilio/recorded", "RecordingDuration") == ["2"]
