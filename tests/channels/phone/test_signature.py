"""Nobody gets in but the telephone network."""

import itertools

import pytest
from twilio.request_validator import RequestValidator

from helpdesk.app import create_app
from helpdesk.channels.phone.verbs import Gather, Say
from helpdesk.config import Config
from tests.channels.phone.conftest import FORM, PUBLIC, TOKEN, verbs

PATHS = ["voice", "menu", "wait", "left", "again", "status", "sms"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here lies before the database; the journeys run on both kinds."""


def test_nobody_gets_in_without_the_signature(staffed):
    client = staffed.app.test_client()
    missing_or_wrong = ({}, *({"X-Twilio-Signature": wrong} for wrong in ("", "nonsense", "å")))
    for path, headers in itertools.product(PATHS, missing_or_wrong):
        answer = client.post(f"/twilio/{path}", data=FORM, headers=headers)
        assert (answer.status_code, answer.get_data()) == (403, b"")
    assert staffed.legs() == []


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
def test_a_signature_for_something_else_is_no_signature(staffed, signed, sent):
    signature = RequestValidator(TOKEN).compute_signature(signed, FORM)
    answer = staffed.app.test_client().post(
        "/twilio/voice", data=FORM | sent, headers={"X-Twilio-Signature": signature}
    )
    assert answer.status_code == 403


def test_the_query_is_part_of_what_is_signed(post):
    assert isinstance(verbs(post("/twilio/menu?step=language&none=1"))[0], Gather)
    assert isinstance(verbs(post("/twilio/menu?step=area&x=%C3%A5+b"))[0], Say)


def test_behind_a_proxy_the_public_address_counts_not_the_one_that_was_asked(staffed):
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/voice", FORM)
    answer = staffed.app.test_client().post(
        "/twilio/voice",
        data=FORM,
        base_url="http://10.0.0.7:8080",
        headers={"X-Twilio-Signature": signature, "X-Forwarded-Host": "attacker.example"},
    )
    document = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f"{PUBLIC}/twilio/menu" in document
    assert "attacker" not in document and "10.0.0.7" not in document


def test_without_a_public_address_the_one_that_was_asked_counts(staffed, tmp_path, database_url):
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
