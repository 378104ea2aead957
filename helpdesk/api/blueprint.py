"""The blueprint of the API, apart, so that each file of operations can add to it."""

from flask import Blueprint

from helpdesk.api.operations import Api

api = Api(Blueprint("api", __name__, url_prefix="/api/v1"))
