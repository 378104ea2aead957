"""What an editor does: publish, revise, review and retire, and set what the source of a service got wrong.

Every action takes the session first and the moment last, and raises the library's version in the same
transaction, so that each process knows that its search index is stale. None of them commits.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from knowledge.models import (
    Article,
    ArticleService,
    Department,
    LibraryVersion,
    Revision,
    Section,
    Service,
    ServiceImported,
    ServiceOverlay,
)
from knowledge.sections import SectionText
from knowledge.values import Accessible, ArticleState, Audience, Form, Handling, Lang

REVIEW_MONTHS = 12

FIELDS = frozenset(
    {
        *("title_sv", "title_en", "title_fi", "summary_sv", "summary_en", "summary_fi", "keywords"),
        *("form", "platform", "login", "url", "area", "life_event", "audience", "legal_basis"),
        *("fee", "processing_time", "paper_route", "protected_route", "handling", "accessible", "reviewed"),
    }
)
"""The fields of a service that a source may fill and a person here may set. ``department`` goes beside them."""

_READ = {"form": Form, "handling": Handling, "accessible": Accessible, "reviewed": date.fromisoformat}


@dataclass(frozen=True)
class ArticleText:
    """Everything that an editor says about an article; ``services`` in the order they are shown."""

    slug: str
    lang: Lang
    title: str
    department: Department
    sections: Sequence[SectionText]
    audience: Audience = Audience.PUBLIC
    keywords: Sequence[str] = ()
    services: Sequence[Service] = field(default=())
    translation_of: Article | None = None
    reviewed: date | None = None


def touch(session: Session) -> None:
    """Say that the library has changed: every search index built before this transaction is stale."""
    raised = session.execute(update(LibraryVersion).where(LibraryVersion.id == 1).values(n=LibraryVersion.n + 1))
    if not raised.rowcount:  # type: ignore[attr-defined]
        session.add(LibraryVersion(id=1, n=1))
        session.flush()


def version_of(session: Session) -> int:
    """The number of the library's latest change; 0 before the first."""
    return session.scalar(select(LibraryVersion.n)) or 0


def review_due(reviewed: date | None) -> date | None:
    """The same day twelve months later, or the last day of that month when it has no such day."""
    if reviewed is None:
        return None
    year, month = divmod(reviewed.year * 12 + reviewed.month - 1 + REVIEW_MONTHS, 12)
    return date(year, month + 1, min(reviewed.day, calendar.monthrange(year, month + 1)[1]))


def describe(article: Article, text: ArticleText) -> bool:
    """Set what lies outside the text: owner, audience, keywords, services, review. Returns whether anything changed."""
    wanted: dict[str, Any] = {
        "department_id": text.department.id,
        "authority_id": text.department.authority_id,
        "secrecy": text.department.secrecy,
        "audience": text.audience,
        "keywords": list(text.keywords),
        "translation_of_id": text.translation_of.id if text.translation_of else None,
        "reviewed": text.reviewed,
        "review_due": review_due(text.reviewed),
    }
    changed = [name for name, value in wanted.items() if getattr(article, name) != value]
    for name in changed:
        setattr(article, name, wanted[name])
    services = [service.id for service in text.services]
    if [one.service_id for one in article.services] == services:
        return bool(changed)
    kept = {one.service_id: one for one in article.services}
    article.services = [kept.get(number) or ArticleService(service_id=number) for number in services]
    for position, link in enumerate(article.services):
        link.position = position
    return True


def publish(session: Session, text: ArticleText, now: datetime, by: int | None = None) -> Article:
    """Publish a new article. ``by`` is the account that wrote it. The slug must be free."""
    article = Article(slug=text.slug, lang=text.lang, title=text.title, state=ArticleState.DRAFT, changed_at=now)
    article.revisions = []
    describe(article, text)
    session.add(article)
    session.flush()
    return revise(session, article, text.title, text.sections, now, by)


def revise(
    session: Session,
    article: Article,
    title: str,
    sections: Sequence[SectionText],
    now: datetime,
    by: int | None = None,
) -> Article:
    """Publish a new version of an article's text; the old one stays, so that we can say what it said that day."""
    revision = Revision(
        article_id=article.id,
        n=max((one.n for one in article.revisions), default=0) + 1,
        title=title,
        at=now,
        by_account_id=by,
        published=True,
        sections=[
            Section(n=n, heading=one.heading, body=one.body, audience=one.audience)
            for n, one in enumerate(sections, start=1)
        ],
    )
    article.revisions.append(revision)
    article.current_revision = revision
    session.flush()
    article.title = title
    article.state = ArticleState.PUBLISHED
    article.changed_at = now
    touch(session)
    session.flush()
    return article


def review(session: Session, article: Article, on: date, now: datetime) -> None:
    """Say that an article was read through on a day and still holds; the next review is due a year later."""
    article.reviewed = on
    article.review_due = review_due(on)
    article.changed_at = now
    touch(session)


def retire(session: Session, item: Article | Service, now: datetime) -> None:
    """Take an article or a service out of search and lists; what links to it still finds it."""
    if isinstance(item, Article):
        item.state = ArticleState.RETIRED
    else:
        item.retired_at = now
    item.changed_at = now
    touch(session)


def set_field(session: Session, service: Service, name: str, value: Any, now: datetime, by: int | None = None) -> None:
    """Set one field of a service here: from now on an import leaves it alone. Raises ValueError for other names."""
    if name not in FIELDS:
        raise ValueError(f"a service has no field {name!r} to set")
    setattr(service, name, value)
    service.changed_at = now
    overlay = next((one for one in service.overlay if one.field == name), None)
    if overlay is None:
        service.overlay.append(ServiceOverlay(field=name, changed_at=now, by_account_id=by))
    else:
        overlay.changed_at, overlay.by_account_id = now, by
    touch(session)


def clear_field(session: Session, service: Service, name: str, now: datetime) -> None:
    """Let the source decide a field again: what it last said is put back."""
    service.overlay = [one for one in service.overlay if one.field != name]
    imported = session.get(ServiceImported, service.id)
    if imported and name in imported.columns:
        setattr(service, name, read_column(name, imported.columns[name]))
    service.changed_at = now
    touch(session)


def read_column(name: str, stored: Any) -> Any:
    """The value of a field from its JSON form in ``service_imported``: enums and dates are kept as text there."""
    return _READ[name](stored) if name in _READ and stored is not None else stored
