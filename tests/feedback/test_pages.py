"""The pages of the road back, through a browser without JavaScript, as each role."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.clock import now
from helpdesk.db import Database
from helpdesk.feedback.models import ChangeRequest, RequestState
from helpdesk.people.models import Role
from tests.builders import PASSWORD, Centre
from tests.feedback.conftest import Road


def sign_in(app: Flask, who: str) -> FlaskClient:
    """Return a browser in which somebody has signed in."""
    client = app.test_client()
    page = client.get("/logga-in?lang=en")
    answer = client.post(
        "/logga-in?next=/forbattringar",
        data={
            "email": f"{who}@kommunen.example",
            "password": PASSWORD,
            "csrf_token": token(page.text),
            "next": "/forbattringar",
        },
    )
    assert answer.status_code == 302, answer.text
    return client


def token(page: str) -> str:
    """Return the CSRF token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_the_board_opens(app: Flask, settled: Callable[[], Centre]) -> None:
    settled()
    for who in ("agent", "improver", "officer", "group-management", "supervisor", "department-head"):
        page = sign_in(app, who).get("/forbattringar?lang=en")
        assert page.status_code == 200, who
        assert "<h1>Improvements</h1>" in page.text
