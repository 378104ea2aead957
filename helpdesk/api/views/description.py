"""The description of the API itself."""

from flask import Response, jsonify

from helpdesk.api.blueprint import api
from helpdesk.api.openapi import describe
from helpdesk.people import guard


@api.blueprint.get("/openapi.json")
@guard.public
def openapi() -> Response:
    """Give the description of every operation (OpenAPI 3.1)."""
    return jsonify(describe(api.operations, "Helpdesk"))
