"""Reading the walk-in door's pages as a browser without JavaScript does."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.channels.walk_in.models import Ticket
from tests.builders import PASSWORD


def hidden(page: TestResponse, action: str | None = None) -> dict[str, str]:
    """Return the hidden fields of the page's form (the one with this action), token and one-time key among them."""
    forms = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
    chosen = next(form for form in forms if (action or "csrf_token") in form)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', chosen))


def tickets(app: Flask) -> list[str]:
    """Return the numbers that were issued, sorted."""
    with app.extensions["helpdesk.database"].reading() as session:
        return sorted(one.label for one in session.scalars(select(Ticket)))


def sign_in(client: FlaskClient, who: str) -> None:
    """Sign in as one of the settled staff."""
    form = hidden(client.get("/logga-in?lang=en"))
    said = {"email": f"{who}@kommunen.example", "password": PASSWORD, "next": "/mottagning"}
    answer = client.post("/logga-in", data=form | said)
    assert answer.status_code == 302, answer.text
