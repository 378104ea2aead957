"""An operation of the API: declared once with its shapes and scope; checked, run and described from that.

The order of the checks is the contract's: token (401), scope and role (403), content type (415), size (413), JSON
(400), content (422), then the action's own refusals. A POST may carry an Idempotency-Key.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from helpdesk.api.shapes import Out
from helpdesk.clock import now
from helpdesk.db import reading, transaction
from helpdesk.people.actions import viewer_of_token
from helpdesk.people.guard import Declared, declare
from helpdesk.people.rules import Viewer
from helpdesk.queue.presence import is_due, sign_of_life
from helpdesk.refusals import Forbidden, Unacceptable
from helpdesk.web.inbox import answer_to, keep_answer
from helpdesk.web.problems import problem

B = TypeVar("B", bound=BaseModel)
KEY = re.compile("[ -~]{1,64}")
NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class Call(Generic[B]):
    """One call: the session of its transaction, who calls (None: nobody), what was sent, and the moment."""

    session: Session
    viewer: Viewer | None
    body: B
    query: Mapping[str, Any]
    now: datetime

    @property
    def who(self) -> Viewer:
        """Return who calls. Raises Forbidden for an operation that needs somebody."""
        if self.viewer is None:
            raise Forbidden("This needs a token.")
        return self.viewer

    @property
    def agent_id(self) -> int:
        """Return the agent who calls. Raises Forbidden for an account that takes no contacts."""
        if self.who.agent_id is None:
            raise Forbidden("This account takes no contacts.")
        return self.who.agent_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of a call."""

    body: Out | None = None
    status: int = 200
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it is declared."""

    method: str
    path: str
    """In Flask's form: ``/contacts/<contact>/take``."""
    summary: str
    scope: str | None
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answers: Mapping[int, type[Out] | None]
    refusals: tuple[int, ...]
    needs_if_match: bool = False


@dataclass(slots=True)
class Api:
    """All operations, and the blueprint that serves them."""

    blueprint: Blueprint
    operations: list[Operation] = field(default_factory=list)

    def operation(
        self,
        method: str,
        path: str,
        *,
        scope: str | None,
        answers: Mapping[int, type[Out] | None],
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        refusals: tuple[int, ...] = (),
        needs_if_match: bool = False,
    ) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        """Declare an operation. ``scope`` None: public; a token is heeded when there is one."""

        def register(action: Callable[..., Answer]) -> Callable[..., Answer]:
            summary = (action.__doc__ or "").strip().split("\n")[0]
            declared = Operation(method, path, summary, scope, body, query, answers, refusals, needs_if_match)
            self.operations.append(declared)

            def view(**ids: str) -> Response:
                return run(declared, action, ids)

            view.__name__ = action.__name__
            declare(view, Declared("token" if scope else "public", scope=scope))
            self.blueprint.add_url_rule(path, action.__name__, view, methods=[method])
            return action

        return register


def run(operation: Operation, action: Callable[..., Answer], ids: Mapping[str, str]) -> Response:
    """Check a call, run its action in one transaction and answer."""
    moment = now()
    viewer = caller(moment)
    if operation.scope is not None:
        if viewer is None:
            return problem(401, "unauthorized", "Send a valid token.")
        if operation.scope not in (viewer.scopes or ()):
            raise Forbidden(f"The token lacks the scope {operation.scope}.")
    if operation.needs_if_match and not request.headers.get("If-Match"):
        return problem(428, "if_match_required", "Send If-Match with the ETag that you read.")
    try:
        query = operation.query.model_validate(request.args.to_dict()) if operation.query else None
        body = parsed(operation.body) if operation.body else None
    except ValidationError as error:
        return problem(422, "invalid", "Some fields are not as they should be.", faults(error))
    given = dict(query) if query is not None else {}
    if request.method == "GET":
        with reading() as session:
            return sent(action(Call(session, viewer, body, given, moment), **ids))
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        wrong = {"field": "Idempotency-Key", "code": "invalid", "message": "From 1 to 64 printable ASCII characters."}
        return problem(422, "invalid", "The key cannot be used.", [wrong])
    with transaction() as session:
        scope = f"api:{viewer.token_id if viewer else 'public'}"
        if key is not None:
            there = answer_to(session, scope, key, request_hash(), moment, waits=False)
            if there is not None:
                return replayed(there)
        response = sent(action(Call(session, viewer, body, given, moment), **ids))
        if viewer is not None and viewer.agent_id is not None and is_due(session, viewer.agent_id, moment):
            sign_of_life(session, viewer.agent_id, moment)  # after the action: an agent's row is locked before presence
        if key is not None:
            kept = {
                "status": response.status_code,
                "body": response.get_data(as_text=True),
                "etag": response.headers.get("ETag"),
            }
            keep_answer(session, scope, key, kept)
    return response


def caller(moment: datetime) -> Viewer | None:
    """Return whoever the Authorization header speaks for. Cookies are not accepted here."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    with reading() as session:
        return viewer_of_token(session, token.strip(), moment)


def parsed(shape: type[B]) -> B:
    """Return the body as its shape; a number is no text and a text no number.

    Raises 415, 413 or 400 for what is no JSON, ValidationError for its content.
    """
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if has_body and request.mimetype != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    raw = request.get_data()
    if not raw:
        return shape.model_validate({})
    if request.content_length is None and len(raw) == request.max_content_length:
        raise RequestEntityTooLarge  # a body that does not say how long it is has been cut off here
    try:
        from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise BadRequest(f"This is not JSON: {error}") from error
    if NUL in raw:
        raise Unacceptable("A text holds a character that cannot be stored (U+0000).")
    return shape.model_validate_json(raw, strict=True)


def faults(error: ValidationError) -> list[dict[str, Any]]:
    """Return what is wrong, field by field."""
    return [
        {"field": ".".join(str(part) for part in one["loc"]) or "body", "code": one["type"], "message": one["msg"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def request_hash() -> str:
    """Return what tells this request from another with the same key."""
    return hashlib.sha256(b"\0".join((request.method.encode(), request.path.encode(), request.get_data()))).hexdigest()


def sent(answer: Answer) -> Response:
    """Return an answer as it goes over the wire."""
    text = answer.body.model_dump_json(exclude_unset=True, by_alias=True) if answer.body is not None else ""
    response = Response(text, answer.status, content_type="application/json")
    if answer.status == HTTPStatus.NO_CONTENT:
        del response.headers["Content-Type"]
    if answer.etag:
        response.set_etag(answer.etag)
    return response


def replayed(kept: Mapping[str, Any]) -> Response:
    """Return the first answer again."""
    response = Response(kept["body"], kept["status"], content_type="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    if kept["etag"]:
        response.headers["ETag"] = kept["etag"]
    return response
