"""The waiting-room screen, the reception and the desk's buttons, through the client."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.channels.walk_in.rules import Letter
from helpdesk.clock import now
from helpdesk.contacts.doors.models import Site
from helpdesk.contacts.models import Contact, ContactEvent
from helpdesk.contacts.stages import EndedAs, WaitsFor
from helpdesk.db import Database
from helpdesk.queue.actions import take_next
from helpdesk.queue.models import Agent
from tests.builders import Centre
from tests.channels.walk_in.pages import hidden, sign_in, tickets


@pytest.fixture
def database(app: Flask, settled: Callable[[], Centre]) -> Database:
    settled()
    found: Database = app.extensions["helpdesk.database"]
    with found.transaction() as session:
        session.scalars(select(Agent)).one().desk = "3"
    return found


def arrives(database: Database, letter: Letter = Letter.QUESTION, topic: str | None = None) -> str:
    with database.transaction() as session:
        return take_ticket(session, Arriving("servicecenter", letter, topic=topic), now()).label


def taken(database: Database) -> str:
    """Let the agent take the next visitor; return the contact's public id."""
    with database.transaction() as session:
        contact = take_next(session, session.scalars(select(Agent.id)).one(), now())
        assert contact is not None
        return contact.public_id


def test_the_screen_shows_numbers_and_desks_and_nothing_else(client: FlaskClient, database: Database) -> None:
    arrives(database, topic="Secret errand")
    arrives(database)
    arrives(database, Letter.HELP)
    taken(database)
    page = client.get("/skarm/servicecenter?lang=en")
    assert page.status_code == 200
    assert 'data-called="A001" data-place="Desk 3"' in page.text
    assert "A002" in page.text and "C001" in page.text and "1 waits" in page.text
    assert "Secret errand" not in page.text


def test_the_screen_asks_for_news_every_two_seconds_and_gets_them_once(client: FlaskClient, database: Database) -> None:
    page = client.get("/skarm/servicecenter?lang=en")
    assert 'data-every="2"' in page.text and "Nobody has been called yet" in page.text
    arrives(database)
    news = client.get("/skarm/servicecenter/live?since=0&lang=en").get_json()
    assert "A001" in news["fragments"]["screen"]
    assert client.get(f"/skarm/servicecenter/live?since={news['version']}&lang=en").status_code == 204
    assert "The numbers may be old" in page.text
    assert client.get("/skarm/ingenstans").status_code == 404
    assert client.get("/skarm/ingenstans/live").status_code == 404


def test_the_last_called_stay_until_others_are_called(client: FlaskClient, database: Database) -> None:
    sign_in(client, "agent")
    arrives(database)
    public_id = taken(database)
    for path in ("ropa", "inte-har"):
        client.post(f"/besok/{public_id}/{path}", data={"csrf_token": csrf(client)})
    assert 'data-called="A001"' in client.get("/skarm/servicecenter?lang=en").text


def csrf(client: FlaskClient) -> str:
    return hidden(client.get("/mottagning?lang=en"))["csrf_token"]


def test_a_host_registers_a_visitor_and_sees_the_room(client: FlaskClient, app: Flask, database: Database) -> None:
    sign_in(client, "host")
    page = client.get("/mottagning?lang=en")
    assert page.status_code == 200 and "Nobody is waiting" in page.text
    form = hidden(page, "/mottagning") | {"letter": "C", "language": "fi", "topic": "E-ID", "need": ["loop"]}
    locations = [client.post("/mottagning", data=form).headers["Location"] for _ in range(2)]
    assert locations[0] == locations[1]
    after = client.get(locations[0] + "&lang=en")
    assert tickets(app) == ["C001"]
    assert "is in the queue" in after.text and "Hearing loop" in after.text and "E-ID" in after.text
    assert "/utskrift" in after.text
    with database.reading() as session:
        contact = session.scalars(select(Contact)).one()
        event = session.scalars(select(ContactEvent).order_by(ContactEvent.n)).first()
        assert (contact.language, contact.topic) == ("fi", "E-ID")
        assert event is not None and event.actor.value == "agent" and event.account_id is not None


def test_the_kind_of_errand_is_enough(client: FlaskClient, app: Flask, database: Database) -> None:
    sign_in(client, "host")
    form = hidden(client.get("/mottagning?lang=en"), "/mottagning")
    assert client.post("/mottagning", data=form | {"letter": "A"}).status_code == 302
    assert tickets(app) == ["A001"]


def test_a_booked_time_makes_a_booked_visit(client: FlaskClient, app: Flask, database: Database) -> None:
    sign_in(client, "host")
    form = hidden(client.get("/mottagning?lang=en"), "/mottagning")
    assert client.post("/mottagning", data=form | {"letter": "A", "booked": "9.30"}).status_code == 302
    assert tickets(app) == ["B001"]
    with database.reading() as session:
        assert session.scalars(select(Contact.waits_for)).one() is WaitsFor.BOOKING


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("booked", "half ten", "Write the time with hours and minutes"),
        ("booked", "25:00", "Write the time with hours and minutes"),
        ("topic", "x" * 121, "Use at most 120 characters"),
        ("letter", "Z", "Not a valid choice"),
    ],
)
def test_what_cannot_be_understood_is_said_in_words_and_nothing_is_issued(
    client: FlaskClient, app: Flask, database: Database, field: str, value: str, words: str
) -> None:
    sign_in(client, "host")
    form = hidden(client.get("/mottagning?lang=en"), "/mottagning")
    answer = client.post("/mottagning", data={**form, "letter": "A", field: value})
    assert answer.status_code == 422 and words in answer.text
    assert tickets(app) == []


def test_the_reception_sees_a_full_room_and_follows_it_live(client: FlaskClient, database: Database) -> None:
    sign_in(client, "host")
    with database.transaction() as session:
        session.scalars(select(Site)).one().room_limit = 2
    first = client.get("/mottagning/live?since=0&lang=en")
    assert first.status_code == 204 or "The room is full" not in first.get_json()["fragments"]["room"]
    arrives(database)
    arrives(database)
    news = client.get("/mottagning/live?since=0&lang=en").get_json()
    assert "The room is full" in news["fragments"]["room"] and "A002" in news["fragments"]["room"]
    assert client.get(f"/mottagning/live?since={news['version']}").status_code == 204


@pytest.mark.parametrize("who", ["officer", "board-reader", "editor"])
def test_the_reception_is_for_the_service_centre(client: FlaskClient, database: Database, who: str) -> None:
    sign_in(client, who)
    assert client.get("/mottagning").status_code == 403
    assert client.get("/mottagning/live").status_code == 403


def test_the_reception_asks_for_a_sign_in(client: FlaskClient, database: Database) -> None:
    assert client.get("/mottagning").headers["Location"].startswith("/logga-in")


def test_the_agent_calls_again_once_for_each_press(client: FlaskClient, database: Database) -> None:
    sign_in(client, "agent")
    arrives(database)
    public_id = taken(database)
    press = {"csrf_token": csrf(client), "once": "press-number-one", "next": "/mottagning"}
    for _ in range(2):
        answer = client.post(f"/besok/{public_id}/ropa", data=press)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/mottagning")
    with database.reading() as session:
        assert session.scalars(select(Ticket.calls)).one() == 2
    again = client.post(
        f"/besok/{public_id}/ropa", data=press | {"once": "press-number-two"}, headers={"Accept": "application/json"}
    )
    assert again.get_json()["kind"] == "ok"
    refused = client.post(
        f"/besok/{public_id}/ropa", data=press | {"once": "press-number-three"}, headers={"Accept": "application/json"}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (409, "wrong_stage")


def test_not_here_ends_the_visit_and_leads_back_to_the_workspace(client: FlaskClient, database: Database) -> None:
    sign_in(client, "agent")
    arrives(database)
    public_id = taken(database)
    form = {"csrf_token": csrf(client), "next": "https://elsewhere.example/"}
    early = client.post(f"/besok/{public_id}/inte-har", data=form)
    assert early.status_code == 409
    client.post(f"/besok/{public_id}/ropa", data=form)
    answer = client.post(f"/besok/{public_id}/inte-har", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/arbetsyta")
    with database.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert contact.ended_as is EndedAs.NO_SHOW
        assert session.scalars(select(Agent.load)).one() == 0


def test_only_an_agent_calls(client: FlaskClient, database: Database) -> None:
    arrives(database)
    public_id = taken(database)
    sign_in(client, "host")
    assert client.post(f"/besok/{public_id}/ropa", data={"csrf_token": csrf(client)}).status_code == 403


def test_whoever_is_late_is_not_shown_as_next(client: FlaskClient, database: Database) -> None:
    label = arrives(database)
    with database.transaction() as session:
        session.scalars(select(Contact)).one().ready_at = now() + timedelta(minutes=10)
    assert label not in client.get("/skarm/servicecenter?lang=en").text
