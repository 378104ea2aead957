"""The library over the API: search, services and articles. Open to everybody; inside text is for staff with a token."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import Unauthorized

from helpdesk.answers.search import searching, service_link, text_of
from helpdesk.api.blueprint import api
from helpdesk.api.operations import Answer, Call
from helpdesk.api.paging import MOST, PageQuery, cursor_of, start_of
from helpdesk.api.shapes import In, Moment, Nothing, Out, Slug
from helpdesk.people.rules import Viewer
from helpdesk.refusals import Forbidden, Unknown
from knowledge.models import Article, Disturbance, Service
from knowledge.queries import articles_of, disturbed, find_service, read_article, services_of
from knowledge.search.engine import Reader
from knowledge.values import Accessible, ArticleState, Audience, Form, Handling, Lang

SCOPE = "knowledge:read"
Written = Literal["sv", "fi", "en"]


class SearchQuery(In):
    """What to find. ``lang`` is a hint, not a filter; ``audience`` staff needs a token of staff."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    lang: Written | None = None
    limit: int = Field(default=10, ge=1, le=MOST)
    audience: Audience | None = None


class LangQuery(In):
    """In which language titles are wanted, where there is one."""

    lang: Written = "sv"


class ServiceQuery(PageQuery):
    """Which services."""

    lang: Written = "sv"
    area: Slug | None = None


class HitOut(Out):
    """One thing found. ``marks``: where the words that matched stand in the title, as [start, end)."""

    kind: Literal["service", "article"]
    id: str
    title: str
    score: float
    marks: list[tuple[int, int]]


class SearchOut(Out):
    """How sure the search is, what it found best first (nothing when the verdict is none), and the milliseconds it took."""

    verdict: Literal["sure", "maybe", "none"]
    results: list[HitOut]
    ms: float


class ServiceOut(Out):
    """An e-service or a form. ``title`` and ``summary`` are in the language asked for, else Swedish; other texts Swedish."""

    id: str
    title: str
    titles: dict[str, str]
    summary: str
    form: Form
    platform: str
    login: str
    department: str
    area: str
    life_event: str | None
    audience: str
    legal_basis: str
    fee: str
    processing_time: str
    url: str | None
    paper_route: str
    protected_route: str
    accessible: Accessible
    reviewed: date | None
    disturbed: str | None
    retired: bool
    changed_at: Moment
    handling: Handling | None = None
    articles: list[str] | None = None


class ServiceList(Out):
    """A page of services."""

    items: list[ServiceOut]
    next: str | None


class SectionOut(Out):
    """A part of an article: Markdown under a heading (empty for the beginning)."""

    heading: str
    body: str
    audience: Audience


class ArticleOut(Out):
    """An answer in one language, with the sections that the caller may read when one article is asked for."""

    id: str
    title: str
    lang: Lang
    translation_of: str | None
    department: str
    audience: Audience
    state: ArticleState
    reviewed: date | None
    review_due: date | None
    changed_at: Moment
    services: list[str] | None = None
    sections: list[SectionOut] | None = None


class ArticleList(Out):
    """A page of articles."""

    items: list[ArticleOut]
    next: str | None


def reads_inside(viewer: Viewer | None) -> bool:
    """Say whether a caller may read what is written for staff: an account of staff, with a token for it."""
    return viewer is not None and SCOPE in (viewer.scopes or ()) and viewer.may("knowledge")


@api.operation(
    "GET", "/knowledge/search", scope=None, query=SearchQuery, answers={200: SearchOut}, refusals=(401, 403, 422)
)
def search_knowledge(call: Call[Nothing]) -> Answer:
    """Search services and articles. Without a token of staff the audience is the public."""
    inside = reads_inside(call.viewer)
    wanted = call.query["audience"] or (Audience.STAFF if inside else Audience.PUBLIC)
    reader: Reader = "staff" if wanted is Audience.STAFF else "public"
    if reader == "staff" and not inside:
        raise refusal_of(call.viewer)
    found = searching().raw(call.session, call.query["q"], reader, call.query["lang"], call.query["limit"])
    results = [
        HitOut.model_validate(
            {"kind": hit.kind, "id": hit.slug, "title": hit.title, "score": hit.score, "marks": hit.marks}
        )
        for hit in found.hits
    ]
    return Answer(SearchOut(verdict=found.verdict.value, results=results, ms=round(found.ms, 3)))


def refusal_of(viewer: Viewer | None) -> Forbidden | Unauthorized:
    """Return why somebody may not read inside text: no token, or one that is not for it."""
    if viewer is None:
        return Unauthorized("What is written for staff needs a token.")
    return Forbidden(f"What is written for staff needs an account of staff and a token with the scope {SCOPE}.")


@api.operation(
    "GET", "/knowledge/services", scope=None, query=ServiceQuery, answers={200: ServiceList}, refusals=(422,)
)
def list_services(call: Call[Nothing]) -> Answer:
    """List the services that are offered now, in a steady order."""
    limit, after = call.query["limit"], start_of(call.query["cursor"])
    chosen = select(Service).where(Service.retired_at.is_(None), Service.id > (after or 0)).order_by(Service.id)
    if call.query["area"] is not None:
        chosen = chosen.where(Service.area == call.query["area"])
    rows = call.session.scalars(chosen.limit(limit + 1).options(selectinload(Service.department))).all()
    troubles = disturbed(call.session, call.now, [row.id for row in rows])
    inside = reads_inside(call.viewer)
    items = [service_out(row, call.query["lang"], troubles.get(row.id), inside) for row in rows[:limit]]
    return Answer(ServiceList(items=items, next=cursor_of(rows[limit - 1].id) if len(rows) > limit else None))


@api.operation(
    "GET", "/knowledge/services/<service>", scope=None, query=LangQuery, answers={200: ServiceOut}, refusals=(404, 422)
)
def show_service(call: Call[Nothing], service: str) -> Answer:
    """Show a service, also one that is no longer offered, and the articles about it."""
    found = find_service(call.session, service)
    if found is None:
        raise Unknown("There is no such service.")
    lang, inside = call.query["lang"], reads_inside(call.viewer)
    shown = service_out(found, lang, disturbed(call.session, call.now, [found.id]).get(found.id), inside)
    shown.articles = [one.slug for one in articles_of(call.session, found, Lang(lang), staff=inside)]
    return Answer(shown)


def service_out(service: Service, lang: str, trouble: Disturbance | None, inside: bool) -> ServiceOut:
    """Return a service as the API shows it; how it is handled within the house is for staff."""
    titles = {"sv": service.title_sv, "fi": service.title_fi, "en": service.title_en}
    shown = ServiceOut(
        id=service.slug,
        title=text_of(service, "title", lang)[0],
        titles={code: text for code, text in titles.items() if text},
        summary=text_of(service, "summary", lang)[0],
        form=service.form,
        platform=service.platform,
        login=service.login,
        department=service.department.slug,
        area=service.area,
        life_event=service.life_event,
        audience=service.audience,
        legal_basis=service.legal_basis,
        fee=service.fee,
        processing_time=service.processing_time,
        url=service_link(service),
        paper_route=service.paper_route,
        protected_route=service.protected_route,
        accessible=service.accessible,
        reviewed=service.reviewed,
        disturbed=text_of(trouble, "text", lang)[0] if trouble else None,
        retired=service.retired_at is not None,
        changed_at=service.changed_at,
    )
    if inside:
        shown.handling = service.handling
    return shown


@api.operation("GET", "/knowledge/articles", scope=None, query=PageQuery, answers={200: ArticleList}, refusals=(422,))
def list_articles(call: Call[Nothing]) -> Answer:
    """List the published articles in a steady order; those for staff only when the caller is staff."""
    limit, after = call.query["limit"], start_of(call.query["cursor"])
    chosen = select(Article).where(Article.state == ArticleState.PUBLISHED, Article.id > (after or 0))
    if not reads_inside(call.viewer):
        chosen = chosen.where(Article.audience == Audience.PUBLIC)
    rows = call.session.scalars(
        chosen.order_by(Article.id)
        .limit(limit + 1)
        .options(selectinload(Article.department), selectinload(Article.translation_of))
    ).all()
    items = [article_out(row) for row in rows[:limit]]
    return Answer(ArticleList(items=items, next=cursor_of(rows[limit - 1].id) if len(rows) > limit else None))


@api.operation("GET", "/knowledge/articles/<article>", scope=None, answers={200: ArticleOut}, refusals=(404,))
def show_article(call: Call[Nothing], article: str) -> Answer:
    """Show an article with the sections that the caller may read; one for staff does not exist for others."""
    found = read_article(call.session, article, staff=reads_inside(call.viewer))
    if found is None:
        raise Unknown("There is no such article.")
    shown = article_out(found.article)
    shown.title = found.revision.title
    shown.services = [one.slug for one in services_of(call.session, found.article)]
    shown.sections = [SectionOut(heading=one.heading, body=one.body, audience=one.audience) for one in found.sections]
    return Answer(shown)


def article_out(article: Article) -> ArticleOut:
    """Return an article as lists show it."""
    return ArticleOut(
        id=article.slug,
        title=article.title,
        lang=article.lang,
        translation_of=article.translation_of.slug if article.translation_of else None,
        department=article.department.slug,
        audience=article.audience,
        state=article.state,
        reviewed=article.reviewed,
        review_due=article.review_due,
        changed_at=article.changed_at,
    )
