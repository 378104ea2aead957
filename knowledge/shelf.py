"""From the database to the search: the documents of the library, and the index that each process keeps of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from knowledge.library import version_of
from knowledge.models import Article, ArticleService, Revision, Service
from knowledge.search.document import Document, Part, Passage
from knowledge.search.engine import Indexes, build_indexes
from knowledge.sections import plain_text
from knowledge.values import ArticleState, Audience

Build = Callable[[list[Document], int], Indexes]


class Shelf:
    """The indexes that a process searches. They are swapped whole, so a search sees the old state or the new one.

    Safe for any number of threads or greenlets: one of them builds, the others go on with what there is.
    ``build`` makes the indexes from the documents: a server hands in one that computes beside its event loop.
    """

    def __init__(self, build: Build = build_indexes) -> None:
        self._build = build
        self._indexes: Indexes | None = None
        self._building = Lock()

    def fresh(self, session: Session) -> Indexes:
        """The indexes of the library as it is now: one small query when nothing has changed, else they are built.

        While another thread builds, the former ones are given; only the very first caller's neighbours wait.
        """
        version = version_of(session)
        held = self._indexes
        if held is not None and held.version == version:
            return held
        if not self._building.acquire(blocking=held is None) and held is not None:
            return held
        try:
            newest = self._indexes
            if newest is None or newest.version != version:
                newest = self._build(documents_of(session), version)
                self._indexes = newest
            return newest
        finally:
            self._building.release()


def documents_of(session: Session) -> list[Document]:
    """All services that are not retired and all published articles, in a steady order."""
    services = session.scalars(
        select(Service)
        .where(Service.retired_at.is_(None))
        .order_by(Service.id)
        .options(selectinload(Service.department))
    ).all()
    articles = session.scalars(
        select(Article)
        .where(Article.state == ArticleState.PUBLISHED)
        .order_by(Article.id)
        .options(
            selectinload(Article.department),
            selectinload(Article.translation_of),
            selectinload(Article.services).selectinload(ArticleService.service),
            selectinload(Article.current_revision).selectinload(Revision.sections),
        )
    ).all()
    links: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for article in articles:
        for link in article.services:
            links[link.service_id].append(("article", article.slug))
    return [_of_service(one, links[one.id]) for one in services] + [_of_article(one) for one in articles]


def _of_service(service: Service, links: Iterable[tuple[str, str]]) -> Document:
    titles = {"sv": service.title_sv, "en": service.title_en, "fi": service.title_fi}
    summaries = {"sv": service.summary_sv, "en": service.summary_en, "fi": service.summary_fi}
    owner = service.department
    passages = [
        *(Passage(Part.TITLE, lang, text) for lang, text in titles.items() if text),
        *(Passage(Part.KEYWORD, "sv", text) for text in service.keywords),
        *(Passage(Part.EVERYDAY, "sv", text) for text in service.everyday),
        *(Passage(Part.SUMMARY, lang, text) for lang, text in summaries.items() if text),
        Passage(Part.LAW, "sv", service.legal_basis),
        *(Passage(Part.OWNER, lang, text) for lang, text in _names(owner.name_sv, owner.name_en, owner.name_fi)),
    ]
    return Document(
        kind="service",
        slug=service.slug,
        titles={lang: text for lang, text in titles.items() if text},
        passages=tuple(one for one in passages if one.text),
        family=service.slug,
        linked=tuple(links),
    )


def _of_article(article: Article) -> Document:
    lang = article.lang.value
    whole = article.audience is Audience.STAFF
    owner = article.department
    name = dict(_names(owner.name_sv, owner.name_en, owner.name_fi))[lang]
    passages = [
        Passage(Part.TITLE, lang, article.title, whole),
        *(Passage(Part.KEYWORD, lang, text, whole) for text in article.keywords),
        *(Passage(Part.EVERYDAY, lang, text, whole) for text in article.everyday),
        Passage(Part.OWNER, lang, name, whole),
    ]
    for section in article.current_revision.sections if article.current_revision else ():
        staff = whole or section.audience is Audience.STAFF
        passages.append(Passage(Part.HEADING, lang, section.heading, staff))
        passages.append(Passage(Part.BODY, lang, plain_text(section.body), staff))
    return Document(
        kind="article",
        slug=article.slug,
        titles={lang: article.title},
        passages=tuple(one for one in passages if one.text),
        lang=lang,
        family=article.translation_of.slug if article.translation_of else article.slug,
        staff=whole,
        linked=tuple(("service", one.service.slug) for one in article.services if one.service.retired_at is None),
    )


def _names(sv: str, en: str, fi: str) -> list[tuple[str, str]]:
    return [("sv", sv), ("en", en), ("fi", fi)]
