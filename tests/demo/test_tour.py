"""The tour: five ways in with one click each, at the machine itself and nowhere else; none of it outside the demo."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.contacts.models import Contact
from helpdesk.db import Database
from helpdesk.demo.accounts import PEOPLE
from helpdesk.queue.models import Agent, AgentState
from helpdesk.settings import settings
from tests.conftest import NOW
from tests.demo.conftest import settle_people

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"')


@pytest.fixture
def here(demo_app: Flask) -> FlaskClient:
    """A browser at the machine itself, with the demo's people built."""
    settle_people(demo_app)
    return demo_app.test_client()


def token(browser: FlaskClient) -> str:
    """Return the token that a form of the tour carries."""
    found = TOKEN.search(browser.get("/?lang=en").text)
    assert found
    return found.group(1)


def test_five_cards_lead_into_the_demo(here: FlaskClient) -> None:
    page = here.get("/?lang=en")

    assert page.status_code == 200
    assert page.text.count('class="card tour__card"') == 5
    assert page.text.count("<h1") == 1
    assert 'href="http://localhost/chatt"' in page.text
    assert "<svg" in page.text.split("tour__code")[1]
    assert 'href="/kiosk/servicecenter"' in page.text
    posts = FORM.findall(page.text)
    assert {f"/demo/logga-in/{person.first}" for person in PEOPLE} | {"/demo/live"} <= set(posts)


@pytest.mark.parametrize(
    ("who", "first_page"), [("maria", "/arbetsyta"), ("henrik", "/overlamningar"), ("anna", "/resultat")]
)
def test_one_click_signs_in_and_leads_to_the_work(here: FlaskClient, who: str, first_page: str) -> None:
    answer = here.post(f"/demo/logga-in/{who}", data={"csrf_token": token(here)})

    assert answer.status_code == 302
    assert answer.location == first_page
    assert here.get(first_page).status_code == 200


def test_an_agent_who_signs_in_here_is_available_at_once(here: FlaskClient, demo_app: Flask) -> None:
    here.post("/demo/logga-in/maria", data={"csrf_token": token(here)})

    database: Database = demo_app.extensions["helpdesk.database"]
    with database.reading() as session:
        states = dict(session.execute(select(Agent.name, Agent.state)).all())  # type: ignore[arg-type]
    assert states["Maria Lindqvist"] is AgentState.AVAILABLE
    assert states["Aino Virtanen"] is AgentState.OFFLINE


def test_nobody_signs_in_without_a_token_or_as_somebody_who_only_stands_in_the_history(here: FlaskClient) -> None:
    assert here.post("/demo/logga-in/maria").status_code == 400
    assert here.post("/demo/logga-in/jonas", data={"csrf_token": token(here)}).status_code == 404
    assert here.post("/demo/logga-in/nobody", data={"csrf_token": token(here)}).status_code == 404
    assert here.get("/demo/logga-in/maria").status_code == 405


@pytest.mark.parametrize("path", ["/demo/logga-in/maria", "/demo/live"])
def test_from_another_machine_there_are_no_doors_without_a_password(here: FlaskClient, path: str) -> None:
    value = token(here)
    answer = here.post(path, data={"csrf_token": value}, environ_overrides=ELSEWHERE)
    assert answer.status_code == 404
    answer = here.post(path, data={"csrf_token": value}, base_url="http://demo.example")
    assert answer.status_code in (400, 404)
    page = here.get("/?lang=en", environ_overrides=ELSEWHERE).text
    assert FORM.findall(page) == []
    assert "demo-accounts.json" in page
    assert here.get("/arbetsyta").status_code == 302


def test_another_name_for_this_machine_opens_nothing(demo_app: Flask) -> None:
    settle_people(demo_app)
    browser = demo_app.test_client()
    base = {"base_url": "http://demo.example"}
    assert FORM.findall(browser.get("/?lang=en", **base).text) == []

    demo_app.config["WTF_CSRF_ENABLED"] = False
    assert browser.post("/demo/logga-in/maria", **base).status_code == 404
    assert browser.post("/demo/logga-in/maria", base_url="http://127.0.0.1:5000").status_code == 302


def test_whoever_comes_through_a_proxy_that_nobody_told_us_of_is_not_here(here: FlaskClient) -> None:
    value = token(here)

    answer = here.post("/demo/logga-in/maria", data={"csrf_token": value}, headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.status_code == 404
    assert here.post("/demo/logga-in/maria", data={"csrf_token": value}, base_url="http://[::1]").status_code != 404


def test_the_played_day_is_stopped_and_started_with_a_button(here: FlaskClient, demo_app: Flask) -> None:
    database: Database = demo_app.extensions["helpdesk.database"]

    def is_playing() -> bool:
        with database.reading() as session:
            return settings(session).is_on("demo.live")

    assert not is_playing()
    here.post("/demo/live", data={"csrf_token": token(here)})
    assert is_playing()
    here.post("/demo/live", data={"csrf_token": token(here)})
    assert not is_playing()


def test_a_service_leads_to_a_page_that_says_what_would_open(demo_app: Flask, peopled: Callable[[], Database]) -> None:
    peopled()
    browser = demo_app.test_client()

    page = browser.get("/demo/tjanst/ansok-bygglov?lang=en")

    assert page.status_code == 200
    assert "/e-tjanster/ansok-bygglov" in page.text
    assert 'href="/chatt"' in page.text
    assert browser.get("/demo/tjanst/nothing-like-that").status_code == 404
    assert "/demo/tjanst/ansok-bygglov" in browser.get("/e-tjanster/ansok-bygglov?lang=en").text
    with demo_app.extensions["helpdesk.database"].reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_outside_the_demo_none_of_it_exists(client: FlaskClient) -> None:
    assert client.get("/demo/tjanst/ansok-bygglov").status_code == 404
    assert client.post("/demo/live").status_code in (400, 404)
    assert client.post("/demo/logga-in/maria").status_code in (400, 404)
    assert "tour__card" not in client.get("/").text
    assert not any(rule.endpoint.startswith("demo.") for rule in client.application.url_map.iter_rules())
    assert NOW
