"""Swedish, Finnish and English: which one a page speaks, and how to ask for another."""

from flask import Flask, Response, request
from flask_babel import Babel, get_locale
from flask_login import current_user

LANGUAGES = {"sv": "Svenska", "fi": "Suomi", "en": "English"}
"""The languages of the program, each in its own name."""
COOKIE = "lang"


def language() -> str:
    """Return the language of this request: asked for, chosen before, the account's own, the browser's, else Swedish."""
    if not request:
        return "sv"
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE), getattr(current_user, "language", None)):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(LANGUAGES, "sv") or "sv"


def speak(app: Flask) -> None:
    """Let pages be shown in the language of the request, and remember one that was asked for."""
    app.config["BABEL_DEFAULT_LOCALE"] = "sv"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Stockholm"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/translations"
    Babel(app, locale_selector=language)

    @app.after_request
    def remember(response: Response) -> Response:
        wanted = request.args.get("lang")
        if wanted in LANGUAGES and request.cookies.get(COOKIE) != wanted:
            response.set_cookie(
                COOKIE, wanted, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure
            )
        return response


def current_language() -> str:
    """Return the code of the language that the page speaks: sv, fi or en."""
    locale = get_locale()
    return locale.language if locale is not None else "sv"
