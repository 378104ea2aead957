"""What the webhooks let in, and that the same one twice is one."""

import itertools
from datetime import time, timedelta
from email.utils import format_datetime
from functools import partial

import pytest
from twilio.request_validator import RequestValidator

from helpdesk.app import create_app
from helpdesk.channels.phone.models import LegState
from helpdesk.channels.phone.rules import AREA_KEYS
from helpdesk.channels.phone.twiml import read
from helpdesk.channels.phone.verbs import Enqueue, Gather, Hangup, Leave, Redirect, Say
from helpdesk.clock import local, now
from helpdesk.config import Config
from helpdesk.contacts.doors.models import Door, Schedule, ScheduleSpan
from helpdesk.contacts.models import ContactAddress, Message
from helpdesk.contacts.stages import Channel, EndedAs, Stage
from tests.channels.phone.conftest import ACCOUNT, PUBLIC, TOKEN

CALL = "CA" + "ab" * 16
FORM = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "CallSid": CALL,
    "CallStatus": "ringing",
    "Called": "+46980319200",
    "Caller": "+46701740601",
    "Direction": "inbound",
    "From": "+46701740601",
    "To": "+46980319200",
}
PATHS = ["voice", "menu", "wait", "left", "again", "status", "sms"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here lies before the database; the journeys run on both kinds."""


@pytest.fixture
def centre(installation):
    installation.staff("maria")
    return installation


@pytest.fixture
def post(centre):
    """Send a signed webhook and return the answer."""
    client = centre.app.test_client()

    def send(path, token=None, client=client, **fields):
        form = FORM | fields
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signature} | ({"I-Twilio-Idempotency-Token": token} if token else {})
        return client.post(path, data=form, headers=headers)

    return send


def verbs(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "text/xml"
    return read(answer.get_data())


def test_nobody_gets_in_without_the_signature(centre):
    client = centre.app.test_client()
    missing_or_wrong = ({}, *({"X-Twilio-Signature": wrong} for wrong in ("", "nonsense", "å")))
    for path, headers in itertools.product(PATHS, missing_or_wrong):
        answer = client.post(f"/twilio/{path}", data=FORM, headers=headers)
        assert (answer.status_code, answer.get_data()) == (403, b"")
    assert centre.legs() == []


def test_without_a_secret_there_are_no_such_pages(database_url, tmp_path):
    app = create_app(
        Config(
            secret_key="x", seal_key="x", instance=tmp_path, database_url=database_url, public_url=PUBLIC, testing=True
        )
    )
    for path in PATHS:
        assert app.test_client().post(f"/twilio/{path}", data=FORM).status_code == 404
    app.extensions["helpdesk.database"].dispose()


@pytest.mark.parametrize(
    ("signed", "sent"),
    [
        (PUBLIC + "/twilio/voice", {"From": "+46701740699"}),
        ("https://elsewhere.example/twilio/voice", {}),
        ("http://example.test/twilio/voice", {}),
        (PUBLIC + "/twilio/voice?x=1", {}),
        (PUBLIC + "/twilio/status", {}),
    ],
    ids=["another field", "another host", "another scheme", "a query", "another path"],
)
def test_a_signature_for_something_else_is_no_signature(centre, signed, sent):
    signature = RequestValidator(TOKEN).compute_signature(signed, FORM)
    answer = centre.app.test_client().post("/twilio/voice", data=FORM | sent, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403


def test_the_query_is_part_of_what_is_signed(post):
    assert isinstance(verbs(post("/twilio/menu?step=language&none=1"))[0], Gather)
    assert isinstance(verbs(post("/twilio/menu?step=area&x=%C3%A5+b"))[0], Say)


def test_behind_a_proxy_the_public_address_counts_not_the_one_that_was_asked(centre):
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/voice", FORM)
    answer = centre.app.test_client().post(
        "/twilio/voice",
        data=FORM,
        base_url="http://10.0.0.7:8080",
        headers={"X-Twilio-Signature": signature, "X-Forwarded-Host": "attacker.example"},
    )
    document = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f"{PUBLIC}/twilio/menu" in document
    assert "attacker" not in document and "10.0.0.7" not in document


def test_without_a_public_address_the_one_that_was_asked_counts(centre, tmp_path, database_url):
    app = create_app(
        Config(
            secret_key="x",
            seal_key="x",
            instance=tmp_path,
            database_url=database_url,
            twilio_auth_token=TOKEN,
            testing=True,
        )
    )
    signature = RequestValidator(TOKEN).compute_signature("http://127.0.0.1:5000/twilio/voice", FORM)
    answer = app.test_client().post(
        "/twilio/voice", data=FORM, base_url="http://127.0.0.1:5000", headers={"X-Twilio-Signature": signature}
    )
    assert b"http://127.0.0.1:5000/twilio/menu" in answer.get_data()
    app.extensions["helpdesk.database"].dispose()


def test_webhooks_need_no_cookie_and_no_form_token(post):
    assert "Set-Cookie" not in post("/twilio/voice").headers


@pytest.mark.parametrize("token", ["a4f3-token", None])
def test_the_same_webhook_twice_is_one_contact_and_one_answer(centre, post, token):
    post("/twilio/voice")
    post("/twilio/menu?step=language", Digits="3")
    answers = [post("/twilio/menu?step=area", token, Digits="1") for _ in range(3)]
    assert len({answer.get_data() for answer in answers}) == 1
    (contact,) = centre.contacts()
    assert (contact.stage, contact.language) == (Stage.WAITING, "en")
    assert contact.last_event == 2


def test_a_new_key_for_the_same_call_is_still_one_contact(centre, post):
    for token in ("one", "two"):
        assert isinstance(verbs(post("/twilio/menu?step=area", token, Digits="1"))[-1], Enqueue)
    assert len(centre.contacts()) == 1
    assert isinstance(verbs(post("/twilio/voice", "three"))[-1], Enqueue)


def test_the_same_key_gives_the_stored_answer_even_when_the_fields_differ(centre, post):
    first = post("/twilio/menu?step=language", "key", Digits="2")
    second = post("/twilio/menu?step=language", "key", Digits="3")
    assert first.get_data() == second.get_data()
    assert centre.legs()[0].language == "fi"


def test_a_hang_up_that_overtakes_the_call_wins(centre, post):
    post("/twilio/status", CallStatus="completed")
    assert verbs(post("/twilio/voice")) == ()
    assert verbs(post("/twilio/menu?step=area", Digits="1")) == ()
    assert centre.contacts() == []
    assert centre.legs()[0].state is LegState.ENDED


@pytest.mark.parametrize("order", ["left first", "status first", "status twice"])
def test_whoever_hangs_up_has_given_up_once_however_it_is_told(centre, post, order):
    post("/twilio/menu?step=area", Digits="1")
    told = {
        "left first": [("left", {"QueueResult": "hangup"}), ("status", {"CallStatus": "completed"})],
        "status first": [("status", {"CallStatus": "completed"}), ("left", {"QueueResult": "hangup"})],
        "status twice": [("status", {"CallStatus": "completed"})] * 2,
    }[order]
    for path, fields in told:
        assert verbs(post(f"/twilio/{path}", **fields)) == ()
    (contact,) = centre.contacts()
    assert (contact.stage, contact.ended_as) == (Stage.CLOSED, EndedAs.ABANDONED)


def connected(centre, post):
    """A caller who was taken; returns the contact and the address of the agent's status callbacks."""
    post("/twilio/menu?step=area", Digits="1")
    (contact,) = centre.contacts()
    agent_id = centre.staffed()
    centre.take(agent_id)
    agent = centre.agent_key(agent_id)
    return contact, f"/twilio/status?contact={contact.public_id}&agent={agent}"


def room(contact, event, **fields):
    return {
        "ConferenceSid": "CF" + "cd" * 16,
        "FriendlyName": contact.public_id,
        "StatusCallbackEvent": event,
        "Timestamp": format_datetime(now()),
    } | fields


def test_reports_of_the_agents_leg_in_any_order_leave_it_where_it_ended(centre, post):
    _contact, address = connected(centre, post)
    leg = "CA" + "ef" * 16
    for status in ("completed", "in-progress", "initiated", "ringing"):
        post(address, CallSid=leg, CallStatus=status)
    (own,) = [one for one in centre.legs() if one.call_key == leg]
    assert own.state is LegState.ENDED


def test_a_conference_that_ends_before_it_is_told_to_have_begun_ends_the_call(centre, post):
    contact, _address = connected(centre, post)
    post("/twilio/status", **room(contact, "conference-end", CallSid=""))
    assert centre.contacts()[0].stage is Stage.WRAP_UP
    post("/twilio/status", **room(contact, "participant-join"))
    assert centre.contacts()[0].stage is Stage.WRAP_UP
    assert centre.legs()[0].state is LegState.ENDED


def test_the_end_of_an_earlier_conference_does_not_end_a_later_one(centre, post):
    contact, address = connected(centre, post)
    post("/twilio/status", **room(contact, "participant-join"))
    post(address, CallSid="CA" + "ef" * 16, CallStatus="no-answer")
    assert centre.contacts()[0].stage is Stage.WAITING
    centre.take(centre.staffed())
    post("/twilio/status", **room(contact, "conference-end", CallSid=""))
    assert centre.contacts()[0].stage is Stage.TALKING


def test_a_late_report_counts_from_when_it_happened(centre, post):
    post("/twilio/voice")
    started = centre.legs()[0].started_at
    ended = started + timedelta(seconds=0)
    post("/twilio/status", CallStatus="completed", Timestamp=format_datetime(ended - timedelta(hours=1)))
    assert centre.legs()[0].ended_at == started


def test_news_of_what_we_do_not_know_changes_nothing(centre, post):
    unknown = room(type("Nobody", (), {"public_id": "nobody"}), "conference-end")
    assert verbs(post("/twilio/status", **unknown)) == ()
    assert verbs(post("/twilio/status?contact=nobody&agent=nobody", CallStatus="ringing")) == ()
    assert verbs(post("/twilio/status", MessageSid="SM1", MessageStatus="delivered")) == ()


@pytest.mark.parametrize(
    ("path", "fields"),
    [("voice", {"CallSid": ""}), ("voice", {"CallSid": "x" * 65}), ("status", {"CallStatus": "dancing"})],
)
def test_a_webhook_that_lacks_something_is_told_what(centre, post, path, fields):
    answer = post(f"/twilio/{path}", **fields)
    assert answer.status_code == 400
    assert ("CallSid" in answer.text) or ("CallStatus" in answer.text)
    assert centre.legs() == []


def test_waiting_only_looks(centre, post):
    post("/twilio/menu?step=area", Digits="1")
    before = centre.contacts()[0].last_event
    answers = [verbs(post("/twilio/wait")) for _ in range(3)]
    assert answers[0] == answers[2]
    assert centre.contacts()[0].last_event == before


def test_whoever_waits_behind_others_hears_their_place(post):
    post("/twilio/menu?step=area", Digits="1")
    second = partial(post, CallSid="CA" + "12" * 16, From="+46701740602")
    second("/twilio/menu?step=area", Digits="1")
    assert "2" in verbs(second("/twilio/wait"))[0].text


def test_a_caller_whose_contact_is_over_is_let_go(post):
    assert verbs(post("/twilio/wait")) == (Leave(),)
    assert isinstance(verbs(post("/twilio/left", QueueResult="leave"))[-1], Hangup)
    assert isinstance(verbs(post("/twilio/again"))[-1], Hangup)


def test_a_closed_door_says_so_and_hangs_up(centre, post):
    with centre.database.transaction() as session:
        session.query(Door).filter(Door.channel == Channel.PHONE).one().closed_now = True
    assert isinstance(verbs(post("/twilio/voice"))[-1], Hangup)
    assert centre.contacts() == []


def test_outside_opening_hours_the_caller_hears_when_we_open(centre, post):
    today = local(now()).date()
    with centre.database.transaction() as session:
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


def test_a_number_that_stands_for_a_language_asks_for_the_area_at_once(centre, post):
    with centre.database.transaction() as session:
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
    (contact,) = centre.contacts()
    assert contact.language == "fi"
    assert contact.door_id != first


def test_a_hidden_number_is_not_kept(centre, post):
    post("/twilio/menu?step=area", From="anonymous")
    assert centre.rows(ContactAddress) == []
    assert len(centre.contacts()) == 1


def test_a_text_message_becomes_a_message_in_the_queue(centre, post):
    sms = {"MessageSid": "SM" + "0" * 32, "Body": "When is the bin emptied?"}
    assert [post("/twilio/sms", **sms).text for _ in range(2)] == ["<Response />"] * 2
    (contact,) = centre.contacts()
    assert (contact.channel, contact.stage) == (Channel.MESSAGE, Stage.WAITING)
    assert [message.text for message in centre.rows(Message)] == ["When is the bin emptied?"]
    assert [address.value for address in centre.rows(ContactAddress)] == ["+46701740601"]


def test_a_text_message_without_words_is_answered(centre, post):
    assert "<Message>" in post("/twilio/sms", MessageSid="SM1", Body=" ").text
    assert centre.contacts() == []


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


def test_every_path_through_the_menu_ends_in_the_queue_in_the_right_language(centre, post):
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
    assert [(one.language, one.area) for one in centre.contacts()] == [
        (voices.get(language, "sv-SE")[:2], AREA_KEYS.get(area)) for language, area in paths
    ]


def test_the_greeting_names_112_before_anything_is_asked(post):
    (question, _end) = verbs(post("/twilio/voice"))
    assert "112" in question.prompts[1].text
