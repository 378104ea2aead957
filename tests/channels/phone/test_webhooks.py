"""The same webhook twice is one; late and out of order, the story stays true."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from helpdesk.channels.phone.rules import LegState
from helpdesk.channels.phone.verbs import Enqueue
from helpdesk.clock import now
from helpdesk.contacts.stages import EndedAs, Stage
from tests.channels.phone.conftest import verbs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here lies before the database; the journeys run on both kinds."""


@pytest.mark.parametrize("token", ["a4f3-token", None])
def test_the_same_webhook_twice_is_one_contact_and_one_answer(staffed, post, token):
    post("/twilio/voice")
    post("/twilio/menu?step=language", Digits="3")
    answers = [post("/twilio/menu?step=area", token, Digits="1") for _ in range(3)]
    assert len({answer.get_data() for answer in answers}) == 1
    (contact,) = staffed.contacts()
    assert (contact.stage, contact.language) == (Stage.WAITING, "en")
    assert contact.last_event == 2


def test_a_new_key_for_the_same_call_is_still_one_contact(staffed, post):
    for token in ("one", "two"):
        assert isinstance(verbs(post("/twilio/menu?step=area", token, Digits="1"))[-1], Enqueue)
    assert len(staffed.contacts()) == 1
    assert isinstance(verbs(post("/twilio/voice", "three"))[-1], Enqueue)


def test_the_same_key_gives_the_stored_answer_even_when_the_fields_differ(staffed, post):
    first = post("/twilio/menu?step=language", "key", Digits="2")
    second = post("/twilio/menu?step=language", "key", Digits="3")
    assert first.get_data() == second.get_data()
    assert staffed.legs()[0].language == "fi"


def test_a_hang_up_that_overtakes_the_call_wins(staffed, post):
    post("/twilio/status", CallStatus="completed")
    assert verbs(post("/twilio/voice")) == ()
    assert verbs(post("/twilio/menu?step=area", Digits="1")) == ()
    assert staffed.contacts() == []
    assert staffed.legs()[0].state is LegState.ENDED


@pytest.mark.parametrize("order", ["left first", "status first", "status twice"])
def test_whoever_hangs_up_has_given_up_once_however_it_is_told(staffed, post, order):
    post("/twilio/menu?step=area", Digits="1")
    told = {
        "left first": [("left", {"QueueResult": "hangup"}), ("status", {"CallStatus": "completed"})],
        "status first": [("status", {"CallStatus": "completed"}), ("left", {"QueueResult": "hangup"})],
        "status twice": [("status", {"CallStatus": "completed"})] * 2,
    }[order]
    for path, fields in told:
        assert verbs(post(f"/twilio/{path}", **fields)) == ()
    (contact,) = staffed.contacts()
    assert (contact.stage, contact.ended_as) == (Stage.CLOSED, EndedAs.ABANDONED)


def connected(staffed, post):
    """A caller who was taken; returns the contact and the address of the agent's status callbacks."""
    post("/twilio/menu?step=area", Digits="1")
    (contact,) = staffed.contacts()
    agent_id = staffed.staffed()
    staffed.take(agent_id)
    agent = staffed.agent_key(agent_id)
    return contact, f"/twilio/status?contact={contact.public_id}&agent={agent}"


def room(contact, event, **fields):
    return {
        "ConferenceSid": "CF" + "cd" * 16,
        "FriendlyName": contact.public_id,
        "StatusCallbackEvent": event,
        "Timestamp": format_datetime(now()),
    } | fields


def test_reports_of_the_agents_leg_in_any_order_leave_it_where_it_ended(staffed, post):
    _contact, address = connected(staffed, post)
    leg = "CA" + "ef" * 16
    for status in ("completed", "in-progress", "initiated", "ringing"):
        post(address, CallSid=leg, CallStatus=status)
    (own,) = [one for one in staffed.legs() if one.call_key == leg]
    assert own.state is LegState.ENDED


def test_a_conference_that_ends_before_it_is_told_to_have_begun_ends_the_call(staffed, post):
    contact, _address = connected(staffed, post)
    post("/twilio/status", **room(contact, "conference-end", CallSid=""))
    assert staffed.contacts()[0].stage is Stage.WRAP_UP
    post("/twilio/status", **room(contact, "participant-join"))
    assert staffed.contacts()[0].stage is Stage.WRAP_UP
    assert staffed.legs()[0].state is LegState.ENDED


def test_the_end_of_an_earlier_conference_does_not_end_a_later_one(staffed, post):
    contact, address = connected(staffed, post)
    post("/twilio/status", **room(contact, "participant-join"))
    post(address, CallSid="CA" + "ef" * 16, CallStatus="no-answer")
    assert staffed.contacts()[0].stage is Stage.WAITING
    staffed.take(staffed.staffed())
    post("/twilio/status", **room(contact, "conference-end", CallSid=""))
    assert staffed.contacts()[0].stage is Stage.TALKING


def test_a_late_report_counts_from_when_it_happened(staffed, post):
    post("/twilio/voice")
    started = staffed.legs()[0].started_at
    ended = started + timedelta(seconds=0)
    post("/twilio/status", CallStatus="completed", Timestamp=format_datetime(ended - timedelta(hours=1)))
    assert staffed.legs()[0].ended_at == started


def test_news_of_what_we_do_not_know_changes_nothing(staffed, post):
    unknown = room(type("Nobody", (), {"public_id": "nobody"}), "conference-end")
    assert verbs(post("/twilio/status", **unknown)) == ()
    assert verbs(post("/twilio/status?contact=nobody&agent=nobody", CallStatus="ringing")) == ()
    assert verbs(post("/twilio/status", MessageSid="SM1", MessageStatus="delivered")) == ()


@pytest.mark.parametrize(
    ("path", "fields"),
    [("voice", {"CallSid": ""}), ("voice", {"CallSid": "x" * 65}), ("status", {"CallStatus": "dancing"})],
)
def test_a_webhook_that_lacks_something_is_told_what(staffed, post, path, fields):
    answer = post(f"/twilio/{path}", **fields)
    assert answer.status_code == 400
    assert ("CallSid" in answer.text) or ("CallStatus" in answer.text)
    assert staffed.legs() == []
