"""Looking in the library: one service, one article as a reader may see it, and lists. Nothing here changes anything."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from knowledge.models import Article, ArticleService, Department, Disturbance, Revision, Section, Service
from knowledge.values import ArticleState, Audience, Lang


@dataclass(frozen=True)
class Reading:
    """An article as one reader sees it: a revision of it, and the sections of that which are theirs to read."""

    article: Article
    revision: Revision
    sections: Sequence[Section]


def find_service(session: Session, slug: str) -> Service | None:
    """The service with a slug, also when it is retired, for what links to it; None when there never was one."""
    return session.scalar(
        select(Service)
        .where(Service.slug == slug)
        .options(selectinload(Service.department), selectinload(Service.authority))
    )


def list_services(session: Session, area: str | None = None, life_event: str | None = None) -> Sequence[Service]:
    """The services that are offered now, by area and Swedish title; of one area or life event if given."""
    wanted = select(Service).where(Service.retired_at.is_(None)).order_by(Service.area, Service.title_sv, Service.id)
    if area is not None:
        wanted = wanted.where(Service.area == area)
    if life_event is not None:
        wanted = wanted.where(Service.life_event == life_event)
    return session.scalars(wanted.options(selectinload(Service.department))).all()


def count_by_area(session: Session) -> dict[str, int]:
    """How many services each area offers now, areas in alphabetical order."""
    counted = select(Service.area, func.count()).where(Service.retired_at.is_(None)).group_by(Service.area)
    return {row[0]: row[1] for row in session.execute(counted.order_by(Service.area))}


def find_article(session: Session, slug: str) -> Article | None:
    """The article with a slug, whatever its state and audience. To show it, use ``read_article``."""
    return session.scalar(select(Article).where(Article.slug == slug).options(selectinload(Article.department)))


def read_article(session: Session, slug: str, staff: bool, on: datetime | None = None) -> Reading | None:
    """The article as a reader may see it; ``on`` asks what it said at that moment, instead of now.

    The public gets None for drafts, retired and staff articles, and never a staff section. Staff get every state
    once it has been published.
    """
    article = find_article(session, slug)
    if article is None:
        return None
    if not staff and (article.state is not ArticleState.PUBLISHED or article.audience is Audience.STAFF):
        return None
    shown = select(Revision).where(Revision.article_id == article.id, Revision.published)
    if on is None:
        shown = shown.where(Revision.id == article.current_revision_id)
    else:
        shown = shown.where(Revision.at <= on).order_by(Revision.n.desc()).limit(1)
    revision = session.scalar(shown.options(selectinload(Revision.sections)))
    if revision is None:
        return None
    sections = [one for one in revision.sections if staff or one.audience is Audience.PUBLIC]
    return Reading(article, revision, sections)


def in_language(session: Session, article: Article, lang: Lang, staff: bool = False) -> Article:
    """The published translation of an article into a language, or the article itself when there is none to read."""
    if article.lang is lang:
        return article
    original = article.translation_of_id or article.id
    found = session.scalar(
        _readable(staff).where(or_(Article.id == original, Article.translation_of_id == original), Article.lang == lang)
    )
    return found or article


def articles_of(session: Session, service: Service, lang: Lang, staff: bool) -> list[Article]:
    """The published articles that answer for a service, each once: in the language if there is one, else Swedish."""
    wanted = _readable(staff).join(ArticleService).where(ArticleService.service_id == service.id)
    families: defaultdict[int, dict[Lang, Article]] = defaultdict(dict)
    for article in session.scalars(wanted.order_by(ArticleService.position, Article.id)):
        families[article.translation_of_id or article.id][article.lang] = article
    return [
        versions.get(lang) or versions.get(Lang.SV) or next(iter(versions.values())) for versions in families.values()
    ]


def services_of(session: Session, article: Article) -> Sequence[Service]:
    """The services that an article answers for and that are offered now, in its editor's order."""
    return session.scalars(
        select(Service)
        .join(ArticleService)
        .where(ArticleService.article_id == article.id, Service.retired_at.is_(None))
        .order_by(ArticleService.position)
    ).all()


def disturbed(session: Session, now: datetime, service_ids: Collection[int] | None = None) -> dict[int, Disturbance]:
    """What does not work as it should at a moment: the latest disturbance by service id; of some services if given."""
    wanted = select(Disturbance).where(
        Disturbance.starts_at <= now, or_(Disturbance.ends_at.is_(None), Disturbance.ends_at > now)
    )
    if service_ids is not None:
        wanted = wanted.where(Disturbance.service_id.in_(service_ids))
    return {one.service_id: one for one in session.scalars(wanted.order_by(Disturbance.starts_at, Disturbance.id))}


def due_for_review(session: Session, on: date, department: Department | None = None) -> Sequence[Article]:
    """The published articles whose review is due on a day or before, the longest overdue first; never reviewed last."""
    wanted = select(Article).where(
        Article.state == ArticleState.PUBLISHED, or_(Article.review_due <= on, Article.review_due.is_(None))
    )
    if department is not None:
        wanted = wanted.where(Article.department_id == department.id)
    return session.scalars(wanted.order_by(Article.review_due.is_(None), Article.review_due, Article.id)).all()


def find_department(session: Session, slug: str) -> Department | None:
    """The department with a slug."""
    return session.scalar(select(Department).where(Department.slug == slug))


def list_departments(session: Session) -> Sequence[Department]:
    """All departments with their authorities, by Swedish name."""
    return session.scalars(
        select(Department).order_by(Department.name_sv, Department.id).options(selectinload(Department.authority))
    ).all()


def _readable(staff: bool) -> Select[Article]:
    """The published articles that a reader may see."""
    wanted = select(Article).where(Article.state == ArticleState.PUBLISHED)
    return wanted if staff else wanted.where(Article.audience == Audience.PUBLIC)
