"""What is malformed, wrong, too much, forged, unknown or repeated: the contract's answer, and not a row is changed."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine
from werkzeug.test import TestResponse

from helpdesk.api.operations import Operation
from helpdesk.api.routes import api
from helpdesk.clock import now
from helpdesk.commands.accounts import SCOPES
from helpdesk.people.actions import make_token
from helpdesk.people.models import Account
from helpdesk.people.rules import Role
from tests.api.conftest import Caller
from tests.everyday import UNKNOWN, Everyday, dump

ERRAND = {"service": "ansok-bygglov", "reason": "login"}
BODIES: dict[str, dict[str, Any]] = {
    "NewContact": {"channel": "chat", "text": "Hej"},
    "Nothing": {},
    "Noted": {},
    "StateIn": {"state": "available"},
    "MessageIn": {"text": "Hej", "client_id": "b1"},
    "NoteIn": {"text": "Ringde igen."},
    "HandoverIn": {"department": "bygg", "text": "Ring upp.", "basis": "consent"},
    "ReplyIn": {"text": "Vi har ringt."},
    "PainPointIn": {"reason": "login"},
    "ResolveIn": {"outcome": "solved", "errands": [ERRAND]},
    "NewRequest": {"title": "Inloggning", "lead": "bygg", "reasons": ["login"], "text": "Många kommer inte in."},
    "RequestMove": {"state": "accepted"},
    "CommentIn": {"text": "Vi tittar på det."},
}
"""A body of each shape that would do."""
HEARING = [one for one in api.operations if one.body is not None]
CLOSED = [one for one in api.operations if one.scope is not None]
POINTING = [one for one in api.operations if "<" in one.path]


@pytest.fixture
def unchanged(app: Flask, all_round: Caller) -> Iterator[Caller]:
    """Give the caller who may do everything, and check that the test has changed nothing."""
    before = dump(app.extensions["helpdesk.database"])
    yield all_round
    assert dump(app.extensions["helpdesk.database"]) == before


def send(
    caller: Caller,
    operation: Operation,
    day: Everyday | None,
    raw: bytes | str | None = None,
    kind: str | None = "application/json",
    **headers: str,
) -> TestResponse:
    """Call an operation on the day's first thing of its kind (or something unknown), with a body that would do or ``raw``."""
    path = re.sub(r"<(\w+)>", lambda found: day.known[found[1]][0] if day else UNKNOWN, operation.path)
    if raw is None and operation.body is not None:
        raw = json.dumps(BODIES[operation.body.__name__])
    sent = caller.headers | ({"If-Match": "*"} if operation.needs_if_match else {})
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    query = {"q": "bygglov"} if operation.path == "/knowledge/search" else None
    return caller.client.open(
        f"/api/v1{path}", method=operation.method, data=raw, content_type=kind, headers=sent, query_string=query
    )


def refused(answer: TestResponse, status: int, code: str) -> None:
    """Check that an answer says no in the contract's words."""
    said, asked = answer.get_json(), f"{answer.request.method} {answer.request.path}"
    assert (asked, answer.status_code, said["code"], said["status"]) == (asked, status, code, status), said["detail"]
    assert answer.content_type == "application/problem+json" and said["type"] == f"/problems/{code}"


@pytest.mark.parametrize(
    "raw", ["{not json", "", " ", "{", '{"a":}', '{"text": NaN}', b'{"text": "\xff"}', '"\\ud800"']
)
def test_what_is_no_json_is_malformed(unchanged: Caller, day: Everyday, raw: bytes | str) -> None:
    for one in HEARING:
        if raw:
            refused(send(unchanged, one, day, raw), 400, "malformed")
        elif one.body is not None and any(field.is_required() for field in one.body.model_fields.values()):
            refused(send(unchanged, one, day, raw), 422, "invalid")


def test_another_type_than_json_and_too_much_of_it(unchanged: Caller, day: Everyday) -> None:
    for one in HEARING:
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/xml", "multipart/form-data", None):
            refused(send(unchanged, one, day, "channel=chat", kind), 415, "wrong_content_type")
        refused(send(unchanged, one, day, b'{"text":"' + b"x" * (1 << 20) + b'"}'), 413, "too_large")


def test_a_body_of_unstated_length_is_looked_at_too(unchanged: Caller, day: Everyday) -> None:
    for one in HEARING:
        for raw, kind, status, code in (
            (b"channel=chat", "application/x-www-form-urlencoded", 415, "wrong_content_type"),
            (b"{not json", "application/json", 400, "malformed"),
            (b'{"text":"' + b"x" * (1 << 20) + b'"}', "application/json", 413, "too_large"),
        ):
            path = re.sub(r"<(\w+)>", lambda found: day.known[found[1]][0], one.path)
            piecemeal = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
            headers = unchanged.headers | ({"If-Match": "*"} if one.needs_if_match else {})
            answer = unchanged.client.open(
                f"/api/v1{path}",
                method=one.method,
                input_stream=BytesIO(raw),
                content_type=kind,
                headers=headers,
                environ_overrides=piecemeal,
            )
            refused(answer, status, code)


def test_fields_of_the_wrong_type_too_long_or_unknown_are_named(unchanged: Caller, day: Everyday) -> None:
    for one in HEARING:
        assert one.body is not None
        good = BODIES[one.body.__name__]
        fields = one.body.model_json_schema()["properties"] if one.body.model_fields else {}
        for name, shape in fields.items():
            wrong: list[Any] = [{"no": "such"}, 5.5, [{}], "x" * 4001]
            wrong += [] if any(part.get("type") == "null" for part in shape.get("anyOf", [])) else [None]
            for value in wrong:
                answer = send(unchanged, one, day, json.dumps(good | {name: value}))
                refused(answer, 422, "invalid")
                assert {error["field"].split(".")[0] for error in answer.get_json()["errors"]} == {name}
        stranger = send(unchanged, one, day, json.dumps(good | {"colour": "red"}))
        refused(stranger, 422, "invalid")
        assert [error["field"] for error in stranger.get_json()["errors"]] == ["colour"]
        for whole in ("[]", '"text"', "5", "null", "true"):
            refused(send(unchanged, one, day, whole), 422, "invalid")


def test_what_cannot_be_stored_is_refused(unchanged: Caller, day: Everyday) -> None:
    for one in HEARING:
        if "text" in (one.body.model_fields if one.body else ()):
            assert one.body is not None
            refused(send(unchanged, one, day, json.dumps(BODIES[one.body.__name__] | {"text": "a\0b"})), 422, "invalid")


@pytest.mark.parametrize("which", ["readers", "engine"])
def test_when_every_connection_is_taken_the_caller_is_told_when_to_come_back(
    app: Flask, unchanged: Caller, day: Everyday, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = app.extensions["helpdesk.database"]
    taken = create_engine(database.url, pool_size=1, max_overflow=0, pool_timeout=0)
    monkeypatch.setattr(database, which, taken)
    with taken.connect():
        for one in CLOSED:
            if which == "readers" or one.method != "GET":
                answer = send(unchanged, one, day)
                refused(answer, 503, "overloaded")
                assert int(answer.headers["Retry-After"]) > 0
    monkeypatch.undo()
    taken.dispose()


def test_another_method_is_told_which_ones_there_are(unchanged: Caller) -> None:
    by_path: dict[str, set[str]] = {}
    for one in api.operations:
        by_path.setdefault(one.path, set()).add(one.method)
    for path, methods in by_path.items():
        answer = unchanged("DELETE", re.sub(r"<\w+>", UNKNOWN, path), {})
        refused(answer, 405, "method_not_allowed")
        assert methods <= {one.strip() for one in answer.headers["Allow"].split(",")}


def test_what_is_unknown_is_not_found(unchanged: Caller) -> None:
    for one in POINTING:
        refused(send(unchanged, one, None), 404, "not_found")


def test_nobody_a_forged_and_an_expired_token_are_told_to_send_a_valid_one(
    app: Flask, all_round: Caller, day: Everyday
) -> None:
    database = app.extensions["helpdesk.database"]
    with database.transaction() as session:
        account = session.get_one(Account, day.viewers[Role.AGENT].account_id)
        expired = make_token(session, account, SCOPES, timedelta(seconds=-1), now())
    valid = all_round.headers["Authorization"].removeprefix("Bearer ")
    forged = valid[:-1] + ("a" if valid[-1] != "a" else "b")
    before = dump(database)
    for said in ("", "Bearer", "Bearer ", f"Bearer {forged}", f"Bearer {expired}", f"Basic {valid}", "Bearer å", valid):
        stranger = Caller(app, None)
        stranger.headers = {"Authorization": said}
        for one in CLOSED:
            answer = send(stranger, one, day)
            refused(answer, 401, "unauthorized")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert dump(database) == before


def test_nobody_who_asks_for_what_is_written_for_staff_is_told_how_to_come_in(app: Flask, day: Everyday) -> None:
    answer = Caller(app, None)("GET", "/knowledge/search?q=bygglov&audience=staff")
    refused(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_for_something_else_is_forbidden(app: Flask, all_round: Caller, day: Everyday) -> None:
    database = app.extensions["helpdesk.database"]
    tokens = {}
    with database.transaction() as session:
        account = session.get_one(Account, day.viewers[Role.AGENT].account_id)
        for scope in {one.scope for one in CLOSED}:
            others = [one for one in SCOPES if one != scope]
            tokens[scope] = make_token(session, account, others, timedelta(days=1), now())
    before = dump(database)
    for one in CLOSED:
        refused(send(Caller(app, tokens[one.scope]), one, day), 403, "forbidden")
    assert dump(database) == before


@pytest.mark.parametrize("key", ["", "x" * 65, "å", "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(unchanged: Caller, day: Everyday, key: str) -> None:
    for one in HEARING:
        if one.method == "POST":
            refused(send(unchanged, one, day, Idempotency_Key=key), 422, "invalid")
