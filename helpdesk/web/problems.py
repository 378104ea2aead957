"""When something is refused or goes wrong: a page that says what is safe and what to do, or problem+json for machines."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import TimeoutError
from werkzeug.exceptions import BadRequest, HTTPException, PreconditionFailed

from helpdesk.refusals import Refusal, Unacceptable

LOG = logging.getLogger(__name__)
RETRY_AFTER_S = 5

CODES = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "changed_meanwhile",
    413: "too_large",
    415: "wrong_content_type",
    422: "invalid",
    428: "if_match_required",
    429: "too_many_requests",
    500: "internal",
}
PAGES = frozenset({400, 403, 404, 409, 413, 429, 500})


def problem(
    status: int,
    code: str,
    detail: str = "",
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an RFC 9457 answer in the contract's shape; a 401 names the scheme that would do (RFC 9110)."""
    body = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
    }
    response = Response(json.dumps(body), status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers.update(headers or {})
    return response


def precondition(etag: str) -> None:
    """Make sure that If-Match names the state that is there. Raises 412 when it names another."""
    if not request.if_match.contains(etag):
        raise PreconditionFailed("It has changed since you read it. Read it again.")


def wants_json() -> bool:
    """Say whether the one who asks is a machine: the API, or a script of ours that asked for JSON."""
    return request.path.startswith("/api/") or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def explain(app: Flask) -> None:
    """Turn refusals and errors into answers that help."""

    @app.before_request
    def refuse_what_cannot_be_stored() -> None:
        given = [request.path, *request.args.values(), *request.form.values()]
        if any("\x00" in text for text in given):
            raise BadRequest("A text holds a character that cannot be stored (U+0000).")

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        errors = refusal.errors if isinstance(refusal, Unacceptable) else None
        if wants_json():
            return problem(refusal.status, refusal.code, refusal.detail, errors)
        page = refusal.status if refusal.status in PAGES else 409
        return render_template(f"errors/{page}.html", refusal=refusal), refusal.status

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if error.response is not None or status < 400:
            return error.get_response()
        if wants_json():
            kept = {
                name: value for name, value in error.get_headers(request.environ) if name in ("Allow", "Retry-After")
            }
            return problem(status, CODES.get(status, "refused"), error.description or "", headers=kept)
        page = status if status in PAGES else (404 if status == 405 else 400 if status < 500 else 500)
        return render_template(f"errors/{page}.html", refusal=None), status

    @app.errorhandler(TimeoutError)
    def overloaded(_error: TimeoutError) -> ResponseReturnValue:
        """Everybody waits for a connection to the database: nothing was done, and another try may help."""
        LOG.error("no connection to the database was free in time, on %s %s", request.method, request.url_rule)
        wait = {"Retry-After": str(RETRY_AFTER_S)}
        if wants_json():
            return problem(
                503, "overloaded", "Too much is going on right now. Nothing was stored. Try again.", headers=wait
            )
        return render_template("errors/500.html", refusal=None), 503, wait

    @app.errorhandler(500)
    def broke(error: Exception) -> ResponseReturnValue:
        LOG.error(
            "unexpected error on %s %s",
            request.method,
            request.url_rule,
            exc_info=getattr(error, "original_exception", error),
        )
        if wants_json():
            return problem(500, "internal", "Something went wrong on our side. Nothing was stored.")
        return render_template("errors/500.html", refusal=None), 500
