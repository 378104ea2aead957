"""Every address of the program: who may use it is declared, and holds for each role and for nobody at all."""

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from helpdesk.app import CSRF_EXEMPT
from helpdesk.clock import now
from helpdesk.commands.accounts import SCOPES
from helpdesk.people.actions import make_token
from helpdesk.people.guard import Declared
from helpdesk.people.models import Account
from helpdesk.people.rules import Role
from tests.everyday import UNKNOWN, Everyday, Visitor
from tests.reading import Page

ASK_JSON = {"Accept": "application/json"}
FAR_AWAY = {"REMOTE_ADDR": "203.0.113.9"}
"""A visitor from the internet: what is open to loopback is not open to them."""
SIGNS_OUT = ("people.sign_out", "people.change_password")
LEAST_FORMS = {None: 3, Role.AGENT: 8, Role.IMPROVER: 4, Role.OFFICER: 2}
"""How many forms the pages of a role show at least; with fewer, this test would be looking past them."""


@pytest.fixture
def day(app: Flask) -> Everyday:
    """A small day at the centre."""
    return Everyday.settle(app)


def rules(app: Flask) -> list[Rule]:
    """Return every route but those of static files, in a fixed order."""
    return sorted((one for one in app.url_map.iter_rules() if one.endpoint != "static"), key=lambda one: one.rule)


def declared(app: Flask, rule: Rule) -> Declared:
    """Return who may use a route."""
    found: Declared = app.view_functions[rule.endpoint].declared  # type: ignore[attr-defined]
    return found


def method_of(rule: Rule) -> str:
    """Return the method of a route."""
    return next(one for one in ("GET", "POST", "PUT", "PATCH", "DELETE") if one in (rule.methods or ()))


def call(visitor: Visitor, rule: Rule, path: str) -> TestResponse:
    """Call a route the way its pages do: forms with the token that they carry."""
    method = method_of(rule)
    if method == "POST":
        return visitor.press(path, headers=ASK_JSON, environ_base=FAR_AWAY)
    return visitor.client.open(path, method=method, headers=ASK_JSON, environ_base=FAR_AWAY)


def leads_to_sign_in(response: TestResponse) -> bool:
    """Say whether somebody who has not signed in was led there."""
    return response.status_code == 302 and response.headers["Location"].startswith("/logga-in")


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    kinds = {"public", "signed_in", "roles", "token", "signature", "own_key"}
    for rule in rules(app):
        found = declared(app, rule)
        assert found.kind in kinds, rule
        assert bool(found.roles) is (found.kind == "roles"), rule
        if found.kind == "token":
            assert found.scope in SCOPES, rule


def test_a_get_route_is_nothing_else(app: Flask) -> None:
    """A page that is looked at and a form that is sent are two functions, so that looking cannot change anything."""
    for rule in rules(app):
        assert len({"GET", "POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())) == 1, rule


def test_only_blueprints_of_machines_go_without_csrf(app: Flask) -> None:
    for rule in rules(app):
        if rule.endpoint.split(".")[0] in CSRF_EXEMPT:
            assert declared(app, rule).kind in ("token", "signature", "public"), rule
            assert declared(app, rule).kind != "public" or method_of(rule) == "GET", rule


def test_no_form_is_taken_without_its_token(day: Everyday) -> None:
    """From nobody, and from somebody who may press it."""
    for rule in rules(day.app):
        if method_of(rule) == "GET" or rule.endpoint.split(".")[0] in CSRF_EXEMPT:
            continue
        allowed = declared(day.app, rule).roles
        people = [None, next(iter(sorted(allowed or {Role.AGENT})))]
        for role in people:
            client = day.visitor(role).client
            for form in ({}, {"csrf_token": "x"}):
                answer = client.open(day.paths(rule)[0], method=method_of(rule), data=form, headers=ASK_JSON)
                assert answer.status_code == 400, (rule, role, answer.status_code)


def test_nobody_gets_nothing_but_what_is_public(day: Everyday) -> None:
    visitor = day.visitor(None)
    for rule in rules(day.app):
        kind = declared(day.app, rule).kind
        for path in day.paths(rule):
            if kind == "own_key":
                path = path.replace(day.known["ticket"][0], "x" * 22)
            answer = call(visitor, rule, path)
            said = (rule, path, answer.status_code)
            if kind in ("roles", "signed_in"):
                assert leads_to_sign_in(answer), said
            elif kind == "token":
                assert answer.status_code == 401, said
            elif kind == "signature":
                assert answer.status_code in (403, 404), said
            elif kind == "own_key":
                assert answer.status_code in (302, 401, 403, 404), said
                assert answer.status_code != 302 or method_of(rule) == "GET", said
            else:
                assert answer.status_code < 500, said


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_role_that_is_not_named_is_refused(day: Everyday) -> None:
    """The guard asks no database, so one is enough."""
    for role in Role:
        visitor = day.visitor(role)
        for rule in rules(day.app):
            allowed = declared(day.app, rule).roles
            if allowed and role not in allowed:
                for path in day.paths(rule)[:1]:
                    answer = call(visitor, rule, path)
                    assert answer.status_code == 403, (role, rule, answer.status_code)


def test_whoever_may_use_a_route_never_breaks_it(day: Everyday) -> None:
    """With everything that its address may name, secret and foreign things too, and with forms that are empty."""
    for role in Role:
        visitor = day.visitor(role)
        for rule in rules(day.app):
            kind, allowed = declared(day.app, rule).kind, declared(day.app, rule).roles
            if kind in ("token", "signature") or (allowed and role not in allowed) or rule.endpoint in SIGNS_OUT:
                continue
            if kind in ("public", "own_key") and role is not Role.AGENT:
                continue
            for path in day.paths(rule)[:: 1 if role is Role.AGENT else 5]:
                answer = call(visitor, rule, path)
                assert answer.status_code < 500, (role, rule, path)
                assert not leads_to_sign_in(answer), (role, rule, path)


def test_tokens_open_what_their_scope_and_account_allow_and_never_break_anything(day: Everyday) -> None:
    bodies = {"POST": {}, "PUT": {}, "PATCH": {}}
    with day.app.extensions["helpdesk.database"].transaction() as session:
        tokens = {}
        for role in Role:
            account = session.get_one(Account, day.viewers[role].account_id)
            tokens[role] = make_token(session, account, SCOPES, day.app.permanent_session_lifetime, now())
        agent = session.get_one(Account, day.viewers[Role.AGENT].account_id)
        none = make_token(session, agent, [], day.app.permanent_session_lifetime, now())
    client = day.app.test_client()
    for rule in rules(day.app):
        if declared(day.app, rule).kind != "token":
            continue
        method = method_of(rule)

        def ask(token: str, path: str, method: str = method) -> TestResponse:
            headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
            return client.open(path, method=method, json=bodies.get(method), headers=headers)

        assert ask(none, day.paths(rule)[0]).status_code == 403, rule
        for role, token in tokens.items():
            for path in day.paths(rule)[:: 1 if role is Role.AGENT else 6]:
                assert ask(token, path).status_code < 500, (role, rule, path)


def test_every_form_that_somebody_sees_can_be_sent_as_it_stands(day: Everyday) -> None:
    """As a browser without scripts would: with what stands in the fields. Refusals are fine, breaking is not."""
    for role in (None, *Role):
        visitor = day.visitor(role)
        sent: set[tuple[str, tuple[str, ...]]] = set()
        for path in pages_for(day, role):
            visitor.sign_in()
            answer = visitor.get(path)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            for form in Page(answer.get_data(as_text=True)).forms:
                target = (form.action or path).split("#")[0]
                mark = (target, tuple(sorted(name for name, _value in form.sent)))
                if form.method != "post" or mark in sent or target in ("/logga-ut", "/losenord"):
                    continue
                sent.add(mark)
                pressed = visitor.press(target, form.sent)
                assert pressed.status_code < 500 and pressed.status_code not in (400, 405), (role, path, mark)
                assert pressed.status_code not in (403, 404) or UNKNOWN in target, (role, path, mark)
        assert len(sent) >= LEAST_FORMS.get(role, 0), (role, sent)


def pages_for(day: Everyday, role: Role | None) -> list[str]:
    """Return the addresses of pages that are open to somebody (public ones: to nobody in particular)."""
    found = []
    for rule in rules(day.app):
        kind, allowed = declared(day.app, rule).kind, declared(day.app, rule).roles
        is_open = kind in ("public", "own_key") if role is None else kind == "signed_in" or role in allowed
        if method_of(rule) == "GET" and is_open:
            found += [path for path in day.paths(rule) if UNKNOWN not in path][: 9 if role is Role.AGENT else 2]
    return found
