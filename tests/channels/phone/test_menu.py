"""What callers hear, whatever they press, and what becomes of their words."""

import itertools
from datetime import time
from functools import partial

import pytest

from helpdesk.channels.phone.rules import AREA_KEYS
from helpdesk.channels.phone.verbs import Enqueue, Gather, Hangup, Leave, Redirect, Say
from helpdesk.clock import local, now
from helpdesk.contacts.doors.models import Door, Schedule, ScheduleSpan
from helpdesk.contacts.models import ContactAddress, Message
from helpdesk.contacts.stages import Channel, Stage
from tests.channels.phone.conftest import PUBLIC, verbs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here lies before the database; the journeys run on both kinds."""


def test_waiting_only_looks(staffed, post):
    post("/twilio/menu?step=area", Digits="1")
    before = staffed.contacts()[0].last_event
    answers = [verbs(post("/twilio/wait")) for _ in range(3)]
    assert answers[0] == answers[2]
    assert staffed.contacts()[0].last_event == before


def test_whoever_waits_behind_others_hears_their_place(post):
    post("/twilio/menu?step=area", Digits="1")
    second = partial(post, CallSid="CA" + "12" * 16, From="+46701740602")
    second("/twilio/menu?step=area", Digits="1")
    assert "2" in verbs(second("/twilio/wait"))[0].text


def test_a_caller_whose_contact_is_over_is_let_go(post):
    assert verbs(post("/twilio/wait")) == (Leave(),)
    assert isinstance(verbs(post("/twilio/left", QueueResult="leave"))[-1], Hangup)
    assert isinstance(verbs(post("/twilio/again"))[-1], Hangup)


def test_a_closed_door_says_so_and_hangs_up(staffed, post):
    with staffed.database.transaction() as session:
        session.query(Door).filter(Door.channel == Channel.PHONE).one().closed_now = True
    assert isinstance(verbs(post("/twilio/voice"))[-1], Hangup)
    assert staffed.contacts() == []


def test_outside_opening_hours_the_caller_hears_when_we_open(staffed, post):
    today = local(now()).date()
    with staffed.database.transaction() as session:
        door = session.query(Door).filter(Door.channel == Channel.PHONE).one()
        door.always_open = False
        schedule = Schedule(door_id=door.id, valid_from=today, follows_holidays=False, changed_at=now())
        session.add(schedule)
        session.flush()
        later = (today.weekday() + 2) % 7
        session.add(ScheduleSpan(schedule_id=schedule.id, weekday=later, opens=time(7, 30), closes=time(17)))
    document = verbs(post("/twilio/voice"))
    assert any("07:30" in verb.text for verb in document if isinstance(verb, Say))
    assert isinstance(document[-1], Hangup)


def test_a_number_that_stands_for_a_language_asks_for_the_area_at_once(staffed, post):
    with staffed.database.transaction() as session:
        home = session.query(Door).filter(Door.channel == Channel.PHONE).one()
        session.add(
            Door(
                slug="suomi",
                channel=Channel.PHONE,
                address="0980-31 92 09",
                language="fi",
                always_open=True,
                name_sv="s",
                name_en="s",
                name_fi="s",
            )
        )
        first = home.id
    (question, _end) = verbs(post("/twilio/voice", To="+46980319209"))
    assert {prompt.language for prompt in question.prompts} == {"fi-FI"}
    post("/twilio/menu?step=area", To="+46980319209")
    (contact,) = staffed.contacts()
    assert contact.language == "fi"
    assert contact.door_id != first


def test_a_hidden_number_is_not_kept(staffed, post):
    post("/twilio/menu?step=area", From="anonymous")
    assert staffed.rows(ContactAddress) == []
    assert len(staffed.contacts()) == 1


def test_a_text_message_becomes_a_message_in_the_queue(staffed, post):
    sms = {"MessageSid": "SM" + "0" * 32, "Body": "When is the bin emptied?"}
    assert [post("/twilio/sms", **sms).text for _ in range(2)] == ["<Response />"] * 2
    (contact,) = staffed.contacts()
    assert (contact.channel, contact.stage) == (Channel.MESSAGE, Stage.WAITING)
    assert [message.text for message in staffed.rows(Message)] == ["When is the bin emptied?"]
    assert [address.value for address in staffed.rows(ContactAddress)] == ["+46701740601"]


def test_a_text_message_without_words_is_answered(staffed, post):
    assert "<Message>" in post("/twilio/sms", MessageSid="SM1", Body=" ").text
    assert staffed.contacts() == []


def assert_ends(document):
    """No question may be the last thing: silence would be a hang-up."""
    assert document
    assert not isinstance(document[-1], Gather | Say)
    for verb, after in itertools.pairwise(document):
        if isinstance(verb, Gather):
            assert isinstance(after, Redirect)


def walk(post, call, keys):
    """Follow the menu, pressing these keys ('' for none) as often as asked; return the last document and the steps."""
    post = partial(post, CallSid=call)
    document, steps = verbs(post("/twilio/voice")), 0
    for key in keys:
        asked = True
        while asked:
            assert_ends(document)
            path = (document[0].action if key else document[1].url).removeprefix(PUBLIC)
            document = verbs(post(path, Digits=key) if key else post(path))
            steps += 1
            asked = isinstance(document[0], Gather) and "again=1" in document[0].action
    return document, steps


def test_every_path_through_the_menu_ends_in_the_queue_in_the_right_language(staffed, post):
    voices = {"1": "sv-SE", "2": "fi-FI", "3": "en-GB"}
    paths = list(itertools.product(["1", "2", "3", "", "9"], ["1", "2", "3", "4", "", "9", "*"]))
    for n, (language, area) in enumerate(paths):
        call = f"CA{n:032x}"
        document, steps = walk(post, call, (language, area))
        assert isinstance(document[-1], Enqueue)
        voice = voices.get(language, "sv-SE")
        assert {verb.language for verb in document if isinstance(verb, Say)} == {voice}
        assert steps == 2 + (language == "9") + (area in ("9", "*"))
        waiting = verbs(post("/twilio/wait", CallSid=call))
        assert {verb.language for verb in waiting if isinstance(verb, Say)} == {voice}
    assert [(one.language, one.area) for one in staffed.contacts()] == [
        (voices.get(language, "sv-SE")[:2], AREA_KEYS.get(area)) for language, area in paths
    ]


def test_the_greeting_names_112_before_anything_is_asked(post):
    (question, _end) = verbs(post("/twilio/voice"))
    assert "112" in question.prompts[1].text
