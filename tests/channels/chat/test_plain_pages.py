"""The same conversation with plain forms: nothing changes by looking, nothing is lost, the key stays in its cookie."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk.channels.chat.pace import may_start
from helpdesk.channels.chat.rules import STARTS_PER_ADDRESS
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.models import Contact, ContactAddress, ContactEvent, Message
from helpdesk.contacts.stages import Channel, EndedAs, Stage
from helpdesk.db import Database
from tests.builders import Centre
from tests.channels.chat.conftest import Page
from tests.channels.chat.test_desk_side import Desk

IDENTITY = "19900101-9802"


class Citizen:
    """Somebody with a browser that runs no scripts."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: TestResponse = self.looks("/chatt?lang=en")

    def looks(self, address: str) -> TestResponse:
        """Open a page."""
        self.page = self.client.get(address)
        return self.page

    def hidden(self, name: str) -> str:
        """Return a hidden value of the form on the page."""
        found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', self.page.text)
        assert found is not None, name
        return found[1]

    def sends(self, address: str, **fields: str) -> TestResponse:
        """Send a form of the page and go where it leads."""
        hidden = {"csrf_token": self.hidden("csrf_token")}
        if 'name="client_id"' in self.page.text:
            hidden["client_id"] = self.hidden("client_id")
        self.page = self.client.post(address, data={**hidden, **fields}, follow_redirects=True)
        return self.page

    def begins(self, **more: str) -> str:
        """Begin a conversation; return the address of its page."""
        answer = self.sends("/chatt", language="sv", topic="sopor", text="Min tunna är borta.", **more)
        assert answer.status_code == 200
        return answer.request.path


@pytest.fixture
def citizen(client: FlaskClient, centre_of_chat: Centre) -> Citizen:
    """Somebody with a browser that runs no scripts."""
    return Citizen(client)


@pytest.fixture
def stored(app: Flask) -> Database:
    """The application's database."""
    found: Database = app.extensions["helpdesk.database"]
    return found


@pytest.fixture
def desk(stored: Database) -> Desk:
    """The agent's side."""
    return Desk(stored)


def test_a_conversation_from_the_first_word_to_the_answers(
    citizen: Citizen, stored: Database, desk: Desk, new_page: Callable[[], Page]
) -> None:
    where = citizen.begins()
    assert re.fullmatch(r"/chatt/samtal/[\w-]{22}", where)
    page = citizen.page.text
    assert 'http-equiv="refresh" content="20"' in page and "Min tunna är borta." in page
    assert "<textarea" not in page, "nothing is being written when the page looks again"
    citizen.looks(f"{where}?skriv=1")
    assert "http-equiv" not in citizen.page.text
    citizen.sends(where, text="Den gröna.")
    with stored.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert list(session.scalars(select(Message.text).order_by(Message.seq))) == [
            "Min tunna är borta.",
            "Den gröna.",
        ]
        key = {"contact": contact.public_id}
    agent_page = new_page()
    agent_page.key = key
    desk.takes(agent_page)
    desk.says(agent_page, "Vi ställer ut en ny: https://kommunen.example/sopor")
    citizen.looks(where)
    assert "http-equiv" not in citizen.page.text and "<textarea" in citizen.page.text
    assert '<a href="https://kommunen.example/sopor" rel="noopener">' in citizen.page.text
    assert ">Agent<" in citizen.page.text
    citizen.sends(where, text="Tack!")
    desk.resolves(agent_page)
    citizen.looks(where)
    assert "<textarea" not in citizen.page.text
    taken_along = citizen.client.get(f"{where}/utskrift")
    assert taken_along.mimetype == "text/plain" and "Tack!" in taken_along.text
    citizen.sends(f"{where}/svar", treatment="5", clarity="4")
    with stored.reading() as session:
        (facts,) = session.scalars(select(ContactEvent.facts).where(ContactEvent.kind == "rated"))
        assert facts == {"treatment": 5, "clarity": 4}
    assert 'name="treatment"' not in citizen.page.text


def test_the_key_lies_in_a_cookie_of_these_pages_and_nowhere_else(citizen: Citizen) -> None:
    answer = citizen.client.post(
        "/chatt",
        data={
            "csrf_token": citizen.hidden("csrf_token"),
            "client_id": citizen.hidden("client_id"),
            "language": "sv",
            "topic": "x",
        },
    )
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("chat_key=")]
    assert "HttpOnly" in cookie and "Path=/chatt" in cookie and "SameSite=Lax" in cookie
    key = cookie.split("=", 1)[1].split(";")[0]
    assert key not in answer.headers["Location"]
    assert key not in citizen.looks(answer.headers["Location"]).text


def test_somebody_else_sees_nothing(app: Flask, citizen: Citizen, stored: Database) -> None:
    where = citizen.begins()
    stranger = Citizen(app.test_client())
    assert stranger.looks(where).status_code == 404
    assert stranger.client.get(f"{where}/utskrift").status_code == 404
    stranger.looks("/chatt")
    other = stranger.begins()
    stranger.looks(f"{other}?skriv=1")
    assert stranger.sends(where, text="Jag är hen").status_code == 404
    stranger.looks(f"{other}?skriv=1")
    assert stranger.sends(f"{where}/lamna").status_code == 404
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 2
        assert session.scalars(select(Contact.stage)).all() == [Stage.WAITING] * 2


def test_looking_changes_nothing(citizen: Citizen, stored: Database) -> None:
    where = citizen.begins()
    with stored.reading() as session:
        before = session.execute(select(Contact.last_event, Contact.last_seq, Contact.citizen_seen_at)).all()
    for address in (
        where,
        f"{where}?skriv=1",
        f"{where}/utskrift",
        "/chatt",
        "/chatt/meddelande",
        "/chatt/forslag?q=bygg",
    ):
        assert citizen.looks(address).status_code == 200
    with stored.reading() as session:
        assert session.execute(select(Contact.last_event, Contact.last_seq, Contact.citizen_seen_at)).all() == before


def test_a_form_that_is_sent_twice_happens_once(citizen: Citizen, stored: Database) -> None:
    first = {name: citizen.hidden(name) for name in ("csrf_token", "client_id")}
    for _ in range(2):
        citizen.client.post("/chatt", data={**first, "language": "sv", "topic": "sopor"})
    again = citizen.client.post("/chatt", data={**first, "language": "sv", "topic": "bygglov"})
    assert again.status_code == 422 and "bygglov" in again.text
    with stored.reading() as session:
        contact = session.scalars(select(Contact)).one()
    citizen.looks(f"/chatt/samtal/{contact.public_id}?skriv=1")
    words = {name: citizen.hidden(name) for name in ("csrf_token", "client_id")}
    for _ in range(2):
        citizen.client.post(f"/chatt/samtal/{contact.public_id}", data={**words, "text": "Hej\r\ndär"})
    with stored.reading() as session:
        assert session.scalars(select(Message.text)).all() == ["Hej\ndär"]


def test_without_a_token_of_the_form_nothing_happens(app: Flask, citizen: Citizen, stored: Database) -> None:
    where = citizen.begins()
    for address in (where, f"{where}/lamna", f"{where}/svar", "/chatt", "/chatt/meddelande"):
        assert citizen.client.post(address, data={"text": "x"}).status_code == 400
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_what_is_missing_is_said_and_what_was_written_stays(citizen: Citizen, stored: Database) -> None:
    answer = citizen.sends("/chatt", language="sv", topic=" ", text="Min långa fråga")
    assert answer.status_code == 422
    assert 'href="#topic"' in answer.text and "Min långa fråga" in answer.text
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_whoever_leaves_the_line_loses_the_place_and_can_begin_again(citizen: Citizen, stored: Database) -> None:
    where = citizen.begins()
    assert citizen.sends(f"{where}/lamna").status_code == 200
    with stored.reading() as session:
        assert session.scalar(select(Contact.ended_as)) is EndedAs.ABANDONED
    assert "/chatt/samtal/" not in citizen.looks("/chatt").text


def test_words_that_come_after_the_end_are_kept_on_the_page(
    citizen: Citizen, desk: Desk, new_page: Callable[[], Page]
) -> None:
    where = citizen.begins()
    page = new_page()
    page.key = {"contact": where.rpartition("/")[2]}
    desk.takes(page)
    citizen.looks(where)
    desk.resolves(page, wrap_up_s=0)
    answer = citizen.sends(where, text="En sak till")
    assert answer.status_code == 409


def test_a_closed_door_offers_the_other_ways(citizen: Citizen, stored: Database) -> None:
    fields = {name: citizen.hidden(name) for name in ("csrf_token", "client_id")}
    with stored.transaction() as session:
        session.scalars(select(Door).where(Door.channel == Channel.CHAT)).one().closed_now = True
    refused = citizen.client.post("/chatt", data={**fields, "language": "sv", "topic": "sopor", "text": "Min fråga"})
    assert refused.status_code == 409
    assert "Min fråga" in refused.text, "it can be sent as a message as it stands"
    page = citizen.looks("/chatt")
    assert page.status_code == 200
    assert 'action="/chatt/meddelande"' in page.text and 'action="/chatt"' not in page.text and "tel:112" in page.text
    answer = citizen.sends(
        "/chatt/meddelande", text=f"Ring mig, {IDENTITY}", email="gunilla@invanare.example", phone="070-174 06 11"
    )
    assert answer.status_code == 200 and "K26" in answer.text
    with stored.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.channel, contact.stage) == (Channel.MESSAGE, Stage.WAITING)
        kept = session.execute(select(ContactAddress.kind, ContactAddress.value).order_by(ContactAddress.kind)).all()
        assert kept == [("email", "gunilla@invanare.example"), ("phone", "070-174 06 11")]
        assert "9802" not in (session.scalar(select(Message.text)) or "9802")


@pytest.mark.parametrize(
    ("field", "value"), [("email", "gunilla@"), ("phone", "ring mig"), ("text", " "), ("text", "x" * 4001)]
)
def test_a_message_that_cannot_be_answered_is_put_right_first(
    field: str, value: str, citizen: Citizen, stored: Database
) -> None:
    citizen.looks("/chatt/meddelande?lang=en")
    answer = citizen.sends("/chatt/meddelande", **{"text": "Hej", field: value})
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_a_librarys_address_is_not_shut_out_and_a_flood_is(app: Flask) -> None:
    def may_start_from(address: str) -> bool:
        with app.test_request_context("/chatt", environ_base={"REMOTE_ADDR": address}):
            return may_start()

    at_most = int(STARTS_PER_ADDRESS.split()[0])
    assert all(may_start_from("198.51.100.7") for _ in range(at_most))
    assert not may_start_from("198.51.100.7")
    assert may_start_from("198.51.100.8")
    assert all(may_start_from("127.0.0.1") for _ in range(at_most + 1)), "a proxy nobody told us of is everybody"
    assert all(may_start_from(f"2001:db8:1:2::{n:x}") for n in range(at_most))
    assert not may_start_from("2001:db8:1:2:ffff::1"), "one household"
    assert may_start_from("2001:db8:1:3::1")


def test_too_many_beginnings_are_answered_with_words(app: Flask, citizen: Citizen) -> None:
    with app.test_request_context("/chatt", environ_base={"REMOTE_ADDR": "198.51.100.9"}):
        while may_start():
            pass
    fields = {name: citizen.hidden(name) for name in ("csrf_token", "client_id")}
    answer = citizen.client.post(
        "/chatt", data={**fields, "language": "sv", "topic": "x"}, environ_base={"REMOTE_ADDR": "198.51.100.9"}
    )
    assert answer.status_code == 429


def test_what_might_help_at_once_is_asked_of_the_public_search(citizen: Citizen) -> None:
    assert "ansok-bygglov" in citizen.looks("/chatt/forslag?q=bygglov").text
    assert citizen.looks(f"/chatt/forslag?q={IDENTITY}").text.strip() == ""
    assert citizen.looks("/chatt/forslag").text.strip() == ""


@pytest.mark.parametrize("address", ["/chatt", "/chatt/meddelande"])
def test_each_page_has_one_heading_and_a_name_for_every_field(address: str, citizen: Citizen) -> None:
    page = citizen.looks(address).text
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))
    for field in re.findall(r"<(?:input|textarea)[^>]*>", page):
        if 'type="hidden"' in field or 'type="radio"' in field or 'type="checkbox"' in field:
            continue
        found = re.search(r'id="([^"]+)"', field)
        assert found and f'for="{found[1]}"' in page, field
    assert not re.search(r"<script(?![^>]*src)|style=|\son[a-z]+=", page)
