"""Articles from a folder of Markdown files with YAML front matter; the name of a file says nothing, its ``id`` does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.importers.departments import Filled, Slug
from knowledge.importers.report import Report, UnreadableFile, reason_of
from knowledge.library import ArticleText, describe, publish, revise, touch
from knowledge.models import Article, Department, Service
from knowledge.sections import SectionText, split_sections
from knowledge.values import Audience, Lang

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class FrontMatter(BaseModel):
    """What stands between the two lines of dashes. ``internal`` makes the whole article one for staff."""

    model_config = ConfigDict(extra="forbid")

    id: Slug
    title: Filled
    lang: Lang
    translation_of: Slug | None = None
    department: Slug
    eservices: list[Slug] = Field(default_factory=list)
    audience: Literal["public", "internal", "staff"]
    reviewed: date | None = None
    keywords: list[Keyword] = Field(default_factory=list)


@dataclass(frozen=True)
class ArticleFile:
    """One file that could be read."""

    name: str
    front: FrontMatter
    sections: list[SectionText]

    @property
    def audience(self) -> Audience:
        """Who the whole article is for; a public one may still have inside sections."""
        return Audience.PUBLIC if self.front.audience == "public" else Audience.STAFF


def import_articles(session: Session, folder: Path, now: datetime) -> Report:
    """Take in all ``*.md`` of a folder, originals before translations; departments and services must be there.

    A changed text becomes a new revision; the same text again changes nothing. A file is refused when its front
    matter is wrong, when what it names is unknown, or when a person here has written the article's latest version.
    Raises UnreadableFile when there is no such folder.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder}: no such folder")
    report = Report()
    files = sorted(_read(folder, report), key=lambda one: (one.front.translation_of is not None, one.name))
    departments = {one.slug: one for one in session.scalars(select(Department))}
    services = {one.slug: one for one in session.scalars(select(Service))}
    articles = {one.slug: one for one in session.scalars(select(Article))}
    seen: set[str] = set()
    for file in files:
        front = file.front
        original = articles.get(front.translation_of) if front.translation_of else None
        unknown = [slug for slug in front.eservices if slug not in services]
        if front.id in seen:
            report.refuse(file.name, f"id: {front.id} stands in another file too")
        elif front.department not in departments:
            report.refuse(file.name, f"department: {front.department} is unknown")
        elif unknown:
            report.refuse(file.name, f"eservices: {', '.join(unknown)} is unknown")
        elif front.translation_of and (original is None or original.lang is front.lang):
            report.refuse(file.name, f"translation_of: {front.translation_of} is no article in another language")
        else:
            seen.add(front.id)
            text = ArticleText(
                slug=front.id,
                lang=front.lang,
                title=front.title,
                department=departments[front.department],
                sections=file.sections,
                audience=file.audience,
                keywords=front.keywords,
                services=[services[slug] for slug in dict.fromkeys(front.eservices)],
                translation_of=original,
                reviewed=front.reviewed,
            )
            if front.id in articles:
                _update(session, articles[front.id], file.name, text, now, report)
            else:
                articles[front.id] = publish(session, text, now)
                report.added.append(front.id)
    return report


def read_article(name: str, text: str) -> ArticleFile:
    """Read one file's text. Raises UnreadableFile with words that help when it is not front matter and Markdown."""
    parts = text.removeprefix("\ufeff").replace("\r\n", "\n").split("---\n", 2)
    if len(parts) < 3 or parts[0].strip():
        raise UnreadableFile("it must begin with front matter between two lines of ---")
    try:
        said = yaml.safe_load(parts[1])
        front = FrontMatter.model_validate(said)
    except yaml.YAMLError as error:
        raise UnreadableFile(f"front matter: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise UnreadableFile(f"front matter: {reason_of(error)}") from error
    sections = split_sections(parts[2], Audience.PUBLIC if front.audience == "public" else Audience.STAFF)
    if not sections:
        raise UnreadableFile("it has no text")
    return ArticleFile(name, front, sections)


def _read(folder: Path, report: Report) -> Iterable[ArticleFile]:
    """Give each file that can be read, and refuse the others."""
    for path in sorted(folder.glob("*.md")):
        try:
            yield read_article(path.name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            report.refuse(path.name, f"save it as UTF-8 (byte {error.start} is not)")
        except (UnreadableFile, OSError) as error:
            report.refuse(path.name, str(error))


def _update(session: Session, article: Article, name: str, text: ArticleText, now: datetime, report: Report) -> None:
    """Bring an article that is here already up to what its file says."""
    current = article.current_revision
    here = current and [SectionText(one.heading, one.body, one.audience) for one in current.sections]
    same_text = article.title == text.title and here == list(text.sections)
    if article.lang is not text.lang:
        report.refuse(name, f"lang: {text.slug} is in {article.lang} here")
    elif not same_text and current and current.by_account_id is not None:
        report.refuse(name, f"id: {text.slug} was changed here, on {current.at:%Y-%m-%d}; export it first")
    else:
        described = describe(article, text)
        if not same_text:
            revise(session, article, text.title, text.sections, now)
        elif described:
            article.changed_at = now
            touch(session)
        (report.changed if described or not same_text else report.unchanged).append(text.slug)
