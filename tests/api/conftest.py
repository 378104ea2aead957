"""A client with tokens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from helpdesk.clock import now
from helpdesk.commands.accounts import SCOPES
from helpdesk.people.actions import make_token
from helpdesk.people.models import Account, Grant
from helpdesk.people.queries import account_by_email
from helpdesk.people.rules import Role
from tests.builders import Centre
from tests.everyday import Everyday


class Caller:
    """A program that calls the API with a token of one account."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call an operation with a JSON body."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)


@pytest.fixture
def calls_as(app: Flask, settled: Callable[[], Centre]) -> Callable[..., Caller]:
    """Give a caller for an account of the centre: ``calls_as("agent")``; scopes default to all."""
    settled()

    def caller(who: str | None, *scopes: str, lifetime: timedelta = timedelta(days=1)) -> Caller:
        if who is None:
            return Caller(app, None)
        with app.extensions["helpdesk.database"].transaction() as session:
            account = account_by_email(session, f"{who}@kommunen.example")
            assert account is not None
            return Caller(app, make_token(session, account, scopes or SCOPES, lifetime, now()))

    return caller


@pytest.fixture
def day(app: Flask) -> Everyday:
    """A day with something of every kind to point at."""
    return Everyday.settle(app)


@pytest.fixture
def all_round(app: Flask, day: Everyday) -> Caller:
    """Give the agent who has the day's contacts, made officer, improver and more at once, with every scope."""
    with app.extensions["helpdesk.database"].transaction() as session:
        account = session.get_one(Account, day.viewers[Role.AGENT].account_id)
        others = (Role.OFFICER, Role.IMPROVER, Role.GROUP_MANAGEMENT, Role.EDITOR)
        session.add_all(Grant(account_id=account.id, role=role, granted_at=now()) for role in others)
        return Caller(app, make_token(session, account, SCOPES, timedelta(days=1), now()))
