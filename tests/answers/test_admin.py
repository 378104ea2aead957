"""Administration: who may see what, the filters, and changing a setting."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.people.models import Account
from helpdesk.settings import KNOWN, SettingChange, settings
from tests.feedback.pages import Browser

pytestmark = pytest.mark.usefixtures("library")

SETTINGS = "/administration/installningar"


def named(page: str) -> list[str]:
    """Return the services of the table."""
    return re.findall(r'<th scope="row"><a href="/e-tjanster/([^"]+)"', page)


def value_of(app: Flask, key: str) -> object:
    """Return a setting as it holds now."""
    with app.extensions["helpdesk.database"].reading() as session:
        return settings(session)[key]


def test_each_role_sees_its_own_part(app: Flask) -> None:
    allowed = {
        "admin": ("/administration", SETTINGS, "/administration/konton"),
        "editor": ("/administration",),
        "agent": (),
    }
    for who, paths in allowed.items():
        browser = Browser(app, who)
        for path in ("/administration", SETTINGS, "/administration/konton"):
            assert browser.status(path) == (200 if path in paths else 403), (who, path)
    assert Browser(app).status("/administration") == 302
    assert SETTINGS not in Browser(app, "editor").open("/administration")


def test_the_list_of_services_is_narrowed_by_what_is_missing(app: Flask) -> None:
    editor = Browser(app, "editor")
    assert len(named(editor.open("/administration"))) == 4
    assert named(editor.open("/administration?handling=retyped")) == ["missad-hamtning"]
    assert named(editor.open("/administration?accessible=no")) == ["uppehall-sophamtning"]
    assert set(named(editor.open("/administration?handling=none"))) == {"ansok-bygglov", "ansok-ekonomiskt-bistand"}
    assert "uppehall-sophamtning" in named(editor.open("/administration?review=due"))
    assert named(editor.open("/administration?q=MISSAD&department=vatten-avfall")) == ["missad-hamtning"]
    assert "No service fits" in editor.open("/administration?q=nothing-such&page=7")


def test_a_setting_is_changed_and_holds(app: Flask) -> None:
    admin = Browser(app, "admin")
    answer = admin.press(f"{SETTINGS}/queue.target.phone", SETTINGS, value="240")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{SETTINGS}#queue.target.phone")
    assert value_of(app, "queue.target.phone") == 240
    with app.extensions["helpdesk.database"].reading() as session:
        line = session.scalars(select(SettingChange)).one()
        assert (line.key, line.before, line.after) == ("queue.target.phone", None, "240")
        assert session.get_one(Account, line.account_id).email.startswith("admin@")
    page = admin.open(SETTINGS)
    assert page.count('class="row setting"') == len(KNOWN)
    assert re.search(r'id="value-queue.target.phone" name="value" maxlength="200" value="240"', page)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("queue.target.phone", "5"),
        ("queue.target.phone", "soon"),
        ("queue.target.phone", ""),
        ("queue.calls_beside_chats", "perhaps"),
        ("brand.agent_name", "nick"),
        ("brand.name", "x" * 201),
        ("brand.name", "two\nlines"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words_and_kept_in_the_form(app: Flask, key: str, value: str) -> None:
    before = value_of(app, key)
    answer = Browser(app, "admin").press(f"{SETTINGS}/{key}", SETTINGS, value=value)
    assert answer.status_code == 422
    assert f'href="#value-{key}"' in answer.text
    assert f'id="error-{key}"' in answer.text
    assert value_of(app, key) == before
    if value.isprintable():
        assert f'value="{value}" aria-describedby="fits-{key} error-{key}" aria-invalid="true"' in answer.text


def test_only_an_administrator_changes_a_setting_and_only_one_that_exists(app: Flask) -> None:
    path = f"{SETTINGS}/queue.target.phone"
    assert Browser(app, "editor").press(path, "/logga-in", value="240").status_code == 403
    assert Browser(app, "admin").press(f"{SETTINGS}/nothing.such", SETTINGS, value="1").status_code == 404
    assert Browser(app, "admin").client.post(path, data={"value": "240"}).status_code == 400
    assert value_of(app, "queue.target.phone") == KNOWN["queue.target.phone"].default


def test_accounts_are_listed_with_their_roles(app: Flask) -> None:
    page = Browser(app, "admin").open("/administration/konton")
    row = next(one for one in page.split("<tr>") if "officer@kommunen.example" in one)
    assert "Officer · bygg" in row
