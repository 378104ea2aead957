"""How requests reach Twilio: which host, whose name, and what a failure means."""

import pytest
from twilio.http.response import Response

from helpdesk.channels.phone import telephone as module
from helpdesk.channels.phone.network.calls import Person
from helpdesk.channels.phone.telephone import (
    LineGone,
    NotNow,
    PretendTelephone,
    exchange_file,
    is_signed,
    sign,
    telephone_for,
)
from helpdesk.config import Config
from tests.channels.phone.conftest import ACCOUNT, PUBLIC, TOKEN

DESK, CENTRE = "+46980319210", "+46980319200"
EXCHANGE = f"twilio:{ACCOUNT}"
DOCUMENT = "<Response><Dial><Conference>K1</Conference></Dial></Response>"
KEY = {"twilio_api_key_sid": "SK" + "1" * 32, "twilio_api_key_secret": "key secret"}


def config(tmp_path, **more):
    return Config(**({"secret_key": "x", "instance": tmp_path, "twilio_auth_token": TOKEN} | more))


@pytest.fixture
def waiting(network, scripted):
    scripted.documents = {
        "/twilio/voice": '<Enqueue waitUrl="/twilio/wait">main</Enqueue>',
        "/twilio/wait": '<Pause length="10"/>',
        "/twilio/status": "",
    }
    call = network.ring_in("+46701740601", CENTRE, Person())
    network.run(until=lambda: call.line is not None)
    return call


@pytest.mark.parametrize("key", [{}, KEY], ids=["with the token", "with an API key"])
def test_every_request_that_we_make_is_one_that_twilio_describes(network, twilio, waiting, tmp_path, key):
    telephone = telephone_for(config(tmp_path, twilio_api_url=twilio.url, **key))
    telephone.redirect(EXCHANGE, waiting.sid, DOCUMENT)
    leg = telephone.ring(EXCHANGE, CENTRE, DESK, DOCUMENT, f"{PUBLIC}/twilio/status?contact=K1&agent=a")
    network.run(until=lambda: "K1" in network.rooms and len(network.rooms["K1"].seats) == 2)
    telephone.hold(EXCHANGE, network.rooms["K1"].sid, waiting.sid, True)
    assert network.rooms["K1"].seats[waiting.sid].held
    telephone.redirect_to(EXCHANGE, waiting.sid, f"{PUBLIC}/twilio/voice")
    telephone.end(EXCHANGE, leg)
    assert network.calls[leg].is_over
    assert twilio.refused == []


def test_the_browser_of_an_agent_can_be_rung_as_well(network, twilio, tmp_path):
    telephone = telephone_for(config(tmp_path, twilio_api_url=twilio.url))
    leg = telephone.ring(EXCHANGE, CENTRE, "client:a_b", DOCUMENT, f"{PUBLIC}/twilio/status")
    assert network.calls[leg].called == "client:a_b"
    assert twilio.refused == []


def test_the_configured_account_counts_before_the_calls_own(twilio, tmp_path):
    telephone = telephone_for(config(tmp_path, twilio_api_url=twilio.url, twilio_account_sid=ACCOUNT))
    telephone.ring("twilio:AC" + "9" * 32, CENTRE, DESK, DOCUMENT, f"{PUBLIC}/twilio/status")
    assert twilio.refused == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_overloaded_network_may_be_asked_again(twilio, tmp_path, status):
    twilio.fail_next(status)
    telephone = telephone_for(config(tmp_path, twilio_api_url=twilio.url))
    with pytest.raises(NotNow) as refusal:
        telephone.end(EXCHANGE, "CA" + "0" * 32)
    assert refusal.value.after_s == (1 if status == 429 else None)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_what_twilio_refuses_is_not_asked_again(twilio, waiting, tmp_path, status):
    twilio.fail_next(status)
    telephone = telephone_for(config(tmp_path, twilio_api_url=twilio.url))
    with pytest.raises(LineGone):
        telephone.end(EXCHANGE, waiting.sid)


def test_a_silent_network_may_be_asked_again(twilio, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    twilio.fail_next(None)
    telephone = telephone_for(config(tmp_path, twilio_api_url=twilio.url))
    with pytest.raises(NotNow):
        telephone.end(EXCHANGE, "CA" + "0" * 32)


def test_a_network_that_is_not_there_may_be_asked_again(tmp_path):
    telephone = telephone_for(config(tmp_path, twilio_api_url="http://127.0.0.1:9"))
    with pytest.raises(NotNow):
        telephone.end(EXCHANGE, "CA" + "0" * 32)


class Caught(Exception):
    """Carries the address that would have been asked."""


@pytest.fixture
def asked(monkeypatch):
    """Catch every request before it leaves the machine; return the addresses."""
    addresses = []

    def catch(self, method, url, *args, **more):
        addresses.append(url)
        return Response(404, '{"code": 20404, "message": "no", "status": 404}')

    monkeypatch.setattr(module.TwilioHttpClient, "request", catch)
    return addresses


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        ({}, "https://api.twilio.com/2010-04-01/"),
        ({"twilio_region": "ie1", "twilio_edge": "dublin"}, "https://api.dublin.ie1.twilio.com/2010-04-01/"),
        ({"twilio_api_url": "http://127.0.0.1:4010"}, "http://127.0.0.1:4010/2010-04-01/"),
        (
            {"twilio_api_url": "http://127.0.0.1:4010/ignored", "twilio_region": "ie1", "twilio_edge": "dublin"},
            "http://127.0.0.1:4010/2010-04-01/",
        ),
    ],
)
def test_region_and_another_address_lead_there_with_the_same_path(asked, tmp_path, settings, start):
    telephone = telephone_for(config(tmp_path, twilio_account_sid=ACCOUNT, **settings))
    with pytest.raises(LineGone):
        telephone.end(EXCHANGE, "CA" + "0" * 32)
    assert asked == [f"{start}Accounts/{ACCOUNT}/Calls/CA{'0' * 32}.json"]


def test_a_demo_without_an_account_asks_the_network_that_called_and_nobody_else(asked, tmp_path):
    telephone = telephone_for(config(tmp_path, demo=True))
    with pytest.raises(LineGone, match="not running"):
        telephone.end(EXCHANGE, "CA" + "0" * 32)
    assert asked == []
    note = exchange_file(tmp_path, ACCOUNT)
    note.parent.mkdir()
    note.write_text("http://127.0.0.1:4711")
    with pytest.raises(LineGone):
        telephone.end(EXCHANGE, "CA" + "0" * 32)
    assert asked == [f"http://127.0.0.1:4711/2010-04-01/Accounts/{ACCOUNT}/Calls/CA{'0' * 32}.json"]


def test_an_account_cannot_lead_out_of_the_folder(tmp_path):
    assert exchange_file(tmp_path, "../../etc/passwd").parent == tmp_path / "exchanges"


def test_a_signature_is_twilios_own():
    form = {"CallSid": "CA1", "From": "+46701740601"}
    signature = sign(TOKEN, PUBLIC + "/twilio/voice", form)
    assert is_signed(TOKEN, PUBLIC + "/twilio/voice", form, signature)
    assert not is_signed(TOKEN, PUBLIC + "/twilio/voice", form | {"From": "+46701740602"}, signature)
    assert not is_signed("other", PUBLIC + "/twilio/voice", form, signature)


def test_the_pretender_remembers_and_fails_when_told():
    pretender = PretendTelephone()
    pretender.trouble.append(NotNow("busy"))
    with pytest.raises(NotNow):
        pretender.end(EXCHANGE, "CA1")
    pretender.end(EXCHANGE, "CA1")
    pretender.redirect(EXCHANGE, "CA1", DOCUMENT)
    pretender.redirect_to(EXCHANGE, "CA1", PUBLIC)
    pretender.hold(EXCHANGE, "CF1", "CA1", True)
    assert pretender.ring(EXCHANGE, CENTRE, DESK, DOCUMENT, PUBLIC) != pretender.ring(
        EXCHANGE, CENTRE, DESK, DOCUMENT, PUBLIC
    )
    assert pretender.ended == ["CA1"]
    assert pretender.redirected == [("CA1", DOCUMENT), ("CA1", PUBLIC)]
    assert pretender.held == [("CA1", True)]
    assert len(pretender.rung) == 2
