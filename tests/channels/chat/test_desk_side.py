"""What a citizen's pages hear of what happens at the desk, and when the door does not let anybody in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.app import socket_of
from helpdesk.channels.chat import live, rules
from helpdesk.channels.chat.keys import key_of
from helpdesk.channels.chat.live import Places, Teller
from helpdesk.clock import now
from helpdesk.contacts.actions import By, Words, say
from helpdesk.contacts.doors.models import Door
from helpdesk.contacts.models import Contact, ContactEvent, Message
from helpdesk.contacts.stages import Actor, Author, Channel, Outcome, Stage
from helpdesk.db import Database
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import release
from helpdesk.queue.models import Agent
from helpdesk.resolution.actions import finish_wrap_up, resolve
from helpdesk.resolution.handovers import Task, hand_over, reply
from helpdesk.resolution.models import Basis
from helpdesk.resolution.rules import Closing
from helpdesk.settings import change_setting
from tests.builders import Centre
from tests.channels.chat.conftest import Page, new_id

SOLVED = Closing(Outcome.SOLVED, ())


class Desk:
    """The agent's side, on the same database as the pages."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def work(self) -> Iterator[tuple[Session, Agent]]:
        """Do something as the one agent there is."""
        with self.database.transaction() as session:
            yield session, session.scalars(select(Agent)).one()

    def takes(self, page: Page) -> None:
        """Take the citizen of a page."""
        with self.work() as (session, agent):
            take(session, agent.id, page.key["contact"], now())

    def says(self, page: Page, text: str) -> None:
        """Write to the citizen."""
        with self.work() as (session, agent):
            contact = session.scalars(select(Contact).where(Contact.public_id == page.key["contact"])).one()
            say(session, contact.id, Words(Author.AGENT, text, new_id()), By(Actor.AGENT, agent.account_id), now())

    def resolves(self, page: Page, wrap_up_s: int | None = None) -> None:
        """Say what came of it."""
        with self.work() as (session, agent):
            resolve(session, agent.id, page.key["contact"], SOLVED, now(), wrap_up_s)

    def sets(self, key: str, value: str) -> None:
        """Change a setting."""
        with self.database.transaction() as session:
            change_setting(session, key, value, now())


@pytest.fixture
def desk(app: Flask, centre_of_chat: Centre) -> Desk:
    """The agent's side."""
    return Desk(app.extensions["helpdesk.database"])


@pytest.mark.parametrize(("form", "name"), [("first", "Agent"), ("full", "Agent Larsson"), ("none", None)])
def test_the_citizen_hears_who_has_them_by_the_name_that_the_municipality_shows(
    form: str, name: str | None, page: Page, desk: Desk
) -> None:
    desk.sets("brand.agent_name", form)
    page.starts(text="Hej")
    page.hears()
    desk.takes(page)
    assert page.hears("taken") == [{"name": name}]
    desk.says(page, "Hej Gunilla!")
    (message,) = page.hears("message")
    assert (message["seq"], message["author"], message["text"]) == (2, "agent", "Hej Gunilla!")
    assert message.get("name") == name
    assert "client_id" not in message, "what the desk calls it is the desk's own"
    assert page.resumes(1)["messages"] == [message]
    assert page.hears("taken") == [{"name": name}]


def test_both_sides_in_turn_come_in_order(page: Page, desk: Desk) -> None:
    page.starts(text="1")
    desk.takes(page)
    for n in range(2, 12, 2):
        desk.says(page, str(n))
        page.says(str(n + 1))
    assert [(one["seq"], one["text"]) for one in page.hears("message")] == [(n, str(n)) for n in range(1, 12)]


def test_put_back_the_citizen_waits_again(page: Page, desk: Desk) -> None:
    page.starts()
    desk.takes(page)
    with desk.work() as (session, agent):
        release(session, agent.id, page.key["contact"], now())
    page.hears()
    assert page.resumes()["stage"] == "waiting"
    assert page.hears() == [("queue", {"position": 1, "wait": None})]


def test_the_end_is_told_once_however_long_the_desk_writes_about_it(page: Page, desk: Desk) -> None:
    page.starts(text="Hej")
    desk.takes(page)
    desk.resolves(page, wrap_up_s=60)
    assert page.hears("closed") == [{"reason": "helped"}]
    assert page.resumes()["stage"] == "closed"
    assert page.says("En sak till")["error"] == "closed"
    page.hears()
    with desk.work() as (session, agent):
        finish_wrap_up(session, agent.id, page.key["contact"], now())
    assert page.hears("closed") == []
    assert page.ask("rate", {**page.key, "treatment": 5})["ok"]


def test_closed_at_once_is_told_once_and_what_was_sent_before_can_be_asked_for_again(page: Page, desk: Desk) -> None:
    page.starts()
    desk.takes(page)
    client_id = new_id()
    sent = page.says("Tack!", client_id)
    desk.resolves(page, wrap_up_s=0)
    assert page.hears("closed") == [{"reason": "helped"}]
    assert page.says("Tack!", client_id) == sent
    assert page.says("Tack!!", client_id)["error"] == "key_reused"


def test_handed_over_is_the_end_of_the_conversation(page: Page, desk: Desk) -> None:
    page.starts(text="Hej")
    desk.takes(page)
    with desk.work() as (session, agent):
        task = Task("bygg", "Ring upp.", Basis.CONSENT)
        handover = hand_over(session, agent.id, page.key["contact"], task, now())
        public_id, account_id = handover.public_id, agent.account_id
    assert page.hears("closed") == [{"reason": "handed_over"}]
    assert page.resumes()["stage"] == "handed_over"
    page.hears()
    with desk.work() as (session, _agent):
        reply(session, public_id, "Klart.", By(Actor.OFFICER, account_id), now())
    assert page.hears("closed") == []


def test_whoever_goes_in_the_middle_is_not_put_back_and_the_agent_is_told_once(page: Page, desk: Desk) -> None:
    page.starts(text="Hej")
    desk.takes(page)
    page.hears()
    assert [page.ask("leave", page.key) for _ in range(2)] == [{"ok": True}] * 2
    (line,) = page.hears("message")
    assert (line["kind"], line["author"], line["seq"]) == ("system", "system", 2)
    with desk.database.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert contact.stage is Stage.TALKING
        kinds = session.scalars(select(ContactEvent.kind).where(ContactEvent.kind == "line_down")).all()
        assert kinds == ["line_down"]
    assert page.says("Jag kom tillbaka")["seq"] == 3
    assert page.ask("leave", page.key)["ok"]
    assert len(page.hears("message")) == 2, "gone again, told again"


def test_places_are_told_to_those_who_wait_and_only_planned_once(
    app: Flask, new_page: Callable[[], Page], desk: Desk
) -> None:
    pages = [new_page() for _ in range(3)]
    for one in pages:
        one.starts()
    planned: list[Callable[[], None]] = []
    teller = Teller(desk.database, socket_of(app))
    places = Places(desk.database, teller, lambda _seconds, run: planned.append(run))
    app.extensions["helpdesk.database"].news.listen(live.Taken, places.have_changed)
    for one in pages:
        one.hears()
    desk.takes(pages[0])
    desk.takes(pages[1])
    (tell_all,) = planned
    tell_all()
    assert pages[2].hears("queue") == [{"position": 1, "wait": None}]
    assert pages[1].hears("queue") == []


def test_a_contact_of_another_door_moves_nobody_in_this_line(app: Flask, centre_of_chat: Centre, desk: Desk) -> None:
    planned: list[Any] = []
    places = Places(desk.database, Teller(desk.database, socket_of(app)), lambda *plan: planned.append(plan))
    app.extensions["helpdesk.database"].news.listen(live.Taken, places.have_changed)
    with desk.database.transaction() as session:
        centre_of_chat.session = session
        caller = centre_of_chat.arrives(Channel.PHONE).public_id
    with desk.work() as (session, agent):
        take(session, agent.id, caller, now())
    assert planned == []


def test_a_closed_door_says_so_and_keeps_nothing(page: Page, desk: Desk) -> None:
    with desk.database.transaction() as session:
        session.scalars(select(Door).where(Door.channel == Channel.CHAT)).one().closed_now = True
    client_id = new_id()
    assert page.starts(client_id=client_id)["error"] == "shut"
    with desk.database.transaction() as session:
        session.scalars(select(Door).where(Door.channel == Channel.CHAT)).one().closed_now = False
    assert page.starts(client_id=client_id)["ok"], "a refused beginning does not use up its client_id"


def test_a_full_door_says_so_and_those_inside_go_on(new_page: Callable[[], Page], desk: Desk) -> None:
    desk.sets("chat.waiting_at_most", "1")
    inside, outside = new_page(), new_page()
    inside.starts()
    assert outside.starts()["error"] == "full"
    assert inside.says("Hej")["ok"]
    desk.takes(inside)
    assert outside.starts()["ok"]


def test_a_page_that_says_more_than_anybody_can_write_is_asked_to_wait(page: Page, desk: Desk) -> None:
    page.starts()
    answers = [page.ask("typing", page.key) for _ in range(rules.EVENTS_AT_ONCE + 60)]
    assert answers[100] == {"ok": True}
    refused = [one for one in answers if not one["ok"]]
    assert refused and {one["error"] for one in refused} == {"rate_limited"}


def test_a_page_that_begins_one_conversation_after_another_is_asked_to_wait(page: Page, desk: Desk) -> None:
    answers = [page.starts() for _ in range(rules.STARTS_AT_ONCE + 3)]
    assert answers[5]["ok"]
    assert answers[-1]["error"] == "rate_limited"


def test_a_key_holds_for_a_while_after_the_end_and_no_longer(page: Page, desk: Desk) -> None:
    page.starts(text="Hej")
    page.ask("leave", page.key)
    assert page.resumes()["ok"]
    with desk.database.transaction() as session:
        contact = session.scalars(select(Contact)).one()
        contact.closed_at = now() - rules.KEY_HOLDS_AFTER_END - timedelta(minutes=1)
    assert page.resumes()["error"] == "unknown"


def test_a_waiting_page_that_asks_is_a_sign_of_life(page: Page, desk: Desk) -> None:
    page.starts()
    long_ago = now() - timedelta(minutes=5)
    with desk.database.transaction() as session:
        session.scalars(select(Contact)).one().citizen_seen_at = long_ago
    page.resumes()
    with desk.database.reading() as session:
        seen_at = session.scalar(select(Contact.citizen_seen_at))
        assert seen_at is not None and seen_at > long_ago


def test_a_contact_of_another_door_has_no_key(app: Flask, centre_of_chat: Centre, page: Page, desk: Desk) -> None:
    with desk.database.transaction() as session:
        centre_of_chat.session = session
        caller = centre_of_chat.arrives(Channel.PHONE)
        public_id, arrived_at = caller.public_id, caller.arrived_at
    key = {"contact": public_id, "token": key_of(app.config["SECRET_KEY"], public_id, arrived_at)}
    assert page.resumes(key=key)["error"] == "unknown"


def test_messages_carry_the_seq_that_the_database_gave(page: Page, desk: Desk) -> None:
    page.starts(text="a")
    page.says("b")
    with desk.database.reading() as session:
        stored = session.execute(select(Message.seq, Message.text).order_by(Message.seq)).all()
    assert [(one["seq"], one["text"]) for one in page.hears("message")] == stored
