"""The REST side, spoken to by Twilio's own client over HTTP and judged by Twilio's own description."""

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from helpdesk.channels.phone.network.calls import Person
from tests.channels.phone.conftest import ACCOUNT, PUBLIC, TOKEN
from tests.twilio.description import Description, format_problem

CALLER, CENTRE, DESK = "+46701740601", "+46980319200", "+46980319210"
ROOM = "<Response><Dial><Conference>K1</Conference></Dial></Response>"
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"


class ToMock(TwilioHttpClient):
    """The client's own HTTP, with scheme and host replaced."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def request(self, method, url, *args, **more):
        return super().request(method, url.replace("https://api.twilio.com", self.url), *args, **more)


@pytest.fixture
def client(twilio):
    return Client(ACCOUNT, TOKEN, http_client=ToMock(twilio.url))


@pytest.fixture
def waiting(network, scripted):
    scripted.documents = {
        "/twilio/voice": '<Enqueue waitUrl="/twilio/wait">main</Enqueue>',
        "/twilio/wait": '<Pause length="10"/>',
        "/twilio/next": "<Hangup/>",
        "/twilio/status": "",
    }
    call = network.ring_in(CALLER, CENTRE, Person())
    network.run(until=lambda: call.line is not None)
    return call


def test_the_copy_of_the_description_is_a_valid_one():
    openapi_spec_validator = pytest.importorskip("openapi_spec_validator")
    openapi_spec_validator.validate(Description.of_twilio().document)


def test_a_caller_is_put_into_a_conference_with_somebody(network, twilio, client, waiting):
    client.calls(waiting.sid).update(twiml=ROOM)
    leg = client.calls.create(
        to=DESK,
        from_=CENTRE,
        twiml=ROOM,
        status_callback=PUBLIC + "/twilio/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=20,
    )
    network.run(until=lambda: network.rooms.get("K1") is not None and len(network.rooms["K1"].seats) == 2)
    (conference,) = client.conferences.list(friendly_name="K1", status="in-progress")
    people = client.conferences(conference.sid).participants.list()
    assert {one.call_sid for one in people} == {waiting.sid, leg.sid}
    assert client.conferences(conference.sid).participants(leg.sid).update(hold=True).hold is True
    client.conferences(conference.sid).update(status="completed")
    network.run()
    assert client.calls(waiting.sid).fetch().status == "completed"
    assert twilio.refused == []


def test_somebody_is_rung_into_a_conference_by_its_name(network, twilio, client, waiting):
    client.calls(waiting.sid).update(twiml=ROOM)
    one = client.conferences("K1").participants.create(
        from_=CENTRE, to=DESK, label="agent", end_conference_on_exit=True
    )
    network.run(until=lambda: len(network.rooms["K1"].seats) == 2 if "K1" in network.rooms else False)
    sid = network.rooms["K1"].sid
    assert client.conferences(sid).participants("agent").fetch().call_sid == one.call_sid
    client.conferences(sid).participants("agent").delete()
    network.run()
    assert waiting.is_over
    assert twilio.refused == []


def test_the_queue_shows_who_waits_and_lets_the_first_one_go(network, twilio, client, waiting):
    (queue,) = client.queues.list()
    assert (queue.friendly_name, queue.current_size) == ("main", 1)
    assert [member.call_sid for member in client.queues(queue.sid).members.list()] == [waiting.sid]
    client.queues(queue.sid).members("Front").update(url=PUBLIC + "/twilio/next", method="POST")
    network.run()
    assert waiting.is_over
    assert client.queues(queue.sid).fetch().current_size == 0
    assert twilio.refused == []


def test_a_text_message_is_delivered_and_says_so(network, twilio, client, scripted):
    scripted.documents["/twilio/status"] = ""
    sent = client.messages.create(
        to=CALLER, from_=CENTRE, body="Your receipt", status_callback=PUBLIC + "/twilio/status"
    )
    assert sent.status == "queued"
    network.run()
    assert client.messages(sent.sid).fetch().status == "delivered"
    assert sorted(scripted.told("/twilio/status", "MessageStatus")) == ["delivered", "sent"]
    assert twilio.refused == []


def test_a_call_that_is_over_goes_nowhere(network, twilio, client, waiting):
    client.calls(waiting.sid).update(status="completed")
    with pytest.raises(TwilioRestException) as refusal:
        client.calls(waiting.sid).update(twiml=ROOM)
    assert (refusal.value.status, refusal.value.code) == (400, 21220)


def test_what_does_not_exist_is_not_found(client, twilio):
    with pytest.raises(TwilioRestException) as refusal:
        client.calls("CA" + "0" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429, 500, 503])
def test_the_mock_fails_when_it_is_told_to_and_then_works_again(twilio, client, status):
    twilio.fail_next(status)
    with pytest.raises(TwilioRestException) as refusal:
        client.calls.create(to=DESK, from_=CENTRE, twiml=ROOM)
    assert refusal.value.status == status
    assert client.calls.list() == []
    assert twilio.refused == []


def test_the_mock_can_leave_a_request_without_an_answer(twilio, client):
    twilio.fail_next(None)
    with pytest.raises(requests.Timeout):
        client.http_client.request("GET", f"{twilio.url}{BASE}/Calls.json", auth=(ACCOUNT, TOKEN), timeout=0.2)


@pytest.mark.parametrize(
    ("path", "form", "why"),
    [
        ("/Calls.json", {"To": DESK, "Twiml": ROOM}, "From is missing"),
        ("/Calls.json", {"To": "0980-319210", "From": CENTRE, "Twiml": ROOM}, "no number in international form"),
        ("/Calls.json", {"To": DESK, "From": CENTRE, "Twiml": "<Response><Sing/></Response>"}, "is not TwiML"),
        ("/Calls.json", {"To": DESK, "From": CENTRE, "Url": "/twilio/x"}, "no absolute http address"),
        ("/Calls.json", {"To": DESK, "From": CENTRE, "Twiml": ROOM, "Timeout": "soon"}, "not a whole number"),
        ("/Calls.json", {"To": DESK, "From": CENTRE, "Twiml": ROOM, "Record": "yes"}, "neither true nor false"),
        ("/Calls.json", {"To": DESK, "From": CENTRE, "Twiml": ROOM, "Method": "PUT"}, "is none of"),
        ("/Calls.json", {"To": DESK, "From": CENTRE, "Twiml": ROOM, "Colour": "red"}, "no form field here"),
        ("/Calls.json", {"To": [DESK, CALLER], "From": CENTRE, "Twiml": ROOM}, "comes 2 times"),
        (f"/Calls/CA{'0' * 32}.json", {"Status": "paused"}, "is none of"),
        ("/Conferences/K1/Participants/CA1.json", {"Hold": "true"}, "does not match"),
        ("/Faxes.json", {"To": DESK}, "no such operation"),
    ],
)
def test_a_request_that_the_description_does_not_know_is_refused_and_remembered(twilio, path, form, why):
    answer = requests.post(twilio.url + BASE + path, data=form, auth=(ACCOUNT, TOKEN), timeout=5)
    assert answer.status_code in (400, 404)
    assert len(twilio.refused) == 1
    assert why in twilio.refused[0]


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "0" * 32, TOKEN)])
def test_a_stranger_is_refused(twilio, auth):
    answer = requests.get(f"{twilio.url}{BASE}/Calls.json", auth=auth, timeout=5)
    assert answer.status_code == 401
    assert twilio.refused


def test_an_api_key_signs_in_too(twilio):
    answer = requests.get(f"{twilio.url}{BASE}/Calls.json", auth=("SK" + "1" * 32, "key secret"), timeout=5)
    assert answer.status_code == 200


def test_a_document_longer_than_twilio_takes_is_refused():
    assert format_problem("twiml", f"<Response><Say>{'a' * 4000}</Say></Response>")
