"""Every call that changes something, twice with one key: done once, answered alike; with another body it is refused."""

import re
from typing import Any

from flask import Flask

from helpdesk.api.routes import api
from helpdesk.clock import now
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.people.rules import Role
from helpdesk.queue.giving.actions import offer
from tests.api.conftest import Caller
from tests.everyday import Everyday, dump

SOLVED = {"outcome": "solved", "errands": [{"service": "ansok-bygglov", "reason": "login"}]}
REQUEST = {"title": "Inloggning", "lead": "bygg", "reasons": ["login"], "text": "Många kommer inte in."}
NOTED: dict[str, Any] = {"note": "Något annat"}
TASK = {"department": "bygg", "text": "Ring upp.", "basis": "consent"}
TALKING, HELD, CHAT = 0, 1, 3
"""Which of the day's contacts."""
DAY_OF_WORK: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = [
    ("/contacts", 0, {"channel": "walk_in"}, {"channel": "chat"}),
    ("/contacts/<contact>/messages", TALKING, {"text": "Hej", "client_id": "x"}, {"text": "Nej", "client_id": "x"}),
    ("/contacts/<contact>/notes", TALKING, {"text": "Ringde igen."}, {"text": "Ringde inte."}),
    ("/contacts/<contact>/pain-points", TALKING, {"reason": "login"}, {"reason": "other"}),
    ("/contacts/<contact>/hold", TALKING, {}, NOTED),
    ("/contacts/<contact>/resume", HELD, {}, NOTED),
    ("/contacts/<contact>/handovers", HELD, TASK, TASK | {"text": "Skriv."}),
    ("/contacts/<contact>/release", TALKING, {"note": "Fel språk"}, {}),
    ("/contacts/<contact>/decline", TALKING, {}, NOTED),
    ("/contacts/<contact>/accept", TALKING, {}, NOTED),
    ("/contacts/<contact>/release", TALKING, {"note": "Fel igen"}, {}),
    ("/contacts/<contact>/take", CHAT, {}, NOTED),
    ("/contacts/<contact>/resolve", CHAT, SOLVED, SOLVED | {"note": "Klart."}),
    ("/contacts/next", 0, {}, {"note": "finns inte"}),
    ("/handovers/<handover>/reply", 0, {"text": "Vi har ringt."}, {"text": "Vi ringer."}),
    ("/change-requests", 0, REQUEST, REQUEST | {"title": "Annat"}),
    ("/change-requests/<request>/comments", 0, {"text": "Vi tittar."}, {"text": "Vi tittar inte."}),
]
"""Every POST of the API, in an order in which each can be done: the body, and another body."""


def test_every_post_is_in_the_day() -> None:
    assert {path for path, *_ in DAY_OF_WORK} == {one.path for one in api.operations if one.method == "POST"}


def test_the_same_key_does_it_once_and_another_body_is_refused(app: Flask, day: Everyday, all_round: Caller) -> None:
    database = app.extensions["helpdesk.database"]
    for number, (path, which, body, other) in enumerate(DAY_OF_WORK):
        address = re.sub(r"<(\w+)>", lambda found, which=which: day.known[found[1]][which], path)
        key = f"key {number}"
        if path.endswith(("/accept", "/decline")):
            with database.transaction() as session:
                contact = contact_by_public_id(session, day.known["contact"][which])
                assert offer(session, day.viewers[Role.AGENT].agent_id, contact.id, now())
        before = dump(database)
        first = all_round("POST", address, body, Idempotency_Key=key)
        after = dump(database)
        assert first.status_code in (200, 201), (address, first.get_json())
        assert after != before and "Idempotency-Replayed" not in first.headers
        again = all_round("POST", address, body, Idempotency_Key=key)
        assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
        assert again.headers["Idempotency-Replayed"] == "true" and again.headers.get("ETag") == first.headers.get(
            "ETag"
        )
        refused = all_round("POST", address, other, Idempotency_Key=key)
        assert refused.status_code == 422
        assert refused.get_json()["code"] == ("key_reused" if path != "/contacts/next" else "invalid")
        assert dump(database) == after


def test_somebody_elses_key_is_another_key(app: Flask, calls_as: Any) -> None:
    one, other = calls_as("agent"), calls_as("agent")
    made = [caller("POST", "/contacts", {"channel": "chat"}, Idempotency_Key="k").get_json() for caller in (one, other)]
    assert made[0]["id"] != made[1]["id"]


def test_what_was_refused_may_be_sent_again_with_its_key(day: Everyday, all_round: Caller) -> None:
    chat = day.known["contact"][CHAT]
    no_room = all_round("POST", f"/contacts/{chat}/take", {}, Idempotency_Key="k")
    assert (no_room.status_code, no_room.get_json()["code"]) == (409, "full")
    assert all_round("POST", f"/contacts/{day.known['contact'][TALKING]}/release", {}).status_code == 200
    assert all_round("POST", f"/contacts/{chat}/take", {}, Idempotency_Key="k").status_code == 200
