"""The library over the API: shapes, pages of lists, and who may read inside text."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from helpdesk.clock import now
from helpdesk.people.actions import make_token
from helpdesk.people.queries import account_by_email
from tests.answers.conftest import SECRET, SECRET_TITLE

pytestmark = pytest.mark.usefixtures("library")


def ask(app: Flask, path: str, token: str | None = None, **query: str) -> TestResponse:
    """Ask the API without a cookie."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().get(f"/api/v1/knowledge{path}", query_string=query, headers=headers)


def token_for(app: Flask, who: str, *scopes: str) -> str:
    """Make a token for one of the staff."""
    moment = now()
    with app.extensions["helpdesk.database"].transaction() as session:
        account = account_by_email(session, f"{who}@kommunen.example")
        assert account is not None
        return make_token(session, account, scopes or ("knowledge:read",), moment.resolution * 86_400_000_000, moment)


def test_a_search_has_the_shape_of_the_command_and_marks(app: Flask) -> None:
    said = ask(app, "/search", q="sopor", lang="sv", limit="2").get_json()
    assert set(said) == {"verdict", "results", "ms"}
    assert said["verdict"] in ("sure", "maybe")
    assert len(said["results"]) == 2
    first = said["results"][0]
    assert set(first) == {"kind", "id", "title", "score", "marks"}
    assert [first["title"][start:end].casefold() for start, end in first["marks"]] == ["sopor"]


def test_nothing_like_it_gives_the_verdict_none_and_no_results(app: Flask) -> None:
    said = ask(app, "/search", q="zzzz qqqq").get_json()
    assert (said["verdict"], said["results"]) == ("none", [])


@pytest.mark.parametrize(
    "query",
    [
        *({}, {"q": ""}, {"q": "  "}, {"q": "x" * 1001}, {"q": "a", "limit": "0"}, {"q": "a", "limit": "201"}),
        *({"q": "a", "lang": "de"}, {"q": "a", "audience": "all"}, {"q": "a", "unknown": "1"}),
    ],
)
def test_what_cannot_be_asked_is_said_by_field(app: Flask, query: dict[str, str]) -> None:
    answer = ask(app, "/search", **query)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["errors"]


def test_inside_text_needs_a_token_of_staff_with_the_scope(app: Flask) -> None:
    assert ask(app, "/search", q=SECRET, audience="staff").status_code == 401
    assert ask(app, "/search", token_for(app, "agent", "queue:read"), q=SECRET, audience="staff").status_code == 403
    assert ask(app, "/search", token_for(app, "board-reader"), q=SECRET, audience="staff").status_code == 403
    said = ask(app, "/search", token_for(app, "agent"), q=SECRET, audience="staff").get_json()
    assert {one["id"] for one in said["results"]} >= {"kb-sopor"}


def test_the_audience_follows_the_token_when_it_is_not_said(app: Flask) -> None:
    agent = token_for(app, "agent")
    assert ask(app, "/search", agent, q=SECRET_TITLE).get_json()["results"][0]["id"] == "kb-int-larm"
    assert ask(app, "/search", agent, q=SECRET_TITLE, audience="public").get_json()["results"] == []
    assert ask(app, "/search", q=SECRET_TITLE).get_json()["results"] == []


def test_a_service_is_shown_in_the_language_asked_for_and_its_handling_to_staff_alone(app: Flask) -> None:
    said = ask(app, "/services/missad-hamtning", lang="fi").get_json()
    assert said["id"] == "missad-hamtning"
    assert said["title"] == said["titles"]["fi"] == "Ilmoita tyhjentämättä jääneestä jäteastiasta"
    assert (said["form"], said["login"], said["department"]) == ("e_service", "bankid", "vatten-avfall")
    assert said["articles"] == ["kb-sopor"]
    assert "handling" not in said
    inside = ask(app, "/services/missad-hamtning", token_for(app, "editor")).get_json()
    assert inside["handling"] == "retyped"
    assert "kb-int-larm" in inside["articles"]
    assert ask(app, "/services/uppehall-sophamtning", lang="en").get_json()["disturbed"] == "The form does not open."
    assert ask(app, "/services/nix").status_code == 404


def test_lists_come_a_page_at_a_time_and_whole(app: Flask) -> None:
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        said = ask(app, "/services", **query).get_json()
        assert len(said["items"]) <= 2
        seen += [one["id"] for one in said["items"]]
        if said["next"] is None:
            break
        query["cursor"] = said["next"]
    assert sorted(seen) == sorted(set(seen))
    assert set(seen) == {"ansok-bygglov", "ansok-ekonomiskt-bistand", "missad-hamtning", "uppehall-sophamtning"}
    assert ask(app, "/services", cursor="nonsense").status_code == 422
    assert ask(app, "/services", area="nothing-such").get_json() == {"items": [], "next": None}


def test_articles_show_their_public_sections_and_to_staff_all(app: Flask) -> None:
    said = ask(app, "/articles/kb-sopor").get_json()
    assert [one["heading"] for one in said["sections"]] == ["", "Så gör du"]
    assert said["services"] == ["missad-hamtning"]
    assert {one["id"] for one in ask(app, "/articles").get_json()["items"]} == {"kb-sopor", "kb-sopor-en"}
    agent = token_for(app, "agent")
    inside = ask(app, "/articles/kb-sopor", agent).get_json()
    assert (inside["sections"][2]["audience"], SECRET in inside["sections"][2]["body"]) == ("staff", True)
    assert "kb-int-larm" in {one["id"] for one in ask(app, "/articles", agent).get_json()["items"]}
    assert ask(app, "/articles/kb-int-larm", agent).status_code == 200
    assert ask(app, "/articles/kb-int-larm").status_code == 404
    assert ask(app, "/articles/kb-int-larm", token_for(app, "agent", "queue:read")).status_code == 404


def test_the_description_tells_of_every_operation(app: Flask) -> None:
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    told = {path.removeprefix("/api/v1") for path in paths}
    for path in ("/search", "/services", "/services/{service}", "/articles", "/articles/{article}"):
        assert f"/knowledge{path}" in told
