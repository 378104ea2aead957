"""A small day at the service centre, committed in the application's database: something of every kind to point at.

day = Everyday.settle(app)
visitor = day.visitor(Role.AGENT)
for path in day.paths(rule):
    visitor.get(path)
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from helpdesk import schema
from helpdesk.channels.chat.keys import key_of
from helpdesk.channels.walk_in.actions import Arriving, take_ticket
from helpdesk.channels.walk_in.rules import Letter
from helpdesk.clock import now
from helpdesk.contacts.actions import CITIZEN, By, Words, note, say
from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Actor, Author, Channel, Outcome, Reason
from helpdesk.db import Database
from helpdesk.feedback.actions import Cause, Draft, draft, send
from helpdesk.feedback.flags import Flag, flag
from helpdesk.feedback.thread import comment
from helpdesk.people.queries import account_by_email, viewer_of
from helpdesk.people.rules import Role, Viewer
from helpdesk.queue.actions import take
from helpdesk.queue.assignments import hold
from helpdesk.queue.models import Agent
from helpdesk.resolution.actions import resolve
from helpdesk.resolution.handovers import Task, hand_over
from helpdesk.resolution.models import Basis
from helpdesk.resolution.rules import Closing, ErrandSaid
from knowledge.library import ArticleText, publish
from knowledge.sections import SectionText
from knowledge.values import Audience, Lang
from tests.builders import Centre

SOLVED = Closing(Outcome.SOLVED, (ErrandSaid(Reason.LOGIN, "ansok-bygglov"),))
ABOUT_SUPPORT = Closing(Outcome.SOLVED, (ErrandSaid(Reason.OTHER, "ansok-ekonomiskt-bistand"),))
CSRF = "a" * 40
UNKNOWN = "nonesuch"

HINTS = (
    (r"citat/<public_id>#public_id", "pain_point"),
    (r"(kontakter|besok|arbetsyta|samtal|contacts|chatt)/.*#(public_id|contact)", "contact"),
    (r"(overlamningar|handovers)/.*#(public_id|handover)", "handover"),
    (r"(forbattringar|change-requests)/.*#(number|request)", "request"),
    (r"lapp/.*#token", "ticket"),
    (r"(e-tjanster|services)/.*#(slug|service)", "service"),
    (r"(svar|articles)/.*#(slug|article)", "article"),
    (r"#site", "site"),
    (r"installningar.*#key", "setting"),
    (r"konton.*#", "account"),
)
"""What an argument of a route is: its address, ``#`` and the argument's name, and a kind of thing that we know."""


@dataclass
class Everyday:
    """What there is to point at, by kind, and the people."""

    app: Flask
    known: dict[str, list[str]]
    viewers: dict[Role, Viewer]
    chat_key: str

    @classmethod
    def settle(cls, app: Flask) -> "Everyday":
        """Let the day happen."""
        database: Database = app.extensions["helpdesk.database"]
        moment = now()
        with database.transaction() as session:
            centre = Centre(session, moment - timedelta(minutes=30))
            centre.staff()
            agent = session.scalars(select(Agent)).one()
            people: dict[Role, Viewer] = {}
            for role in Role:
                account = account_by_email(session, f"{role.value.replace('_', '-')}@kommunen.example")
                assert account is not None
                people[role] = viewer_of(session, account)
            by = By(Actor.AGENT, agent.account_id)

            def had(**more: Any) -> Contact:
                arrived = centre.arrives(Channel.CHAT, moment - timedelta(minutes=20), **more)
                return take(session, agent.id, arrived.public_id, moment - timedelta(minutes=15))

            closed, secret = had(text="Hej"), had()
            quoted = Flag(Reason.LOGIN, "ansok-bygglov", quote="Det går inte att logga in.")
            flagged = flag(session, people[Role.AGENT], closed.public_id, quoted, moment)
            resolve(session, agent.id, closed.public_id, SOLVED, moment, wrap_up_s=0)
            resolve(session, agent.id, secret.public_id, ABOUT_SUPPORT, moment, wrap_up_s=0)
            given, given_secretly = had(), had()
            tasks = [
                hand_over(session, agent.id, contact.public_id, Task(department, "Ring upp.", Basis.CONSENT), moment)
                for contact, department in ((given, "bygg"), (given_secretly, "ekonomiskt-bistand"))
            ]
            talking = had(text="Hur söker jag bygglov?", language="fi", topic="Bygglov", name="Anna")
            say(session, talking.id, Words(Author.AGENT, "Hej! Ett ögonblick.", "a1"), by, moment)
            say(session, talking.id, Words(Author.CITIZEN, "Tack", "c1"), CITIZEN, moment)
            note(session, talking, "Vill ha svar på finska.", by, moment)
            held, wrapping = had(), had()
            hold(session, agent.id, held.public_id, moment)
            resolve(session, agent.id, wrapping.public_id, SOLVED, moment, wrap_up_s=3600)
            waiting = [
                centre.arrives(channel, moment - timedelta(minutes=2), text=text)
                for channel, text in ((Channel.CHAT, "Hej"), (Channel.PHONE, None), (Channel.MESSAGE, "Hej"))
            ]
            ticket = take_ticket(session, Arriving("servicecenter", Letter.QUESTION), moment)
            sections = [
                SectionText("", "Du söker [här](https://example.test/bygglov)."),
                SectionText("Internt", "Ring bygg först.", Audience.STAFF),
            ]
            article = publish(
                session,
                ArticleText(
                    slug="sa-soker-du-bygglov",
                    lang=Lang.SV,
                    title="Så söker du bygglov",
                    department=centre.building,
                    sections=sections,
                    services=[centre.permit],
                    reviewed=date(2026, 1, 1),
                ),
                moment,
            )
            said = Draft("Inloggningen", "Många kommer inte in.", "bygg", (Cause("ansok-bygglov", Reason.LOGIN),))
            sent, kept = (draft(session, people[Role.IMPROVER], said, moment) for _ in range(2))
            send(session, people[Role.IMPROVER], sent.number, moment)
            comment(session, people[Role.OFFICER], sent.number, "Vi tittar på det.", moment)
            session.flush()
            contacts = [talking, held, wrapping, *waiting, closed, secret, given, given_secretly]
            known = {
                "contact": [one.public_id for one in contacts],
                "handover": [one.public_id for one in tasks],
                "request": [sent.number, kept.number],
                "pain_point": [flagged.public_id],
                "ticket": [ticket.token],
                "service": ["ansok-bygglov", "ansok-ekonomiskt-bistand"],
                "article": [article.slug],
                "site": ["servicecenter"],
                "setting": ["queue.target.chat"],
                "account": [person.public_id for person in people.values()],
            }
            key = key_of(app.config["SECRET_KEY"], talking.public_id, talking.arrived_at)
        return cls(app, known, people, key)

    def visitor(self, role: Role | None) -> "Visitor":
        """Return a browser of somebody with a role who has signed in, or of nobody."""
        return Visitor(self.app, self.viewers[role] if role is not None else None)

    def paths(self, rule: Rule) -> list[str]:
        """Return addresses of a route: one with each thing that its arguments may mean, and one that does not exist."""
        kinds = {name: self.things(rule, name) for name in rule.arguments}
        most = max((len(values) for values in kinds.values()), default=1)
        adapter = self.app.url_map.bind("localhost")
        method = next(iter(sorted(rule.methods or {"GET"})))
        return [
            adapter.build(
                rule.endpoint, {name: values[min(n, len(values) - 1)] for name, values in kinds.items()}, method
            )
            for n in range(most)
        ]

    def things(self, rule: Rule, argument: str) -> list[str]:
        """Return what a route's argument can be: found by its name and the rest of the address, else one of everything."""
        for hint, kind in HINTS:
            if re.search(hint, f"{rule.rule}#{argument}"):
                return [*self.known[kind], UNKNOWN]
        return [one for values in self.known.values() for one in values[:1]] + [UNKNOWN]


class Visitor:
    """A browser without JavaScript. ``viewer`` None: nobody has signed in."""

    def __init__(self, app: Flask, viewer: Viewer | None) -> None:
        self.client: FlaskClient = app.test_client()
        self.viewer = viewer
        self.token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(CSRF)
        self.sign_in()

    def sign_in(self) -> None:
        """Lay the session's cookie in the browser, as signing in does."""
        with self.client.session_transaction() as kept:
            kept["csrf_token"] = CSRF
            if self.viewer is not None:
                kept["_user_id"], kept["_fresh"] = self.viewer.get_id(), True

    def get(self, path: str, **more: Any) -> TestResponse:
        """Look at a page."""
        return self.client.get(path, **more)

    def press(self, path: str, fields: Iterable[tuple[str, str]] = (), **more: Any) -> TestResponse:
        """Send a form with the token that its page carries."""
        form: dict[str, list[str]] = {"csrf_token": [self.token]}
        for name, value in fields:
            if name != "csrf_token":
                form.setdefault(name, []).append(value)
        return self.client.post(path, data=form, **more)


def dump(database: Database) -> dict[str, list[str]]:
    """Return every row of every table."""
    with database.readers.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in schema.metadata.sorted_tables
        }
