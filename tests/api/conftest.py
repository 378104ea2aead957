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
from helpdesk.people.queries import account_by_email
from tests.builders import Centre


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
