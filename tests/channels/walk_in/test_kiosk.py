"""The kiosk, without JavaScript: an errand, needs, a number; in the visitor's language; shut when the doors are."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.channels.walk_in.kiosk import opening, views
from helpdesk.channels.walk_in.models import Ticket
from helpdesk.contacts.doors.models import Schedule, ScheduleSpan, Site
from helpdesk.contacts.models import Contact, ContactNeed
from helpdesk.contacts.stages import Channel
from helpdesk.settings import change_setting
from tests.builders import Centre
from tests.channels.walk_in.pages import hidden, tickets
from tests.conftest import NOW


def press(client: FlaskClient, topic: str = "question", lang: str = "en", **more: str | list[str]) -> str:
    """Go through the kiosk and return the address of the third screen."""
    page = client.get(f"/kiosk/servicecenter/behov?topic={topic}&lang={lang}")
    answer = client.post("/kiosk/servicecenter", data={**hidden(page), **more})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_three_screens_lead_to_a_number(client: FlaskClient, app: Flask, settled: Callable[[], Centre]) -> None:
    settled()
    first = client.get("/kiosk/servicecenter?lang=en")
    assert first.status_code == 200
    assert "112" in first.text and 'name="topic" value="building"' in first.text
    second = client.get("/kiosk/servicecenter/behov?topic=building&lang=en")
    assert 'name="need" value="loop"' in second.text
    third = client.get(press(client, "building", need=["loop", "seat"]))
    assert "A001" in third.text and "You are next" in third.text and "Hearing loop" in third.text
    with app.extensions["helpdesk.database"].reading() as session:
        contact, ticket = session.scalars(select(Contact)).one(), session.scalars(select(Ticket)).one()
        assert (contact.channel, contact.language, contact.area) == (Channel.WALK_IN, "en", "bygga-bo-miljo")
        assert ticket.asked_for == "seat loop"


def test_the_letter_follows_the_errand(client: FlaskClient, app: Flask, settled: Callable[[], Centre]) -> None:
    settled()
    for topic in ("question", "help", "booked", "care"):
        press(client, topic)
    assert tickets(app) == ["A001", "A002", "B001", "C001"]


def test_a_double_touch_gives_one_number(client: FlaskClient, app: Flask, settled: Callable[[], Centre]) -> None:
    settled()
    form = hidden(client.get("/kiosk/servicecenter/behov?topic=question&lang=sv"))
    one, two = (client.post("/kiosk/servicecenter", data=form).headers["Location"] for _ in range(2))
    assert one == two
    assert tickets(app) == ["A001"]
    press(client)
    assert tickets(app) == ["A001", "A002"]


def test_another_language_is_a_need_and_the_page_speaks_english_and_greets_in_it(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre]
) -> None:
    settled()
    first = client.get("/kiosk/servicecenter?lang=ar")
    assert '<html lang="en"' in first.text
    assert 'lang="ar" dir="rtl">المس' in first.text
    press(client, lang="ar")
    with app.extensions["helpdesk.database"].reading() as session:
        assert session.scalars(select(ContactNeed.need)).all() == ["lang:ar"]


def test_what_the_visitor_before_chose_is_forgotten(client: FlaskClient, settled: Callable[[], Centre]) -> None:
    settled()
    assert '<html lang="fi"' in client.get("/kiosk/servicecenter?lang=fi").text
    assert '<html lang="sv"' in client.get("/kiosk/servicecenter").text


def test_the_code_opens_the_ticket_at_the_public_address_in_the_chosen_language(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre]
) -> None:
    settled()
    page = client.get(press(client, lang="fi"))
    with app.extensions["helpdesk.database"].reading() as session:
        token = session.scalars(select(Ticket.token)).one()
    wanted = segno.make(f"https://example.test/lapp/{token}?lang=fi", error="m", micro=False)
    drawn = re.search(r'<path stroke="#000" d="([^"]+)"', page.text)
    shape = re.search(r'd="(M4 4\.5[^"]+)"', wanted.svg_inline(omitsize=True, border=4, light="#fff"))
    assert drawn is not None and shape is not None and drawn[1] == shape[1]


def test_the_screen_starts_over_by_itself_also_without_scripts(
    client: FlaskClient, settled: Callable[[], Centre]
) -> None:
    settled()
    page = client.get(press(client))
    assert '<noscript><meta http-equiv="refresh" content="60;url=/kiosk/servicecenter"></noscript>' in page.text
    assert 'data-idle="60"' in page.text
    assert "http-equiv" not in client.get("/kiosk/servicecenter").text, "the first screen waits for whoever comes"


def test_a_full_room_still_gives_numbers_and_says_where_to_wait(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre]
) -> None:
    settled()
    with app.extensions["helpdesk.database"].transaction() as session:
        session.scalars(select(Site)).one().room_limit = 1
    assert "The waiting room is full" not in client.get("/kiosk/servicecenter?lang=en").text
    press(client)
    assert "The waiting room is full" in client.get("/kiosk/servicecenter?lang=en").text
    press(client)
    assert tickets(app) == ["A001", "A002"]


def test_when_the_doors_are_closed_there_is_no_number_but_words(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre], monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = settled()
    form = hidden(client.get("/kiosk/servicecenter/behov?topic=question&lang=en"))
    with app.extensions["helpdesk.database"].transaction() as session:
        door = session.merge(centre.doors[Channel.WALK_IN])
        door.always_open = False
        week = Schedule(door_id=door.id, valid_from=date(2026, 1, 1), changed_at=NOW)
        session.add(week)
        session.flush()
        session.add(ScheduleSpan(schedule_id=week.id, weekday=1, opens=time(8), closes=time(16)))
    monkeypatch.setattr(views, "now", lambda: NOW)
    page = client.get("/kiosk/servicecenter?lang=en")
    assert "We are closed. We open" in page.text and 'name="topic"' not in page.text
    assert client.get("/kiosk/servicecenter/behov?topic=question&lang=en").status_code == 302
    refused = client.post("/kiosk/servicecenter", data=form)
    assert refused.status_code == 409 and "We are closed" in refused.text
    assert tickets(app) == []


@pytest.mark.parametrize("topic", ["", "nonsense", "<script>"])
def test_an_errand_that_does_not_exist_leads_back_to_the_first_screen(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre], topic: str
) -> None:
    settled()
    form = hidden(client.get("/kiosk/servicecenter/behov?topic=question&lang=en"))
    answer = client.post("/kiosk/servicecenter", data=form | {"topic": topic})
    assert answer.status_code == 422 and "Please choose again" in answer.text and 'value="question"' in answer.text
    assert client.get("/kiosk/servicecenter/behov", query_string={"topic": topic}).status_code == 302
    assert tickets(app) == []


def test_a_place_that_does_not_exist_is_not_found(client: FlaskClient, settled: Callable[[], Centre]) -> None:
    settled()
    assert client.get("/kiosk/ingenstans").status_code == 404
    assert client.get("/kiosk/servicecenter/lapp/none").status_code == 404


def test_a_booked_visit_says_its_time(client: FlaskClient, app: Flask, settled: Callable[[], Centre]) -> None:
    settled()
    page = client.get("/kiosk/servicecenter/behov?topic=booked&lang=en")
    times = re.findall(r"<option>(\d\d:\d\d)</option>", page.text)
    assert len(times) == 11
    press(client, "booked", booked=times[4])
    with app.extensions["helpdesk.database"].reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert contact.waits_for.value == "booking"


def test_the_quarters_to_choose_from_lie_around_now() -> None:
    quarters = views.quarters_near(datetime(2026, 11, 23, 9, 22, tzinfo=UTC))
    assert (quarters[0], quarters[3], quarters[-1]) == ("09:45", "10:30", "12:15")


def locks(app: Flask, pin: str) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        change_setting(session, "kiosk.pin", pin, NOW)


def test_with_a_pin_only_screens_that_staff_opened_give_numbers(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre]
) -> None:
    settled()
    form = hidden(client.get("/kiosk/servicecenter/behov?topic=question&lang=en"))
    locks(app, "7731")
    assert client.get("/kiosk/servicecenter").headers["Location"] == "/kiosk/servicecenter/oppna"
    assert client.post("/kiosk/servicecenter", data=form).headers["Location"] == "/kiosk/servicecenter/oppna"
    assert tickets(app) == []
    asked = hidden(client.get("/kiosk/servicecenter/oppna?lang=en"))
    assert client.post("/kiosk/servicecenter/oppna", data=asked | {"pin": "7730"}).status_code == 422
    client.set_cookie("kiosk", "made-up")
    assert client.get("/kiosk/servicecenter").status_code == 302
    assert client.post("/kiosk/servicecenter/oppna", data=asked | {"pin": " 7731 "}).status_code == 302
    press(client)
    assert tickets(app) == ["A001"]
    locks(app, "8842")
    assert client.get("/kiosk/servicecenter").status_code == 302, "a new PIN ends what the old one opened"


def test_a_pin_is_not_guessed(
    client: FlaskClient, app: Flask, settled: Callable[[], Centre], monkeypatch: pytest.MonkeyPatch
) -> None:
    settled()
    locks(app, "7731")
    monkeypatch.setattr(opening, "MOST_WRONG_TRIES", 2)
    asked = hidden(client.get("/kiosk/servicecenter/oppna?lang=en"))
    for _ in range(2):
        assert client.post("/kiosk/servicecenter/oppna", data=asked | {"pin": "0000"}).status_code == 422
    refused = client.post(
        "/kiosk/servicecenter/oppna", data=asked | {"pin": "7731"}, headers={"Accept": "application/json"}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (422, "invalid")
    assert client.get("/kiosk/servicecenter").status_code == 302
