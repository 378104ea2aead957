"""The desk's pages hang on one blueprint, whichever file they are written in."""

from flask import Blueprint

bp = Blueprint("desk", __name__)
