"""Search as the pages use it: over the library of this process, for one reader, ready to show.

The application keeps one :class:`Searching` at ``extensions["helpdesk.search"]``. What stands below the pages on the
ladder (the chat) asks that object; the pages, the desk and the commands call the functions here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urljoin

from flask import current_app, request, url_for
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from helpdesk.clock import now as this_moment
from helpdesk.config import Config
from helpdesk.db import database
from knowledge.models import Article, Disturbance, Service
from knowledge.queries import disturbed
from knowledge.search.engine import Answer, Hit, Reader, search, suggest
from knowledge.search.marks import Mark
from knowledge.search.verdict import Verdict
from knowledge.shelf import Shelf
from knowledge.values import Audience

Row = TypeVar("Row", Service, Article)


@dataclass(frozen=True, slots=True)
class Found:
    """One service or article as a search shows it. Each text names its own language (``…_lang``)."""

    kind: str
    """``service`` or ``article``."""
    slug: str
    title: Markup
    """Safe markup: the words that matched are in ``<mark>``."""
    title_lang: str
    excerpt: Markup
    """The piece of summary or text where most matched, marked likewise; may be empty."""
    excerpt_lang: str
    address: str
    """The page of it, on this site."""
    link: str | None
    """Where the service itself is used or its form lies (see :func:`service_link`); None for an article."""
    form: str | None
    """``e_service``, ``pdf`` or ``word``; None for an article."""
    login: str | None
    """``none``, ``bankid``, ``platform-account`` or ``e-id-school``; None for an article."""
    department: str
    area: str | None
    life_event: str | None
    disturbed: str | None
    """What does not work right now, in words; None when all is well."""
    staff_only: bool
    score: float

    @property
    def plain_title(self) -> str:
        """Return the title without marks."""
        return self.title.striptags()


@dataclass(frozen=True, slots=True)
class Results:
    """What a search gave: how sure it is, what it found best first (nothing when the verdict is none), and its time."""

    verdict: Verdict
    found: tuple[Found, ...]
    lang: str
    ms: float


class Searching(Shelf):
    """The search of one process. Public methods read the public index alone: no staff text is in it."""

    def is_ready(self) -> bool:
        """Say whether the search can answer; builds its indexes the first time, so that the first citizen need not wait."""
        try:
            with database().reading() as session:
                self.fresh(session)
        except SQLAlchemyError:
            return False
        return True

    def raw(self, session: Session, text: str, audience: Reader, lang: str | None, limit: int) -> Answer:
        """Search without what a page needs besides, for the command line and the API."""
        return search(self.fresh(session), text, audience, lang, limit)

    def for_staff(self, session: Session, text: str, lang: str | None = None, limit: int = 10) -> Results:
        """Find for somebody who has signed in: inside text counts too."""
        return shown(session, self.raw(session, text, "staff", lang, limit), lang)

    def for_public(self, session: Session, text: str, lang: str | None = None, limit: int = 10) -> Results:
        """Find for everybody."""
        return shown(session, self.raw(session, text, "public", lang, limit), lang)

    def suggest_public(self, session: Session, text: str, lang: str | None = None, limit: int = 6) -> Results:
        """Find for everybody while they type: the last word may be the beginning of one."""
        return shown(session, suggest(self.fresh(session), text, "public", lang, limit), lang)


def searching() -> Searching:
    """Return the search of the running application."""
    found: Searching = current_app.extensions["helpdesk.search"]
    return found


def search_for_staff(session: Session, text: str, lang: str | None = None, limit: int = 10) -> Results:
    """Find what a text means for somebody who has signed in, best first. ``lang`` (sv, fi, en) is the reader's own."""
    return searching().for_staff(session, text, lang, limit)


def search_for_public(session: Session, text: str, lang: str | None = None, limit: int = 10) -> Results:
    """Find what a text means for everybody, best first. ``lang`` (sv, fi, en) is the reader's own."""
    return searching().for_public(session, text, lang, limit)


def suggest_public(session: Session, text: str, lang: str | None = None, limit: int = 6) -> Results:
    """Find for everybody while they type; something is shown even if unsure."""
    return searching().suggest_public(session, text, lang, limit)


def shown(session: Session, answer: Answer, lang: str | None, moment: datetime | None = None) -> Results:
    """Add to each hit what its card says, in a handful of statements however many there are.

    Titles and names are in the reader's language where there is one, else in the language of the question. A hit
    whose row has gone since the index was built is left out.
    """
    own = lang or answer.lang
    services = _by_slug(session, Service, answer.hits, "service")
    articles = _by_slug(session, Article, answer.hits, "article")
    plain = {one.slug: one for one in service_cards(session, list(services.values()), own, moment)}
    found = []
    for hit in answer.hits:
        if hit.kind == "service" and (card := plain.get(hit.slug)):
            found.append(_with_marks(card, hit))
        elif hit.kind == "article" and (article := articles.get(hit.slug)):
            found.append(_article_card(article, hit, own))
    return Results(answer.verdict, tuple(_own_language_first(found, articles, own)), answer.lang, answer.ms)


def _own_language_first(found: list[Found], articles: Mapping[str, Article], lang: str) -> list[Found]:
    """Where versions of one article stand in several places, let the one in the reader's language have the first."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for at, one in enumerate(found):
        if one.kind == "article":
            article = articles[one.slug]
            places[article.translation_of_id or article.id].append(at)
    ordered = list(found)
    for held in places.values():
        versions = sorted((found[at] for at in held), key=lambda one: one.title_lang != lang)
        for at, one in zip(held, versions, strict=True):
            ordered[at] = replace(one, score=found[at].score)
    return ordered


def service_cards(
    session: Session, services: Sequence[Service], lang: str, moment: datetime | None = None
) -> list[Found]:
    """Return services as cards in their order, in a language where there is one, with what is wrong at a moment (now)."""
    troubles = disturbed(session, moment or this_moment(), [one.id for one in services])
    return [_service_card(one, lang, troubles.get(one.id)) for one in services]


def text_of(row: object, name: str, lang: str) -> tuple[str, str]:
    """Return a text that a row has in several languages (``name_sv`` …) in the wanted one, else Swedish, and which it is."""
    wanted = getattr(row, f"{name}_{lang}")
    return (wanted, lang) if wanted else (getattr(row, f"{name}_sv") or "", "sv")


def marked(text: str, marks: Sequence[Mark]) -> Markup:
    """Return a text as safe markup with each marked stretch in ``<mark>``."""
    pieces, at = [], 0
    for start, end in sorted(marks):
        if start < at:
            continue
        pieces += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


def service_link(service: Service) -> str | None:
    """Return the absolute address where a service is used or its form lies; None when nobody has said where that is.

    An address of the catalogue without a host stands under SERVICE_BASE_URL. The demo has services of its own.
    """
    config: Config = current_app.config["HELPDESK"]
    if config.demo:
        return urljoin(request.url_root if request else f"{config.public_url}/", f"demo/tjanst/{service.slug}")
    if service.url.startswith(("http://", "https://")):
        return service.url
    if not service.url or not config.service_base_url:
        return None
    return f"{config.service_base_url}/{service.url.lstrip('/')}"


def _by_slug(session: Session, model: type[Row], hits: Sequence[Hit], kind: str) -> dict[str, Row]:
    slugs = [hit.slug for hit in hits if hit.kind == kind]
    if not slugs:
        return {}
    rows = session.scalars(select(model).where(model.slug.in_(slugs)).options(selectinload(model.department)))
    return {row.slug: row for row in rows}


def _service_card(service: Service, lang: str, trouble: Disturbance | None) -> Found:
    title, title_lang = text_of(service, "title", lang)
    excerpt, excerpt_lang = text_of(service, "summary", lang)
    return Found(
        kind="service",
        slug=service.slug,
        title=escape(title),
        title_lang=title_lang,
        excerpt=escape(excerpt),
        excerpt_lang=excerpt_lang,
        address=url_for("answers.service_page", slug=service.slug),
        link=service_link(service),
        form=service.form.value,
        login=service.login,
        department=text_of(service.department, "name", lang)[0],
        area=service.area,
        life_event=service.life_event,
        disturbed=text_of(trouble, "text", lang)[0] if trouble else None,
        staff_only=False,
        score=0.0,
    )


def _with_marks(card: Found, hit: Hit) -> Found:
    """Mark what matched, where the card is in the language that matched."""
    return replace(
        card,
        title=marked(hit.title, hit.marks) if hit.lang == card.title_lang else card.title,
        excerpt=marked(hit.excerpt, hit.excerpt_marks) if hit.excerpt_lang == card.excerpt_lang else card.excerpt,
        score=hit.score,
    )


def _article_card(article: Article, hit: Hit, lang: str) -> Found:
    return Found(
        kind="article",
        slug=article.slug,
        title=marked(hit.title, hit.marks),
        title_lang=hit.lang,
        excerpt=marked(hit.excerpt, hit.excerpt_marks),
        excerpt_lang=hit.excerpt_lang,
        address=url_for("answers.article_page", slug=article.slug),
        link=None,
        form=None,
        login=None,
        department=text_of(article.department, "name", lang)[0],
        area=None,
        life_event=None,
        disturbed=None,
        staff_only=article.audience is Audience.STAFF,
        score=hit.score,
    )
