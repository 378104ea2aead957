"""The ticket on the visitor's phone: place, call, late, leave, back; live and without scripts; dead when the visit is over."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.calling import call_again, not_here
from helpdesk.channels.walk_in.queries import visit_by_token
from helpdesk.channels.walk_in.rules import Letter, Want
from helpdesk.clock import now
from helpdesk.contacts.stages import EndedAs, Outcome
from helpdesk.db import Database
from helpdesk.queue.actions import take_next
from helpdesk.queue.models import Agent
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.rules import Closing, ErrandSaid
from tests.builders import Centre
from tests.channels.walk_in.pages import hidden

ADDRESS = "/lapp/{}?lang=en"


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["helpdesk.database"]
    return found


@pytest.fixture
def agent_id(database: Database, settled: Callable[[], Centre]) -> int:
    settled()
    with database.transaction() as session:
        agent = session.scalars(select(Agent)).one()
        agent.desk = "3"
        return agent.id


def token_of(database: Database, *wants: Want, minutes_ago: int = 0) -> str:
    with database.transaction() as session:
        visitor = Arriving("servicecenter", Letter.QUESTION, wants=frozenset(wants))
        return take_ticket(session, visitor, now() - timedelta(minutes=minutes_ago)).token


def takes(database: Database, agent_id: int) -> str:
    with database.transaction() as session:
        contact = take_next(session, agent_id, now())
        assert contact is not None
        return contact.public_id


def misses(database: Database, agent_id: int) -> None:
    public_id = takes(database, agent_id)
    with database.transaction() as session:
        call_again(session, agent_id, public_id, now())
        not_here(session, agent_id, public_id, now())


def test_the_page_shows_the_number_the_place_and_what_was_asked_for(
    client: FlaskClient, database: Database, agent_id: int
) -> None:
    token_of(database, minutes_ago=3)
    page = client.get(ADDRESS.format(token_of(database, Want.LOOP)))
    assert page.status_code == 200
    assert "A002" in page.text and "One person before you" in page.text and "Hearing loop" in page.text
    assert "wait is probably" not in page.text, "no range is made up"
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in page.text


def test_the_page_says_when_and_where_it_is_the_visitors_turn(
    client: FlaskClient, database: Database, agent_id: int
) -> None:
    token = token_of(database)
    before = client.get(f"/lapp/{token}/live?since=0&lang=en").get_json()
    assert client.get(f"/lapp/{token}/live?since={before['version']}").status_code == 204
    takes(database, agent_id)
    after = client.get(f"/lapp/{token}/live?since={before['version']}&lang=en").get_json()
    assert after["version"] > before["version"]
    assert 'id="ticket-turn"' in after["fragments"]["ticket"] and "Go to Desk 3" in after["fragments"]["ticket"]


def test_leaving_gives_the_place_up_and_the_page_is_dead(
    client: FlaskClient, database: Database, agent_id: int
) -> None:
    token = token_of(database)
    page = client.get(ADDRESS.format(token))
    answer = client.post(f"/lapp/{token}/lamna", data=hidden(page, "/lamna"))
    assert answer.status_code == 302 and answer.headers["Location"] == f"/lapp/{token}"
    gone = client.get(ADDRESS.format(token))
    assert gone.status_code == 410
    assert "Your place in the queue has ended" in gone.text
    assert "data-live" not in gone.text and "http-equiv" not in gone.text
    with database.reading() as session:
        assert visit_by_token(session, token).contact.ended_as is EndedAs.LEFT


def test_a_helped_visitor_finds_the_visit_over(client: FlaskClient, database: Database, agent_id: int) -> None:
    token = token_of(database)
    public_id = takes(database, agent_id)
    with database.transaction() as session:
        resolve(session, agent_id, public_id, Closing(Outcome.SOLVED, (ErrandSaid(None),)), now())
    page = client.get(ADDRESS.format(token))
    assert page.status_code == 410 and "Thank you for coming" in page.text


def test_whoever_was_not_there_comes_back_once(client: FlaskClient, database: Database, agent_id: int) -> None:
    token = token_of(database)
    with database.reading() as session:
        due_at = visit_by_token(session, token).contact.due_at
    misses(database, agent_id)
    page = client.get(ADDRESS.format(token))
    assert page.status_code == 200 and "I am here now" in page.text
    form = hidden(page, "/har")
    for _ in range(2):
        assert client.post(f"/lapp/{token}/har", data=form).status_code == 302
    assert "You are next" in client.get(ADDRESS.format(token)).text
    with database.reading() as session:
        assert visit_by_token(session, token).contact.due_at == due_at
    misses(database, agent_id)
    again = client.get(ADDRESS.format(token))
    assert again.status_code == 410 and "I am here now" not in again.text
    refused = client.post(f"/lapp/{token}/har", data=form | {"once": "another-key"})
    assert refused.status_code == 409


def test_being_late_is_chosen_on_a_page_of_its_own(client: FlaskClient, database: Database, agent_id: int) -> None:
    token = token_of(database)
    page = client.get(f"/lapp/{token}/sen?lang=en")
    form = hidden(page)
    assert client.post(f"/lapp/{token}/sen", data=form | {"minutes": "11"}).status_code == 422
    answer = client.post(f"/lapp/{token}/sen", data=form | {"minutes": "20"})
    assert answer.status_code == 302
    shown = client.get(ADDRESS.format(token)).text
    assert "We let others go first until" in shown and "before you" not in shown
    client.post(f"/lapp/{token}/lamna", data=hidden(client.get(ADDRESS.format(token)), "/lamna"))
    assert client.get(f"/lapp/{token}/sen").status_code == 302


def test_the_ticket_on_paper_has_the_number_and_the_code(
    client: FlaskClient, database: Database, agent_id: int
) -> None:
    page = client.get(f"/lapp/{token_of(database, Want.SEAT)}/utskrift?lang=en")
    assert "A001" in page.text and "<svg" in page.text and "Seat near the desk" in page.text


@pytest.mark.parametrize("path", ["", "/live", "/sen", "/utskrift"])
def test_nobody_guesses_a_ticket(client: FlaskClient, agent_id: int, path: str) -> None:
    assert client.get(f"/lapp/A001{path}").status_code == 404


def test_nothing_happens_without_the_forms_token(
    app: Flask, client: FlaskClient, database: Database, agent_id: int
) -> None:
    token = token_of(database)
    for what in ("lamna", "har", "sen"):
        assert client.post(f"/lapp/{token}/{what}", data={"minutes": "10"}).status_code == 400
    with database.reading() as session:
        assert visit_by_token(session, token).contact.ended_as is None
