"""The pages for citizens over the library: search, an e-service, an answer, and how accessible all this is."""

import re

from flask import Blueprint, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from helpdesk.answers.markup import to_html
from helpdesk.answers.queries import (
    browse,
    checked_forms,
    count_by_event,
    short_answer,
    translations_of,
    ways_to_reach_us,
)
from helpdesk.answers.rules import MOST, PAGE, Filters, counts, kept, near
from helpdesk.answers.search import search_for_public, service_link, suggest_public, text_of
from helpdesk.answers.words import ACCESSIBLE, AREA_ICONS, AREAS, KINDS, LIFE_EVENTS, LOGIN_ICONS, LOGINS, word_for
from helpdesk.clock import local, now
from helpdesk.db import reading
from helpdesk.people import guard
from helpdesk.refusals import Unknown
from helpdesk.web.languages import current_language
from knowledge.queries import (
    articles_of,
    count_by_area,
    disturbed,
    find_service,
    list_services,
    read_article,
    services_of,
)
from knowledge.values import Audience, Lang

bp = Blueprint("answers", __name__)

LONGEST_QUERY = 1000
DIGG = "https://www.digg.se/tdosanmalan"
"""Where somebody complains who is not content with our answer about accessibility."""
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@bp.record_once
def take_the_front_page(state: BlueprintSetupState) -> None:
    """Answer at ``/`` too, except in the demo, whose tour stands there."""
    if not state.app.config["HELPDESK"].demo:
        state.add_url_rule("/", "front_page", home, methods=["GET"])


@bp.app_context_processor
def words() -> dict[str, object]:
    """Give every template the words for the library's closed lists."""
    return {
        "area_word": lambda code: word_for(AREAS, code),
        "event_word": lambda code: word_for(LIFE_EVENTS, code),
        "kind_word": lambda code: word_for(KINDS, code),
        "login_word": lambda code: word_for(LOGINS, code),
        "login_icon": lambda code: LOGIN_ICONS.get(code, "key-round"),
        "area_icon": lambda code: AREA_ICONS.get(code, "folder-tree"),
    }


def typed() -> str:
    """Return what was typed in the search box, at most 1000 characters of it."""
    return request.args.get("q", "").strip()[:LONGEST_QUERY]


def filters_asked_for() -> Filters:
    """Return the filters in the address; what cannot be a code is left out."""
    chosen = {
        name: frozenset(value for value in request.args.getlist(name) if SLUG.fullmatch(value))
        for name in ("area", "event", "kind", "login")
    }
    return Filters(**chosen)


def is_staff() -> bool:
    """Say whether the reader may see what is written for staff."""
    return current_user.is_authenticated and guard.current_viewer().may("knowledge")


@bp.get("/e-tjanster")
@guard.public
def home() -> ResponseReturnValue:
    """Show the search, what it found, or the services of an area or a life event; without a question the beginning."""
    text, filters, lang, moment = typed(), filters_asked_for(), current_language(), now()
    with reading() as session:
        ways = ways_to_reach_us(session, lang, moment)
        if not text and not filters.chosen:
            return render_template(
                "answers/home.html",
                areas=count_by_area(session),
                events=count_by_event(session),
                total=len(list_services(session)),
                ways=ways,
                text="",
            )
        if text:
            found = near(search_for_public(session, text, lang, MOST).found)
            hits, answer = kept(found, filters), short_answer(session, found, lang)
        else:
            (found, hits), answer = browse(session, filters, lang, moment), None
        most = request.args.get("show", default=PAGE, type=int)
        return render_template(
            "answers/results.html",
            text=text,
            filters=filters,
            hits=hits,
            most=max(PAGE, min(most, 1000)),
            counts=counts(found, filters),
            answer=answer,
            ways=ways,
        )


@bp.get("/e-tjanster/forslag")
@guard.public
def suggestions() -> ResponseReturnValue:
    """Give the services and answers that fit what is being typed, as a fragment for the search box."""
    with reading() as session:
        found = suggest_public(session, typed(), current_language()).found if typed() else ()
    return render_template("answers/_suggestions.html", found=found)


@bp.get("/e-tjanster/<slug>")
@guard.public
def service_page(slug: str) -> ResponseReturnValue:
    """Show everything a citizen needs to know of one e-service or form, and the way to it."""
    lang = current_language()
    with reading() as session:
        service = find_service(session, slug)
        if service is None:
            raise Unknown("There is no such service.")
        trouble = disturbed(session, now(), [service.id]).get(service.id)
        return render_template(
            "answers/service.html",
            service=service,
            title=text_of(service, "title", lang),
            summary=text_of(service, "summary", lang),
            trouble=text_of(trouble, "text", lang) if trouble else None,
            ends_at=trouble.ends_at if trouble else None,
            department=text_of(service.department, "name", lang)[0],
            link=service_link(service) if service.retired_at is None else None,
            accessible=word_for(ACCESSIBLE, service.accessible.value),
            articles=articles_of(session, service, Lang(lang), staff=is_staff()),
            ways=ways_to_reach_us(session, lang, now()),
        )


@bp.get("/svar/<slug>")
@guard.public
def article_page(slug: str) -> ResponseReturnValue:
    """Show an answer: its public sections, and to staff who have signed in the inside ones, marked as such."""
    lang, staff = current_language(), is_staff()
    with reading() as session:
        read = read_article(session, slug, staff)
        if read is None:
            raise Unknown("There is no such answer.")
        article = read.article
        return render_template(
            "answers/article.html",
            article=article,
            title=read.revision.title,
            sections=[(one.heading, to_html(one.body), one.audience is Audience.STAFF) for one in read.sections],
            is_inside=article.audience is Audience.STAFF,
            is_overdue=staff and (article.review_due is None or article.review_due < local(now()).date()),
            department=text_of(article.department, "name", lang)[0],
            services=[(one.slug, *text_of(one, "title", lang)) for one in services_of(session, article)],
            translations=translations_of(session, article),
            ways=ways_to_reach_us(session, lang, now()),
        )


@bp.get("/tillganglighet")
@guard.public
def accessibility() -> ResponseReturnValue:
    """Say how accessible this site and the services on it are, from what has been checked."""
    with reading() as session:
        return render_template(
            "answers/accessibility.html",
            forms=checked_forms(session),
            complaints=DIGG,
            ways=ways_to_reach_us(session, current_language(), now()),
        )
