"""Signing in and out as pages, the first password, and sessions that end."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from helpdesk.people.actions import set_password
from helpdesk.people.queries import account_by_email
from tests.builders import PASSWORD, Centre

Settle = Callable[[], Centre]
ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example",
    "/\t/elsewhere.example",
    "\\\\elsewhere.example",
    "javascript:alert(1)",
    "/\n/elsewhere.example",
    "http:elsewhere.example",
)


def csrf(client: FlaskClient, path: str = "/logga-in") -> str:
    """Return the token that a page's form carries."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found is not None
    return found[1]


def sign_in(client: FlaskClient, who: str, password: str = PASSWORD, **more: str) -> int:
    """Type address and password; return the status of the answer."""
    form = {"email": f"{who}@kommunen.example", "password": password, "csrf_token": csrf(client), **more}
    return client.post("/logga-in", data=form).status_code


def change(app: Flask, who: str, *, disabled: bool = False, first: str | None = None) -> None:
    """Disable an account, or give it a first password."""
    with app.extensions["helpdesk.database"].transaction() as session:
        account = account_by_email(session, f"{who}@kommunen.example")
        assert account is not None
        if first is not None:
            set_password(session, account, first, must_change=True)
        if disabled:
            account.disabled_at = account.created_at


def test_a_wrong_password_says_so_without_saying_which_was_wrong(client: FlaskClient, settled: Settle) -> None:
    settled()
    token = csrf(client)
    answers = [
        client.post("/logga-in", data={"email": address, "password": "wrong", "csrf_token": token})
        for address in ("officer@kommunen.example", "nobody@kommunen.example")
    ]
    pages = [answer.get_data(as_text=True).replace("nobody@", "officer@") for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401]
    same = [re.sub(r' [a-z-]+="[^"]*Z?"', "", page) for page in pages]
    assert same[0] == same[1] and "officer@" not in same[0]


def test_what_cannot_be_an_address_or_password_is_told_by_field(client: FlaskClient, settled: Settle) -> None:
    settled()
    for form in ({}, {"email": "x" * 100_000, "password": "p"}, {"email": "a@b.example"}):
        answer = client.post("/logga-in", data={**form, "csrf_token": csrf(client)})
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_nobody_is_led_to_another_site(app: Flask, settled: Settle) -> None:
    settled()
    for target in ELSEWHERE:
        client = app.test_client()
        form = {"email": "officer@kommunen.example", "password": PASSWORD, "csrf_token": csrf(client), "next": target}
        answer = client.post("/logga-in", data=form)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/") and "elsewhere" not in answer.headers["Location"], target


def test_a_page_that_was_asked_for_first_is_reached_after_signing_in(client: FlaskClient, settled: Settle) -> None:
    settled()
    asked = client.get("/losenord?a=1&b=2")
    assert asked.status_code == 302 and "next=" in asked.headers["Location"]
    assert 'value="/losenord?a=1&amp;b=2"' in client.get(asked.headers["Location"]).get_data(as_text=True)


def test_signing_out_needs_a_token_and_ends_the_session(client: FlaskClient, settled: Settle) -> None:
    settled()
    assert sign_in(client, "officer") == 302
    assert client.post("/logga-ut").status_code == 400
    assert client.get("/losenord").status_code == 200
    assert client.post("/logga-ut", data={"csrf_token": csrf(client, "/losenord")}).status_code == 302
    assert client.get("/losenord").status_code == 302


def test_a_first_password_opens_nothing_but_the_page_that_changes_it(
    app: Flask, client: FlaskClient, settled: Settle
) -> None:
    settled()
    change(app, "officer", first="ett första lösenord")
    assert sign_in(client, "officer", "ett första lösenord", next="/overlamningar") == 302
    for path in ("/overlamningar", "/start"):
        assert client.get(path).headers["Location"] == "/losenord"
    token = csrf(client, "/losenord")

    def choose(password: str, again: str | None = None) -> int:
        form = {"password": password, "again": again or password, "csrf_token": token}
        return client.post("/losenord", data=form).status_code

    assert choose("kort") == 422
    assert choose("ett eget lösenord", "ett annat lösenord") == 422
    assert choose("ett första lösenord") == 422, "the first password again is no password of one's own"
    assert choose("ett eget lösenord") == 302
    assert client.get("/overlamningar").status_code == 200


def test_changing_the_password_ends_the_other_sessions_but_not_this_one(app: Flask, settled: Settle) -> None:
    settled()
    here, elsewhere = app.test_client(), app.test_client()
    for client in (here, elsewhere):
        assert sign_in(client, "officer") == 302
        assert client.get("/losenord").status_code == 200
    token = csrf(here, "/losenord")
    form = {"password": "ett eget lösenord", "again": "ett eget lösenord", "csrf_token": token}
    assert here.post("/losenord", data=form).status_code == 302
    assert here.get("/losenord").status_code == 200
    assert elsewhere.get("/losenord").status_code == 302


def test_disabling_an_account_ends_its_sessions_at_once(app: Flask, client: FlaskClient, settled: Settle) -> None:
    settled()
    sign_in(client, "officer")
    change(app, "officer", disabled=True)
    assert client.get("/losenord").status_code == 302
    assert sign_in(client, "officer") == 401


def test_a_cookie_made_by_hand_opens_nothing(client: FlaskClient, settled: Settle) -> None:
    settled()
    for kept in ("", ".", "x.0", "x" * 3_000, "%00.0"):
        client.set_cookie("session", kept)
        assert client.get("/losenord").status_code == 302
