"""What the desk opens: a service with all its record says, an article with its inside sections, replies to begin from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from helpdesk.answers.markup import lead_of
from helpdesk.answers.search import Results, search_for_staff, searching, shown, suggest_public, text_of
from knowledge.models import Article, Disturbance, Section, Service
from knowledge.queries import articles_of, disturbed, find_service, read_article, services_of
from knowledge.search.engine import suggest
from knowledge.sections import plain_text
from knowledge.values import Audience, Lang


@dataclass(frozen=True, slots=True)
class Opened:
    """A service or an article, opened for staff. Texts name their own language."""

    kind: str
    slug: str
    title: str
    lang: str
    owner: str
    address: str
    is_public: bool
    service: Service | None = None
    disturbance: Disturbance | None = None
    article: Article | None = None
    sections: Sequence[Section] = ()
    plain: str = ""
    """The public text without signs, to be put into a message."""
    related: Sequence[tuple[str, str, str]] = ()
    """What belongs to it: (kind, slug, title)."""


def find_while_typing(session: Session, text: str, language: str, limit: int) -> Results:
    """Return what a text finds for staff; while it is too little to be sure of anything, what it may be the beginning of."""
    results = search_for_staff(session, text, language, limit)
    if results.found:
        return results
    return shown(session, suggest(searching().fresh(session), text, "staff", language, limit), language)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to begin from: the first words of an answer, and where the citizen reads the rest."""

    slug: str
    title: str
    text: str


QUICK_REPLIES = 5


def quick_replies(session: Session, query: str, language: str) -> list[Reply]:
    """Return replies from the public articles that a text finds, best first; none for no text."""
    if not query.strip():
        return []
    found = suggest_public(session, query, language, 4 * QUICK_REPLIES).found
    replies = []
    for hit in [one for one in found if one.kind == "article"][:QUICK_REPLIES]:
        read = read_article(session, hit.slug, staff=False)
        if read is not None:
            lead = next((lead_of(plain_text(one.body)) for one in read.sections if one.body.strip()), "")
            address = url_for("answers.article_page", slug=hit.slug, _external=True)
            replies.append(Reply(hit.slug, read.revision.title, f"{lead}\n{address}".strip()))
    return replies


def open_item(session: Session, item: str, language: str, moment: datetime) -> Opened | None:
    """Return what ``kind:slug`` names, for staff; None when there is no such thing (any more)."""
    kind, _, slug = item.partition(":")
    if kind == "service":
        return open_service(session, slug, language, moment)
    return open_article(session, slug, language) if kind == "article" else None


def open_service(session: Session, slug: str, language: str, moment: datetime) -> Opened | None:
    """Return a service for staff, with the articles that answer for it."""
    service = find_service(session, slug)
    if service is None:
        return None
    title, lang = text_of(service, "title", language)
    related = [("article", one.slug, one.title) for one in articles_of(session, service, Lang(language), staff=True)]
    return Opened(
        kind="service",
        slug=slug,
        title=title,
        lang=lang,
        owner=text_of(service.department, "name", language)[0],
        address=url_for("answers.service_page", slug=slug),
        is_public=True,
        service=service,
        disturbance=disturbed(session, moment, [service.id]).get(service.id),
        related=related,
    )


def open_article(session: Session, slug: str, language: str) -> Opened | None:
    """Return an article for staff, inside sections too, with the services that it answers for."""
    read = read_article(session, slug, staff=True)
    if read is None:
        return None
    article = read.article
    related = [("service", one.slug, text_of(one, "title", language)[0]) for one in services_of(session, article)]
    return Opened(
        kind="article",
        slug=slug,
        title=read.revision.title,
        lang=article.lang.value,
        owner=text_of(article.department, "name", language)[0],
        address=url_for("answers.article_page", slug=slug),
        is_public=article.audience is Audience.PUBLIC,
        article=article,
        sections=read.sections,
        plain="\n".join(plain_text(one.body) for one in read.sections if one.audience is Audience.PUBLIC),
        related=related,
    )
