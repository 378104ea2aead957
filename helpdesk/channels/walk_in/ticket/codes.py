"""The code that opens a ticket on the visitor's own phone."""

from flask import current_app, request, url_for
from markupsafe import Markup

from helpdesk.channels.walk_in.models import Ticket
from helpdesk.web.languages import LANGUAGES
from helpdesk.web.qr import qr_of


def address_of(ticket: Ticket, language: str) -> str:
    """Return the whole address of the ticket's page, under PUBLIC_URL when it is set.

    It carries the language that the visitor chose; without a choice the phone's own decides.
    """
    base = current_app.config["HELPDESK"].public_url or request.host_url.rstrip("/")
    lang = language if language in LANGUAGES and language != "sv" else None
    return f"{base}{url_for('ticket.page', token=ticket.token, lang=lang)}"


def code_of(ticket: Ticket, language: str) -> Markup:
    """Return the ticket's address as a QR code: SVG without a size, dark on white in every theme."""
    return qr_of(address_of(ticket, language))
