"""The code that opens a ticket on the visitor's own phone."""

import segno
from flask import current_app, request, url_for
from markupsafe import Markup

from helpdesk.channels.walk_in.models import Ticket
from helpdesk.web.languages import LANGUAGES

QUIET_MODULES = 4
"""White around the code, as its standard asks for."""


def address_of(ticket: Ticket, language: str) -> str:
    """Return the whole address of the ticket's page, under PUBLIC_URL when it is set.

    It carries the language that the visitor chose; without a choice the phone's own decides.
    """
    base = current_app.config["HELPDESK"].public_url or request.host_url.rstrip("/")
    lang = language if language in LANGUAGES and language != "sv" else None
    return f"{base}{url_for('ticket.page', token=ticket.token, lang=lang)}"


def code_of(ticket: Ticket, language: str) -> Markup:
    """Return the ticket's address as a QR code: SVG without a size, dark on white in every theme."""
    code = segno.make(address_of(ticket, language), error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, border=QUIET_MODULES, svgclass=None, lineclass=None, light="#fff"))
