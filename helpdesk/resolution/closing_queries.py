"""What the closing form offers to choose from: the services of this contact, and those that a text finds."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpdesk.answers.search import search_for_staff, suggest_public, text_of
from helpdesk.contacts.models import KnowledgeLink
from knowledge.models import ArticleService, Department, Revision, Service
from knowledge.search.verdict import Verdict

OFFERED = 5
FOUND = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """A service to choose."""

    slug: str
    title: str
    lang: str
    owner: str


def services_used(session: Session, contact_id: int, lang: str) -> list[Choice]:
    """Return the services that were used or sent in a contact, or that a used article answers for, latest first."""
    links = session.scalars(
        select(KnowledgeLink).where(KnowledgeLink.contact_id == contact_id).order_by(KnowledgeLink.id.desc())
    ).all()
    ids: dict[int, None] = {}
    for link in links:
        if link.service_id is not None:
            ids.setdefault(link.service_id)
    for link in links:
        if link.revision_id is not None:
            for service_id in session.scalars(
                select(ArticleService.service_id)
                .join(Revision, Revision.article_id == ArticleService.article_id)
                .where(Revision.id == link.revision_id)
                .order_by(ArticleService.position)
            ):
                ids.setdefault(service_id)
    return [choice_of(session.get_one(Service, one), lang) for one in list(ids)[:OFFERED]]


def services_found(session: Session, text: str, lang: str, limit: int = FOUND) -> list[Choice]:
    """Return the services that a text finds, best first."""
    if not text.strip():
        return []
    slugs = [hit.slug for hit in suggest_public(session, text, lang, 3 * limit).found if hit.kind == "service"]
    found = {one.slug: one for one in session.scalars(select(Service).where(Service.slug.in_(slugs)))}
    return [choice_of(found[slug], lang) for slug in slugs[:limit] if slug in found]


def service_named(session: Session, text: str, lang: str) -> str | None:
    """Return the slug of the service that a text names: by its title, else the best hit when the search is sure."""
    titles = or_(*(func.lower(one) == text.lower() for one in (Service.title_sv, Service.title_en, Service.title_fi)))
    slug = session.scalar(
        select(Service.slug).where(Service.retired_at.is_(None), titles).order_by(Service.id).limit(1)
    )
    if slug is not None:
        return slug
    results = search_for_staff(session, text, lang, 1)
    best = results.found[0] if results.found else None
    return best.slug if best is not None and best.kind == "service" and results.verdict is Verdict.SURE else None


def choice_of(service: Service, lang: str) -> Choice:
    """Return a service as a choice in a language."""
    title, title_lang = text_of(service, "title", lang)
    return Choice(service.slug, title, title_lang, text_of(service.department, "name", lang)[0])


def department_choices(session: Session, lang: str) -> list[tuple[str, str]]:
    """Return every department by slug and name, sorted by name."""
    found = [(one.slug, text_of(one, "name", lang)[0]) for one in session.scalars(select(Department))]
    return sorted(found, key=lambda one: one[1].casefold())
