"""The namespace /chat as others were promised it: shapes, refusals, and twice is once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.contacts.models import Contact, ContactEvent, ContactNeed, Message, SealedText
from helpdesk.contacts.stages import EndedAs, Stage
from helpdesk.db import Database
from tests.channels.chat.conftest import Page, new_id

SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
IDENTITY = "19900101-9802"
"""An identity number that the tax agency has set aside for tests."""


@pytest.fixture
def stored(app: Flask) -> Database:
    """The application's database."""
    found: Database = app.extensions["helpdesk.database"]
    return found


def test_a_conversation_begins(page: Page) -> None:
    answer = page.starts(topic="sopor", text="Hej!", name="Gunilla")
    assert set(answer) == {"ok", "contact", "token", "number", "position", "wait"}
    assert answer["ok"] is True
    assert re.fullmatch(r"K\d{8}", answer["number"])
    assert (answer["position"], answer["wait"]) == (1, None)
    (message,) = page.hears("message")
    assert re.fullmatch(SECONDS, message.pop("at"))
    assert message == {
        "contact": answer["contact"],
        "seq": 1,
        "kind": "text",
        "author": "citizen",
        "name": "Gunilla",
        "text": "Hej!",
    }


def test_two_who_wait_have_places_after_one_another(new_page: Callable[[], Page]) -> None:
    assert [new_page().starts()["position"] for _ in range(3)] == [1, 2, 3]


def test_beginning_again_with_the_same_client_id_gives_the_same_conversation(
    new_page: Callable[[], Page], stored: Database
) -> None:
    said = {"client_id": new_id(), "language": "fi", "topic": "roskat", "text": "Hei", "needs": ["skill:bygg"]}
    first, again, elsewhere = new_page(), new_page(), {**said, "client_id": said["client_id"].upper()}
    answer = first.ask("start", said)
    assert [again.ask("start", said), first.ask("start", elsewhere)] == [answer, answer]
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
        assert session.scalar(select(func.count()).select_from(Message)) == 1
        assert set(session.scalars(select(ContactNeed.need))) == {"lang:fi", "skill:bygg"}


def test_the_same_client_id_with_another_beginning_is_refused(page: Page, stored: Database) -> None:
    client_id = new_id()
    assert page.starts(client_id=client_id, text="Hej")["ok"]
    for other in ({"text": "Hej då"}, {"text": "Hej", "topic": "x"}, {"text": "Hej", "language": "en"}, {}):
        assert page.starts(client_id=client_id, **other)["error"] == "key_reused"
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_what_is_said_is_stored_before_it_is_acknowledged(page: Page, stored: Database) -> None:
    page.starts()
    answer = page.says("Min soptunna är borta.")
    assert (answer["ok"], answer["seq"]) == (True, 1)
    assert re.fullmatch(SECONDS, answer["at"])
    with stored.reading() as session:
        assert session.execute(select(Message.seq, Message.text)).all() == [(1, "Min soptunna är borta.")]


def test_said_twice_is_said_once(page: Page, stored: Database) -> None:
    page.starts()
    client_id = new_id()
    first = page.says("Hej", client_id)
    assert page.says("Hej", client_id) == first
    assert page.says("Hej!", client_id)["error"] == "key_reused"
    assert page.says("Hej", new_id())["seq"] == 2
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 2
    assert [one["seq"] for one in page.hears("message")] == [1, 2]


def test_every_open_page_of_the_conversation_hears_it(new_page: Callable[[], Page]) -> None:
    first, second, stranger = new_page(), new_page(), new_page()
    first.starts()
    stranger.starts()
    second.resumes(key=first.key)
    client_id = new_id()
    first.says("Hej", client_id)
    second.says("från den andra fliken")
    for one in (first, second):
        assert [(m["seq"], m["text"]) for m in one.hears("message")] == [(1, "Hej"), (2, "från den andra fliken")]
    assert stranger.hears("message") == []


def test_an_identity_number_is_masked_where_it_is_stored_echoed_and_resumed(page: Page, stored: Database) -> None:
    page.starts(topic=f"om {IDENTITY}", name=IDENTITY)
    client_id = new_id()
    text = f"Jag heter Eva, {IDENTITY}."
    assert page.says(text, client_id)["seq"] == 1
    assert page.says(text, client_id)["seq"] == 1, "the same words again, which are stored otherwise"
    (echo,) = page.hears("message")
    (read,) = page.resumes()["messages"]
    assert echo == read
    assert "9802" not in echo["text"] and echo["text"].startswith("Jag heter Eva, ●")
    assert echo["client_id"] == client_id
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(SealedText)) == 1
        assert "9802" not in (session.scalar(select(Contact.topic)) or "")


def test_a_page_comes_back_to_what_it_has_not_seen(new_page: Callable[[], Page]) -> None:
    first, later = new_page(), new_page()
    first.starts(text="ett")
    for text in ("två", "tre"):
        first.says(text)
    first.leaves_the_line()
    answer = later.resumes(1, first.key)
    assert {name: answer[name] for name in ("ok", "stage", "last_seq", "more")} == {
        "ok": True,
        "stage": "waiting",
        "last_seq": 3,
        "more": False,
    }
    assert [one["text"] for one in answer["messages"]] == ["två", "tre"]
    assert later.hears("queue") == [{"position": 1, "wait": None}]
    assert later.resumes(3)["messages"] == []
    assert later.resumes(99)["messages"] == []


def test_a_long_conversation_comes_in_pieces_of_two_hundred(page: Page) -> None:
    page.starts()
    for n in range(205):
        assert page.says(f"rad {n}")["seq"] == n + 1
    first = page.resumes(0)
    assert (len(first["messages"]), first["more"], first["last_seq"]) == (200, True, 205)
    rest = page.resumes(first["messages"][-1]["seq"])
    assert ([one["seq"] for one in rest["messages"]], rest["more"]) == ([201, 202, 203, 204, 205], False)


def test_a_key_that_is_not_the_conversations_opens_nothing(new_page: Callable[[], Page], stored: Database) -> None:
    mine, other = new_page(), new_page()
    mine.starts(text="hemligt")
    other.starts()
    contact, token = mine.key["contact"], mine.key["token"]
    wrong = [
        {"contact": contact, "token": other.key["token"]},
        {"contact": other.key["contact"], "token": token},
        {"contact": contact, "token": token[:-2] + ("AA" if token[-2:] != "AA" else "BB")},
        {"contact": contact, "token": contact},
        {"contact": "nobody", "token": "nothing.at-all"},
    ]
    more = {"say": {"client_id": new_id(), "text": "x"}, "seen": {"seq": 1}, "rate": {"ease": 5}}
    for call in ("say", "resume", "typing", "seen", "leave", "rate"):
        for key in wrong:
            answer = other.ask(call, {**key, **more.get(call, {})})
            assert (answer["ok"], answer["error"]) == (False, "unknown"), (call, key)
            assert set(answer) == {"ok", "error", "message"}
    assert other.hears("message") == []
    with stored.reading() as session:
        assert session.scalar(select(Contact.ended_as).where(Contact.public_id == contact)) is None


START = {"client_id": "6f1c4a52-5a0e-4b5e-9a53-0d6f7b1f9c11", "language": "sv"}
MALFORMED: list[tuple[tuple[Any, ...], str | None]] = [
    ((), None),
    ((None,), None),
    (([],), None),
    (([START],), None),
    ((7,), None),
    (("start",), None),
    ((START, START), None),
    ((b"\x00\x01",), None),
    (({"language": "sv"},), "client_id"),
    (({**START, "language": None},), "language"),
    (({**START, "language": "svenska"},), "language"),
    (({**START, "client_id": 7},), "client_id"),
    (({**START, "client_id": "6f1c4a52-5a0e-1b5e-9a53-0d6f7b1f9c11"},), "client_id"),
    (({**START, "client_id": "{6f1c4a52-5a0e-4b5e-9a53-0d6f7b1f9c11}"},), "client_id"),
    (({**START, "client_id": START["client_id"] + "\n"},), "client_id"),
    (({**START, "text": ""},), "text"),
    (({**START, "text": " \n\t"},), "text"),
    (({**START, "text": "a\0b"},), "text"),
    (({**START, "text": ["hej"]},), "text"),
    (({**START, "text": {"a": {"b": {"c": []}}}},), "text"),
    (({**START, "text": "\ud800"},), "text"),
    (({**START, "topic": "x" * 201},), "topic"),
    (({**START, "needs": "lang:fi"},), "needs"),
    (({**START, "needs": ["lang:fi", 3]},), "needs.1"),
    (({**START, "needs": ["wishes:everything"]},), "needs.0"),
    (({**START, "needs": ["lang:fi"] * 11},), "needs"),
    (({**START, "priority": "urgent"},), "priority"),
    (({**START, "__proto__": {}},), "__proto__"),
]


def test_what_cannot_be_read_is_refused_and_nothing_is_stored(page: Page, stored: Database) -> None:
    for said, field in MALFORMED:
        answer = page.ask("start", *said)
        assert (answer["ok"], answer["error"]) == (False, "bad_request"), said
        assert answer["message"]
        assert (field is None and "fields" not in answer) or list(answer["fields"]) == [field], said
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
    assert page.starts()["ok"], "the line goes on"


def test_the_longest_text_is_taken_and_one_character_more_is_not(page: Page) -> None:
    page.starts()
    assert page.says("å" * 4_000)["ok"]
    answer = page.says("å" * 4_001)
    assert (answer["error"], list(answer["fields"])) == ("too_long", ["text"])
    assert page.starts(text="x" * 900_000)["error"] == "too_long"
    assert (
        page.ask("say", {**page.key, "client_id": new_id(), "text": "x" * 4_001, "extra": 1})["error"] == "bad_request"
    )


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("say", {"client_id": "", "text": "x"}, "client_id"),
    ("say", {"client_id": "x" * 65, "text": "x"}, "client_id"),
    ("say", {"text": "x"}, "client_id"),
    ("resume", {"after": -1}, "after"),
    ("resume", {"after": True}, "after"),
    ("resume", {"after": "1"}, "after"),
    ("resume", {"after": 2**70}, "after"),
    ("seen", {}, "seq"),
    ("seen", {"seq": 1.5}, "seq"),
    ("rate", {"treatment": 0}, "treatment"),
    ("rate", {"treatment": 6}, "treatment"),
    ("rate", {"ease": True}, "ease"),
    ("typing", {"on": True}, "on"),
    ("leave", {"why": "x"}, "why"),
]


def test_each_call_says_which_field_is_wrong(page: Page) -> None:
    page.starts()
    for call, more, field in WRONG:
        answer = page.ask(call, {**page.key, **more})
        assert (answer["error"], list(answer["fields"])) == ("bad_request", [field]), (call, more)


def test_a_call_that_does_not_exist_is_refused(page: Page) -> None:
    assert page.ask("subscribe", {"to": "everything"})["error"] == "bad_request"


def test_whoever_goes_while_waiting_has_given_up(page: Page, stored: Database) -> None:
    page.starts(text="Hej")
    assert page.ask("leave", page.key) == {"ok": True}
    assert page.hears("closed") == [{"reason": "abandoned"}]
    assert page.ask("leave", page.key) == {"ok": True}, "again is harmless"
    with stored.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.stage, contact.ended_as) == (Stage.CLOSED, EndedAs.ABANDONED)
    assert page.says("Är ni där?")["error"] == "closed"
    assert page.resumes()["stage"] == "closed"
    assert page.hears("closed") == [{"reason": "abandoned"}]


def test_how_it_was_is_told_once_when_it_is_over(page: Page, stored: Database) -> None:
    page.starts()
    grades = {"treatment": 5, "ease": 4, "clarity": 3}
    assert page.ask("rate", {**page.key, **grades})["error"] == "bad_request", "not while it goes on"
    page.ask("leave", page.key)
    assert page.ask("rate", page.key)["error"] == "bad_request", "no answer at all"
    assert page.ask("rate", {**page.key, **grades}) == {"ok": True}
    assert page.ask("rate", {**page.key, **grades}) == {"ok": True}
    assert page.ask("rate", {**page.key, **grades, "ease": 1})["error"] == "key_reused"
    with stored.reading() as session:
        (facts,) = session.scalars(select(ContactEvent.facts).where(ContactEvent.kind == "rated"))
        assert facts == grades


def test_how_far_the_citizen_has_read_never_goes_back(page: Page, stored: Database) -> None:
    page.starts(text="ett")
    page.says("två")
    for seq in (2, 1, 9):
        assert page.ask("seen", {**page.key, "seq": seq}) == {"ok": True}
        with stored.reading() as session:
            assert session.scalar(select(Contact.citizen_read_seq)) == 2
