"""The pages of the road back, through a browser without JavaScript, as each role."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.builders import PASSWORD, Centre


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
